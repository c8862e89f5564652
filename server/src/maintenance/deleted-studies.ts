/** What was deleted: looking at it, bringing it back, and ending what restorations and purges have begun. */
import type { DeletedState, DeletedStudy, DeletedStudyFilter, DeletedStudyOfAnyFilter, DeletedStudyOfAnyPage, DeletedStudyPage } from '@isocenter/contracts'
import { performersOf, record } from '../audit/index.ts'
import { correctedPatientOf, forgetEmptyQuarantine, isStranger, patientOf, patientWas, purgeInstances, restoreInstances, restoreToQuarantine, type Catalogue } from '../catalogue/index.ts'
import { correctedStudies, correctionsOf, told, type Corrections } from '../corrections/index.ts'
import { endPurgedDownloads } from '../downloads/index.ts'
import { actorOf, type Access } from '../identity/index.ts'
import { decodeCursor, encodeCursor, exactly } from '../platform/cursor.ts'
import type { Db, Trx } from '../platform/db.ts'
import { anywhere } from '../platform/like.ts'
import { forgetPurgedStudy, Position, type Page } from './common.ts'
import { deletedStudyBusy, noSuchDeletedStudy, studyOfAnotherPatient } from './problems.ts'

export interface DeletedStudies {
  /** The latest first. */
  readonly list: (access: Access, filter: DeletedStudyFilter, page: Page) => Promise<DeletedStudyPage>
  /** For the operator: of every organisation, without anything of the patient. */
  readonly listOfAny: (filter: DeletedStudyOfAnyFilter, page: Page) => Promise<DeletedStudyOfAnyPage>
  /** Brings a deletion back: at once where it is small, else in the background. @throws noSuchDeletedStudy 404, deletedStudyBusy 409, studyOfAnotherPatient 409 where one came in its place */
  readonly restore: (access: Access, deletedStudyId: string, reason: string) => Promise<DeletedStudy>
  /** Goes on with restorations and purges that have begun, until they are ended or the signal fires. */
  readonly finish: (signal?: AbortSignal) => Promise<void>
  /** Marks what is deleted since before a moment to be purged; how many deletions. */
  readonly purgeOlder: (before: Date) => Promise<number>
}

export interface DeletedRow {
  readonly deleted_study_id: string
  readonly organisation_id: string
  readonly study_instance_uid: string
  readonly series_instance_uid: string | null
  readonly sop_instance_uid: string | null
  readonly state: DeletedState
  readonly deleted_at: Date
  readonly exactly: string
  readonly deleted_by: string
  readonly reason: string | null
  readonly instances: number
  readonly bytes: string
  readonly not_restored: number | null
  readonly ended_at: Date | null
  readonly restored_by: string | null
  readonly restore_reason: string | null
  readonly purge_id: string | null
  /** Where it was held apart, if it was in no study. */
  readonly quarantine_id: string | null
  readonly patient_id: string | null
  readonly issuer_of_patient_id: string | null
  readonly patient_name: string | null
  readonly patient_birth_date: string | null
  readonly study_date: string | null
  readonly study_description: string | null
  readonly accession_number: string | null
  readonly modalities: string[]
}

/** So many come back while who asked waits. */
const restoredAtOnce = 200

export function createDeletedStudies({ db, catalogue, purgeAfterDays, now }: {
  readonly db: Db; readonly catalogue: Pick<Catalogue, 'changed'>; readonly purgeAfterDays: number | undefined; readonly now: () => Date
}): DeletedStudies {
  const select = () => db('deleted_study').select<DeletedRow[]>('deleted_study.*', db.raw(`${exactly('deleted_at')} as exactly`))
  const common = (row: DeletedRow) => ({
    deletedStudyId: row.deleted_study_id, StudyInstanceUID: row.study_instance_uid, deletedAt: row.deleted_at.toISOString(), instances: row.instances, bytes: Number(row.bytes), state: row.state,
    isPurgeRequested: row.purge_id !== null && row.state === 'deleted', isHeldApart: row.quarantine_id !== null,
    ...(row.series_instance_uid === null ? {} : { SeriesInstanceUID: row.series_instance_uid }), ...(row.sop_instance_uid === null ? {} : { SOPInstanceUID: row.sop_instance_uid }),
    ...(purgeAfterDays === undefined || row.state !== 'deleted' ? {} : { keptUntil: new Date(row.deleted_at.getTime() + purgeAfterDays * 86_400_000).toISOString() }),
  })
  /** As people have corrected the study; what was held apart was in none, and of what is purged nothing is left to be told. */
  const toldOf = (row: DeletedRow, corrections: Corrections | undefined) => {
    const said = { PatientID: row.patient_id, PatientName: row.patient_name, StudyDescription: row.study_description, AccessionNumber: row.accession_number }
    if (row.state === 'purged') return {}
    const given = Object.entries(said).map(([keyword, value]) => [keyword, told(row.quarantine_id === null ? corrections : undefined, keyword as keyof typeof said, value)] as const)
    return Object.fromEntries(given.filter(([, value]) => value !== null)) as { [Keyword in keyof typeof said]?: string }
  }
  const toDeleted = async (organisationId: string, found: readonly DeletedRow[]): Promise<DeletedStudy[]> => {
    const corrections = await correctionsOf(db, organisationId, found.map(({ study_instance_uid }) => study_instance_uid))
    const performer = await performersOf(db, found.map(({ deleted_by }) => deleted_by))
    return found.map((row) => ({
      ...common(row), deletedBy: performer(row.deleted_by), ModalitiesInStudy: row.modalities, actions: row.state === 'deleted' ? ['restore'] : [],
      ...(row.reason === null ? {} : { reason: row.reason }), ...toldOf(row, corrections.get(row.study_instance_uid)),
      ...(row.study_date === null ? {} : { StudyDate: row.study_date }), ...(row.not_restored === null ? {} : { notRestored: row.not_restored }),
      ...(row.state === 'restored' && row.ended_at !== null ? { restoredAt: row.ended_at.toISOString() } : {}),
    }))
  }
  const pageOf = async (query: ReturnType<typeof select>, { cursor, limit }: Page) => {
    const after = decodeCursor(cursor, Position)
    if (after) void query.whereRaw('(deleted_at, deleted_study_id) < (?::timestamptz, ?::uuid)', [...after])
    const found = await query.orderByRaw('deleted_at desc, deleted_study_id desc').limit(limit + 1)
    const last = found.length > limit ? found[limit - 1] : undefined
    return { rows: found.slice(0, limit), ...(last ? { next: encodeCursor([last.exactly, last.deleted_study_id]) } : {}) }
  }
  const underWay = (deletedStudyId: string) => select().where({ deleted_study_id: deletedStudyId }).first<DeletedRow | undefined>()

  const finishRestoring = async (row: DeletedRow): Promise<void> => {
    const { organisation_id: organisationId, deleted_study_id: deletedStudyId, study_instance_uid: StudyInstanceUID } = row
    const [kind = 'command', ...id] = (row.restored_by ?? 'command:maintenance').split(':')
    const access: Access = { actor: { kind: kind as Access['actor']['kind'], id: id.join(':') }, organisationId, permissions: new Set(), studies: 'all' }
    if (row.quarantine_id === null) await restoreInstances(db, { organisationId, deletedStudyId, StudyInstanceUID }, access)
    else await restoreToQuarantine(db, deletedStudyId)
    await db.transaction(async (trx) => {
      const state = await trx('deleted_study').where({ deleted_study_id: deletedStudyId, state: 'restoring' }).forUpdate().first<{ instances: number; bytes: string } | undefined>('instances', 'bytes')
      if (state === undefined) return
      const left = await trx('deleted_instance').where({ deleted_study_id: deletedStudyId }).first<{ instances: string; bytes: string }>(trx.raw(
        'count(*) as instances, coalesce(sum(byte_length), 0) + coalesce((select sum(byte_length) from deleted_version where deleted_study_id = ?), 0) as bytes', [deletedStudyId]))
      const [notRestored, leftBytes] = [Number(left.instances), Number(left.bytes)]
      const restored = state.instances - notRestored
      await trx('deleted_study').where({ deleted_study_id: deletedStudyId }).update(notRestored === 0
        ? { state: 'restored', ended_at: now(), not_restored: 0 }
        : { state: 'deleted', not_restored: notRestored, instances: notRestored, bytes: leftBytes })
      await record(trx, [{
        organisationId, actor: row.restored_by ?? 'command:maintenance', action: 'study.restore', outcome: restored > 0 ? 'success' : 'failed', StudyInstanceUID, PatientID: row.patient_id ?? undefined,
        occurrences: Math.max(restored, 1),
        detail: {
          deletedStudyId,
          ...(row.quarantine_id === null ? { instances: restored } : { instances: 0, quarantined: restored }),
          bytes: Number(state.bytes) - leftBytes,
          notRestored,
          reason: row.restore_reason ?? undefined,
        },
      }])
    })
    catalogue.changed(organisationId)
  }

  const finishPurging = async (row: DeletedRow): Promise<void> => {
    const { deleted_study_id: deletedStudyId, organisation_id: organisationId } = row
    // Before the first of its bytes goes.
    await db.transaction((trx) => endPurgedDownloads(trx, deletedStudyId))
    await purgeInstances(db, deletedStudyId)
    await db.transaction(async (trx) => {
      const purge = row.purge_id === null ? undefined : await trx('purge').where({ purge_id: row.purge_id }).first<{ requested_by: string; decided_by: string; reason: string } | undefined>()
      // What is left says that it was, not whose.
      const ended = await trx('deleted_study').where({ deleted_study_id: deletedStudyId, state: 'purging' })
        .update({ state: 'purged', ended_at: now(), patient_id: null, issuer_of_patient_id: null, patient_name: null, patient_birth_date: null, study_date: null, study_description: null, accession_number: null })
      if (ended === 0) return
      await forgetPurgedStudy(trx, organisationId, row.study_instance_uid)
      if (row.quarantine_id !== null) await forgetEmptyQuarantine(trx, row.quarantine_id)
      await record(trx, [{
        organisationId,
        actor: purge?.decided_by ?? 'command:retention',
        action: 'study.purge',
        outcome: 'success',
        StudyInstanceUID: row.study_instance_uid,
        PatientID: row.patient_id ?? undefined,
        occurrences: row.instances,
        detail: {
          deletedStudyId,
          ...(row.quarantine_id !== null && { quarantined: row.instances }),
          bytes: Number(row.bytes),
          ...(purge === undefined ? {} : { purgeId: row.purge_id, requestedBy: purge.requested_by, reason: purge.reason }),
        },
      }])
    })
  }

  return {
    list: async (access, { state, search }, page) => {
      const query = select().where({ organisation_id: access.organisationId })
      if (access.studies !== 'all') void query.whereIn('study_instance_uid', [...access.studies])
      if (state !== undefined) void query.where({ state })
      if (search !== undefined) {
        const { keyword: corrected } = await correctedStudies(db, access.organisationId, { keyword: search })
        const words = anywhere(search.trim())
        void query.where((found) => {
          void found.whereILike('patient_name', words).orWhereILike('patient_id', words).orWhereILike('accession_number', words).orWhere('study_instance_uid', search.trim())
          // What is purged is found by nothing of its patient.
          if (corrected.length > 0) void found.orWhere((one) => one.whereNot({ state: 'purged' }).whereNull('quarantine_id').whereRaw('study_instance_uid = any(?::text[])', [[...corrected]]))
        })
      }
      const { rows, ...next } = await pageOf(query, page)
      return { items: await toDeleted(access.organisationId, rows), ...next }
    },

    listOfAny: async ({ state, organisationId }, page) => {
      const query = select()
      if (state !== undefined) void query.where({ state })
      if (organisationId !== undefined) void query.where({ organisation_id: organisationId })
      const { rows, ...next } = await pageOf(query, page)
      const names = new Map((await db('organisation')
        .whereIn('organisation_id', rows.map((row) => row.organisation_id))
        .select<{ organisation_id: string; name: string }[]>('organisation_id', 'name')).map((row) => [row.organisation_id, row.name]))
      return {
        items: rows.map((row) => ({
          ...common(row), organisation: { organisationId: row.organisation_id, name: names.get(row.organisation_id) ?? '' }, actions: row.state === 'deleted' && row.purge_id === null ? ['requestPurge' as const] : [],
        })),
        ...next,
      }
    },

    restore: async (access, deletedStudyId, reason) => {
      const row = await db.transaction(async (trx) => {
        const found = await trx('deleted_study').where({ organisation_id: access.organisationId, deleted_study_id: deletedStudyId }).forUpdate().first<DeletedRow | undefined>()
        if (found === undefined || (access.studies !== 'all' && !access.studies.includes(found.study_instance_uid))) throw noSuchDeletedStudy('Nothing that was deleted in your organisation has this id.')
        if (found.state !== 'deleted') throw deletedStudyBusy(`It is ${found.state}.`, { state: found.state })
        await assertSamePatient(trx, found)
        // A request to purge it is overtaken: it asks for what is not deleted any more.
        await trx('deleted_study').where({ deleted_study_id: deletedStudyId }).update({ state: 'restoring', restored_by: actorOf(access), restore_reason: reason, purge_id: null })
        return { ...found, restored_by: actorOf(access), restore_reason: reason }
      })
      if (row.instances <= restoredAtOnce) await finishRestoring(row)
      const [restored] = await toDeleted(access.organisationId, await select().where({ deleted_study_id: deletedStudyId }))
      if (restored === undefined) throw noSuchDeletedStudy('It is not there any more.')
      return restored
    },

    finish: async (signal) => {
      for (const deletedStudyId of await db('deleted_study').whereIn('state', ['restoring', 'purging']).pluck<string[]>('deleted_study_id')) {
        if (signal?.aborted) return
        const row = await underWay(deletedStudyId)
        if (row?.state === 'restoring') await finishRestoring(row)
        if (row?.state === 'purging') await finishPurging(row)
      }
    },

    purgeOlder: (before) => db('deleted_study').where({ state: 'deleted', purge_id: null }).where('deleted_at', '<', before).update({ state: 'purging' }),
  }
}

// A study that was there already can say, after another restoration, that it had arrived before the deletion.
const otherStudySql = `
  select study.patient_id, study.issuer_of_patient_id, study.patient_name_search, study.patient_birth_date from study join deleted_study using (organisation_id, study_instance_uid)
  where deleted_study_id = ? and study.created_at is distinct from deleted_study.arrived_at`

/**
 * That nothing goes into another study than it was deleted from, of somebody else: nobody would see it happen. What people have corrected is
 * said of the patient, too. What was held apart goes back there, and is in no study.
 * @throws studyOfAnotherPatient 409
 */
async function assertSamePatient(trx: Trx, row: DeletedRow): Promise<void> {
  if (row.quarantine_id !== null) return
  const { rows: [there] } = await trx.raw<{ rows: Parameters<typeof patientOf>[0][] }>(otherStudySql, [row.deleted_study_id])
  if (there === undefined) return
  const corrected = await correctedPatientOf(trx, row.organisation_id, row.study_instance_uid)
  if (isStranger({ patient: patientWas(row), corrected }, patientOf(there))) throw studyOfAnotherPatient('Delete the study that is there first; both can be restored.')
}
