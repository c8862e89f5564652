import { FormDrawer, withoutEmpty } from '@isocenter/design-system'
import { Form, Input } from 'antd'
import type { ServiceTls } from '../../../src/configuration/schema.ts'
import type { ServiceTlsChange } from '../../../src/control/actions.ts'
import { request } from '../api/client.ts'
import { SwitchField } from '../parts/switch-field.tsx'
import { useConsoleWords } from '../words/index.ts'

/** The certificate modalities are served with. The key that is there is never shown; an empty field keeps it. */
export function TlsSettings({ tls, onClose }: { readonly tls: ServiceTls | undefined; readonly onClose: () => void }) {
  const { service: words, nodes } = useConsoleWords()
  const { certificate, certificateAuthority, requireClientCertificate = false } = tls ?? {}
  return (
    <FormDrawer<ServiceTlsChange>
      title={words.tlsSettings}
      initialValues={{ certificate, certificateAuthority, requireClientCertificate }}
      onClose={onClose}
      onSubmit={(values) => request('PUT', '/service/tls', { body: withoutEmpty(values) })}
    >
      <Form.Item name="certificate" label={words.certificate} extra={words.certificateHint} rules={[{ required: true, message: nodes.required }]}><Input.TextArea rows={6} spellCheck={false} className="mono" /></Form.Item>
      <Form.Item name="key" label={words.privateKey} extra={tls ? words.privateKeyKept : words.privateKeyHint} rules={[{ required: !tls, message: nodes.required }]}><Input.TextArea rows={6} spellCheck={false} autoComplete="off" className="mono" /></Form.Item>
      <Form.Item name="certificateAuthority" label={words.certificateAuthority} extra={words.certificateAuthorityHint}><Input.TextArea rows={4} spellCheck={false} className="mono" /></Form.Item>
      <SwitchField name="requireClientCertificate" label={words.requireClientCertificate} hint={words.requireClientCertificateHint} />
    </FormDrawer>
  )
}
