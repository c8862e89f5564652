import { accounts, session } from '@isocenter/api-client'
import { useAction, useProblemText, useStore } from '@isocenter/design-system'
import { Alert, Button, Form, Input } from 'antd'
import { useShellWords } from '../words/index.ts'
import { SecondFactorForm } from './second-factor-form.tsx'

/** Asks who was signed in by an organisation's provider for the password of the account, or a passkey of it. */
export function AccountProofForm({ onProven }: { readonly onProven: () => Promise<unknown> }) {
  const { frame: { stepUp: words }, signIn } = useShellWords()
  const problemText = useProblemText()
  const state = useStore(session)
  const { run, isBusy, problem } = useAction()
  const [form] = Form.useForm<{ password: string }>()
  const hasPasskey = state.kind === 'signedIn' && state.session.account.secondFactors.includes('passkey')

  const submit = async ({ password }: { readonly password: string }) => {
    const went = await run(async () => { await accounts(session.api).prove(password) }, { isQuiet: true })
    if (went) await onProven()
    else form.resetFields()
  }

  return (
    <>
      <p className="hint">{words.proofHint}</p>
      <div role="alert">{problem && <Alert type="error" showIcon title={problemText(problem)} className="entrance-problem" />}</div>
      <Form form={form} layout="vertical" size="large" requiredMark={false} onFinish={(values: { password: string }) => void submit(values)}>
        <Form.Item name="password" label={signIn.password} rules={[{ required: true, message: signIn.missingPassword }]}>
          <Input.Password autoFocus autoComplete="current-password" maxLength={200} />
        </Form.Item>
        <Button type="primary" htmlType="submit" block loading={isBusy} className="entrance-way">{words.proofSubmit}</Button>
      </Form>
      {hasPasskey && <SecondFactorForm ways={['passkey']} onGiven={onProven} />}
    </>
  )
}
