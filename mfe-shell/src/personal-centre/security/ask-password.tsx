import { FormDrawer } from '@isocenter/design-system'
import { Form, Input } from 'antd'
import type { ReactNode } from 'react'
import { useShellWords } from '../../words/index.ts'

/** Asks for the password before what could take an account over. */
export function AskPassword({ title, action, onClose, onSubmit, doneText = '', children }: { readonly title: string; readonly action: string; readonly onClose: () => void; readonly onSubmit: (password: string) => Promise<boolean | void>; readonly doneText?: string; readonly children?: ReactNode }) {
  const { signIn, profile } = useShellWords()
  return (
    <FormDrawer<{ password: string }> title={title} initialValues={{}} onClose={onClose} onSubmit={({ password }) => onSubmit(password)} submitText={action} doneText={doneText}>
      {children}
      <Form.Item name="password" label={signIn.password} extra={profile.passwordWhy} rules={[{ required: true, message: signIn.missingPassword }]}>
        <Input.Password autoFocus autoComplete="current-password" maxLength={200} />
      </Form.Item>
    </FormDrawer>
  )
}
