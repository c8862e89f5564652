import { ownCredentials, session } from '@isocenter/api-client'
import { credentialKinds, type Credential, type CredentialKind } from '@isocenter/contracts'
import { FormDrawer } from '@isocenter/design-system'
import { Form, Input, Select } from 'antd'
import { useShellWords } from '../../words/index.ts'

const api = ownCredentials(session.api)
interface Values { readonly kind: CredentialKind; readonly title?: string; readonly number?: string; readonly validUntil?: string }

/** A document of one's own: which it is, its number, until when it is good. */
export function CredentialForm({ credential, onClose, onChanged }: { readonly credential: Credential | undefined; readonly onClose: () => void; readonly onChanged: () => void }) {
  const { credentials: words } = useShellWords()
  const submit = async ({ kind, title = '', number = '', validUntil = '' }: Values) => {
    const fields = { title: title.trim(), number: number.trim(), validUntil }
    if (credential) await api.change(credential.credentialId, fields, credential.version)
    else await api.create({ kind, ...fields })
    onChanged()
  }
  return (
    <FormDrawer<Values> title={credential ? words.edit : words.add} initialValues={credential ?? { kind: 'practisingCertificate' }} onClose={onClose} onSubmit={submit}>
      <Form.Item name="kind" label={words.kind}><Select disabled={credential !== undefined} options={credentialKinds.map((value) => ({ value, label: words.kinds[value] }))} /></Form.Item>
      <Form.Item noStyle dependencies={['kind']}>{({ getFieldValue }) => getFieldValue('kind') === 'other' && <Form.Item name="title" label={words.kindTitle} rules={[{ required: true, whitespace: true, message: words.missingTitle }]}><Input maxLength={100} /></Form.Item>}</Form.Item>
      <Form.Item name="number" label={words.number}><Input maxLength={60} autoComplete="off" /></Form.Item>
      <Form.Item name="validUntil" label={words.validUntil} extra={words.validUntilHint}><Input type="date" /></Form.Item>
    </FormDrawer>
  )
}
