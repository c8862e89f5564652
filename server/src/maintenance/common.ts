/** What the services of data maintenance have in common. */
import type { Performer } from '@isocenter/contracts'
import type { Access } from '../identity/index.ts'
import type { Db, Trx } from '../platform/db.ts'

export const actorOf = ({ actor }: Access): string => `${actor.kind}:${actor.id}`

/** The account that acts; undefined for machines. */
export const accountOf = ({ actor }: Access): string | undefined => (actor.kind === 'account' ? actor.id : undefined)

export interface Page {
  readonly cursor: string | undefined
  readonly limit: number
}

/** Those who acted, people with their names; by the text that is kept of them. */
export async function performersOf(db: Db, actors: Iterable<string | null>): Promise<(actor: string) => Performer> {
  const ids = [...new Set(actors)].flatMap((actor) => /^account:(.*)$/.exec(actor ?? '')?.[1] ?? [])
  const names = new Map((ids.length === 0 ? [] : await db('account').whereIn('account_id', ids).select<{ account_id: string; name: string }[]>('account_id', 'name')).map(({ account_id, name }) => [`account:${account_id}`, name]))
  return (actor) => {
    const name = names.get(actor)
    return { actor, ...(name === undefined ? {} : { name }) }
  }
}

/** Forgets what people have added to a study once nothing of it is left that could come back. Files' bytes go with the next sweep. */
export async function forgetPurgedStudy(trx: Trx, organisationId: string, StudyInstanceUID: string): Promise<void> {
  const place = { organisation_id: organisationId, study_instance_uid: StudyInstanceUID }
  const left = await trx('study').where(place).first<object | undefined>('study_key') ?? await trx('deleted_study').where(place).whereNotIn('state', ['purged', 'restored']).first<object | undefined>('deleted_study_id')
  if (left !== undefined) return
  await trx('attachment').where(place).delete()
  await trx('study_correction').where(place).delete()
}

/** A moment as Postgres has it, to the microsecond: what a page goes on behind. */
export const exactly = (column: string): string => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
