import { CheckCircleFilled, ClockCircleOutlined, CloseCircleFilled, MinusCircleOutlined, SyncOutlined } from '@ant-design/icons'
import { useLanguage } from '@isocenter/design-system'
import type { StudyDelivery, StudyRecord } from '../../../src/control/wire/records.ts'
import { useFailureText } from '../parts/failure-text.ts'
import { useConsoleWords } from '../words/index.ts'

/** How far a study is with each node, and why not further. `pausedNodeIds`: nodes that get nothing until somebody resumes them. */
export function StudyDeliveries({ record, pausedNodeIds }: { readonly record: StudyRecord; readonly pausedNodeIds: ReadonlySet<string> }) {
  const { records: words } = useConsoleWords()
  if (record.deliveries.length === 0) return <span className="hint">{words.nowhere}</span>
  return <ul className="quiet-list deliveries">{record.deliveries.map((delivery) => <li key={delivery.nodeId}><NodeDelivery delivery={delivery} isPaused={pausedNodeIds.has(delivery.nodeId)} /></li>)}</ul>
}

function NodeDelivery({ delivery, isPaused }: { readonly delivery: StudyDelivery; readonly isPaused: boolean }) {
  const { records: words } = useConsoleWords()
  const { formats } = useLanguage()
  const failureText = useFailureText()
  const { nodeName, waiting, sending, delivered, dead, cancelled, verified, lastFailure, sendingAgain = 0, failedAgain = 0, lost = 0 } = delivery
  const all = waiting + sending + delivered + dead + cancelled
  // What is sent again has arrived, whatever becomes of that.
  const arrived = delivered + sendingAgain + failedAgain
  const givenUp = dead - failedAgain
  const calledOff = cancelled - lost
  const state = givenUp + lost > 0 ? 'dead' : sending > 0 ? 'sending' : waiting > 0 ? 'waiting' : arrived > 0 ? 'delivered' : 'cancelled'
  return (
    <>
      <DeliverySymbol state={state} /> {nodeName}: {arrived === all ? words.states.delivered : words.arrivedOf(formats.number(arrived), formats.number(all))}
      {delivered > 0 && delivered === arrived && verified === delivered && <span className="hint"> · {arrived === all ? words.verified : words.arrivedVerified}</span>}
      {sendingAgain > 0 && <> · {(isPaused && sending === 0 ? words.waitsForPaused : words.sendingAgain)(formats.number(sendingAgain))}</>}
      {failedAgain > 0 && <> · {words.failedAgain(formats.number(failedAgain))}</>}
      {givenUp > 0 && <> · {words.states.dead}: {formats.number(givenUp)}</>}
      {lost > 0 && <> · {words.lostOf(formats.number(lost))}</>}
      {calledOff > 0 && <> · {words.states.cancelled}: {formats.number(calledOff)}</>}
      {delivered + cancelled < all && lastFailure && <div className="hint">{failureText(lastFailure)}</div>}
    </>
  )
}

const symbols = {
  delivered: <CheckCircleFilled style={{ color: 'var(--ant-color-success)' }} aria-hidden />,
  dead: <CloseCircleFilled style={{ color: 'var(--ant-color-error)' }} aria-hidden />,
  sending: <SyncOutlined spin style={{ color: 'var(--ant-color-info)' }} aria-hidden />,
  waiting: <ClockCircleOutlined style={{ color: 'var(--ant-color-warning)' }} aria-hidden />,
  cancelled: <MinusCircleOutlined aria-hidden />,
}

/** The state as a sign beside words that say it. */
export function DeliverySymbol({ state }: { readonly state: keyof typeof symbols }) {
  return <span aria-hidden>{symbols[state]}</span>
}
