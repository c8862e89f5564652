import { notifications, session } from '@isocenter/api-client'
import type { NotificationEvent, NotificationSwitches } from '@isocenter/contracts'
import { Loaded, Page, useAction, useResource } from '@isocenter/design-system'
import { Card, Switch } from 'antd'
import { useId } from 'react'
import { useShellWords } from '../words/index.ts'
import { PushCard } from './push-card.tsx'

const api = notifications(session.api)

/** Which messages reach one, and how; less than the organisations' rules allow, never more (NTF-05, NTF-08). */
export function NotificationSettings() {
  const { notificationSettings: words } = useShellWords()
  const switches = useResource('switches', (signal) => api.switches(signal))
  return (
    <Page title={words.title} intro={words.intro}>
      <PushCard />
      <Loaded resource={switches}>{(value) => <Switches switches={value} onChanged={switches.reload} />}</Loaded>
    </Page>
  )
}

function Switches({ switches, onChanged }: { readonly switches: NotificationSwitches; readonly onChanged: () => void }) {
  const { notificationSettings: words } = useShellWords()
  const { run, isBusy } = useAction()
  const change = async (act: () => Promise<unknown>) => {
    await run(act)
    onChanged()
  }
  const methods = switches.methods.filter(({ isAvailable }) => isAvailable)
  const setMethod = (method: NotificationSwitches['methods'][number]['method'], isOn: boolean) =>
    change(() => api.changeSwitches({ methodsOff: switches.methods.filter((one) => (one.method === method ? !isOn : !one.isOn)).map((one) => one.method) }))
  const setEvent = (event: NotificationEvent, isMuted: boolean) =>
    change(() => api.changeSwitches({ muted: switches.events.filter((one) => (one.event === event ? isMuted : one.isMuted)).map((one) => one.event) }))
  return (
    <>
      {methods.length > 0 && (
        <Card title={<h2 className="card-title">{words.ways}</h2>}>
          {methods.map(({ method, isOn }) => <SwitchRow key={method} title={words.methods[method]} isOn={isOn} isBusy={isBusy} onChange={(value) => void setMethod(method, value)} />)}
        </Card>
      )}
      <Card title={<h2 className="card-title">{words.events}</h2>}>
        <p className="hint">{words.eventsHint}</p>
        {switches.events.map(({ event, isMuted, canBeMuted }) => (
          <SwitchRow key={event} title={words.eventNames[event]} {...(!canBeMuted && { hint: words.safety })} isOn={!isMuted} isBusy={isBusy} isFixed={!canBeMuted} onChange={(value) => void setEvent(event, !value)} />
        ))}
      </Card>
    </>
  )
}

function SwitchRow({ title, hint, isOn, isBusy, isFixed = false, onChange }: { readonly title: string; readonly hint?: string; readonly isOn: boolean; readonly isBusy: boolean; readonly isFixed?: boolean; readonly onChange: (value: boolean) => void }) {
  const id = useId()
  return <div className="setting"><div><label htmlFor={id}>{title}</label>{hint !== undefined && <p>{hint}</p>}</div><Switch id={id} checked={isOn} disabled={isBusy || isFixed} onChange={onChange} /></div>
}
