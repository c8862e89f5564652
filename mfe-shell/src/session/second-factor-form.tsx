import { accounts, passkeys, session } from '@isocenter/api-client'
import type { PasskeyAssertion, SecondFactorWay, Session } from '@isocenter/contracts'
import { KeyOutlined } from '@ant-design/icons'
import { useAction, useProblemText } from '@isocenter/design-system'
import { Alert, Button, Form, Input } from 'antd'
import { useState } from 'react'
import { useShellWords } from '../words/index.ts'
import { hasPasskeys, PasskeyGivenUp, showPasskey } from './web-authn.ts'

/** Asks for a second factor in one of the ways the account has: passkey, authenticator, recovery code. */
export function SecondFactorForm({ ways, onGiven }: { readonly ways: readonly SecondFactorWay[]; readonly onGiven: (session: Session) => Promise<unknown> }) {
  const { signIn: { secondFactor: words } } = useShellWords()
  const problemText = useProblemText()
  const { run, isBusy, problem, forget } = useAction()
  const [hasGivenUp, setGivenUp] = useState(false)
  const [isRecovery, setRecovery] = useState(!ways.includes('totp') && !ways.includes('passkey'))
  const [form] = Form.useForm<{ code: string }>()
  const asksCode = isRecovery || ways.includes('totp')

  const submit = async ({ code }: { readonly code: string }) => {
    const went = await run(async () => { await onGiven(await accounts(session.api).giveSecondFactor(code.replaceAll(/\s/g, ''))) }, { isQuiet: true })
    if (!went) form.resetFields()
  }
  const byPasskey = () => run(async () => {
    setGivenUp(false)
    const challenge = await passkeys(session.api).beginSecondFactor()
    try {
      const credential = await showPasskey<PasskeyAssertion['credential']>(challenge)
      await onGiven(await passkeys(session.api).giveSecondFactor({ ceremony: challenge.ceremony, credential }))
    } catch (error) {
      if (!(error instanceof PasskeyGivenUp)) throw error
      setGivenUp(true)
    }
  }, { isQuiet: true })
  const change = () => {
    forget()
    form.resetFields()
    setRecovery(!isRecovery)
  }

  return (
    <>
      <div role="alert">
        {problem && <Alert type="error" showIcon title={problemText(problem)} className="entrance-problem" />}
        {hasGivenUp && !problem && <Alert type="warning" showIcon title={words.passkeyGivenUp} className="entrance-problem" />}
      </div>
      {!isRecovery && ways.includes('passkey') && hasPasskeys() && (
        <Button type={asksCode ? 'default' : 'primary'} size="large" block icon={<KeyOutlined aria-hidden />} loading={isBusy} onClick={() => void byPasskey()} className="entrance-way">{words.usePasskey}</Button>
      )}
      {asksCode && (
        <>
          <p className="hint">{isRecovery ? words.recoveryHint : words.hint}</p>
          <Form form={form} layout="vertical" size="large" requiredMark={false} onFinish={(values: { code: string }) => void submit(values)}>
            <Form.Item key={String(isRecovery)} name="code" label={isRecovery ? words.recoveryCode : words.code} rules={[{ required: true, whitespace: true, message: words.missing }]}>
              <Input autoFocus autoComplete="one-time-code" inputMode={isRecovery ? 'text' : 'numeric'} className="code-input" maxLength={40} spellCheck={false} autoCapitalize="none" />
            </Form.Item>
            <Button type="primary" htmlType="submit" block loading={isBusy}>{words.submit}</Button>
          </Form>
        </>
      )}
      {ways.includes('recoveryCode') && (ways.includes('totp') || ways.includes('passkey')) && <Button type="link" block onClick={change}>{isRecovery ? words.useCode : words.useRecovery}</Button>}
    </>
  )
}
