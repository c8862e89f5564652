import { gatewayAlarmWords, type GatewayAlarmCode } from '@isocenter/contracts/gateway-alarm-words'
import { navigate, useAction, useConfirm, useLanguage, useNow } from '@isocenter/design-system'
import { Alert, Button, Grid } from 'antd'
import type { Alarm, NodeState } from '../../../src/control/wire/state.ts'
import { request } from '../api/client.ts'
import { useFailureText } from '../parts/failure-text.ts'
import { useConsoleWords, type Words } from '../words/index.ts'

/** Where what an alarm calls for is done; nowhere else where it is done by the button itself. An alarm without words does not compile. */
const remedies: Readonly<Record<Alarm['code'] & GatewayAlarmCode, readonly [action: keyof Words['alarmActions'], to: string]>> = {
  serviceStopped: ['start', ''],
  serviceFailed: ['openService', '/service'],
  spoolFull: ['openStorage', '/storage'],
  spoolNearlyFull: ['openStorage', '/storage'],
  spoolUnavailable: ['openStorage', '/storage'],
  nodeUnreachable: ['openNode', '/nodes'],
  nodePaused: ['openNode', '/nodes'],
  deliveriesFailed: ['openFailed', '/records?state=dead'],
  noNodes: ['addNode', '/nodes'],
  cloudUnreachable: ['openCloud', '/cloud'],
  unknownSenders: ['openSenders', '/senders'],
  objectDamaged: ['openFailed', '/records'],
  objectMissing: ['openLost', '/records?isLost=true'],
  objectsGoNowhere: ['openNowhere', '/records?goesNowhere=true'],
  calledOffKept: ['release', ''],
  performedStepRefused: ['openProcedures', '/procedures'],
  commitmentUnreported: ['openProcedures', '/procedures'],
  configurationRestored: ['openService', '/service'],
}

/** What is the matter, each with what to do about it. */
export function AlarmList({ alarms, nodes }: { readonly alarms: readonly Alarm[]; readonly nodes: readonly NodeState[] }) {
  const { overview } = useConsoleWords()
  const worstFirst = [...alarms].sort((one, other) => Number(other.severity === 'critical') - Number(one.severity === 'critical'))
  return (
    <section className="alarms" aria-label={overview.todo}>
      {worstFirst.map((alarm) => <AlarmRow key={`${alarm.code} ${alarm.nodeId ?? ''}`} alarm={alarm} node={nodes.find(({ id }) => id === alarm.nodeId)} />)}
    </section>
  )
}

function AlarmRow({ alarm, node }: { readonly alarm: Alarm; readonly node: NodeState | undefined }) {
  const words = useConsoleWords()
  const { language, formats } = useLanguage()
  const failureText = useFailureText()
  const now = useNow()
  const isWide = Grid.useBreakpoint().md ?? false
  const { run, isBusy } = useAction()
  const confirm = useConfirm()
  const { title, advice } = gatewayAlarmWords(language, alarm.code)
  // A newer gateway may know alarms that this console, open since before it was updated, does not.
  const [action, to] = Object.hasOwn(remedies, alarm.code) ? remedies[alarm.code] : ['openNode', '/'] as const
  const details = [
    node?.name,
    alarm.count !== undefined && words.affected(formats.number(alarm.count)),
    alarm.since !== undefined && words.since(formats.fromNow(alarm.since, now)),
  ].filter(Boolean).join(' · ')
  const release = async () => {
    const { confirmRelease, confirmReleaseHint, released } = words.records
    if (!await confirm({ title: confirmRelease, hint: confirmReleaseHint, action: words.alarmActions.release })) return
    await run(() => request('POST', '/deliveries/release', { body: { nodeId: alarm.nodeId } }), { done: released(formats.number(alarm.count ?? 0), alarm.count === 1) })
  }
  const here: Readonly<Partial<Record<typeof action, () => void>>> = {
    start: () => void run(() => request('POST', '/service/start'), { done: words.service.started }),
    release: () => void release(),
  }
  const remedy = here[action] ?? (() => { navigate(to) })
  const button = <Button size="small" loading={isBusy} onClick={remedy}>{words.alarmActions[action]}</Button>
  return (
    <Alert
      type={alarm.severity === 'critical' ? 'error' : 'warning'}
      showIcon
      title={<>{title}{details !== '' && <span className="hint"> · {details}</span>}</>}
      description={<>{alarm.code === 'nodeUnreachable' && node?.lastFailure && <div>{failureText(node.lastFailure)}</div>}{advice}{!isWide && <div className="alarm-remedy">{button}</div>}</>}
      action={isWide && button}
    />
  )
}
