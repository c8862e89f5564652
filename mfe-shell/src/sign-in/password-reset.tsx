import { accounts, session } from '@isocenter/api-client'
import type { PasswordReset as Reset } from '@isocenter/contracts'
import { Link, navigate, useAction, useProblemText } from '@isocenter/design-system'
import { Alert, Button, Form, Input } from 'antd'
import { useState } from 'react'
import { solveInWorker } from '../captcha/solve-in-worker.ts'
import { useShellWords } from '../words/index.ts'
import { mistakesOf, NewPasswordFields } from './new-password-fields.tsx'
import { SignInCard } from './sign-in-card.tsx'

const api = accounts(session.api)

/** A new password for who forgot the old one, by a code sent to the account's holder (AUTH-13). */
export function PasswordReset() {
  const { signIn: { reset: words } } = useShellWords()
  const [reset, setReset] = useState<Reset>()
  const [isDone, setDone] = useState(false)
  return (
    <SignInCard title={words.title} footer={<Link href="/sign-in">{words.toSignIn}</Link>}>
      {isDone ? (
        <>
          <div role="status"><Alert type="success" showIcon title={words.done} className="entrance-problem" /></div>
          <Button type="primary" size="large" block onClick={() => { navigate('/sign-in') }}>{words.toSignIn}</Button>
        </>
      ) : reset ? <Completion reset={reset} onDone={() => { setDone(true) }} onAgain={() => { setReset(undefined) }} /> : <Request onSent={setReset} />}
    </SignInCard>
  )
}

function Request({ onSent }: { readonly onSent: (reset: Reset) => void }) {
  const { signIn } = useShellWords()
  const problemText = useProblemText()
  const { run, isBusy, problem } = useAction()
  const submit = ({ login }: { readonly login: string }) => run(async () => { onSent(await api.requestReset({ login: login.trim(), captcha: await solveInWorker(await api.captcha()) })) }, { isQuiet: true })
  return (
    <>
      <p className="hint">{signIn.reset.hint}</p>
      <div role="alert">{problem && <Alert type="error" showIcon title={problemText(problem)} className="entrance-problem" />}</div>
      <Form layout="vertical" size="large" requiredMark={false} onFinish={(values: { login: string }) => void submit(values)}>
        <Form.Item name="login" label={signIn.login} rules={[{ required: true, whitespace: true, message: signIn.missingLogin }]}>
          <Input autoFocus autoComplete="username" autoCapitalize="none" spellCheck={false} maxLength={64} />
        </Form.Item>
        <Button type="primary" htmlType="submit" block loading={isBusy}>{signIn.reset.send}</Button>
        <p role="status" className="hint entrance-status">{isBusy && signIn.checking}</p>
      </Form>
    </>
  )
}

function Completion({ reset, onDone, onAgain }: { readonly reset: Reset; readonly onDone: () => void; readonly onAgain: () => void }) {
  const { signIn: { reset: words } } = useShellWords()
  const problemText = useProblemText()
  const { run, isBusy, problem } = useAction()
  const [minutes] = useState(() => Math.max(1, Math.round((Date.parse(reset.expiresAt) - Date.now()) / 60_000)))
  const mistakes = mistakesOf(problem)
  const submit = async ({ code, newPassword }: { readonly code: string; readonly newPassword: string }) => {
    if (await run(() => api.completeReset(reset.resetId, { code: code.trim(), newPassword }), { isQuiet: true })) onDone()
  }
  return (
    <>
      <div role="status"><Alert type="info" showIcon title={words.sent(minutes)} className="entrance-problem" /></div>
      <div role="alert">{problem && mistakes.length === 0 && <Alert type="error" showIcon title={problemText(problem)} className="entrance-problem" />}</div>
      <Form layout="vertical" size="large" requiredMark={false} onFinish={(values: { code: string; newPassword: string }) => void submit(values)}>
        <Form.Item name="code" label={words.code} rules={[{ required: true, pattern: /^\s*\d{6}\s*$/, message: words.codePattern }]}>
          <Input autoFocus autoComplete="one-time-code" inputMode="numeric" className="code-input" maxLength={10} />
        </Form.Item>
        <NewPasswordFields refused={mistakes} />
        <Button type="primary" htmlType="submit" block loading={isBusy}>{words.submit}</Button>
        <Button type="link" block onClick={onAgain}>{words.again}</Button>
      </Form>
    </>
  )
}
