/**
 * Reads what pages are to be told, in an order in which nothing is missed. Rows get their numbers before their transactions commit, so a higher
 * number may be seen before a lower one. What is certain is Postgres's horizon: whatever transactions below it have written can be seen. A reader goes
 * on behind the horizon of its last look, and passes over what it has seen of beyond it.
 */
import type { LiveEventName } from '@isocenter/contracts'
import { rows, type Db } from '../../platform/db.ts'

export interface LiveEvent {
  readonly liveId: string
  readonly name: LiveEventName
  readonly accountIds: readonly string[] | undefined
  readonly organisationId: string | undefined
  readonly permission: string | undefined
  readonly data: object
}

/** A place in the stream: below this transaction everything has been seen, and when that was, in seconds. */
export interface Place {
  readonly horizon: bigint
  readonly seconds: number
}

interface TailRow {
  readonly horizon: string
  readonly ceiling: string
  readonly seconds: number
  readonly live_id: string | null
  readonly written_by: string
  readonly name: LiveEventName
  readonly account_ids: string[] | null
  readonly organisation_id: string | null
  readonly permission: string | null
  readonly data: object
}

/** How long events are kept for those whose line broke. */
export const keptSeconds = 3_600
const mostAtOnce = 2_000

export const placeText = ({ horizon, seconds }: Place): string => `${String(horizon)}-${String(seconds)}`

/** A place as a client gives it back; undefined for what is none, or so old that events since have been forgotten. */
export function readPlace(text: string | undefined, now: Place): Place | undefined {
  const [, horizon, seconds] = /^(\d{1,20})-(\d{1,11})$/.exec(text ?? '') ?? []
  if (horizon === undefined || seconds === undefined) return undefined
  const place = { horizon: BigInt(horizon), seconds: Number(seconds) }
  // A minute less than what is kept; and a place ahead of us is of another database.
  return place.seconds < now.seconds - keptSeconds + 60 || place.horizon > now.horizon ? undefined : place
}

const readSql = (condition: string) => `
  select pg_snapshot_xmin(pg_current_snapshot())::text as horizon, pg_snapshot_xmax(pg_current_snapshot())::text as ceiling, floor(extract(epoch from clock_timestamp()))::int as seconds,
    live_event.live_id, written_by::text, name, account_ids, organisation_id, permission, data
  from (select 1) as one left join live_event on written_by >= ?::xid8 ${condition}
  order by written_by, live_id limit ${String(mostAtOnce)}`

interface Read {
  readonly events: readonly (LiveEvent & { readonly writtenBy: bigint })[]
  readonly place: Place
  /** There is more than was read. */
  readonly isCut: boolean
}

/** What was written behind a place, of everybody or of what a condition leaves, and the place after it. */
async function read(db: Db, behind: bigint, condition = '', bindings: readonly (string | readonly string[])[] = []): Promise<Read> {
  const found = await rows<TailRow>(db, readSql(condition), [String(behind), ...bindings.map((one) => (typeof one === 'string' ? one : [...one]))])
  const [first] = found
  if (first === undefined) throw new Error('A left join of one row answers one.')
  const events = found.flatMap((row) => (row.live_id === null ? [] : [{
    liveId: row.live_id,
    writtenBy: BigInt(row.written_by),
    name: row.name,
    accountIds: row.account_ids ?? undefined,
    organisationId: row.organisation_id ?? undefined,
    permission: row.permission ?? undefined,
    data: row.data,
  }]))
  const last = events.at(-1)
  const isCut = events.length === mostAtOnce && last !== undefined
  const horizon = BigInt(first.horizon)
  return { events, place: { horizon: isCut && last.writtenBy < horizon ? last.writtenBy : horizon, seconds: first.seconds }, isCut }
}

/** Where the stream stands now. */
export const placeNow = async (db: Db): Promise<Place> => (await read(db, 9_223_372_036_854_775_807n)).place

export interface Missed {
  readonly events: readonly LiveEvent[]
  readonly isCut: boolean
}

/** What one account has missed since a place: of itself, and of these organisations; what it may know of those is left to the caller. */
export async function missedSince(db: Db, place: Place, accountId: string, organisationIds: readonly string[]): Promise<Missed> {
  return read(db, place.horizon, 'and (account_ids @> array[?::uuid] or organisation_id = any(?::bigint[]))', [accountId, organisationIds])
}

/** Goes through the stream from now on. */
export interface Tail {
  /** What has been written since the last look, and the place after it. */
  readonly next: () => Promise<{ readonly events: readonly LiveEvent[]; readonly place: Place }>
}

export function createTail(db: Db): Tail {
  let place: Place | undefined
  /** Seen of beyond the horizon, by who wrote it. */
  let seen = new Map<string, bigint>()
  return {
    next: async () => {
      if (place === undefined) {
        // What is under way now is not yet told to anybody here, and shall be.
        place = await placeNow(db)
        return { events: [], place }
      }
      const all: LiveEvent[] = []
      for (let isCut = true; isCut;) {
        const found = await read(db, place.horizon)
        const fresh = found.events.filter(({ liveId }) => !seen.has(liveId))
        all.push(...fresh)
        place = found.place
        const { horizon } = place
        seen = new Map([...seen, ...fresh.map(({ liveId, writtenBy }) => [liveId, writtenBy] as const)].filter(([, writtenBy]) => writtenBy >= horizon))
        // Without progress another look would find the same: the rest comes when the horizon moves.
        isCut = found.isCut && fresh.length > 0
      }
      return { events: all, place }
    },
  }
}

/** Forgets what nobody goes back to. */
export async function forgetLiveEvents(db: Db): Promise<void> {
  await rows(db, `delete from live_event where created_at < now() - make_interval(secs => ?)`, [keptSeconds])
}
