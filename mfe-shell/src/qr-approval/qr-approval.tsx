import { DesktopOutlined } from '@ant-design/icons'
import { qrApproval, session } from '@isocenter/api-client'
import type { QrSignInRequest } from '@isocenter/contracts'
import { Loaded, useAction, useLanguage, useResource } from '@isocenter/design-system'
import { Alert, Button, Result, Tabs } from 'antd'
import { useState } from 'react'
import { deviceName } from '../session/device-name.ts'
import { useSessionState } from '../session/use-session.ts'
import { PasswordSignIn } from '../sign-in/password-sign-in.tsx'
import { FirstPassword } from '../sign-in/first-password.tsx'
import { SecondFactor } from '../sign-in/second-factor.tsx'
import { SignInCard } from '../sign-in/sign-in-card.tsx'
import { useShellWords } from '../words/index.ts'
import { FirstSignIn } from './first-sign-in.tsx'

const api = qrApproval(session.api)

/** What stands behind the # of the address in the QR code; no server sees it. */
const codeOfAddress = (): string => location.hash.slice(1)

/** The page a phone opens from the QR code of a desktop: it shows who asks, and lets in or not (AUTH-04); who is new there signs in first (AUTH-05). */
export function QrApproval() {
  const { qrApproval: words } = useShellWords()
  const state = useSessionState()
  const [code] = useState(codeOfAddress)
  if (code === '') return <SignInCard title={words.title}><Alert type="warning" showIcon title={words.noCode} /></SignInCard>
  if (state.kind === 'restricted') return state.session.restrictedTo === 'secondFactor' ? <SecondFactor of={state.session} /> : <FirstPassword />
  if (state.kind === 'signedIn') return <SignInCard title={words.title}><Question code={code} name={state.session.account.name} /></SignInCard>
  return (
    <SignInCard title={words.signInFirst}>
      <Tabs items={[{ key: 'password', label: words.withPassword, children: <PasswordSignIn /> }, { key: 'first', label: words.firstTime, children: <FirstSignIn code={code} /> }]} />
    </SignInCard>
  )
}

function Question({ code, name }: { readonly code: string; readonly name: string }) {
  const { qrApproval: words } = useShellWords()
  const asked = useResource(code, () => api.look(code))
  const [answer, setAnswer] = useState<'approved' | 'refused'>()
  if (answer) return <Result status={answer === 'approved' ? 'success' : 'info'} title={words[answer]} subTitle={answer === 'approved' ? words.approvedHint : words.refusedHint} />
  return <Loaded resource={asked}>{(request) => <Asked code={code} request={request} name={name} onAnswer={setAnswer} />}</Loaded>
}

function Asked({ code, request, name, onAnswer }: { readonly code: string; readonly request: QrSignInRequest; readonly name: string; readonly onAnswer: (answer: 'approved' | 'refused') => void }) {
  const { qrApproval: words } = useShellWords()
  const { formats } = useLanguage()
  const { run, isBusy } = useAction()
  const approve = async () => { if (await run(() => api.approve(code))) onAnswer('approved') }
  const refuse = async () => { if (await run(() => api.refuse(code))) onAnswer('refused') }
  return (
    <>
      <p className="asked"><DesktopOutlined aria-hidden /> <strong>{words.question(name)}</strong></p>
      {!request.isSameAddress && <Alert type="warning" showIcon title={words.otherAddress} className="entrance-problem" />}
      <dl className="facts">
        <dt>{words.device}</dt><dd>{deviceName(request.userAgent) ?? words.unknownDevice}</dd>
        <dt>{words.address}</dt><dd className="mono">{request.address}</dd>
        <dt>{words.at}</dt><dd>{formats.time(request.askedAt)}</dd>
      </dl>
      <p className="comparison">{words.comparison} <strong>{request.comparison}</strong></p>
      <div className="entrance-ways">
        <Button type="primary" size="large" loading={isBusy} onClick={() => void approve()}>{words.approve}</Button>
        <Button size="large" danger disabled={isBusy} onClick={() => void refuse()}>{words.refuse}</Button>
      </div>
    </>
  )
}
