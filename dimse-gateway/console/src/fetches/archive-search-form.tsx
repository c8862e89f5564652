import { useAction, useConfirm, withoutEmpty } from '@isocenter/design-system'
import { Button, Flex, Form, Input, Select } from 'antd'
import type { DicomNode } from '../../../src/configuration/nodes.ts'
import type { ArchiveFilter, FetchesAdded } from '../../../src/control/wire/fetches.ts'
import { request } from '../api/client.ts'
import { useConsoleWords } from '../words/index.ts'
import { useAdded } from './use-added.ts'

/** A question to an archive. */
export interface Asked {
  readonly nodeId: string
  readonly filter: ArchiveFilter
}

interface Values { readonly from?: string; readonly until?: string; readonly name?: string; readonly PatientID?: string; readonly AccessionNumber?: string; readonly ModalitiesInStudy?: string }

interface Props {
  readonly archives: readonly DicomNode[]
  readonly archive: DicomNode
  readonly onArchive: (nodeId: string) => void
  readonly onSearch: (asked: Asked) => void
}

/** Looks for studies, or fetches whatever matches without looking. */
export function ArchiveSearchForm({ archives, archive, onArchive, onSearch }: Props) {
  const { fetches: words, records, actions } = useConsoleWords()
  const [form] = Form.useForm<Values>()
  const { run, isBusy } = useAction()
  const confirm = useConfirm()
  const tellAdded = useAdded()
  const nodeId = archive.id

  /** What was entered; undefined, with a word about it, when that is nothing. */
  const filterOf = (values: Values): ArchiveFilter | undefined => {
    const filter = asFilter(values)
    const isEmpty = Object.keys(filter).length === 0
    form.setFields([{ name: 'from', errors: isEmpty ? [words.enterSomething] : [] }])
    return isEmpty ? undefined : filter
  }
  const search = (values: Values) => {
    const filter = filterOf(values)
    if (filter) onSearch({ nodeId, filter })
  }
  const fetchAll = async () => {
    const filter = filterOf(form.getFieldsValue())
    if (!filter || !await confirm({ title: words.confirmAll(archive.name), hint: words.confirmAllHint, action: words.fetch, isDangerous: false })) return
    await run(async () => { tellAdded(await request<FetchesAdded>('POST', '/fetches', { body: { nodeId, matching: filter } })) })
  }

  return (
    <search aria-label={words.search}>
      <Form<Values> form={form} layout="vertical" className="filters filters-form" onFinish={search}>
        <Form.Item label={words.archive} htmlFor="archive"><Select id="archive" value={nodeId} onChange={onArchive} options={archives.map(({ id, name }) => ({ value: id, label: name }))} /></Form.Item>
        <Form.Item name="from" label={words.from}><Input type="date" /></Form.Item>
        <Form.Item name="until" label={words.until}><Input type="date" /></Form.Item>
        <Form.Item name="name" label={words.patientName} tooltip={words.patientNameHint}><Input maxLength={300} allowClear spellCheck={false} /></Form.Item>
        <Form.Item name="PatientID" label={words.patientID}><Input maxLength={64} allowClear spellCheck={false} /></Form.Item>
        <Form.Item name="AccessionNumber" label={words.accessionNumber}><Input maxLength={16} allowClear spellCheck={false} /></Form.Item>
        <Form.Item name="ModalitiesInStudy" label={records.modality} normalize={(value: string) => value.toUpperCase()}><Input maxLength={16} allowClear spellCheck={false} /></Form.Item>
        <Flex gap="small" wrap className="wide filters-actions">
          <Button type="primary" htmlType="submit">{actions.search}</Button>
          <Button loading={isBusy} onClick={() => void fetchAll()}>{words.fetchAll}</Button>
        </Flex>
      </Form>
    </search>
  )
}

/** As an archive matches: days without dashes, the beginning of a name enough. */
function asFilter({ from = '', until = '', name = '', ...same }: Values): ArchiveFilter {
  const [first, last] = [from, until].map((day) => day.replaceAll('-', ''))
  const trimmed = Object.fromEntries(Object.entries(same).map(([member, value]) => [member, (value ?? '').trim()]))
  const wanted = name.trim()
  return withoutEmpty({
    ...trimmed,
    StudyDate: first === last ? first : `${first ?? ''}-${last ?? ''}`,
    PatientName: wanted === '' || wanted.endsWith('*') ? wanted : `${wanted}*`,
  })
}
