import { accounts, session } from '@isocenter/api-client'
import { useAction, useProblemText } from '@isocenter/design-system'
import { Alert, Button, Form, Input } from 'antd'
import { useState } from 'react'
import { useShellWords } from '../words/index.ts'
import { LeaveLink } from './leave-link.tsx'
import { SignInCard } from './sign-in-card.tsx'

/** The second step of signing in: the authenticator's code, or a recovery code in its place. */
export function SecondFactor() {
  const { signIn: { secondFactor: words } } = useShellWords()
  const problemText = useProblemText()
  const { run, isBusy, problem, forget } = useAction()
  const [isRecovery, setRecovery] = useState(false)
  const [form] = Form.useForm<{ code: string }>()
  const submit = async ({ code }: { readonly code: string }) => {
    const went = await run(async () => { await session.begin(await accounts(session.api).giveSecondFactor(code.replaceAll(/\s/g, ''))) }, { isQuiet: true })
    if (!went) form.resetFields()
  }
  const change = () => {
    forget()
    form.resetFields()
    setRecovery(!isRecovery)
  }
  return (
    <SignInCard title={words.title} footer={<LeaveLink />}>
      <p className="hint">{isRecovery ? words.recoveryHint : words.hint}</p>
      <div role="alert">{problem && <Alert type="error" showIcon title={problemText(problem)} className="entrance-problem" />}</div>
      <Form form={form} layout="vertical" size="large" requiredMark={false} onFinish={(values: { code: string }) => void submit(values)}>
        <Form.Item key={String(isRecovery)} name="code" label={isRecovery ? words.recoveryCode : words.code} rules={[{ required: true, whitespace: true, message: words.missing }]}>
          <Input autoFocus autoComplete="one-time-code" inputMode={isRecovery ? 'text' : 'numeric'} className="code-input" maxLength={40} spellCheck={false} autoCapitalize="none" />
        </Form.Item>
        <Button type="primary" htmlType="submit" block loading={isBusy}>{words.submit}</Button>
        <Button type="link" block onClick={change}>{isRecovery ? words.useCode : words.useRecovery}</Button>
      </Form>
    </SignInCard>
  )
}
