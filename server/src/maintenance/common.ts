/** What the services of data maintenance have in common. */
import type { Performer } from '@isocenter/contracts'
import type { Access } from '../identity/index.ts'
import type { Db } from '../platform/db.ts'

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

/** A moment as Postgres has it, to the microsecond: what a page goes on behind. */
export const exactly = (column: string): string => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
