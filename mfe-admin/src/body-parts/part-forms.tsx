import { bodyParts } from '@isocenter/api-client'
import type { BodyPart, BodyPartRequest, DeviceType, PartCategory, PartCategoryRequest, PartTag } from '@isocenter/contracts'
import { FormDrawer } from '@isocenter/design-system'
import { Form, Input, InputNumber, Select } from 'antd'
import { useAdmin } from '../parts/admin.ts'
import { changing } from '../parts/use-change.ts'
import { useCommonWords } from '../words/common.ts'
import { useBodyPartWords } from './words.ts'

interface CategoryFormProps { readonly types: readonly DeviceType[]; readonly category?: PartCategory; readonly onClose: () => void; readonly onChanged: () => void }

export function CategoryForm({ types, category, onClose, onChanged }: CategoryFormProps) {
  const words = useBodyPartWords()
  const common = useCommonWords()
  const { api } = useAdmin()
  const submit = async ({ deviceType, name }: PartCategoryRequest) => {
    if (category === undefined) await bodyParts(api).addCategory({ deviceType, name: name.trim() })
    else await changing(() => bodyParts(api).renameCategory(category.categoryId, name.trim(), category.version), onChanged)
    onChanged()
  }
  return (
    <FormDrawer<PartCategoryRequest>
      title={category === undefined ? words.addCategory : words.editCategory} onClose={onClose} onSubmit={submit} problemFields={{ 'name-taken': 'name', 'no-such-device-type': 'deviceType' }}
      initialValues={category === undefined ? {} : { deviceType: category.deviceType, name: category.name }}
    >
      <Form.Item name="deviceType" label={words.deviceType} rules={[{ required: true, message: words.missingType }]}>
        <Select disabled={category !== undefined} options={types.map(({ code, name }) => ({ value: code, label: name === undefined ? code : `${code} ${name}` }))} />
      </Form.Item>
      <Form.Item name="name" label={common.name} rules={[{ required: true, whitespace: true, message: common.missingName }]}><Input maxLength={60} /></Form.Item>
    </FormDrawer>
  )
}

interface PartFormProps { readonly tags: readonly PartTag[]; readonly category: PartCategory; readonly part?: BodyPart; readonly onClose: () => void; readonly onChanged: () => void }

export function PartForm({ tags, category, part, onClose, onChanged }: PartFormProps) {
  const words = useBodyPartWords()
  const common = useCommonWords()
  const { api } = useAdmin()
  const submit = async ({ name, ...values }: BodyPartRequest) => {
    const body = { ...values, name: name.trim() }
    if (part === undefined) await bodyParts(api).add(category.categoryId, body)
    else await changing(() => bodyParts(api).replace(part.partId, body, part.version), onChanged)
    onChanged()
  }
  return (
    <FormDrawer<BodyPartRequest>
      title={`${part === undefined ? words.addPart : words.editPart} · ${category.deviceType} ${category.name}`} onClose={onClose} onSubmit={submit} problemFields={{ 'name-taken': 'name', 'no-such-part-tag': 'tagIds' }}
      initialValues={{ name: part?.name ?? '', partCount: part?.partCount ?? 1, tagIds: part?.tags.map(({ tagId }) => tagId) ?? [] }}
    >
      <Form.Item name="name" label={common.name} rules={[{ required: true, whitespace: true, message: common.missingName }]}><Input autoFocus maxLength={60} /></Form.Item>
      <Form.Item name="partCount" label={words.partCount} extra={words.partCountHint} rules={[{ required: true, type: 'integer', min: 1, max: 99, message: words.wrongCount }]}><InputNumber /></Form.Item>
      <Form.Item name="tagIds" label={words.tags} extra={words.partTagsHint}>
        <Select mode="multiple" optionFilterProp="label" maxCount={20} options={tags.map(({ tagId, name }) => ({ value: tagId, label: name }))} />
      </Form.Item>
    </FormDrawer>
  )
}
