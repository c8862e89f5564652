import { Form, Input, Select } from 'antd'
import type { NodeTls } from '../../../src/configuration/nodes.ts'
import { useConsoleWords } from '../words/index.ts'

/** What a DICOMweb server knows the gateway by. What is kept is never shown; an empty field keeps it. */
export function CredentialFields({ keptScheme }: { readonly keptScheme: string | undefined }) {
  const { nodes: words } = useConsoleWords()
  const form = Form.useFormInstance()
  const scheme = Form.useWatch<string | undefined>(['authorization', 'scheme'], form) ?? 'none'
  const isBasic = scheme === 'basic'
  const isKept = scheme === keptScheme
  return (
    <>
      <Form.Item name={['authorization', 'scheme']} label={words.authorization}>
        <Select options={(['none', 'basic', 'bearer'] as const).map((value) => ({ value, label: words.authorizations[value] }))} />
      </Form.Item>
      {isBasic && <Form.Item name={['authorization', 'userName']} label={words.userName} rules={[{ required: true, message: words.required }]}><Input maxLength={200} autoComplete="off" spellCheck={false} /></Form.Item>}
      {scheme !== 'none' && (
        <Form.Item name="credential" label={isBasic ? words.password : words.token} extra={isKept ? words.secretKept : words.secretHint} rules={[{ required: !isKept, message: words.required }]}>
          <Input.Password maxLength={10_000} autoComplete="new-password" visibilityToggle={false} />
        </Form.Item>
      )}
    </>
  )
}

/** How the node's certificate is checked, and which one the gateway shows. */
export function NodeTlsFields({ tls }: { readonly tls: NodeTls | undefined }) {
  const { nodes: words, service } = useConsoleWords()
  const isKept = tls?.keySecret !== undefined
  return (
    <>
      <Form.Item name={['tls', 'certificateAuthority']} label={words.authority} extra={words.authorityHint}><Input.TextArea rows={3} spellCheck={false} className="mono" /></Form.Item>
      <Form.Item name={['tls', 'serverName']} label={words.serverName} extra={words.serverNameHint}><Input maxLength={253} spellCheck={false} className="mono" /></Form.Item>
      <Form.Item name={['tls', 'certificate']} label={words.ownCertificate} extra={words.ownCertificateHint}><Input.TextArea rows={3} spellCheck={false} className="mono" /></Form.Item>
      <Form.Item name="key" label={service.privateKey} extra={isKept ? service.privateKeyKept : service.privateKeyHint}><Input.TextArea rows={3} spellCheck={false} autoComplete="off" className="mono" /></Form.Item>
    </>
  )
}
