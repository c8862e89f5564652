import { maintenance } from '@isocenter/api-client'
import type { Device } from '@isocenter/contracts'
import { FormDrawer, Loaded, useLanguage, useResource } from '@isocenter/design-system'
import { Alert, Form, Input } from 'antd'
import { useAdmin } from '../parts/admin.ts'
import { changing } from '../parts/use-change.ts'
import { useCommonWords } from '../words/common.ts'
import { useOrganisationWords } from './words.ts'

interface Values { readonly count: string; readonly reason: string }

/** Deletes a device with what it made, after its number of studies was typed (ORG-21, D-69). */
export function DeviceDeletion({ device: { deviceId, name }, onClose, onDeleted }: { readonly device: Device; readonly onClose: () => void; readonly onDeleted: () => void }) {
  const words = useOrganisationWords()
  const common = useCommonWords()
  const { formats } = useLanguage()
  const { api } = useAdmin()
  const preview = useResource(deviceId, (signal) => maintenance(api).previewDeviceDeletion(deviceId, signal))
  return (
    <FormDrawer<Values>
      title={words.deleteDeviceTitle(name)}
      initialValues={{ count: '', reason: '' }}
      isDangerous
      submitText={words.deleteDevice}
      doneText={words.deviceDeleted}
      onClose={onClose}
      problemFields={{ 'count-differs': 'count' }}
      onSubmit={async ({ count, reason }) => {
        await changing(() => maintenance(api).deleteDevice(deviceId, { reason: reason.trim(), studies: Number(count) }), preview.reload)
        onDeleted()
      }}
    >
      <Loaded resource={preview}>{({ studies, instances, locked }) => (
        <>
          <Alert
            type={studies > 0 ? 'warning' : 'info'}
            showIcon
            className="modal-alert"
            title={studies > 0 ? words.deleteCount(formats.number(studies), formats.number(instances)) : words.deleteNothing}
            {...(studies > 0 && { description: words.deleteRestorable })}
          />
          {locked > 0 && <Alert type="error" showIcon className="modal-alert" title={words.deleteLocked(formats.number(locked))} />}
          <Form.Item
            name="count"
            label={words.confirmCount(formats.number(studies))}
            rules={[{
              required: true,
              validator: (_rule, value: string) => (
                value.trim() === String(studies) ? Promise.resolve() : Promise.reject(new Error(words.wrongCount))
              ),
            }]}
          >
            <Input inputMode="numeric" autoFocus autoComplete="off" maxLength={12} />
          </Form.Item>
          <Form.Item name="reason" label={common.reason} rules={[{ required: true, whitespace: true, message: common.missingReason }]}><Input.TextArea rows={3} maxLength={500} /></Form.Item>
        </>
      )}</Loaded>
    </FormDrawer>
  )
}
