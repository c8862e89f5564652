import { accounts, qrApproval, session } from '@isocenter/api-client'
import type { PhoneBinding } from '@isocenter/contracts'
import { useAction, useProblemText } from '@isocenter/design-system'
import { Alert, Button, Form, Input } from 'antd'
import { useState } from 'react'
import { solveInWorker } from '../captcha/solve-in-worker.ts'
import { mistakesOf, NewPasswordFields } from '../sign-in/new-password-fields.tsx'
import { useShellWords } from '../words/index.ts'

const api = qrApproval(session.api)

/** For who has never signed in: the phone number the account was made with, a code sent to it, a password; then both screens are in (AUTH-05). */
export function FirstSignIn({ code }: { readonly code: string }) {
  const { qrApproval: words, signIn } = useShellWords()
  const problemText = useProblemText()
  const { run, isBusy, problem } = useAction()
  const [binding, setBinding] = useState<PhoneBinding>()
  const mistakes = mistakesOf(problem)
  const ask = ({ phone }: { readonly phone: string }) => run(async () => {
    setBinding(await api.beginBinding({ code, phone: phone.trim(), captcha: await solveInWorker(await accounts(session.api).captcha()) }))
  }, { isQuiet: true })
  const complete = ({ proof, newPassword }: { readonly proof: string; readonly newPassword: string }) => run(async () => {
    if (binding) await session.begin(await api.completeBinding(binding.bindingId, { code, proof: proof.trim(), newPassword }))
  }, { isQuiet: true })
  return (
    <>
      <div role="alert">{problem && mistakes.length === 0 && <Alert type="error" showIcon title={problemText(problem)} className="entrance-problem" />}</div>
      {binding ? (
        <Form layout="vertical" size="large" requiredMark={false} onFinish={(values: { proof: string; newPassword: string }) => void complete(values)}>
          <p className="hint">{words.codeSent}</p>
          <Form.Item name="proof" label={signIn.reset.code} rules={[{ required: true, pattern: /^\s*\d{6}\s*$/, message: signIn.reset.codePattern }]}>
            <Input autoFocus autoComplete="one-time-code" inputMode="numeric" className="code-input" maxLength={10} />
          </Form.Item>
          <NewPasswordFields refused={mistakes} />
          <Button type="primary" htmlType="submit" block loading={isBusy}>{words.finish}</Button>
        </Form>
      ) : (
        <Form layout="vertical" size="large" requiredMark={false} onFinish={(values: { phone: string }) => void ask(values)}>
          <p className="hint">{words.firstHint}</p>
          <Form.Item name="phone" label={words.phone} rules={[{ required: true, whitespace: true, message: words.missingPhone }]}>
            <Input autoComplete="tel" inputMode="tel" maxLength={40} />
          </Form.Item>
          <Button type="primary" htmlType="submit" block loading={isBusy}>{signIn.reset.send}</Button>
        </Form>
      )}
    </>
  )
}
