import { accounts, session } from '@isocenter/api-client'
import { useAction, useProblemText } from '@isocenter/design-system'
import { Alert, Button, Card, Form, Input } from 'antd'
import { useState } from 'react'
import { mistakesOf, NewPasswordFields } from '../../sign-in/new-password-fields.tsx'
import { useShellWords } from '../../words/index.ts'

/** Another password, for who knows the present one (AUTH-21). */
export function PasswordCard({ isAdvised }: { readonly isAdvised: boolean }) {
  const { security: words, actions } = useShellWords()
  const problemText = useProblemText()
  const { run, isBusy, problem } = useAction()
  const [isOpen, setOpen] = useState(false)
  const mistakes = mistakesOf(problem)
  const submit = async ({ currentPassword, newPassword }: { readonly currentPassword: string; readonly newPassword: string }) => {
    const went = await run(() => accounts(session.api).changePassword({ currentPassword, newPassword }), { done: words.passwordChanged, isQuiet: true })
    if (!went) return
    setOpen(false)
    await session.refresh()
  }
  return (
    <Card title={<h2 className="card-title">{words.password}</h2>} extra={!isOpen && <Button onClick={() => { setOpen(true) }}>{words.changePassword}</Button>}>
      {isAdvised && <Alert type="warning" showIcon title={words.passwordAdvised} className="entrance-problem" />}
      {isOpen ? (
        <Form className="narrow-form" layout="vertical" requiredMark={false} onFinish={(values: { currentPassword: string; newPassword: string }) => void submit(values)}>
          <div role="alert">{problem && mistakes.length === 0 && <Alert type="error" showIcon title={problemText(problem)} className="entrance-problem" />}</div>
          <Form.Item name="currentPassword" label={words.currentPassword} rules={[{ required: true, message: words.missingCurrent }]}><Input.Password autoFocus autoComplete="current-password" maxLength={200} /></Form.Item>
          <NewPasswordFields refused={mistakes} />
          <span className="row-actions"><Button type="primary" htmlType="submit" loading={isBusy}>{actions.save}</Button><Button onClick={() => { setOpen(false) }}>{actions.cancel}</Button></span>
        </Form>
      ) : <p className="hint last">{words.passwordHint}</p>}
    </Card>
  )
}
