import { CheckCircleFilled, ExclamationCircleFilled, PauseCircleFilled, SyncOutlined } from '@ant-design/icons'
import { Loaded, navigate, Page, useAction, useLanguage, useNow } from '@isocenter/design-system'
import { Button, Card, Progress } from 'antd'
import type { ReactNode } from 'react'
import type { Alarm, GatewayState } from '../../../src/control/wire/state.ts'
import { request } from '../api/client.ts'
import { useResource } from '../api/use-resource.ts'
import { NodeStateTag } from '../nodes/node-state-tag.tsx'
import { useConsoleWords } from '../words/index.ts'
import { AlarmList } from './alarm-list.tsx'

/** What a technician wants to know at a glance: does everything arrive, and if not, what is to be done. */
export function Overview() {
  const words = useConsoleWords()
  const state = useResource<GatewayState>('/state', ['state'])
  return (
    <Page title={words.places.overview}>
      <Loaded resource={state}>{(value) => (
        <>
          <BigState state={value} />
          <AlarmList alarms={value.alarms.filter(isNotInBanner)} nodes={value.nodes} />
          <Figures state={value} />
          <div className="two-columns">
            <TargetCard state={value} />
            <NodesCard state={value} />
            <DiskCard state={value} />
            <CloudCard state={value} />
          </div>
          <Footer state={value} />
        </>
      )}</Loaded>
    </Page>
  )
}

/** The service's being stopped is said above everything. */
const isNotInBanner = ({ code }: Alarm) => code !== 'serviceStopped'

function BigState({ state }: { readonly state: GatewayState }) {
  const words = useConsoleWords()
  const { formats } = useLanguage()
  const { run, isBusy } = useAction()
  const { overview } = words
  const { service, queue, alarms } = state
  const start = <Button type="primary" size="large" loading={isBusy} onClick={() => void run(() => request('POST', '/service/start'), { done: words.service.started })}>{words.alarmActions.start}</Button>

  if (service.status === 'failed') return <Banner kind="critical" symbol={<ExclamationCircleFilled aria-hidden />} title={overview.failed} hint={service.reason} action={start} />
  if (service.status === 'stopped') return <Banner kind="warning" symbol={<PauseCircleFilled aria-hidden />} title={overview.stopped} hint={overview.stoppedHint} action={start} />
  const worst = alarms.some(({ severity }) => severity === 'critical') ? 'critical' : 'warning'
  const needsHands = alarms.some(({ code }) => code !== 'unknownSenders')
  const forwarding = overview.forwarding(formats.number(queue.waiting), queue.waiting === 1)
  if (needsHands) return <Banner kind={worst} symbol={<ExclamationCircleFilled aria-hidden />} title={overview.attention} hint={queue.waiting > 0 ? forwarding : undefined} />
  if (queue.waiting > 0) return <Banner kind="busy" symbol={<SyncOutlined spin aria-hidden />} title={forwarding} hint={queue.waitingBytes === undefined ? undefined : overview.forwardingHint(formats.bytes(queue.waitingBytes))} />
  const isNew = state.spool.objects === 0 && queue.receivedToday === 0
  return <Banner kind="good" symbol={<CheckCircleFilled aria-hidden />} title={isNew ? overview.healthyIdle : overview.healthy} hint={isNew ? overview.healthyIdleHint : undefined} />
}

function Banner({ kind, symbol, title, hint, action }: { readonly kind: string; readonly symbol: ReactNode; readonly title: string; readonly hint?: string | undefined; readonly action?: ReactNode }) {
  return (
    <section className={`big-state state-${kind}`} aria-live="polite">
      <span className="symbol" aria-hidden>{symbol}</span>
      <div className="words"><h2>{title}</h2>{hint !== undefined && <p>{hint}</p>}</div>
      {action}
    </section>
  )
}

function Figures({ state: { queue } }: { readonly state: GatewayState }) {
  const { overview } = useConsoleWords()
  const { formats } = useLanguage()
  const now = useNow()
  return (
    <dl className="figures">
      <div><dt>{overview.receivedToday}</dt><dd>{formats.number(queue.receivedToday)}</dd></div>
      <div><dt>{overview.arrivedToday}</dt><dd>{formats.number(queue.arrivedToday)}</dd></div>
      <div>
        <dt>{overview.waiting}</dt>
        <dd>{formats.number(queue.waiting)}{queue.oldestWaitingAt !== undefined && <small>{overview.oldest(formats.fromNow(queue.oldestWaitingAt, now))}</small>}</dd>
      </div>
      <div className={queue.failed > 0 ? 'is-critical' : ''}><dt>{overview.deadLetters}</dt><dd>{formats.number(queue.failed)}</dd></div>
    </dl>
  )
}

/** What is entered in a modality. */
function TargetCard({ state: { service } }: { readonly state: GatewayState }) {
  const { overview } = useConsoleWords()
  return (
    <Card title={<h2 className="card-title">{overview.target}</h2>}>
      <dl className="facts">
        <dt>{overview.aeTitle}</dt><dd className="mono">{service.aeTitle}</dd>
        <dt>{overview.port}</dt><dd className="mono">{service.port}</dd>
        <dt>{overview.address}</dt><dd className="mono">{service.addresses.map((address) => <div key={address}>{address}</div>)}</dd>
      </dl>
    </Card>
  )
}

function NodesCard({ state: { nodes } }: { readonly state: GatewayState }) {
  const { overview, nodes: words } = useConsoleWords()
  const { formats } = useLanguage()
  return (
    <Card title={<h2 className="card-title">{overview.nodes}</h2>}>
      {nodes.length === 0 && <><p className="hint">{overview.noNodesHint}</p><Button onClick={() => { navigate('/nodes') }}>{overview.addNode}</Button></>}
      <ul className="rows">
        {nodes.map((node) => (
          <li key={node.id}>
            <span>{node.name}</span>
            <span>{node.waiting > 0 && <span className="hint">{words.waiting}: {formats.number(node.waiting)}{node.waitingBytes !== undefined && ` · ${formats.bytes(node.waitingBytes)}`} </span>}<NodeStateTag node={node} /></span>
          </li>
        ))}
      </ul>
    </Card>
  )
}

function DiskCard({ state: { spool } }: { readonly state: GatewayState }) {
  const { overview, storage } = useConsoleWords()
  const { formats } = useLanguage()
  const room = spool.quotaBytes ?? spool.bytes + spool.freeBytes
  const share = room > 0 ? Math.min(spool.bytes / room, 1) : 1
  const used = formats.bytes(spool.bytes)
  return (
    <Card title={<h2 className="card-title">{overview.disk}</h2>}>
      <Progress percent={Math.round(share * 100)} format={() => formats.percent(share)} status={spool.refusing ? 'exception' : 'normal'} aria-label={overview.disk} />
      <div>{spool.quotaBytes === undefined ? overview.diskUseNoQuota(used) : overview.diskUse(used, formats.bytes(spool.quotaBytes))}</div>
      <div className="hint">{overview.diskFree(formats.bytes(spool.freeBytes))}</div>
      {spool.refusing && <strong>{storage.refusing}</strong>}
    </Card>
  )
}

function CloudCard({ state: { cloud } }: { readonly state: GatewayState }) {
  const { overview } = useConsoleWords()
  const { formats } = useLanguage()
  const now = useNow()
  return (
    <Card title={<h2 className="card-title">{overview.cloud}</h2>}>
      {cloud
        ? <><strong>{cloud.organisation.name}</strong><div className="hint">{cloud.lastContactAt === undefined ? overview.noContact : overview.lastContact(formats.fromNow(cloud.lastContactAt, now))}</div></>
        : <><p className="hint">{overview.noCloud}</p><Button onClick={() => { navigate('/cloud') }}>{overview.connectCloud}</Button></>}
    </Card>
  )
}

function Footer({ state }: { readonly state: GatewayState }) {
  const { overview } = useConsoleWords()
  const { formats } = useLanguage()
  return <footer className="hint">{overview.version(state.version)} · {overview.since(formats.moment(state.startedAt))}</footer>
}
