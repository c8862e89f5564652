/** From what a search asks for to what SQL compares. */
import type { SQLInputValue } from 'node:sqlite'
import { foldName } from '@isocenter/dicom'
import type { RecordQuery } from './record.ts'

export interface Condition {
  readonly where: string
  readonly values: readonly SQLInputValue[]
}

type Part = readonly [condition: string, ...values: SQLInputValue[]]

/** Studies `s` of which something matches. */
export function studyCondition(query: RecordQuery): Condition {
  const { search, callingAETitle, modality, receivedFrom, receivedBefore } = query
  return all([
    ...(search === undefined || search.trim() === '' ? [] : [searchPart(search.trim())]),
    ...(callingAETitle === undefined ? [] : [[`instr('\\' || s.calling_ae_titles || '\\', '\\' || ? || '\\') > 0`, callingAETitle] as const]),
    ...(modality === undefined ? [] : [[`instr(' ' || s.modalities || ' ', ' ' || ? || ' ') > 0`, modality] as const]),
    ...(receivedFrom === undefined ? [] : [['s.last_received_at >= ?', Date.parse(receivedFrom)] as const]),
    ...(receivedBefore === undefined ? [] : [['s.first_received_at < ?', Date.parse(receivedBefore)] as const]),
    ...(query.goesNowhere === true ? [['EXISTS (SELECT 1 FROM stranded_object JOIN forward_object n USING (object_key) WHERE n.study_id = s.study_id)'] as const] : []),
    ...(query.isLost === true ? [['EXISTS (SELECT 1 FROM lost_object JOIN forward_object n USING (object_key) WHERE n.study_id = s.study_id)'] as const] : []),
    ...deliveryParts(query, 'd.study_id = s.study_id'),
  ])
}

/** Objects `o` of a study that match by themselves; what is of the whole study is left aside. */
export function instanceCondition(query: RecordQuery): Condition {
  const { callingAETitle, modality, receivedFrom, receivedBefore } = query
  return all([
    ...(callingAETitle === undefined ? [] : [['o.calling_ae_title = ?', callingAETitle] as const]),
    ...(modality === undefined ? [] : [['o.modality = ?', modality] as const]),
    ...(receivedFrom === undefined ? [] : [['o.received_at >= ?', Date.parse(receivedFrom)] as const]),
    ...(receivedBefore === undefined ? [] : [['o.received_at < ?', Date.parse(receivedBefore)] as const]),
    ...(query.goesNowhere === true ? [['o.object_key IN (SELECT object_key FROM stranded_object)'] as const] : []),
    ...(query.isLost === true ? [['o.object_key IN (SELECT object_key FROM lost_object)'] as const] : []),
    ...deliveryParts(query, 'd.object_key = o.object_key'),
  ])
}

function deliveryParts({ state, nodeId }: RecordQuery, join: string): Part[] {
  if (state === undefined && nodeId === undefined) return []
  const parts = [...(nodeId === undefined ? [] : ['d.node_id = ?']), ...(state === undefined ? [] : ['d.state = ?'])]
  return [[`EXISTS (SELECT 1 FROM delivery d WHERE ${[join, ...parts].join(' AND ')})`, ...[nodeId, state].filter((value) => value !== undefined)]]
}

function searchPart(search: string): Part {
  const part = `%${likeText(search)}%`
  const name = foldName(search)
  const byName = name === '' ? part : `%${likeText(name)}%`
  return [
    `(s.study_instance_uid = ? OR s.patient_id LIKE ? ESCAPE '!' OR s.accession_number LIKE ? ESCAPE '!' OR s.patient_name_search LIKE ? ESCAPE '!'
      OR EXISTS (SELECT 1 FROM forward_object u WHERE u.sop_instance_uid = ? AND u.study_id = s.study_id))`,
    search, part, part, byName, search,
  ]
}

/** Text in which nothing stands for anything else. */
const likeText = (text: string): string => text.replaceAll(/[!%_]/g, (character) => `!${character}`)

const all = (parts: readonly Part[]): Condition => ({ where: ['1 = 1', ...parts.map(([condition]) => condition)].join(' AND '), values: parts.flatMap(([, ...values]) => values) })
