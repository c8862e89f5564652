import { LockOutlined, UserOutlined } from '@ant-design/icons'
import { accounts, ApiProblem, session } from '@isocenter/api-client'
import { Link, useProblemText, type ProblemLike } from '@isocenter/design-system'
import { Alert, Button, Checkbox, Form, Input } from 'antd'
import { useState } from 'react'
import { solveInWorker } from '../captcha/solve-in-worker.ts'
import { useShellWords } from '../words/index.ts'

interface Values { readonly login: string; readonly password: string; readonly remember?: boolean }

const api = accounts(session.api)

/** Signs in; where the server wants work done first, the browser does it and nobody has to read crooked letters (AUTH-09). */
async function signIn({ login, password, remember = false }: Values, onCaptcha: () => void): Promise<void> {
  const request = { login: login.trim(), password, remember }
  const answered = await api.signIn(request).catch(async (error: unknown) => {
    if (!(error instanceof ApiProblem) || error.code !== 'captcha-needed') throw error
    onCaptcha()
    return api.signIn({ ...request, captcha: await solveInWorker(await api.captcha()) })
  })
  await session.begin(answered)
}

/** The form with account and password (AUTH-03). */
export function PasswordSignIn() {
  const { signIn: words } = useShellWords()
  const problemText = useProblemText()
  const [problem, setProblem] = useState<ProblemLike>()
  const [busy, setBusy] = useState<'no' | 'sending' | 'solving'>('no')
  const [form] = Form.useForm<Values>()

  const submit = async (values: Values) => {
    setProblem(undefined)
    setBusy('sending')
    try {
      await signIn(values, () => { setBusy('solving') })
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      setProblem(error)
      form.resetFields(['password'])
      form.focusField('password')
    } finally {
      setBusy('no')
    }
  }

  return (
    <>
      <div role="alert">{problem && <Alert type="error" showIcon title={problemText(problem)} className="entrance-problem" />}</div>
      <Form form={form} layout="vertical" size="large" requiredMark={false} onFinish={(values: Values) => void submit(values)}>
        <Form.Item name="login" label={words.login} rules={[{ required: true, whitespace: true, message: words.missingLogin }]}>
          <Input prefix={<UserOutlined aria-hidden />} autoComplete="username" autoCapitalize="none" spellCheck={false} autoFocus maxLength={64} />
        </Form.Item>
        <Form.Item name="password" label={words.password} rules={[{ required: true, message: words.missingPassword }]}>
          <Input.Password prefix={<LockOutlined aria-hidden />} autoComplete="current-password" maxLength={200} />
        </Form.Item>
        <div className="entrance-options">
          <Form.Item name="remember" valuePropName="checked" noStyle><Checkbox>{words.remember}</Checkbox></Form.Item>
          <Link href="/reset-password">{words.forgot}</Link>
        </div>
        <Button type="primary" htmlType="submit" block loading={busy !== 'no'}>{words.submit}</Button>
        <p role="status" className="hint entrance-status">{busy === 'solving' && words.checking}</p>
      </Form>
    </>
  )
}
