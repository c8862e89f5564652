import { SettingOutlined } from '@ant-design/icons'
import { FormDrawer, Loaded, Page, useConfirm, useLanguage, withoutEmpty } from '@isocenter/design-system'
import { Alert, Button, Card, Form, InputNumber } from 'antd'
import { useState } from 'react'
import type { Configuration } from '../../../src/configuration/schema.ts'
import type { GatewayState } from '../../../src/control/wire/state.ts'
import { editConfiguration } from '../api/edit-configuration.ts'
import { useResource } from '../api/use-resource.ts'
import { useConsoleWords } from '../words/index.ts'

const bytesPerGigabyte = 1e9

/** How much room received objects take, and when they and their records go. */
export function Storage() {
  const { places, storage: words, service } = useConsoleWords()
  const { formats } = useLanguage()
  const state = useResource<GatewayState>('/state', ['state'])
  const configuration = useResource<Configuration>('/configuration', ['configuration'])
  const [isEditing, setEditing] = useState(false)
  return (
    <Page title={places.storage} actions={configuration.value && <Button icon={<SettingOutlined aria-hidden />} onClick={() => { setEditing(true) }}>{service.settings}</Button>}>
      <Loaded resource={state}>{({ spool }) => (
        <>
          {spool.refusing && <Alert type="error" showIcon title={words.refusing} />}
          <dl className="figures">
            <div><dt>{words.objects}</dt><dd>{formats.number(spool.objects)}</dd></div>
            <div><dt>{words.used}</dt><dd>{formats.bytes(spool.bytes)}</dd></div>
            <div><dt>{words.free}</dt><dd>{formats.bytes(spool.freeBytes)}</dd></div>
          </dl>
        </>
      )}</Loaded>
      <Loaded resource={configuration}>{(value) => <Policy configuration={value} />}</Loaded>
      {isEditing && configuration.value && <StorageSettings configuration={configuration.value} onClose={() => { setEditing(false) }} />}
    </Page>
  )
}

function Policy({ configuration: { retention, spool } }: { readonly configuration: Configuration }) {
  const { storage: words } = useConsoleWords()
  const { formats } = useLanguage()
  const bytes = (value: number | undefined, unset: string) => (value === undefined ? unset : formats.bytes(value))
  const days = (value: number) => words.days(formats.number(value), value === 1)
  const { deleteDaysAfterArrival, deleteAtFreeBytes, recordDays, studyCompleteAfterSeconds } = retention
  return (
    <Card title={<h2 className="card-title">{words.retention}</h2>}>
      <p className="hint">{words.retentionIntro}</p>
      <dl className="facts">
        <dt>{words.quota}</dt><dd>{bytes(spool.quotaBytes, words.unset.quota)}</dd>
        <dt>{words.reserve}</dt><dd>{formats.bytes(spool.refuseAtFreeBytes)}</dd>
        <dt>{words.deleteAfter}</dt><dd>{deleteDaysAfterArrival === undefined ? words.unset.deleteDays : days(deleteDaysAfterArrival)}</dd>
        <dt>{words.deleteAtFree}</dt><dd>{bytes(deleteAtFreeBytes, words.unset.deleteAtFree)}</dd>
        <dt>{words.keepRecords}</dt><dd>{days(recordDays)}</dd>
        <dt>{words.complete}</dt><dd>{words.seconds(formats.number(studyCompleteAfterSeconds), studyCompleteAfterSeconds === 1)}</dd>
      </dl>
    </Card>
  )
}

type Amount = number | null | undefined
interface Values { readonly quota: Amount; readonly reserve: number; readonly deleteDays: Amount; readonly deleteAtFree: Amount; readonly recordDays: number; readonly completeAfter: number }

function StorageSettings({ configuration: { retention, spool }, onClose }: { readonly configuration: Configuration; readonly onClose: () => void }) {
  const { storage: words, service, actions } = useConsoleWords()
  const confirm = useConfirm()
  const inGigabytes = (bytes: number | undefined) => (bytes === undefined ? undefined : bytes / bytesPerGigabyte)
  const inBytes = (gigabytes: Amount) => (gigabytes === null || gigabytes === undefined ? undefined : Math.round(gigabytes * bytesPerGigabyte))

  const save = async ({ quota, reserve, deleteDays, deleteAtFree, recordDays, completeAfter }: Values) => {
    const isSooner = typeof deleteDays === 'number' && deleteDays < (retention.deleteDaysAfterArrival ?? Number.POSITIVE_INFINITY)
    if (isSooner && !await confirm({ title: words.confirmSooner, hint: words.confirmSoonerHint, action: actions.save })) return false
    await editConfiguration((configuration) => ({
      spool: withoutEmpty({ ...configuration.spool, quotaBytes: inBytes(quota), refuseAtFreeBytes: inBytes(reserve) ?? 0 }),
      retention: withoutEmpty({ ...configuration.retention, deleteDaysAfterArrival: deleteDays ?? undefined, deleteAtFreeBytes: inBytes(deleteAtFree), recordDays, studyCompleteAfterSeconds: completeAfter }),
    }))
    return true
  }

  return (
    <FormDrawer<Values>
      title={service.settings}
      initialValues={{
        quota: inGigabytes(spool.quotaBytes), reserve: spool.refuseAtFreeBytes / bytesPerGigabyte, deleteDays: retention.deleteDaysAfterArrival,
        deleteAtFree: inGigabytes(retention.deleteAtFreeBytes), recordDays: retention.recordDays, completeAfter: retention.studyCompleteAfterSeconds,
      }}
      onClose={onClose}
      onSubmit={save}
    >
      <AmountField name="quota" label={words.quota} hint={words.quotaHint} min={1} />
      <AmountField name="reserve" label={words.reserve} hint={words.reserveHint} min={0} isNeeded />
      <AmountField name="deleteDays" label={words.deleteDays} hint={words.deleteDaysHint} min={0} max={3650} />
      <AmountField name="deleteAtFree" label={words.deleteAtFree} hint={words.deleteAtFreeHint} min={0} />
      <AmountField name="recordDays" label={words.recordDays} hint={words.recordDaysHint} min={1} max={36_500} isNeeded />
      <AmountField name="completeAfter" label={words.completeAfter} hint={words.completeAfterHint} min={1} max={86_400} isNeeded />
    </FormDrawer>
  )
}

interface AmountFieldProps { readonly name: keyof Values; readonly label: string; readonly hint: string; readonly min: number; readonly max?: number; readonly isNeeded?: boolean }

function AmountField({ name, label, hint, min, max = 1e6, isNeeded = false }: AmountFieldProps) {
  return (
    <Form.Item name={name} label={label} extra={hint} rules={[{ required: isNeeded, type: 'number', min, max, message: `${min}–${max}` }]}>
      <InputNumber style={{ width: 160 }} />
    </Form.Item>
  )
}
