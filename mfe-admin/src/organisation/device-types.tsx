import { deviceTypes } from '@isocenter/api-client'
import type { DeviceType, DeviceTypeRequest } from '@isocenter/contracts'
import { FormDrawer, Loaded, Page, useAction, useConfirm, useLanguage, useResource } from '@isocenter/design-system'
import { Button, Card, Form, Input, Select, Tag } from 'antd'
import { useState } from 'react'
import { useAdmin } from '../parts/admin.ts'
import { DataTable, type Column } from '../parts/data-table.tsx'
import { changing } from '../parts/use-change.ts'
import { useCommonWords } from '../words/common.ts'
import { useOrganisationWords } from './words.ts'

/** PS3.3 §C.7.3.1.1.1: what devices of a hospital make most. */
const modalities = ['CT', 'MR', 'CR', 'DX', 'DR', 'RG', 'RF', 'XA', 'MG', 'US', 'IVUS', 'NM', 'PT', 'BMD', 'PX', 'IO', 'ES', 'ECG', 'OP', 'OPT', 'SM', 'GM', 'XC', 'BI', 'TG'] as const
const code = /^[A-Z0-9_ ]{1,16}$/

/** What a hospital calls its kinds of devices (ADM-08). */
export function DeviceTypes() {
  const words = useOrganisationWords()
  const common = useCommonWords()
  const { formats } = useLanguage()
  const { api } = useAdmin()
  const confirm = useConfirm()
  const { run } = useAction()
  const [edited, setEdited] = useState<DeviceType | 'new'>()
  const list = useResource('device-types', (signal) => deviceTypes(api).list(signal))
  const remove = async (type: DeviceType) => {
    if (await confirm({ title: words.deleteTypeTitle(type.code), hint: words.deleteTypeHint, action: common.remove })) await run(() => deviceTypes(api).remove(type.code), { done: words.removed }).then(list.reload)
  }
  const columns: Column<DeviceType>[] = [
    { key: 'code', title: words.code, isMain: true, cell: (type) => <span className="state-line"><strong>{type.code}</strong>{type.isBasic && <Tag>{words.basic}</Tag>}</span> },
    { key: 'name', title: common.name, cell: ({ name }) => name },
    { key: 'modalities', title: words.modalities, cell: (type) => <span className="tag-list">{type.modalities.map((modality) => <Tag key={modality}>{modality}</Tag>)}</span> },
    { key: 'devices', title: words.deviceCount, isNumber: true, cell: ({ devices }) => formats.number(devices) },
    {
      key: 'actions', title: common.actions, isActions: true, cell: (type) => type.actions.length > 0 && (
        <span className="row-actions">
          {type.actions.includes('edit') && <Button size="small" aria-label={`${common.edit}: ${type.code}`} onClick={() => { setEdited(type) }}>{common.edit}</Button>}
          {type.actions.includes('delete') && <Button size="small" danger aria-label={`${common.remove}: ${type.code}`} onClick={() => void remove(type)}>{common.remove}</Button>}
        </span>
      ),
    },
  ]
  return (
    <Page title={words.deviceTypes} intro={words.deviceTypesIntro} actions={<div className="page-actions"><Button type="primary" onClick={() => { setEdited('new') }}>{words.addDeviceType}</Button></div>}>
      <Card><Loaded resource={list}>{({ items }) => <DataTable label={words.deviceTypes} items={items} columns={columns} rowKey={(type) => type.code} />}</Loaded></Card>
      {edited !== undefined && <DeviceTypeForm {...(edited !== 'new' && { type: list.value?.items.find((one) => one.code === edited.code) ?? edited })} onClose={() => { setEdited(undefined) }} onChanged={list.reload} />}
    </Page>
  )
}

function DeviceTypeForm({ type, onClose, onChanged }: { readonly type?: DeviceType; readonly onClose: () => void; readonly onChanged: () => void }) {
  const words = useOrganisationWords()
  const common = useCommonWords()
  const { api } = useAdmin()
  const submit = async (values: DeviceTypeRequest) => {
    const given = { name: values.name.trim(), modalities: values.modalities }
    if (type === undefined) await deviceTypes(api).create({ ...given, code: values.code.trim() })
    else await changing(() => deviceTypes(api).change(type.code, given, type.version), onChanged)
    onChanged()
  }
  return (
    <FormDrawer<DeviceTypeRequest>
      title={type === undefined ? words.addDeviceType : words.editDeviceType} onClose={onClose} onSubmit={submit} problemFields={{ 'name-taken': type === undefined ? 'code' : 'name' }}
      initialValues={{ code: type?.code ?? '', name: type?.name ?? '', modalities: type?.modalities ?? [] }}
    >
      <Form.Item name="code" label={words.code} extra={words.codeHint} rules={[{ required: true, pattern: code, message: words.wrongCode }]}><Input autoFocus maxLength={16} disabled={type !== undefined} /></Form.Item>
      <Form.Item name="name" label={common.name} rules={[{ required: true, whitespace: true, message: common.missingName }]}><Input maxLength={60} /></Form.Item>
      <Form.Item
        name="modalities" label={words.modalities} extra={words.modalitiesHint}
        rules={[{ required: true, type: 'array', min: 1, max: 20, message: words.missingModalities }, { type: 'array', defaultField: { type: 'string', pattern: code }, message: words.wrongModality }]}
      >
        <Select mode="tags" tokenSeparators={[',', '，']} options={modalities.map((value) => ({ value, label: value }))} />
      </Form.Item>
    </FormDrawer>
  )
}
