/** Removing for good what was deleted: asked for by one operator, agreed to by another. */
import type { Purge, PurgePage, PurgeRequest, PurgeState } from '@isocenter/contracts'
import { performersOf, record, type AuditEvent } from '../audit/index.ts'
import { accountOf, actorOf, type Access } from '../identity/index.ts'
import { decodeCursor, encodeCursor, exactly } from '../platform/cursor.ts'
import type { Db, Trx } from '../platform/db.ts'
import { Position, type Page } from './common.ts'
import { deletedStudyBusy, noSuchDeletedStudy, noSuchPurge, purgeDecided, secondPersonNeeded } from './problems.ts'

export interface Purges {
  /** The latest first. */
  readonly list: (access: Access, page: Page) => Promise<PurgePage>
  /** @throws noSuchDeletedStudy 404, deletedStudyBusy 409 where one is not deleted any more or another request has it, secondPersonNeeded 403 for a machine */
  readonly request: (access: Access, request: PurgeRequest) => Promise<Purge>
  /** From now on nothing brings it back. @throws noSuchPurge 404, purgeDecided 409, secondPersonNeeded 403 for who asked for it, and for a machine */
  readonly approve: (access: Access, purgeId: string) => Promise<Purge>
  /** @throws noSuchPurge 404, purgeDecided 409, secondPersonNeeded 403 */
  readonly decline: (access: Access, purgeId: string, reason: string) => Promise<Purge>
  /** By who asked for it. @throws noSuchPurge 404, purgeDecided 409, secondPersonNeeded 403 */
  readonly withdraw: (access: Access, purgeId: string) => Promise<Purge>
}

interface PurgeRow {
  readonly purge_id: string
  readonly state: PurgeState
  readonly reason: string
  readonly requested_by: string
  readonly requested_at: Date
  readonly exactly: string
  readonly decided_by: string | null
  readonly decided_at: Date | null
  readonly decision_reason: string | null
  readonly studies: number
  readonly instances: string
  readonly bytes: string
  readonly youngest_at: Date
}

export function createPurges({ db, now }: { readonly db: Db; readonly now: () => Date }): Purges {
  const select = (handle: Db) => handle('purge').select<PurgeRow[]>('purge.*', db.raw(`${exactly('requested_at')} as exactly`))
  const toPurges = async (handle: Db, access: Access, found: readonly PurgeRow[]): Promise<Purge[]> => {
    const performer = await performersOf(handle, found.flatMap(({ requested_by, decided_by }) => [requested_by, decided_by]))
    const isPerson = accountOf(access) !== undefined
    return found.map((row) => {
      const isOwn = row.requested_by === actorOf(access)
      return {
        purgeId: row.purge_id,
        state: row.state,
        reason: row.reason,
        requestedBy: performer(row.requested_by),
        requestedAt: row.requested_at.toISOString(),
        studies: row.studies,
        instances: Number(row.instances),
        bytes: Number(row.bytes),
        youngestDays: Math.max(0, Math.floor((now().getTime() - row.youngest_at.getTime()) / 86_400_000)),
        actions: row.state !== 'requested' || !isPerson ? [] : isOwn ? ['withdraw' as const] : ['approve' as const, 'decline' as const],
        ...(row.decided_by === null ? {} : { decidedBy: performer(row.decided_by) }), ...(row.decided_at === null ? {} : { decidedAt: row.decided_at.toISOString() }),
        ...(row.decision_reason === null ? {} : { decisionReason: row.decision_reason }),
      }
    })
  }
  const find = async (handle: Db, access: Access, purgeId: string): Promise<Purge> => {
    const [purge] = await toPurges(handle, access, await select(handle).where({ purge_id: purgeId }))
    if (purge === undefined) throw noSuchPurge('No request to purge has this id.')
    return purge
  }
  const assertPerson = (access: Access) => { if (accountOf(access) === undefined) throw secondPersonNeeded('Two people decide on this; a token is none.') }

  /** Each organisation whose studies these are has the event in its trail, and the operator's own. */
  const note = async (trx: Trx, access: Access, purgeId: string, change: string, reason?: string): Promise<void> => {
    const studies = await trx('deleted_study').where({ purge_id: purgeId }).select<{ organisation_id: string; study_instance_uid: string }[]>('organisation_id', 'study_instance_uid')
    const event = { actor: actorOf(access), action: 'study.purge-request', outcome: 'success' } as const
    const events = [...Map.groupBy(studies, (row) => row.organisation_id)].map(([organisationId, own]): AuditEvent => ({
      ...event,
      organisationId,
      occurrences: own.length,
      detail: { purgeId, change, reason, studies: own.slice(0, 100).map((row) => row.study_instance_uid) },
    }))
    await record(trx, [...events, ...(events.some(({ organisationId }) => organisationId === access.organisationId) ? [] : [{ ...event, organisationId: access.organisationId, detail: { purgeId, change, reason } }])])
  }

  const decide = (access: Access, purgeId: string, state: 'approved' | 'declined' | 'withdrawn', reason?: string) => db.transaction(async (trx) => {
    assertPerson(access)
    const row = await trx('purge').where({ purge_id: purgeId }).forUpdate().first<PurgeRow | undefined>()
    if (row === undefined) throw noSuchPurge('No request to purge has this id.')
    if (row.state !== 'requested') throw purgeDecided(`It was ${row.state}.`, { state: row.state })
    const isOwn = row.requested_by === actorOf(access)
    if (isOwn !== (state === 'withdrawn')) throw secondPersonNeeded(isOwn ? 'You have asked for it; another one must agree.' : 'Who has asked for it withdraws it.')
    await trx('purge').where({ purge_id: purgeId }).update({ state, decided_by: actorOf(access), decided_at: now(), decision_reason: reason ?? null })
    await note(trx, access, purgeId, state, reason)
    // What was restored meanwhile is not this request's any more.
    await trx('deleted_study').where({ purge_id: purgeId, state: 'deleted' }).update(state === 'approved' ? { state: 'purging' } : { purge_id: null })
    return find(trx, access, purgeId)
  })

  return {
    list: async (access, { cursor, limit }) => {
      const after = decodeCursor(cursor, Position)
      const query = select(db).orderByRaw('requested_at desc, purge_id desc').limit(limit + 1)
      if (after) void query.whereRaw('(requested_at, purge_id) < (?::timestamptz, ?::uuid)', [...after])
      const found = await query
      const last = found.length > limit ? found[limit - 1] : undefined
      return { items: await toPurges(db, access, found.slice(0, limit)), ...(last ? { next: encodeCursor([last.exactly, last.purge_id]) } : {}) }
    },

    request: (access, { deletedStudyIds, reason }) => db.transaction(async (trx) => {
      assertPerson(access)
      const found = await trx('deleted_study').whereIn('deleted_study_id', deletedStudyIds).orderBy('deleted_study_id').forUpdate()
        .select<{ state: string; purge_id: string | null; instances: number; bytes: string; deleted_at: Date }[]>('state', 'purge_id', 'instances', 'bytes', 'deleted_at')
      if (found.length !== deletedStudyIds.length) throw noSuchDeletedStudy('One of these is not there.')
      if (found.some(({ state, purge_id }) => state !== 'deleted' || purge_id !== null)) throw deletedStudyBusy('One of these is not deleted any more, or another request asks for it.')
      const [row] = await trx('purge').insert({
        reason, requested_by: actorOf(access), requested_at: now(), studies: found.length, instances: found.reduce((sum, { instances }) => sum + instances, 0),
        bytes: String(found.reduce((sum, { bytes }) => sum + BigInt(bytes), 0n)), youngest_at: new Date(Math.max(...found.map(({ deleted_at }) => deleted_at.getTime()))),
      }).returning<{ purge_id: string }[]>('purge_id')
      const purgeId = String(row?.purge_id)
      await trx('deleted_study').whereIn('deleted_study_id', deletedStudyIds).update({ purge_id: purgeId })
      await note(trx, access, purgeId, 'requested', reason)
      return find(trx, access, purgeId)
    }),
    approve: (access, purgeId) => decide(access, purgeId, 'approved'),
    decline: (access, purgeId, reason) => decide(access, purgeId, 'declined', reason),
    withdraw: (access, purgeId) => decide(access, purgeId, 'withdrawn'),
  }
}
