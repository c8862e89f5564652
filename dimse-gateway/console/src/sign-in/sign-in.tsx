import { LanguageChoice, useProblemText } from '@isocenter/design-system'
import { Alert, Button, Card, Form, Input, Typography } from 'antd'
import { useState } from 'react'
import { ApiError, request } from '../api/client.ts'
import { useConsoleWords } from '../words/index.ts'

/** Asks for the gateway's key. */
export function SignIn({ onSignedIn }: { readonly onSignedIn: () => void }) {
  const { signIn, product } = useConsoleWords()
  const problemText = useProblemText()
  const [error, setError] = useState<ApiError>()
  const [isBusy, setBusy] = useState(false)

  const submit = async ({ key }: { key: string }) => {
    setBusy(true)
    try {
      await request('POST', '/session', { body: { key } })
      onSignedIn()
    } catch (reason) {
      if (!(reason instanceof ApiError)) throw reason
      setError(reason)
      setBusy(false)
    }
  }

  return (
    <main className="sign-in">
      <Card className="sign-in-card">
        <div className="page-head">
          <div className="brand-inline"><Typography.Text type="secondary">Isocenter · {product}</Typography.Text></div>
          <LanguageChoice />
        </div>
        <Typography.Title level={1} style={{ fontSize: 22, marginTop: 0 }}>{signIn.title}</Typography.Title>
        {error && <Alert type="error" showIcon role="alert" style={{ marginBottom: 16 }} title={error.code === 'wrong-key' ? signIn.wrongKey : problemText(error)} />}
        <Form layout="vertical" requiredMark={false} onFinish={(values: { key: string }) => void submit(values)}>
          <Form.Item name="key" label={signIn.key} extra={signIn.hint} rules={[{ required: true, message: signIn.missing }]}>
            <Input.Password autoComplete="current-password" autoFocus spellCheck={false} />
          </Form.Item>
          <Button type="primary" htmlType="submit" block loading={isBusy} size="large">{signIn.submit}</Button>
        </Form>
      </Card>
    </main>
  )
}
