import { devices, deviceTypes } from '@isocenter/api-client'
import type { Device, DeviceRequest } from '@isocenter/contracts'
import { FormDrawer, Page, useLanguage, usePages, useResource } from '@isocenter/design-system'
import { Button, Card, Form, Input, Select, Tag } from 'antd'
import { useState } from 'react'
import { useAdmin } from '../parts/admin.ts'
import { DataTable, type Column } from '../parts/data-table.tsx'
import { Listing } from '../parts/listing.tsx'
import { MemberSelect } from '../parts/member-select.tsx'
import { changing } from '../parts/use-change.ts'
import { useColleagues } from '../parts/use-colleagues.ts'
import { useCommonWords } from '../words/common.ts'
import { DeviceDeletion } from './device-deletion.tsx'
import { useOrganisationWords } from './words.ts'

/** What makes images in a hospital (ORG-18 to ORG-21, ADM-09). */
export function Devices() {
  const words = useOrganisationWords()
  const common = useCommonWords()
  const { formats } = useLanguage()
  const { api } = useAdmin()
  const [edited, setEdited] = useState<Device | 'new'>()
  const [deleting, setDeleting] = useState<Device>()
  const pages = usePages('devices', (cursor, signal) => devices(api).list(cursor === undefined ? {} : { cursor }, signal))
  const columns: Column<Device>[] = [
    { key: 'name', title: words.device, isMain: true, cell: ({ name, type }) => <span className="state-line"><strong>{name}</strong><Tag>{type}</Tag></span> },
    { key: 'number', title: words.deviceNumber, cell: ({ number }) => formats.number(number) },
    { key: 'aeTitle', title: words.aeTitle, cell: ({ aeTitle }) => aeTitle && <span className="mono">{aeTitle}</span> },
    { key: 'stationName', title: words.stationName, cell: ({ stationName }) => stationName && <span className="mono">{stationName}</span> },
    {
      key: 'members',
      title: words.boundMembers,
      cell: ({ members }) => (
        members.length === 0
          ? ''
          : (
            <ul className="quiet-list">
              {members.map(({ membershipId, name, boundAt }) => <li key={membershipId}>{words.boundSince(name, formats.date(boundAt))}</li>)}
            </ul>
          )
      ),
    },
    {
      key: 'lastSeen',
      title: words.lastSeen,
      cell: ({ lastSeenAt, stationName }) => (
        lastSeenAt === undefined
          ? <span className="hint">{stationName === undefined ? words.lastSeenNeedsName : words.neverSeen}</span>
          : formats.moment(lastSeenAt)
      ),
    },
    { key: 'created', title: words.createdAt, isWhole: true, cell: ({ createdAt }) => formats.date(createdAt) },
    {
      key: 'actions', title: common.actions, isActions: true, cell: (device) => (
        <span className="row-actions">
          <Button size="small" aria-label={`${common.edit}: ${device.name}`} onClick={() => { setEdited(device) }}>{common.edit}</Button>
          <Button size="small" danger aria-label={`${words.deleteDevice}: ${device.name}`} onClick={() => { setDeleting(device) }}>{words.deleteDevice}</Button>
        </span>
      ),
    },
  ]
  const shown = edited === 'new' || edited === undefined ? undefined : pages.value?.items.find(({ deviceId }) => deviceId === edited.deviceId) ?? edited
  return (
    <Page title={words.devices} intro={words.devicesIntro} actions={<div className="page-actions"><Button type="primary" onClick={() => { setEdited('new') }}>{words.addDevice}</Button></div>}>
      <Card>
        <Listing pages={pages} empty={words.noDevices} emptyHint={words.noDevicesHint}>{(items) => (
          <DataTable label={words.devices} items={items} columns={columns} rowKey={({ deviceId }) => deviceId} />
        )}</Listing>
      </Card>
      {edited !== undefined && <DeviceForm {...(shown && { device: shown })} onClose={() => { setEdited(undefined) }} onChanged={pages.reload} />}
      {deleting && <DeviceDeletion device={deleting} onClose={() => { setDeleting(undefined) }} onDeleted={pages.reload} />}
    </Page>
  )
}

function DeviceForm({ device, onClose, onChanged }: { readonly device?: Device; readonly onClose: () => void; readonly onChanged: () => void }) {
  const words = useOrganisationWords()
  const common = useCommonWords()
  const { api } = useAdmin()
  const colleagues = useColleagues()
  const types = useResource('device-types', (signal) => deviceTypes(api).list(signal))
  const offered = (types.value?.items ?? []).map(({ code, name }) => ({ value: code, label: name === undefined || name === code ? code : `${code} · ${name}` }))
  const submit = async (values: DeviceRequest) => {
    const given = { ...values, name: values.name.trim(), memberIds: [...(values.memberIds ?? [])] }
    if (device === undefined) await devices(api).create(given)
    else await changing(() => devices(api).change(device.deviceId, given, device.version), onChanged)
    onChanged()
  }
  return (
    <FormDrawer<DeviceRequest>
      title={device === undefined ? words.addDevice : words.editDevice} onClose={onClose} onSubmit={submit} problemFields={{ 'name-taken': 'name', 'no-such-device-type': 'type', 'no-such-member': 'memberIds' }}
      initialValues={{
        name: device?.name ?? '',
        aeTitle: device?.aeTitle ?? '',
        stationName: device?.stationName ?? '',
        memberIds: device?.members.map(({ membershipId }) => membershipId) ?? [],
        ...(device && { type: device.type }),
      }}
    >
      <Form.Item name="name" label={common.name} rules={[{ required: true, whitespace: true, message: common.missingName }]}><Input autoFocus maxLength={100} /></Form.Item>
      <Form.Item name="type" label={words.examType} rules={[{ required: true, message: words.wrongType }]}>
        <Select
          showSearch
          loading={types.isLoading}
          options={device === undefined || offered.some(({ value }) => value === device.type)
            ? offered
            : [...offered, { value: device.type, label: device.type }]}
        />
      </Form.Item>
      <Form.Item name="aeTitle" label={words.aeTitle} extra={words.aeTitleHint} rules={[{ pattern: /^[ -[\]-~]{0,16}$/, message: words.wrongAeTitle }]}><Input maxLength={16} /></Form.Item>
      <Form.Item name="stationName" label={words.stationName} extra={words.stationNameHint}><Input maxLength={16} /></Form.Item>
      <Form.Item name="memberIds" label={words.boundMembers} extra={words.boundHint}><MemberSelect isMany known={device?.members ?? []} search={colleagues} /></Form.Item>
    </FormDrawer>
  )
}
