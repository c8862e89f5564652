import { FormDrawer, withoutEmpty } from '@isocenter/design-system'
import { Form, Input, Select } from 'antd'
import type { Node } from '../../../src/configuration/nodes.ts'
import type { Rule } from '../../../src/configuration/rules.ts'
import { request } from '../api/client.ts'
import { HoursFields, hoursOf, shownHours } from '../parts/hours-fields.tsx'
import { SwitchField } from '../parts/switch-field.tsx'
import { useConsoleWords } from '../words/index.ts'

type Values = Pick<Rule, 'name' | 'when' | 'to' | 'urgent'>

/** The modalities of PS3.3 C.7.3.1.1.1 that a hospital sends most; others can be entered. */
const commonModalities = ['CR', 'CT', 'DX', 'ES', 'IO', 'MG', 'MR', 'NM', 'OT', 'PT', 'PX', 'RF', 'SC', 'SR', 'US', 'XA']

/** Adds a rule, or changes one. */
export function RuleForm({ rule, nodes, onClose }: { readonly rule: Rule | undefined; readonly nodes: readonly Node[]; readonly onClose: () => void }) {
  const { rules: words, nodes: nodeWords } = useConsoleWords()
  const save = ({ when, ...values }: Values) => {
    const body = { ...rule, ...values, when: withoutEmpty({ ...rule?.when, ...when, hours: hoursOf(when.hours) }) }
    return rule ? request('PUT', `/rules/${rule.id}`, { body }) : request('POST', '/rules', { body })
  }
  return (
    <FormDrawer<Values> title={rule ? words.editTitle : words.add} initialValues={rule ? { ...rule, when: { ...rule.when, hours: shownHours(rule.when.hours) } } : { when: {}, to: [], urgent: false }} onClose={onClose} onSubmit={(values) => save(values)}>
      <Form.Item name="name" label={words.name} rules={[{ required: true, whitespace: true, message: nodeWords.required }]}><Input maxLength={100} /></Form.Item>
      <ListField name="callingAETitles" />
      <ListField name="calledAETitles" />
      <ListField name="modalities" options={commonModalities} />
      <ListField name="SOPClassUIDs" />
      <HoursFields name={['when', 'hours']} label={words.hours} hint={words.hoursHint} />
      <Form.Item name="to" label={words.to} extra={words.nowhere}>
        <Select mode="multiple" optionFilterProp="label" options={nodes.map(({ id, name }) => ({ value: id, label: name }))} />
      </Form.Item>
      <SwitchField name="urgent" label={words.urgent} hint={words.urgentHint} />
    </FormDrawer>
  )
}

function ListField({ name, options = [] }: { readonly name: 'callingAETitles' | 'calledAETitles' | 'modalities' | 'SOPClassUIDs'; readonly options?: readonly string[] }) {
  const { rules: words } = useConsoleWords()
  return (
    <Form.Item name={['when', name]} label={words[name]} extra={words.listHint}>
      <Select mode="tags" tokenSeparators={[',', ';']} options={options.map((value) => ({ value }))} suffixIcon={options.length > 0} open={options.length > 0 ? undefined : false} />
    </Form.Item>
  )
}
