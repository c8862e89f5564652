import { SendOutlined } from '@ant-design/icons'
import { dicomDate, EmptyState, Loaded, personName, useLanguage, useProblemText } from '@isocenter/design-system'
import { Alert, Button, Checkbox, Flex, Modal } from 'antd'
import { useId, useState } from 'react'
import type { SendableAgain, StudyRecord } from '../../../src/control/wire/records.ts'
import { useResource } from '../api/use-resource.ts'
import { useConsoleWords } from '../words/index.ts'
import { useSendAgain, type SendingAgain } from './use-send-again.ts'

/** Offers to send once more what has arrived of a study: it was deleted where it arrived. Nothing goes before a question has been answered. */
export function SendAgain({ record }: { readonly record: StudyRecord }) {
  const { records: words, actions } = useConsoleWords()
  const [isAsked, setAsked] = useState(false)
  const sending = useSendAgain()
  const ask = () => {
    sending.forget()
    setAsked(true)
  }
  // Half of it may be on its way: it is not to look called off.
  const close = () => { if (!sending.isBusy) setAsked(false) }
  // It stays while what has arrived is sent again: focus comes back to it.
  if (!isAsked && !record.deliveries.some(({ delivered, sendingAgain = 0 }) => delivered + sendingAgain > 0)) return null
  return (
    <>
      <Button size="small" type="link" style={{ paddingInline: 0 }} icon={<SendOutlined aria-hidden />} aria-haspopup="dialog" onClick={ask}>{words.sendAgain}</Button>
      <Modal open={isAsked} title={words.confirmSendAgain} footer={null} destroyOnHidden closable={{ 'aria-label': actions.close }} onCancel={close}>
        <Question record={record} sending={sending} onCancel={close} onSent={() => { setAsked(false) }} />
      </Modal>
    </>
  )
}

/** What would go where, and what cannot; which nodes get it is chosen here. */
function Question({ record, sending, onCancel, onSent }: { readonly record: StudyRecord; readonly sending: SendingAgain; readonly onCancel: () => void; readonly onSent: () => void }) {
  const { records: words, actions } = useConsoleWords()
  const { language } = useLanguage()
  const problemText = useProblemText()
  const resource = useResource<SendableAgain[]>(`/records/studies/${record.StudyInstanceUID}/sendable-again`, ['configuration'])
  const [answers, setAnswers] = useState<Readonly<Record<string, boolean>>>({})
  const { sendAgain, isBusy, problem } = sending
  const groupId = useId()
  const whyId = useId()
  // What somebody has paused on purpose gets nothing unless it is asked for.
  const isChosen = ({ nodeId, objects, isPaused }: SendableAgain) => objects > 0 && (answers[nodeId] ?? !isPaused)
  const chosen = resource.value?.filter(isChosen) ?? []
  const sendable = resource.value?.filter(({ objects }) => objects > 0) ?? []
  const whyNot = chosen.length > 0 || sendable.length === 0 ? undefined : sendable.every(({ isPaused }) => isPaused) ? words.onlyPaused : words.noneChosen
  const send = async () => {
    if (await sendAgain(record.StudyInstanceUID, chosen.map(({ nodeId }) => nodeId))) onSent()
    else resource.reload()
  }
  return (
    <>
      <p><strong>{record.PatientName === undefined ? words.noPatientName : personName(record.PatientName, language)}</strong> {[record.PatientID, dicomDate(record.StudyDate), record.StudyDescription].filter(Boolean).join(' · ')}</p>
      <Loaded resource={resource} rows={2}>{(nodes) => (
        <>
          {sendable.length > 0 ? <p>{words.confirmSendAgainHint}</p> : <EmptyState title={words.nothingSendable}>{nodes.some(({ underway }) => underway > 0) ? words.sentAgainAlready : words.nothingSendableHint}</EmptyState>}
          {nodes.length > 0 && (
            <div role="group" aria-labelledby={groupId}>
              <p id={groupId} className="hint">{words.sendAgainTo}</p>
              <ul className="quiet-list deliveries">
                {nodes.map((node) => (
                  <li key={node.nodeId}>
                    <Checkbox checked={isChosen(node)} disabled={node.objects === 0 || isBusy} onChange={({ target }) => { setAnswers({ ...answers, [node.nodeId]: target.checked }) }}><NodeWords node={node} /></Checkbox>
                  </li>
                ))}
              </ul>
            </div>
          )}
        </>
      )}</Loaded>
      <div role="alert">{problem && <Alert type="error" showIcon style={{ marginTop: 16 }} title={problemText(problem)} />}</div>
      <p id={whyId} role="status" className="hint" style={{ margin: '16px 0 0' }}>{whyNot}</p>
      <Flex gap="small" justify="end" style={{ marginTop: 16 }}>
        <Button disabled={isBusy} onClick={onCancel}>{actions.cancel}</Button>
        <Button type="primary" disabled={chosen.length === 0} aria-describedby={whyNot && whyId} loading={isBusy} onClick={() => void send()}>{words.sendAgain}</Button>
      </Flex>
    </>
  )
}

function NodeWords({ node: { nodeName, objects, bytes, gone, underway, isPaused } }: { readonly node: SendableAgain }) {
  const { records: words } = useConsoleWords()
  const { formats } = useLanguage()
  return (
    <>
      {nodeName}: {words.instances(formats.number(objects), objects === 1)}{objects > 0 && ` · ${formats.bytes(bytes)}`}
      {gone > 0 && <span className="hint" style={{ display: 'block' }}>{words.goneHere(formats.number(gone), gone === 1)}</span>}
      {underway > 0 && <span className="hint" style={{ display: 'block' }}>{words.underwayThere(formats.number(underway), underway === 1)}</span>}
      {isPaused && objects + underway > 0 && <span className="hint" style={{ display: 'block' }}>{words.pausedThere}</span>}
    </>
  )
}
