import type { Knex } from 'knex'

/** What can be written into the audit trail. */
export type AuditAction = 'study.search' | 'study.retrieve' | 'study.store' | 'study.delete'

/** One thing that was done, or refused. `detail` holds UIDs, counts and policies, never names. */
export interface AuditEvent {
  readonly organisationId: string
  /** who did it: `token:…` */
  readonly actor: string
  readonly action: AuditAction
  readonly outcome: 'success' | 'refused' | 'failed'
  readonly StudyInstanceUID?: string | undefined
  readonly PatientID?: string | undefined
  readonly occurrences?: number
  readonly detail?: Readonly<Record<string, unknown>>
}

/** Appends events in the caller's transaction: what is audited and the audit itself happen together or not at all. */
export async function record(db: Knex, events: readonly AuditEvent[]): Promise<void> {
  if (events.length === 0) return
  await db('audit_event').insert(events.map((event) => ({
    organisation_id: event.organisationId,
    actor: event.actor,
    action: event.action,
    outcome: event.outcome,
    study_instance_uid: event.StudyInstanceUID ?? null,
    patient_id: event.PatientID ?? null,
    occurrences: event.occurrences ?? 1,
    detail: JSON.stringify(event.detail ?? {}),
  })))
}
