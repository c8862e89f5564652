/** What somebody decides of objects that are held apart: that they belong into their study after all, or that they go. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { record } from '../audit/index.ts'
import { actorOf, reachesStudy, type Access } from '../identity/index.ts'
import { isRace, rows, type Db, type Trx } from '../platform/db.ts'
import { studyOfAnotherPatient } from './problems.ts'
import { withoutPatient, type Prepared } from './prepare.ts'
import { isDeletedOfAnother } from './quarantine.ts'
import { prepareAgain, type SetAsideRow } from './set-aside.ts'
import { storeBatch } from './store-batch.ts'
import { retryAfterRaceMs } from './store.ts'

/** Objects of one transaction. */
const instancesAtOnce = 64
/** Objects of one acceptance: a request ends after some seconds, and who waits sees how far it is. */
export const acceptedAtOnce = 256

interface HeadRow {
  readonly study_instance_uid: string
  readonly patient_id: string | null
  readonly patient_name: string | null
}

interface QuarantinedRow extends SetAsideRow {
  readonly quarantined_key: string
}

/** Which objects, and why. */
export interface QuarantineDecision {
  readonly quarantineId: string
  readonly reason: string
}

/** A quarantine of the access's organisation; undefined where there is none, or it is of a study the access does not reach. */
async function headOf(db: Db | Trx, access: Access, quarantineId: string): Promise<HeadRow | undefined> {
  const [head] = await rows<HeadRow>(db, 'select study_instance_uid, patient_id, patient_name from quarantine where organisation_id = ? and quarantine_id = ?', [access.organisationId, quarantineId])
  return head && reachesStudy(access, head.study_instance_uid) ? head : undefined
}

// First the study, as storing does, then the quarantine: nobody waits in a circle.

/** False where the study is not there. */
async function lockStudy(trx: Trx, { organisationId }: Access, StudyInstanceUID: string): Promise<boolean> {
  const found = await rows(trx, 'select study_key from study where organisation_id = ? and study_instance_uid = ? for update', [organisationId, StudyInstanceUID])
  return found.length > 0
}

async function lockQuarantine(trx: Trx, quarantineId: string): Promise<void> {
  await rows(trx, 'select quarantine_id from quarantine where quarantine_id = ? for update', [quarantineId])
}

/** What one acceptance has done. */
export interface AcceptedLot {
  /** How many went into the study. */
  readonly instances: number
  /** Where the next one goes on: `before` of it. Absent where all have been tried. */
  readonly next?: string
}

/**
 * Puts objects into their study as they are: the study keeps its patient, each object its bytes. In pieces, each whole: what is left of one that is killed in between
 * is still held apart. An object stays where the study holds other bytes under its UIDs by now. Undefined where nothing is held under this id.
 * @param before only objects that came before the one of this key; `atMost`: so many are tried
 * @throws studyOfAnotherPatient 409 where the study is deleted and can come back: what people added to it would be of this patient
 */
export async function acceptQuarantined(
  db: Db,
  access: Access,
  { quarantineId, reason }: QuarantineDecision,
  { before: from, atMost = acceptedAtOnce }: { readonly before?: string | undefined; readonly atMost?: number } = {},
): Promise<AcceptedLot | undefined> {
  const head = await headOf(db, access, quarantineId)
  if (head === undefined) return undefined
  let accepted = 0
  let seen = 0
  // The newest first: of several under the same UIDs that is the one which goes into the study.
  let before = from ?? '9223372036854775807'
  while (seen < atMost) {
    const page = withoutRepetition(await rows<QuarantinedRow>(
      db,
      'select * from quarantined_instance where organisation_id = ? and quarantine_id = ? and quarantined_key < ? order by quarantined_key desc limit ?',
      [access.organisationId, quarantineId, before, Math.min(instancesAtOnce, atMost - seen)],
    ))
    const last = page.at(-1)
    if (last === undefined) break
    before = last.quarantined_key
    seen += page.length
    const batch = await Promise.all(page.map(async (row) => ({ key: row.quarantined_key, prepared: await prepareAgain(access, head.study_instance_uid, row) })))
    accepted += await unlessInTheWay(db, (trx) => acceptBatch(trx, access, batch, { quarantineId, reason, head }))
  }
  if (seen === 0 && from === undefined) return undefined
  const left = await rows(db, 'select quarantined_key from quarantined_instance where organisation_id = ? and quarantine_id = ? and quarantined_key < ? limit 1', [access.organisationId, quarantineId, before])
  await db.transaction(async (trx) => {
    if (accepted === 0) {
      await record(trx, [{
        organisationId: access.organisationId,
        actor: actorOf(access),
        action: 'quarantine.accept',
        outcome: 'failed',
        StudyInstanceUID: head.study_instance_uid,
        PatientID: head.patient_id ?? undefined,
        detail: { quarantineId, reason },
      }])
    }
    if (left.length === 0) await forgetEmptyQuarantine(trx, quarantineId)
  })
  return { instances: accepted, ...(left.length > 0 && { next: before }) }
}

/** The study that was not there when it was looked for is there now. */
class StudyCame extends Error {
  override readonly name = 'StudyCame'
  constructor() { super('A study was made while images were put into it.') }
}

/** One transaction, and again where another was in the way: who makes a study can meet who stores into it. */
async function unlessInTheWay<Result>(db: Db, work: (trx: Trx) => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction(work)
    } catch (error) {
      const pauseMs = isRace(error) || error instanceof StudyCame ? retryAfterRaceMs(attempt) : undefined
      if (pauseMs === undefined) throw error
      await sleep(pauseMs)
    }
  }
}

/** As many as come before one whose UIDs another has. */
function withoutRepetition(page: readonly QuarantinedRow[]): QuarantinedRow[] {
  const seen = new Set<string>()
  const first = page.findIndex(({ series_instance_uid, sop_instance_uid }) => {
    const identity = `${series_instance_uid} ${sop_instance_uid}`
    if (seen.has(identity)) return true
    seen.add(identity)
    return false
  })
  return page.slice(0, first === -1 ? page.length : first)
}

const studyIsDeleted = (): Error => studyOfAnotherPatient('The study is deleted and can be restored. Restore it, have its PatientID corrected and delete it again, or have it removed for good first.')

async function acceptBatch(trx: Trx, access: Access, batch: readonly { key: string; prepared: Prepared }[], { quarantineId, reason, head }: QuarantineDecision & { head: HeadRow }): Promise<number> {
  const isStudyThere = await lockStudy(trx, access, head.study_instance_uid)
  // Before the quarantine is locked, or it would wait in a circle with what is stored meanwhile. All of one quarantine are of one patient.
  const [first] = batch
  if (!isStudyThere && first !== undefined && await isDeletedOfAnother(trx, first.prepared)) throw studyIsDeleted()
  await lockQuarantine(trx, quarantineId)
  // Somebody else may have decided since they were read.
  const waiting = new Set((await rows<{ quarantined_key: string }>(
    trx,
    'select quarantined_key from quarantined_instance where quarantined_key = any(?::bigint[])',
    [batch.map(({ key }) => key)],
  )).map(({ quarantined_key }) => quarantined_key))
  const wanted = batch.filter(({ key }) => waiting.has(key))
  if (wanted.length === 0) return 0
  const outcomes = await storeBatch(trx, wanted.map(({ prepared }) => (isStudyThere ? withoutPatient(prepared) : prepared)), { policy: 'reject', isAudited: false, isPatientAsked: !isStudyThere })
  if (outcomes.some(({ outcome }) => outcome === 'quarantined')) {
    // Made by who stored meanwhile: it is in that study that they are put.
    if (await lockStudy(trx, access, head.study_instance_uid)) throw new StudyCame()
    throw studyIsDeleted()
  }
  const gone = wanted.filter((_, index) => outcomes[index]?.outcome !== 'refused')
  const twice = wanted.filter((_, index) => outcomes[index]?.outcome === 'unchanged')
  if (gone.length === 0) return 0
  await rows(trx, 'delete from quarantined_instance where quarantined_key = any(?::bigint[])', [gone.map(({ key }) => key)])
  // The very same is in the study: its own blob holds the bytes.
  await rows(
    trx,
    'insert into obsolete_blob (blob_key, organisation_id) select unnest(?::text[]), ?::bigint on conflict (blob_key) do nothing',
    [twice.map(({ prepared }) => prepared.instance.blobKey), access.organisationId],
  )
  const freedBytes = twice.reduce((sum, { prepared }) => sum + prepared.instance.byteLength, 0)
  await record(trx, [{
    organisationId: access.organisationId, actor: actorOf(access), action: 'quarantine.accept', outcome: 'success', StudyInstanceUID: head.study_instance_uid, PatientID: head.patient_id ?? undefined,
    occurrences: gone.length, detail: { quarantineId, instances: gone.length - twice.length, freedBytes: freedBytes === 0 ? undefined : freedBytes, reason },
  }])
  return gone.length
}

/**
 * Deletes objects that are held apart, within the caller's transaction; they can be restored to where they are. How many; undefined where nothing is held under this id.
 */
export async function deleteQuarantined(trx: Trx, access: Access, { quarantineId, reason }: QuarantineDecision): Promise<number | undefined> {
  const head = await headOf(trx, access, quarantineId)
  if (head === undefined) return undefined
  await lockStudy(trx, access, head.study_instance_uid)
  await lockQuarantine(trx, quarantineId)
  let deleted = 0
  // A deletion holds an object of its UIDs once: several under the same UIDs are several deletions.
  for (;;) {
    const moved = await deleteLayer(trx, access, { quarantineId, reason, head })
    if (moved === 0) break
    deleted += moved
  }
  return deleted === 0 ? undefined : deleted
}

const deletedHeadSql = `
  insert into deleted_study (deleted_study_id, organisation_id, study_instance_uid, deleted_by, reason, instances, bytes, patient_id, patient_name, modalities, stored_by, arrived_at, quarantine_id)
  select :deletedStudyId::uuid, organisation_id, study_instance_uid, :actor::text, :reason::text, 0, 0, patient_id, patient_name, modalities, received_by, first_received_at, quarantine_id from quarantine
  where quarantine_id = :quarantineId::uuid and exists (select from quarantined_instance held where held.quarantine_id = quarantine.quarantine_id)`

const movedSql = `
  with moved as (
    delete from quarantined_instance where quarantined_key in (
      select distinct on (series_instance_uid, sop_instance_uid) quarantined_key
      from quarantined_instance where quarantine_id = :quarantineId::uuid
      order by series_instance_uid, sop_instance_uid, quarantined_key desc
    ) returning *
  ), kept as (
    insert into deleted_instance (deleted_study_id, organisation_id, series_instance_uid, sop_instance_uid, sop_class_uid, transfer_syntax_uid,
      version, blob_key, byte_length, sha256, data_set_sha256, layout, warnings, metadata, text_bytes, crc32, stored_at)
    select :deletedStudyId::uuid, organisation_id, series_instance_uid, sop_instance_uid, sop_class_uid, transfer_syntax_uid,
      1, blob_key, byte_length, sha256, data_set_sha256, layout, warnings, metadata, text_bytes, crc32, received_at
    from moved
  )
  update deleted_study set (instances, bytes) = (select count(*), coalesce(sum(byte_length), 0) from moved)
  where deleted_study_id = :deletedStudyId::uuid returning instances, bytes`

async function deleteLayer(trx: Trx, access: Access, { quarantineId, reason, head }: QuarantineDecision & { head: HeadRow }): Promise<number> {
  const { organisationId } = access
  const deletedStudyId = randomUUID()
  await trx.raw(deletedHeadSql, { deletedStudyId, quarantineId, reason, actor: actorOf(access) })
  const { rows: [moved] } = await trx.raw<{ rows: { instances: number; bytes: string }[] }>(movedSql, { deletedStudyId, quarantineId })
  // Nothing was left, so that there is no deletion either.
  if (moved === undefined) return 0
  await record(trx, [{
    organisationId, actor: actorOf(access), action: 'quarantine.delete', outcome: 'success', StudyInstanceUID: head.study_instance_uid, PatientID: head.patient_id ?? undefined, occurrences: moved.instances,
    detail: { quarantineId, deletedStudyId, bytes: Number(moved.bytes), reason },
  }])
  return moved.instances
}

/** Brings one deletion back to where it was held apart. */
export const restoreToQuarantine = (db: Db, deletedStudyId: string): Promise<void> => db.transaction(async (trx) => {
  const head = await trx('deleted_study').where({ deleted_study_id: deletedStudyId, state: 'restoring' }).forUpdate().first<{ quarantine_id: string } | undefined>('quarantine_id')
  if (head === undefined) return
  await rows(trx, 'select quarantine_id from quarantine where quarantine_id = ? for update', [head.quarantine_id])
  await rows(trx, `
    with moved as (delete from deleted_instance where deleted_study_id = ? returning *)
    insert into quarantined_instance (quarantine_id, organisation_id, series_instance_uid, sop_instance_uid, sop_class_uid, transfer_syntax_uid,
      blob_key, byte_length, sha256, data_set_sha256, layout, warnings, metadata, text_bytes, crc32, received_at)
    select ?::uuid, organisation_id, series_instance_uid, sop_instance_uid, sop_class_uid, transfer_syntax_uid,
      blob_key, byte_length, sha256, data_set_sha256, layout, warnings, metadata, text_bytes, crc32, stored_at
    from moved order by stored_at, blob_key`, [deletedStudyId, head.quarantine_id])
})

/** Forgets a quarantine that nothing is in, and nothing can come back to. */
export async function forgetEmptyQuarantine(trx: Trx, quarantineId: string): Promise<void> {
  // Whoever puts something into it has ended then; only a statement that begins afterwards sees what it was.
  await rows(trx, 'select quarantine_id from quarantine where quarantine_id = ? for update', [quarantineId])
  await rows(trx, `
    delete from quarantine where quarantine_id = ?
      and not exists (select from quarantined_instance held where held.quarantine_id = quarantine.quarantine_id)
      and not exists (select from deleted_study where deleted_study.quarantine_id = quarantine.quarantine_id and state in ('deleted', 'restoring'))`, [quarantineId])
}
