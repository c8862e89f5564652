import { accounts, session } from '@isocenter/api-client'
import type { SignedInDevice } from '@isocenter/contracts'
import { Loaded, useAction, useConfirm, useLanguage, useNow, useResource } from '@isocenter/design-system'
import { DesktopOutlined, MobileOutlined } from '@ant-design/icons'
import { Button, Card, Tag } from 'antd'
import { deviceName } from '../../session/device-name.ts'
import { useShellWords } from '../../words/index.ts'

const api = accounts(session.api)

/** Where one is signed in, and signing out there. */
export function SessionsCard() {
  const { security: words } = useShellWords()
  const sessions = useResource('sessions', (signal) => api.sessions(signal))
  const { run, isBusy } = useAction()
  const confirm = useConfirm()
  const endOthers = async () => {
    if (!await confirm({ title: words.endOthers, hint: words.endOthersHint, action: words.endOthers })) return
    await run(() => api.endOtherSessions(), { done: words.ended })
    sessions.reload()
  }
  return (
    <Card title={<h2 className="card-title">{words.sessions}</h2>} extra={(sessions.value?.items.length ?? 0) > 1 && <Button loading={isBusy} onClick={() => void endOthers()}>{words.endOthers}</Button>}>
      <Loaded resource={sessions}>{({ items }) => <ul className="rows">{items.map((one) => <SessionRow key={one.sessionId} device={one} onEnded={sessions.reload} />)}</ul>}</Loaded>
    </Card>
  )
}

function SessionRow({ device: { sessionId, isCurrent, isRemembered, userAgent, address, signedInAt, lastActiveAt }, onEnded }: { readonly device: SignedInDevice; readonly onEnded: () => void }) {
  const { security: words, qrApproval } = useShellWords()
  const { formats } = useLanguage()
  const { run, isBusy } = useAction()
  const now = useNow()
  const name = deviceName(userAgent) ?? qrApproval.unknownDevice
  const end = async () => {
    await run(() => api.endSession(sessionId), { done: words.ended })
    onEnded()
  }
  const Icon = /iPhone|Android/.test(userAgent ?? '') ? MobileOutlined : DesktopOutlined
  return (
    <li>
      <span className="with-symbol">
        <Icon aria-hidden className="row-symbol" />
        <span>
          <strong>{name}</strong> {isCurrent && <Tag color="success">{words.thisBrowser}</Tag>}{isRemembered && <Tag>{words.remembered}</Tag>}<br />
          <span className="hint">{words.since(formats.moment(signedInAt), address)} · {words.lastActive(formats.fromNow(lastActiveAt, now))}</span>
        </span>
      </span>
      {!isCurrent && <Button loading={isBusy} onClick={() => void end()} aria-label={`${words.end}: ${name}`}>{words.end}</Button>}
    </li>
  )
}
