import { FormDrawer, withoutEmpty } from '@isocenter/design-system'
import { Form, Input, InputNumber } from 'antd'
import type { Peer } from '../../../src/configuration/schema.ts'
import { request } from '../api/client.ts'
import { aeTitlePattern } from '../parts/ae-title.ts'
import { SwitchField } from '../parts/switch-field.tsx'
import { useConsoleWords } from '../words/index.ts'

/** One more on the accept list. */
export function PeerForm({ onClose }: { readonly onClose: () => void }) {
  const { senders, service, actions } = useConsoleWords()
  return (
    <FormDrawer<Peer> title={senders.addTitle} initialValues={{}} submitText={actions.add} onClose={onClose} onSubmit={(peer) => request('POST', '/peers', { body: withoutEmpty(peer) })}>
      <Form.Item name="aeTitle" label={senders.aeTitle} rules={[{ required: true, pattern: aeTitlePattern, message: service.aeTitleInvalid }]}><Input maxLength={16} spellCheck={false} className="mono" /></Form.Item>
      <Form.Item name="address" label={senders.address} extra={senders.addressHint}><Input maxLength={253} spellCheck={false} className="mono" /></Form.Item>
      <Form.Item name="port" label={senders.port} extra={senders.portHint} rules={[{ type: 'integer', min: 1, max: 65_535, message: service.portInvalid }]}><InputNumber precision={0} style={{ width: 160 }} /></Form.Item>
      <SwitchField name="tls" label={senders.tls} hint={senders.tlsHint} />
      <Form.Item name="note" label={senders.note} extra={senders.noteHint}><Input maxLength={500} /></Form.Item>
    </FormDrawer>
  )
}
