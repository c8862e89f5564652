import { rows, type Db } from '../platform/db.ts'

/** What can be written into the audit trail. */
export type AuditAction =
  | 'study.search' | 'study.retrieve' | 'study.store' | 'study.delete' | 'study.recompress'
  | 'gateway.enrol' | 'gateway.token' | 'gateway.read' | 'gateway.change' | 'gateway.revoke' | 'gateway.command' | 'gateway.command-result'
  | 'upload-code.read' | 'upload-code.rotate'
  | 'account.create' | 'account.sign-in' | 'account.sign-out' | 'account.password' | 'account.password-reset' | 'account.second-factor' | 'account.settings'
  | 'account.freeze' | 'account.unfreeze' | 'account.frozen-read' | 'account.session-end'
  | 'organisation.create' | 'organisation.change' | 'department.change' | 'role.change' | 'device.change'
  | 'member.read' | 'member.create' | 'member.invite' | 'member.change' | 'member.switch' | 'invitation.withdraw' | 'invitation.answer'
  | 'pairing.change' | 'fee.change'
  | 'worklist.read' | 'worklist.write' | 'performed-step.read' | 'performed-step.write'

/** One thing that was done, or refused. `detail` holds UIDs, counts and policies, never names. */
export interface AuditEvent {
  readonly organisationId: string
  /** who did it: `token:…`, `gateway:…` */
  readonly actor: string
  readonly action: AuditAction
  readonly outcome: 'success' | 'refused' | 'failed'
  readonly StudyInstanceUID?: string | undefined
  readonly PatientID?: string | undefined
  readonly occurrences?: number
  readonly detail?: Readonly<Record<string, unknown>>
}

// Of one JSON text, so that any number of events is one statement with one value.
const insertSql = `
  insert into audit_event (organisation_id, actor, action, outcome, study_instance_uid, patient_id, occurrences, detail)
  select organisation_id, actor, action, outcome, study_instance_uid, patient_id, occurrences, detail from json_populate_recordset(null::audit_event, ?)`

/** Appends events in the caller's transaction: what is audited and the audit itself happen together or not at all. */
export async function record(db: Db, events: readonly AuditEvent[]): Promise<void> {
  if (events.length === 0) return
  await rows(db, insertSql, [JSON.stringify(events.map((event) => ({
    organisation_id: event.organisationId,
    actor: event.actor,
    action: event.action,
    outcome: event.outcome,
    study_instance_uid: event.StudyInstanceUID,
    patient_id: event.PatientID,
    occurrences: event.occurrences ?? 1,
    detail: event.detail ?? {},
  })))])
}
