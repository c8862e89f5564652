import type { AuditAction, AuditOutcome } from '@isocenter/contracts'
import { rows, type Db } from '../platform/db.ts'
import { currentOrigin, type RequestOrigin } from '../platform/request-origin.ts'

/** What can be written into the audit trail; the list, with the group each is found under, is in contracts. */
export type { AuditAction }

/** One thing that was done, or refused. `detail` holds UIDs, counts and policies, never names. */
export interface AuditEvent {
  readonly organisationId: string
  /** who did it: `token:…`, `gateway:…` */
  readonly actor: string
  readonly action: AuditAction
  readonly outcome: AuditOutcome
  readonly StudyInstanceUID?: string | undefined
  readonly PatientID?: string | undefined
  readonly occurrences?: number
  readonly detail?: Readonly<Record<string, unknown>>
  /** Where it was asked from: the request under way where absent, nowhere for null. */
  readonly origin?: RequestOrigin | null | undefined
  /** Other requests whose work this one event tells of, too. */
  readonly togetherWith?: readonly RequestOrigin[] | undefined
  /** When it was done, where that is not now. */
  readonly occurredAt?: Date | undefined
}

// Of one JSON text, so that any number of events is one statement with one value.
const columns = 'organisation_id, actor, action, outcome, study_instance_uid, patient_id, occurrences, detail, occurred_at, address, user_agent'
const insertSql = `insert into audit_event (${columns}) select ${columns} from json_populate_recordset(null::audit_event, ?)`

/** Appends events in the caller's transaction: what is audited and the audit itself happen together or not at all. */
export async function record(db: Db, events: readonly AuditEvent[]): Promise<void> {
  if (events.length === 0) return
  await rows(db, insertSql, [JSON.stringify(events.map((event) => {
    const origin = event.origin === undefined ? currentOrigin() : event.origin
    for (const one of [origin, ...event.togetherWith ?? []]) {
      one?.noted?.add(event.action)
      if (one && event.outcome === 'refused') one.hasNotedRefusal = true
    }
    return {
      organisation_id: event.organisationId,
      actor: event.actor,
      action: event.action,
      outcome: event.outcome,
      study_instance_uid: event.StudyInstanceUID,
      patient_id: event.PatientID,
      occurrences: event.occurrences ?? 1,
      detail: event.detail ?? {},
      occurred_at: event.occurredAt,
      address: origin?.address,
      user_agent: origin?.userAgent,
    }
  }))])
}
