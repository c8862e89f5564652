import { personalCentre, session } from '@isocenter/api-client'
import type { ContactChange } from '@isocenter/contracts'
import { FormDrawer } from '@isocenter/design-system'
import { Alert, Form, Input } from 'antd'
import { useState } from 'react'
import { useShellWords } from '../../words/index.ts'

const api = personalCentre(session.api)
interface Values { readonly address: string; readonly password: string; readonly code: string }

/** Another phone number or e-mail address: asked for with the password, proved by the code that is sent there (PC-02). */
export function ContactDrawer({ contact, address = '', onClose, onChanged }: { readonly contact: 'phone' | 'email'; /** What is proposed. */ readonly address?: string; readonly onClose: () => void; readonly onChanged: () => void }) {
  const { profile: words, signIn } = useShellWords()
  const [change, setChange] = useState<ContactChange>()
  const submit = async ({ address, password, code }: Values) => {
    if (change) {
      await api.completeContactChange(change.changeId, code.trim())
      onChanged()
      return true
    }
    setChange(await (contact === 'phone' ? api.askForPhone(address.trim(), password) : api.askForEmail(address.trim(), password)))
    return false
  }
  const isPhone = contact === 'phone'
  return (
    <FormDrawer<Values> title={isPhone ? words.changePhone : words.changeEmail} initialValues={{ address }} onClose={onClose} onSubmit={submit} submitText={change ? words.confirm : signIn.reset.send}>
      {change ? (
        <>
          <Alert type="info" showIcon title={words.codeSent} className="entrance-problem" />
          <Form.Item name="code" label={signIn.reset.code} rules={[{ required: true, pattern: /^\s*\d{6}\s*$/, message: signIn.reset.codePattern }]}>
            <Input autoFocus autoComplete="one-time-code" inputMode="numeric" className="code-input" maxLength={10} />
          </Form.Item>
        </>
      ) : (
        <>
          <Form.Item name="address" label={isPhone ? words.newPhone : words.newEmail} rules={[{ required: true, whitespace: true, message: isPhone ? words.missingPhone : words.missingEmail }, ...(isPhone ? [] : [{ type: 'email' as const, message: words.missingEmail }])]}>
            <Input autoFocus autoComplete={isPhone ? 'tel' : 'email'} inputMode={isPhone ? 'tel' : 'email'} maxLength={254} />
          </Form.Item>
          <Form.Item name="password" label={signIn.password} extra={words.passwordWhy} rules={[{ required: true, message: signIn.missingPassword }]}>
            <Input.Password autoComplete="current-password" maxLength={200} />
          </Form.Item>
        </>
      )}
    </FormDrawer>
  )
}
