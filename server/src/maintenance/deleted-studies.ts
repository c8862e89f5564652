/** What was deleted: looking at it, bringing it back, and ending what restorations and purges have begun. */
import type { DeletedState, DeletedStudy, DeletedStudyFilter, DeletedStudyOfAnyFilter, DeletedStudyOfAnyPage, DeletedStudyPage } from '@isocenter/contracts'
import { Type } from 'typebox'
import { record } from '../audit/index.ts'
import { purgeInstances, restoreInstances, type Catalogue } from '../catalogue/index.ts'
import type { Access } from '../identity/index.ts'
import { decodeCursor, encodeCursor } from '../platform/cursor.ts'
import type { Db } from '../platform/db.ts'
import { actorOf, exactly, forgetPurgedStudy, performersOf, type Page } from './common.ts'
import { deletedStudyBusy, noSuchDeletedStudy } from './problems.ts'

export interface DeletedStudies {
  /** The latest first. */
  readonly list: (access: Access, filter: DeletedStudyFilter, page: Page) => Promise<DeletedStudyPage>
  /** For the operator: of every organisation, without anything of the patient. */
  readonly listOfAny: (filter: DeletedStudyOfAnyFilter, page: Page) => Promise<DeletedStudyOfAnyPage>
  /** Brings a deletion back: at once where it is small, else in the background. @throws noSuchDeletedStudy 404, deletedStudyBusy 409 */
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
  readonly patient_id: string | null
  readonly patient_name: string | null
  readonly study_date: string | null
  readonly study_description: string | null
  readonly accession_number: string | null
  readonly modalities: string[]
}

const Position = Type.Tuple([Type.String({ pattern: '^[0-9T:.Z-]{20,30}$' }), Type.String({ pattern: '^[0-9a-f-]{36}$' })])
/** So many come back while who asked waits. */
const restoredAtOnce = 200
const anywhere = (text: string): string => `%${text.trim().replace(/[\\%_]/g, '\\$&')}%`

export function createDeletedStudies({ db, catalogue, purgeAfterDays, now }: {
  readonly db: Db; readonly catalogue: Pick<Catalogue, 'changed'>; readonly purgeAfterDays: number | undefined; readonly now: () => Date
}): DeletedStudies {
  const select = () => db('deleted_study').select<DeletedRow[]>('deleted_study.*', db.raw(`${exactly('deleted_at')} as exactly`))
  const common = (row: DeletedRow) => ({
    deletedStudyId: row.deleted_study_id, StudyInstanceUID: row.study_instance_uid, deletedAt: row.deleted_at.toISOString(), instances: row.instances, bytes: Number(row.bytes), state: row.state,
    isPurgeRequested: row.purge_id !== null && row.state === 'deleted',
    ...(row.series_instance_uid === null ? {} : { SeriesInstanceUID: row.series_instance_uid }), ...(row.sop_instance_uid === null ? {} : { SOPInstanceUID: row.sop_instance_uid }),
    ...(purgeAfterDays === undefined || row.state !== 'deleted' ? {} : { keptUntil: new Date(row.deleted_at.getTime() + purgeAfterDays * 86_400_000).toISOString() }),
  })
  const toDeleted = async (found: readonly DeletedRow[]): Promise<DeletedStudy[]> => {
    const performer = await performersOf(db, found.map(({ deleted_by }) => deleted_by))
    return found.map((row) => ({
      ...common(row), deletedBy: performer(row.deleted_by), ModalitiesInStudy: row.modalities, actions: row.state === 'deleted' ? ['restore'] : [],
      ...(row.reason === null ? {} : { reason: row.reason }), ...(row.patient_id === null ? {} : { PatientID: row.patient_id }), ...(row.patient_name === null ? {} : { PatientName: row.patient_name }),
      ...(row.study_date === null ? {} : { StudyDate: row.study_date }), ...(row.study_description === null ? {} : { StudyDescription: row.study_description }),
      ...(row.accession_number === null ? {} : { AccessionNumber: row.accession_number }), ...(row.not_restored === null ? {} : { notRestored: row.not_restored }),
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
    await restoreInstances(db, { organisationId, deletedStudyId, StudyInstanceUID }, access)
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
        occurrences: Math.max(restored, 1), detail: { deletedStudyId, instances: restored, bytes: Number(state.bytes) - leftBytes, notRestored, reason: row.restore_reason ?? undefined },
      }])
    })
    catalogue.changed(organisationId)
  }

  const finishPurging = async (row: DeletedRow): Promise<void> => {
    const { deleted_study_id: deletedStudyId, organisation_id: organisationId } = row
    await purgeInstances(db, deletedStudyId)
    await db.transaction(async (trx) => {
      const purge = row.purge_id === null ? undefined : await trx('purge').where({ purge_id: row.purge_id }).first<{ requested_by: string; decided_by: string; reason: string } | undefined>()
      // What is left says that it was, not whose.
      const ended = await trx('deleted_study').where({ deleted_study_id: deletedStudyId, state: 'purging' })
        .update({ state: 'purged', ended_at: now(), patient_id: null, patient_name: null, study_date: null, study_description: null, accession_number: null })
      if (ended === 0) return
      await forgetPurgedStudy(trx, organisationId, row.study_instance_uid)
      await record(trx, [{
        organisationId, actor: purge?.decided_by ?? 'command:retention', action: 'study.purge', outcome: 'success', StudyInstanceUID: row.study_instance_uid, PatientID: row.patient_id ?? undefined, occurrences: row.instances,
        detail: { deletedStudyId, bytes: Number(row.bytes), ...(purge === undefined ? {} : { purgeId: row.purge_id, requestedBy: purge.requested_by, reason: purge.reason }) },
      }])
    })
  }

  return {
    list: async (access, { state, search }, page) => {
      const query = select().where({ organisation_id: access.organisationId })
      if (access.studies !== 'all') void query.whereIn('study_instance_uid', [...access.studies])
      if (state !== undefined) void query.where({ state })
      if (search !== undefined) {
        void query.where((found) => found.whereILike('patient_name', anywhere(search)).orWhereILike('patient_id', anywhere(search)).orWhereILike('accession_number', anywhere(search)).orWhere('study_instance_uid', search.trim()))
      }
      const { rows, ...next } = await pageOf(query, page)
      return { items: await toDeleted(rows), ...next }
    },

    listOfAny: async ({ state, organisationId }, page) => {
      const query = select()
      if (state !== undefined) void query.where({ state })
      if (organisationId !== undefined) void query.where({ organisation_id: organisationId })
      const { rows, ...next } = await pageOf(query, page)
      const names = new Map((await db('organisation').whereIn('organisation_id', rows.map((row) => row.organisation_id)).select<{ organisation_id: string; name: string }[]>('organisation_id', 'name')).map((row) => [row.organisation_id, row.name]))
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
        // A request to purge it is overtaken: it asks for what is not deleted any more.
        await trx('deleted_study').where({ deleted_study_id: deletedStudyId }).update({ state: 'restoring', restored_by: actorOf(access), restore_reason: reason, purge_id: null })
        return { ...found, restored_by: actorOf(access), restore_reason: reason }
      })
      if (row.instances <= restoredAtOnce) await finishRestoring(row)
      const [restored] = await toDeleted(await select().where({ deleted_study_id: deletedStudyId }))
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
