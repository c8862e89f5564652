import { notifications, session } from '@isocenter/api-client'
import { isProblem, Loaded, useAction, useLanguage, useResource } from '@isocenter/design-system'
import { Alert, Button, Card, Switch } from 'antd'
import { useId, useState } from 'react'
import { canPush, PushRefused, subscribeHere, unsubscribeHere } from '../session/push.ts'
import { deviceName } from '../session/device-name.ts'
import { useShellWords } from '../words/index.ts'

const api = notifications(session.api)

/** Messages of this browser while no page is open (PC-05). Permission is asked for when it is switched on, not before. */
export function PushCard() {
  const { notificationSettings: words, security, qrApproval } = useShellWords()
  const { formats } = useLanguage()
  const id = useId()
  const devices = useResource('push', (signal) => api.pushDevices(signal))
  const { run, isBusy } = useAction()
  const [isRefused, setRefused] = useState(false)
  const here = devices.value?.items.find(({ isThisSession }) => isThisSession)
  const others = devices.value?.items.filter(({ isThisSession }) => !isThisSession) ?? []
  const change = async (isOn: boolean) => {
    setRefused(false)
    await run(async () => {
      try {
        if (isOn) await api.subscribe(await subscribeHere((await api.pushKey()).publicKey))
        else {
          await unsubscribeHere()
          if (here) await api.unsubscribe(here.subscriptionId)
        }
      } catch (error) {
        if (isProblem(error) || !(error instanceof PushRefused)) throw error
        setRefused(true)
      }
    })
    devices.reload()
  }
  return (
    <Card title={<h2 className="card-title">{words.push}</h2>}>
      {!canPush() ? <p className="hint last">{words.pushNotHere}</p> : (
        <Loaded resource={devices} rows={1}>{() => (
          <>
            <div role="alert">{isRefused && <Alert type="warning" showIcon title={words.pushRefused} className="entrance-problem" />}</div>
            <div className="setting"><div><label htmlFor={id}><strong>{words.pushHere}</strong></label><p>{words.pushHint}</p></div><Switch id={id} checked={here !== undefined} loading={isBusy} onChange={(value) => void change(value)} /></div>
            {others.map(({ subscriptionId, userAgent, createdAt }) => (
              <div className="setting" key={subscriptionId}>
                <div>{deviceName(userAgent) ?? qrApproval.unknownDevice}<p>{security.added(formats.moment(createdAt))}</p></div>
                <Button onClick={() => void run(() => api.unsubscribe(subscriptionId)).then(devices.reload)}>{security.remove}</Button>
              </div>
            ))}
          </>
        )}</Loaded>
      )}
    </Card>
  )
}
