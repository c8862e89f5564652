import { accounts, session } from '@isocenter/api-client'
import type { Session, TotpEnrolment } from '@isocenter/contracts'
import { FormDrawer } from '@isocenter/design-system'
import { Button, Card, Form, Input, Tag, Typography } from 'antd'
import { useState } from 'react'
import { QrPicture } from '../../parts/qr-picture.tsx'
import { useShellWords } from '../../words/index.ts'
import { AskPassword } from './ask-password.tsx'
import { RecoveryCodes } from './recovery-codes.tsx'

const api = accounts(session.api)

type Step = { readonly kind: 'password' } | { readonly kind: 'code'; readonly enrolment: TotpEnrolment } | { readonly kind: 'codes'; readonly codes: readonly string[] } | { readonly kind: 'removal' }

/** An authenticator as the second step of signing in. */
export function TotpCard({ account }: { readonly account: Session['account'] }) {
  const { security: words, signIn } = useShellWords()
  const [step, setStep] = useState<Step>()
  const close = () => { setStep(undefined) }
  const hasTotp = account.secondFactors.includes('totp')
  return (
    <Card
      title={<h2 className="card-title">{words.totp}{hasTotp ? <Tag color="success">{words.on}</Tag> : <Tag>{words.off}</Tag>}</h2>}
      extra={hasTotp ? <Button danger onClick={() => { setStep({ kind: 'removal' }) }}>{words.remove}</Button> : <Button type="primary" onClick={() => { setStep({ kind: 'password' }) }}>{words.setUp}</Button>}
    >
      <p className="hint last">{words.totpHint}</p>
      {step?.kind === 'password' && <AskPassword title={words.totp} action={words.goOn} onClose={close} onSubmit={async (password) => { setStep({ kind: 'code', enrolment: await api.beginTotp(password) }); return false }} />}
      {step?.kind === 'code' && (
        <FormDrawer<{ code: string }>
          title={words.totp}
          initialValues={{}}
          onClose={close}
          submitText={words.confirm}
          doneText=""
          onSubmit={async ({ code }) => {
            const { recoveryCodes } = await api.confirmTotp(code.trim())
            setStep({ kind: 'codes', codes: recoveryCodes })
            return false
          }}
        >
          <p>{words.totpScan}</p>
          <QrPicture label={words.totpCode} value={step.enrolment.uri} />
          <Typography.Paragraph copyable={{ text: step.enrolment.secret }}>{words.totpSecret} <code className="mono">{step.enrolment.secret}</code></Typography.Paragraph>
          <Form.Item name="code" label={signIn.secondFactor.code} rules={[{ required: true, pattern: /^\s*\d{6}\s*$/, message: signIn.reset.codePattern }]}>
            <Input autoFocus autoComplete="one-time-code" inputMode="numeric" className="code-input" maxLength={10} />
          </Form.Item>
        </FormDrawer>
      )}
      {step?.kind === 'codes' && <RecoveryCodes codes={step.codes} onClose={() => { close(); void session.refresh() }} />}
      {step?.kind === 'removal' && <AskPassword title={words.removeTotp} action={words.remove} doneText={words.removed} onClose={close} onSubmit={async (password) => { await api.removeTotp(password); await session.refresh() }}><p>{words.removeTotpHint}</p></AskPassword>}
    </Card>
  )
}
