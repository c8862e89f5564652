/** The forwarding records: what was received, and what became of it, by study and by instance. */
import type { DeliveryErrorCode, DeliveryState } from '../forwarding/delivery-states.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database.ts'
import { createStatements, type Statements } from '../platform/statements.ts'
import { instanceCondition, studyCondition, type Condition } from './conditions.ts'
import type { ArrivedAtNode, InstanceDelivery, InstanceRecord, Paging, RecordedFailure, RecordPage, RecordQuery, RecordTotals, StudyDelivery, StudyRecord } from './record.ts'

export interface Records {
  /** Studies, the one something came of last first. */
  readonly studies: (query: RecordQuery, paging: Paging) => RecordPage<StudyRecord>
  readonly study: (StudyInstanceUID: string) => StudyRecord | undefined
  /** Instances of a study, in the order they came. */
  readonly instances: (StudyInstanceUID: string, query: RecordQuery, paging: Paging) => RecordPage<InstanceRecord>
  /** What of a study has arrived at each of these nodes, those left out at which nothing has; undefined when nothing of this study is recorded. */
  readonly arrivedAt: (StudyInstanceUID: string, nodeIds: readonly string[]) => ArrivedAtNode[] | undefined
  /** The next copies here of what of a study has arrived at one of these nodes, in the order they came. `after` is the `next` of the page before. */
  readonly copies: (StudyInstanceUID: string, nodeIds: readonly string[], paging: { readonly after?: number | undefined; readonly limit: number }) => { readonly ids: readonly string[]; readonly next: number | undefined }
  readonly totals: () => RecordTotals
}

export interface RecordsOptions {
  /** With `spoolSchema`, `forwardingTables`, `strandedTables`, `repeatTables`, `lostTables`, `supersededTables` and `againTables`. */
  readonly database: Database
  readonly clock: Clock
  /** What a node is called; its id where it is no longer there. */
  readonly nodeName: (nodeId: string) => string | undefined
}

interface StudyRow {
  readonly studyId: number
  readonly StudyInstanceUID: string
  readonly PatientID: string | null
  readonly PatientName: string | null
  readonly AccessionNumber: string | null
  readonly StudyDate: string | null
  readonly StudyDescription: string | null
  readonly modalities: string
  readonly callingAETitles: string
  readonly firstReceivedAt: number
  readonly lastReceivedAt: number
  readonly instances: number
  readonly bytes: number
  readonly completedAt: number | null
}

const studyColumns = `
  s.study_id AS studyId, s.study_instance_uid AS StudyInstanceUID, s.patient_id AS PatientID, s.patient_name AS PatientName, s.accession_number AS AccessionNumber,
  s.study_date AS StudyDate, s.study_description AS StudyDescription, s.modalities, s.calling_ae_titles AS callingAETitles, s.first_received_at AS firstReceivedAt,
  s.last_received_at AS lastReceivedAt, s.instances, s.bytes, s.completed_at AS completedAt`

interface InstanceRow {
  readonly objectKey: number
  readonly id: string
  readonly SeriesInstanceUID: string
  readonly SOPInstanceUID: string
  readonly SOPClassUID: string
  readonly Modality: string | null
  readonly transferSyntaxUID: string
  readonly callingAETitle: string
  readonly calledAETitle: string
  readonly remoteAddress: string
  readonly receivedAt: number
  readonly bytes: number
  readonly deletedAt: number | null
  readonly discarded: number
  readonly lost: number
  readonly cameAgainAt: number | null
}

const instanceColumns = `
  o.object_key AS objectKey, o.object_id AS id, o.series_instance_uid AS SeriesInstanceUID, o.sop_instance_uid AS SOPInstanceUID, o.sop_class_uid AS SOPClassUID, o.modality AS Modality,
  o.transfer_syntax_uid AS transferSyntaxUID, o.calling_ae_title AS callingAETitle, o.called_ae_title AS calledAETitle, o.remote_address AS remoteAddress,
  o.received_at AS receivedAt, o.byte_length AS bytes, o.deleted_at AS deletedAt, o.discarded, o.lost, o.came_again_at AS cameAgainAt`

export function createRecords({ database, clock, nodeName }: RecordsOptions): Records {
  const statements = createStatements(database)
  const named = (nodeId: string): { nodeId: string; nodeName: string } => ({ nodeId, nodeName: nodeName(nodeId) ?? nodeId })
  const count = (from: string, { where, values }: Condition): number => statements.get<{ count: number }>(`SELECT count(*) AS count FROM ${from} WHERE ${where}`, ...values)?.count ?? 0

  const studyOf = (row: StudyRow): StudyRecord => toStudy(row, countOf(statements, 'stranded_object', row.studyId), countOf(statements, 'lost_object', row.studyId), deliveriesOfStudy(statements, row.studyId, named))

  const studies: Records['studies'] = (query, { after, limit }) => {
    const condition = studyCondition(query)
    const cursor = cursorOf(after)
    const rows = statements.all<StudyRow>(
      `SELECT ${studyColumns} FROM forward_study s WHERE ${condition.where} ${cursor ? 'AND (s.last_received_at, s.study_id) < (?, ?)' : ''} ORDER BY s.last_received_at DESC, s.study_id DESC LIMIT ?`,
      ...condition.values, ...(cursor ?? []), limit)
    const last = rows.length < limit ? undefined : rows.at(-1)
    return { records: rows.map(studyOf), total: count('forward_study s', condition), ...(last && { next: `${String(last.lastReceivedAt)}.${String(last.studyId)}` }) }
  }

  return {
    studies,
    study: (StudyInstanceUID) => {
      const row = statements.get<StudyRow>(`SELECT ${studyColumns} FROM forward_study s WHERE s.study_instance_uid = ?`, StudyInstanceUID)
      return row && studyOf(row)
    },
    instances: (StudyInstanceUID, query, { after, limit }) => {
      const narrowed = instanceCondition(query)
      const condition = { where: `o.study_id = (SELECT study_id FROM forward_study WHERE study_instance_uid = ?) AND ${narrowed.where}`, values: [StudyInstanceUID, ...narrowed.values] }
      const rows = statements.all<InstanceRow>(
        `SELECT ${instanceColumns} FROM forward_object o WHERE ${condition.where} AND o.object_key > ? ORDER BY o.object_key LIMIT ?`, ...condition.values, Number(after ?? 0) || 0, limit)
      const last = rows.length < limit ? undefined : rows.at(-1)
      return {
        records: rows.map((row) => toInstance(row, StudyInstanceUID, deliveriesOfObject(statements, row.objectKey, named))),
        total: count('forward_object o', condition), ...(last && { next: String(last.objectKey) }),
      }
    },
    arrivedAt: (StudyInstanceUID, nodeIds) => {
      const study = statements.get<{ studyId: number }>('SELECT study_id AS studyId FROM forward_study WHERE study_instance_uid = ?', StudyInstanceUID)
      return study && statements.all<ArrivedAtNode>(arrivedAtNodes, study.studyId, JSON.stringify(nodeIds)).filter(({ objects, gone, underway }) => objects + gone + underway > 0)
    },
    copies: (StudyInstanceUID, nodeIds, { after = 0, limit }) => {
      const rows = statements.all<{ objectKey: number; id: string }>(copiesOfArrived, StudyInstanceUID, after, JSON.stringify(nodeIds), limit)
      return { ids: rows.map(({ id }) => id), next: rows.length < limit ? undefined : rows.at(-1)?.objectKey }
    },
    totals: () => {
      const midnight = new Date(clock()).setHours(0, 0, 0, 0)
      const oldest = statements.get<{ receivedAt: number }>(`
        SELECT o.received_at AS receivedAt FROM forward_object o WHERE o.object_key = (SELECT object_key FROM delivery WHERE state = 'waiting' ORDER BY delivery_id LIMIT 1)`)
      return {
        ...(oldest && { oldestWaitingAt: iso(oldest.receivedAt) }),
        receivedToday: count('forward_object', { where: 'received_at >= ?', values: [midnight] }),
        arrivedToday: count('delivery', { where: 'delivered_at >= ?', values: [midnight] }),
      }
    },
  }
}

function countOf(statements: Statements, table: 'stranded_object' | 'lost_object', studyId: number): number {
  // Nearly always nothing is stranded or lost at all, and no study need be looked through.
  if (statements.get(`SELECT 1 FROM ${table} LIMIT 1`) === undefined) return 0
  return statements.get<{ count: number }>(`SELECT count(*) AS count FROM forward_object o JOIN ${table} USING (object_key) WHERE o.study_id = ?`, studyId)?.count ?? 0
}

const arrivedAtNodes = `
  SELECT d.node_id AS nodeId,
    count(*) FILTER (WHERE d.state = 'delivered' AND o.deleted_at IS NULL) AS objects,
    coalesce(sum(o.byte_length) FILTER (WHERE d.state = 'delivered' AND o.deleted_at IS NULL), 0) AS bytes,
    /* What a modality sent anew after its first copy went is here again. */
    count(DISTINCT o.sop_instance_uid) FILTER (WHERE d.state = 'delivered' AND o.deleted_at IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM forward_object k WHERE k.sop_instance_uid = o.sop_instance_uid AND k.study_id = o.study_id AND k.deleted_at IS NULL)) AS gone,
    count(*) FILTER (WHERE d.state IN ('waiting', 'sending') AND d.delivered_at IS NOT NULL) AS underway
  FROM delivery d JOIN forward_object o USING (object_key) WHERE d.study_id = ? AND d.node_id IN (SELECT value FROM json_each(?)) GROUP BY d.node_id`
const copiesOfArrived = `
  SELECT o.object_key AS objectKey, o.object_id AS id FROM forward_object o
  WHERE o.study_id = (SELECT study_id FROM forward_study WHERE study_instance_uid = ?) AND o.object_key > ? AND o.deleted_at IS NULL
    AND EXISTS (SELECT 1 FROM delivery d WHERE d.object_key = o.object_key AND d.state = 'delivered' AND d.node_id IN (SELECT value FROM json_each(?)))
  ORDER BY o.object_key LIMIT ?`

/** Whether a delivery `d` of study `?1` is of the newest copy of its instance that goes to its node. Nearly always no copy went and came anew. */
const isNewestAtNode = `(d.object_key NOT IN (SELECT object_key FROM forward_object WHERE study_id = ?1 AND superseded = 1) OR NOT EXISTS (
  SELECT 1 FROM forward_object o JOIN forward_object n ON n.sop_instance_uid = o.sop_instance_uid AND n.study_id = o.study_id AND n.object_key > o.object_key
    JOIN delivery e ON e.object_key = n.object_key AND e.node_id = d.node_id
  WHERE o.object_key = d.object_key))`

type Named = (nodeId: string) => { nodeId: string; nodeName: string }

function deliveriesOfStudy(statements: Statements, studyId: number, named: Named): StudyDelivery[] {
  const rows = statements.all<{ nodeId: string; state: DeliveryState; count: number; verified: number; deliveredAt: number | null; arrivals: number; unreadable: number }>(`
    SELECT node_id AS nodeId, state, count(*) AS count, sum(verified) AS verified, max(delivered_at) AS deliveredAt, count(delivered_at) AS arrivals, sum(last_error IS 'objectUnreadable') AS unreadable
    FROM delivery d WHERE study_id = ?1 AND ${isNewestAtNode} GROUP BY node_id, state ORDER BY node_id`, studyId)
  return [...Map.groupBy(rows, ({ nodeId }) => nodeId)].map(([nodeId, ofNode]) => {
    const deliveredAt = Math.max(...ofNode.map((row) => row.deliveredAt ?? 0))
    const failure = statements.get<FailureColumns>(`
      SELECT last_error AS error, last_error_detail AS detail FROM delivery WHERE study_id = ? AND node_id = ? AND state IN ('waiting', 'sending', 'dead') AND last_error IS NOT NULL
      ORDER BY last_attempt_at DESC LIMIT 1`, studyId, nodeId)
    const states = { waiting: 0, sending: 0, delivered: 0, dead: 0, cancelled: 0 }
    for (const { state, count } of ofNode) states[state] = count
    const arrivalsOf = (...wanted: DeliveryState[]): number => ofNode.reduce((sum, { state, arrivals }) => (wanted.includes(state) ? sum + arrivals : sum), 0)
    const sendingAgain = arrivalsOf('waiting', 'sending')
    const failedAgain = arrivalsOf('dead')
    const lost = ofNode.find(({ state }) => state === 'cancelled')?.unreadable ?? 0
    return {
      ...named(nodeId), ...states, verified: ofNode.find(({ state }) => state === 'delivered')?.verified ?? 0,
      ...(sendingAgain > 0 && { sendingAgain }), ...(failedAgain > 0 && { failedAgain }), ...(lost > 0 && { lost }),
      ...(deliveredAt > 0 && { lastDeliveredAt: iso(deliveredAt) }), ...failureOf(failure),
    }
  })
}

function deliveriesOfObject(statements: Statements, objectKey: number, named: Named): InstanceDelivery[] {
  const rows = statements.all<FailureColumns & { nodeId: string; state: DeliveryState; attempts: number; nextAttemptAt: number; deliveredAt: number | null; verified: number }>(`
    SELECT node_id AS nodeId, state, attempts, next_attempt_at AS nextAttemptAt, delivered_at AS deliveredAt, verified, last_error AS error, last_error_detail AS detail
    FROM delivery WHERE object_key = ? ORDER BY node_id`, objectKey)
  return rows.map(({ nodeId, state, attempts, nextAttemptAt, deliveredAt, verified, ...failure }) => ({
    ...named(nodeId), state, attempts,
    ...(state === 'waiting' && nextAttemptAt > 0 && { nextAttemptAt: iso(nextAttemptAt) }),
    ...(deliveredAt !== null && { deliveredAt: iso(deliveredAt), isVerified: verified === 1 }),
    ...failureOf(failure),
  }))
}

interface FailureColumns {
  readonly error: DeliveryErrorCode | null
  readonly detail: string | null
}

function failureOf(row: FailureColumns | undefined): { lastFailure?: RecordedFailure } {
  return row?.error ? { lastFailure: { reason: row.error, ...(row.detail !== null && { text: row.detail }) } } : {}
}

function toStudy({ studyId: _studyId, modalities, callingAETitles, firstReceivedAt, lastReceivedAt, completedAt, ...row }: StudyRow, stranded: number, lost: number, deliveries: StudyDelivery[]): StudyRecord {
  return {
    ...given(row), StudyInstanceUID: row.StudyInstanceUID, instances: row.instances, bytes: row.bytes,
    modalities: modalities === '' ? [] : modalities.split(' '), callingAETitles: callingAETitles.split('\\'),
    firstReceivedAt: iso(firstReceivedAt), lastReceivedAt: iso(lastReceivedAt), isComplete: completedAt !== null, ...(stranded > 0 && { stranded }), ...(lost > 0 && { lost }), deliveries,
  }
}

function toInstance({ objectKey: _objectKey, receivedAt, deletedAt, discarded, lost, cameAgainAt, Modality, ...row }: InstanceRow, StudyInstanceUID: string, deliveries: InstanceDelivery[]): InstanceRecord {
  return {
    ...row, ...(Modality !== null && { Modality }), StudyInstanceUID, receivedAt: iso(receivedAt), isKept: deletedAt === null, ...(discarded === 1 && { isDiscarded: true }), ...(lost === 1 && { isLost: true }),
    ...(cameAgainAt !== null && { cameAgainAt: iso(cameAgainAt) }), deliveries,
  }
}

/** Without what is not known. */
function given<R extends object>(row: R): { [K in keyof R]?: NonNullable<R[K]> } {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as { [K in keyof R]?: NonNullable<R[K]> }
}

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString()

/** A cursor that is none of ours begins at the beginning. */
function cursorOf(after: string | undefined): readonly [number, number] | undefined {
  const [, at, id] = /^(\d{1,15})\.(\d{1,15})$/.exec(after ?? '') ?? []
  return at === undefined || id === undefined ? undefined : [Number(at), Number(id)]
}
