import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { partTags } from '@isocenter/api-client'
import { maxRulesOfTag, maxRuleValue, ruleOperators, tagAttributes, type PartTag, type PartTagRequest } from '@isocenter/contracts'
import { FormDrawer } from '@isocenter/design-system'
import { Button, Form, Input, Select, Switch } from 'antd'
import { useAdmin } from '../parts/admin.ts'
import { changing } from '../parts/use-change.ts'
import { useCommonWords } from '../words/common.ts'
import { TagTrial } from './tag-trial.tsx'
import { useBodyPartWords } from './words.ts'

const tagName = /^[^;；]*$/
const sent = ({ name, rules, isFinal }: PartTagRequest): PartTagRequest => ({ name: name.trim(), isFinal, rules: rules.map(({ attribute, operator, value }) => ({ attribute, operator, value: value.trim() })) })

/** A tag with its rules, tried on a study before it is saved. */
export function TagForm({ tag, onClose, onChanged }: { readonly tag?: PartTag; readonly onClose: () => void; readonly onChanged: () => void }) {
  const words = useBodyPartWords()
  const common = useCommonWords()
  const { api, may } = useAdmin()
  const submit = async (values: PartTagRequest) => {
    if (tag === undefined) await partTags(api).create(sent(values))
    else await changing(() => partTags(api).replace(tag.tagId, sent(values), tag.version), onChanged)
    onChanged()
  }
  return (
    <FormDrawer<PartTagRequest>
      title={tag === undefined ? words.addTag : words.editTag} width={720} onClose={onClose} onSubmit={submit} problemFields={{ 'name-taken': 'name' }}
      initialValues={{ name: tag?.name ?? '', rules: tag?.rules ?? [{ attribute: 'BodyPartExamined', operator: 'equals', value: '' }], isFinal: tag?.isFinal ?? false }}
    >
      {(form) => (
        <>
          <Form.Item
            name="name"
            label={common.name}
            rules={[{ required: true, whitespace: true, message: common.missingName }, { pattern: tagName, message: words.noSemicolon }]}
          >
            <Input autoFocus={tag === undefined} maxLength={60} />
          </Form.Item>
          <Form.List name="rules">{(rows, { add, remove }) => (
            <fieldset className="plain-fieldset">
              <legend>{words.rules}</legend>
              <p className="hint">{words.rulesHint} {words.codesHint}</p>
              {rows.map(({ key, name: place }) => (
                <div key={key} className="rule-row">
                  <Form.Item name={[place, 'attribute']} label={words.attribute} rules={[{ required: true }]}><Select options={tagAttributes.map((value) => ({ value, label: words.attributes[value] }))} /></Form.Item>
                  <Form.Item name={[place, 'operator']} label={words.operator} rules={[{ required: true }]}><Select options={ruleOperators.map((value) => ({ value, label: words.operators[value] }))} /></Form.Item>
                  <Form.Item name={[place, 'value']} label={words.value} rules={[{ required: true, whitespace: true, message: words.missingValue }]}><Input maxLength={maxRuleValue} /></Form.Item>
                  <Button icon={<DeleteOutlined aria-hidden />} aria-label={words.removeRule(String(place + 1))} onClick={() => { remove(place) }} />
                </div>
              ))}
              <Button icon={<PlusOutlined aria-hidden />} disabled={rows.length >= maxRulesOfTag} onClick={() => { add({ attribute: 'BodyPartExamined', operator: 'equals', value: '' }) }}>{words.addRule}</Button>
            </fieldset>
          )}</Form.List>
          <Form.Item required name="isFinal" label={words.isFinal} extra={words.isFinalHint} valuePropName="checked" className="after-rules"><Switch /></Form.Item>
          {may('study.view') ? <TagTrial {...(tag && { tagId: tag.tagId })} draft={async () => sent(await form.validateFields())} /> : <p className="hint">{words.needsStudies}</p>}
        </>
      )}
    </FormDrawer>
  )
}
