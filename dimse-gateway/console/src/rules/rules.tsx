import { DeleteOutlined, EditOutlined, PlusOutlined } from '@ant-design/icons'
import { EmptyState, Loaded, Page, useAction, useConfirm, useLanguage } from '@isocenter/design-system'
import { Button, Card, Flex, Tag } from 'antd'
import { useState } from 'react'
import type { Node } from '../../../src/configuration/nodes.ts'
import type { Rule } from '../../../src/configuration/rules.ts'
import type { Configuration } from '../../../src/configuration/schema.ts'
import { request } from '../api/client.ts'
import { useResource } from '../api/use-resource.ts'
import { useHoursText } from '../parts/hours-fields.tsx'
import { useConsoleWords } from '../words/index.ts'
import { RuleForm } from './rule-form.tsx'

/** Which objects go to which nodes. */
export function Rules() {
  const words = useConsoleWords()
  const configuration = useResource<Configuration>('/configuration', ['configuration'])
  const [edited, setEdited] = useState<Rule | 'new'>()
  const add = <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => { setEdited('new') }}>{words.rules.add}</Button>
  return (
    <Page title={words.places.rules} actions={add}>
      <p className="hint page-intro">{words.rules.intro}</p>
      <Loaded resource={configuration}>{({ rules, nodes }) => (
        <>
          {rules.length === 0 && <Card><EmptyState title={words.rules.none} action={add}>{words.rules.noneHint}</EmptyState></Card>}
          {rules.map((rule) => <RuleCard key={rule.id} rule={rule} nodes={nodes} onEdit={() => { setEdited(rule) }} />)}
          {edited !== undefined && <RuleForm rule={edited === 'new' ? undefined : edited} nodes={nodes} onClose={() => { setEdited(undefined) }} />}
        </>
      )}</Loaded>
    </Page>
  )
}

function RuleCard({ rule, nodes, onEdit }: { readonly rule: Rule; readonly nodes: readonly Node[]; readonly onEdit: () => void }) {
  const { rules: words, actions } = useConsoleWords()
  const { formats } = useLanguage()
  const hoursText = useHoursText()
  const { run, isBusy } = useAction()
  const confirm = useConfirm()
  const { callingAETitles, calledAETitles, modalities, SOPClassUIDs, hours } = rule.when
  const list = (values: readonly string[]) => formats.list(values)
  const conditions = [
    callingAETitles && words.sentences.callingAETitles(list(callingAETitles)),
    calledAETitles && words.sentences.calledAETitles(list(calledAETitles)),
    modalities && words.sentences.modalities(list(modalities)),
    SOPClassUIDs && words.sentences.SOPClassUIDs(list(SOPClassUIDs)),
    hours && words.sentences.hours(hoursText(hours)),
  ].filter((condition) => condition !== undefined)
  const targets = rule.to.map((id) => nodes.find((node) => node.id === id)?.name ?? id)
  const remove = async () => {
    if (await confirm({ title: words.confirmRemove(rule.name), hint: words.confirmRemoveHint, action: actions.remove })) await run(() => request('DELETE', `/rules/${rule.id}`))
  }
  return (
    <Card>
      <Flex justify="space-between" align="flex-start" wrap gap="middle">
        <div>
          <h2 className="card-title">{rule.name} {rule.urgent && <Tag color="error">{words.urgent}</Tag>}</h2>
          <dl className="facts" style={{ marginTop: 8 }}>
            <dt>{words.when}</dt><dd>{conditions.length === 0 ? words.anything : conditions.join(' · ')}</dd>
            <dt>{words.to}</dt><dd>{targets.length === 0 ? words.nowhere : formats.list(targets)}</dd>
          </dl>
        </div>
        <Flex gap="small">
          <Button icon={<EditOutlined aria-hidden />} aria-label={`${actions.edit} ${rule.name}`} onClick={onEdit}>{actions.edit}</Button>
          <Button danger icon={<DeleteOutlined aria-hidden />} aria-label={`${actions.remove} ${rule.name}`} loading={isBusy} onClick={() => void remove()} />
        </Flex>
      </Flex>
    </Card>
  )
}
