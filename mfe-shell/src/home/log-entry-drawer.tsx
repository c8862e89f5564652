import type { AuditEntry } from '@isocenter/contracts'
import { useLanguage } from '@isocenter/design-system'
import { Drawer } from 'antd'
import { deviceName } from '../session/device-name.ts'
import { useShellWords } from '../words/index.ts'
import { actionWords } from './action-words.ts'

/** One entry of the log, to be read. */
export function LogEntryDrawer({ entry, onClose }: { readonly entry: AuditEntry; readonly onClose: () => void }) {
  const { home: words } = useShellWords()
  const { formats, language } = useLanguage()
  const { actor, action, outcome, occurredAt, occurrences, address, userAgent, StudyInstanceUID, PatientID, detail } = entry
  const facts: readonly (readonly [string, string | undefined])[] = [
    [words.when, formats.moment(occurredAt)], [words.who, actor.name ?? words.actors[actor.kind] ?? actor.kind], [words.what, actionWords(language)[action] ?? action], [words.outcome, words.outcomes[outcome]],
    [words.times, occurrences > 1 ? formats.number(occurrences) : undefined], [words.address, address], [words.device, deviceName(userAgent)], ['StudyInstanceUID', StudyInstanceUID], ['PatientID', PatientID],
  ]
  return (
    <Drawer open title={words.entry} size={460} onClose={onClose}>
      <dl className="facts">{facts.flatMap(([name, value]) => value === undefined ? [] : [<dt key={name}>{name}</dt>, <dd key={`${name}=`}>{value}</dd>])}</dl>
      {Object.keys(detail).length > 0 && <><h3 className="card-title detail-title">{words.detail}</h3><dl className="facts">{Object.entries(detail).flatMap(([name, value]) => [<dt key={name} className="mono">{name}</dt>, <dd key={`${name}=`} className="mono">{typeof value === 'string' ? value : JSON.stringify(value)}</dd>])}</dl></>}
    </Drawer>
  )
}
