/** What storage is used, counted from what the sealed trail says of each arrival and deletion: nothing is scanned, and storing pays nothing for it. */
import { fewestInStorageSum, type ConsortiumStorage, type StorageDay, type StorageQuery, type StorageUse } from '@isocenter/contracts'
import type { Access } from '../identity/index.ts'
import { rows, type Db, type Trx } from '../platform/db.ts'

export interface Storage {
  readonly ofOrganisation: (access: Access, query: StorageQuery) => Promise<StorageUse>
  /** Of the hospitals the consortium is billed for. */
  readonly ofConsortium: (access: Access, query: StorageQuery) => Promise<ConsortiumStorage>
  /** Counts what has been sealed since it was counted last. */
  readonly count: () => Promise<void>
  /** Counts everything that is stored, once: mends what counting may have got wrong. */
  readonly recount: () => Promise<void>
}

interface Figures {
  bytes: number
  deletedBytes: number
  instances: number
}

interface Delta extends Figures {
  arrivedBytes: number
  arrivedInstances: number
  removedBytes: number
}

interface MovementRow {
  readonly audit_event_id: string
  readonly organisation_id: string
  readonly day: string
  readonly action: string
  readonly occurrences: number
  readonly detail: Readonly<Record<string, unknown>>
}

const reader = 'storage'
const movements = ['study.store', 'study.delete', 'study.restore', 'study.purge', 'study.recompress', 'quarantine.accept', 'quarantine.delete']
const eventsAtOnce = 5_000
const defaultDays = 30
const mostDays = 400
const dayMs = 86_400_000

const number = (value: unknown): number => (typeof value === 'number' ? value : 0)

/** What one event of the trail did to what is stored. */
export function deltaOf({ action, occurrences, detail }: Pick<MovementRow, 'action' | 'occurrences' | 'detail'>): Delta {
  const nothing = { bytes: 0, deletedBytes: 0, instances: 0, arrivedBytes: 0, arrivedInstances: 0, removedBytes: 0 }
  const bytes = number(detail['bytes'])
  switch (action) {
    case 'study.store':
      return {
        ...nothing,
        bytes: bytes - number(detail['freedBytes']),
        instances: number(detail['created']),
        arrivedBytes: bytes,
        arrivedInstances: number(detail['created']) + number(detail['newVersion']) + number(detail['replaced']) + number(detail['quarantined']),
      }
    case 'study.delete': return { ...nothing, bytes: -bytes, deletedBytes: bytes, instances: 'bytes' in detail ? -occurrences : 0 }
    // What is held apart takes its room like everything else, but is in no study.
    case 'quarantine.accept': return { ...nothing, bytes: -number(detail['freedBytes']), instances: number(detail['instances']) }
    case 'quarantine.delete': return { ...nothing, bytes: -bytes, deletedBytes: bytes }
    case 'study.restore': return { ...nothing, bytes, deletedBytes: -bytes, instances: number(detail['instances']) }
    case 'study.purge': return { ...nothing, deletedBytes: -bytes, removedBytes: bytes }
    default: return { ...nothing, bytes }
  }
}

const pendingSql = `
  select audit_event_id, organisation_id, to_char(at at time zone 'UTC', 'YYYY-MM-DD') as day, action, occurrences, detail from audit_event
  where audit_event_id > ? and audit_event_id <= ? and action = any(?::text[]) and outcome = 'success' order by audit_event_id limit ?`

async function countSome(trx: Trx): Promise<boolean> {
  const cursor = await trx('audit_reader').where({ reader }).forUpdate().first<{ through_event: string } | undefined>('through_event')
  const sealed = await trx('audit_seal').max<{ max: string | null }[]>('last_event')
  const to = sealed[0]?.max
  if (cursor === undefined || to === null || to === undefined || BigInt(to) <= BigInt(cursor.through_event)) return false
  const found = await rows<MovementRow>(trx, pendingSql, [cursor.through_event, to, movements, eventsAtOnce])
  for (const [, ofDay] of Map.groupBy(found, (row) => `${row.organisation_id} ${row.day}`)) {
    const [first] = ofDay
    if (first !== undefined) await add(trx, first.organisation_id, first.day, ofDay.map(deltaOf).reduce(sum))
  }
  const last = found.length < eventsAtOnce ? to : found.at(-1)?.audit_event_id ?? to
  await trx('audit_reader').where({ reader }).update({ through_event: last, updated_at: trx.fn.now() })
  return found.length === eventsAtOnce
}

const sum = (one: Delta, other: Delta): Delta => ({
  bytes: one.bytes + other.bytes, deletedBytes: one.deletedBytes + other.deletedBytes, instances: one.instances + other.instances,
  arrivedBytes: one.arrivedBytes + other.arrivedBytes, arrivedInstances: one.arrivedInstances + other.arrivedInstances, removedBytes: one.removedBytes + other.removedBytes,
})

async function add(trx: Trx, organisationId: string, day: string, delta: Delta): Promise<void> {
  await rows(trx, `
    with total as (
      insert into storage_use as held (organisation_id, bytes, deleted_bytes, instances) values (?, ?, ?, ?)
      on conflict (organisation_id) do update set bytes = held.bytes + excluded.bytes, deleted_bytes = held.deleted_bytes + excluded.deleted_bytes, instances = held.instances + excluded.instances, counted_at = now()
      returning organisation_id, bytes, deleted_bytes, instances
    )
    insert into storage_day as held (organisation_id, day, bytes, deleted_bytes, instances, arrived_bytes, arrived_instances, removed_bytes)
    select organisation_id, ?::date, bytes, deleted_bytes, instances, ?, ?, ? from total
    on conflict (organisation_id, day) do update set bytes = excluded.bytes, deleted_bytes = excluded.deleted_bytes, instances = excluded.instances,
      arrived_bytes = held.arrived_bytes + excluded.arrived_bytes, arrived_instances = held.arrived_instances + excluded.arrived_instances, removed_bytes = held.removed_bytes + excluded.removed_bytes`,
  [organisationId, delta.bytes, delta.deletedBytes, delta.instances, day, delta.arrivedBytes, delta.arrivedInstances, delta.removedBytes])
}

const truthSql = `
  select organisation_id, sum(bytes)::bigint as bytes, sum(deleted_bytes)::bigint as deleted_bytes, sum(instances)::bigint as instances from (
    select organisation_id, byte_length as bytes, 0 as deleted_bytes, 1 as instances from instance
    union all select organisation_id, byte_length, 0, 0 from instance_version
    union all select organisation_id, byte_length, 0, 0 from quarantined_instance
    union all select organisation_id, 0, byte_length, 0 from deleted_instance
    union all select organisation_id, 0, byte_length, 0 from deleted_version
    union all select organisation_id, 0, 0, 0 from storage_use
  ) as stored group by organisation_id order by organisation_id`

/** Figures as they are, less what the events say that are still to be counted. */
async function recountAll(trx: Trx): Promise<void> {
  const cursor = await trx('audit_reader').where({ reader }).first<{ through_event: string } | undefined>('through_event')
  const truth = await rows<{ organisation_id: string; bytes: string; deleted_bytes: string; instances: string }>(trx, truthSql, [])
  const pending = Map.groupBy(await rows<MovementRow>(trx, pendingSql, [cursor?.through_event ?? '0', '9223372036854775807', movements, 10_000_000]), (row) => row.organisation_id)
  for (const row of truth) {
    const waiting = (pending.get(row.organisation_id) ?? []).map(deltaOf).reduce<Figures>(
      (total, delta) => ({
        bytes: total.bytes + delta.bytes,
        deletedBytes: total.deletedBytes + delta.deletedBytes,
        instances: total.instances + delta.instances,
      }),
      { bytes: 0, deletedBytes: 0, instances: 0 },
    )
    const figures = { bytes: Number(row.bytes) - waiting.bytes, deleted_bytes: Number(row.deleted_bytes) - waiting.deletedBytes, instances: Number(row.instances) - waiting.instances }
    await trx('storage_use').insert({ organisation_id: row.organisation_id, ...figures }).onConflict('organisation_id').merge({ ...figures, counted_at: trx.fn.now() })
  }
}

interface DayRow {
  readonly day: string
  readonly bytes: string
  readonly deleted_bytes: string
  readonly instances: string
  readonly arrived_bytes: string
  readonly arrived_instances: string
  readonly removed_bytes: string
}

/** Every day of a stretch, one on which nothing moved with the figures of the day before. */
const daysSql = `
  select to_char(wanted, 'YYYY-MM-DD') as day, coalesce(sum(last.bytes), 0) as bytes, coalesce(sum(last.deleted_bytes), 0) as deleted_bytes, coalesce(sum(last.instances), 0) as instances,
    coalesce(sum(last.arrived_bytes) filter (where last.day = wanted), 0) as arrived_bytes, coalesce(sum(last.arrived_instances) filter (where last.day = wanted), 0) as arrived_instances,
    coalesce(sum(last.removed_bytes) filter (where last.day = wanted), 0) as removed_bytes
  from generate_series(?::date, ?::date, interval '1 day') as wanted cross join unnest(?::bigint[]) as one(organisation_id)
  left join lateral (select * from storage_day where storage_day.organisation_id = one.organisation_id and storage_day.day <= wanted order by storage_day.day desc limit 1) as last on true
  group by wanted order by wanted`

export function createStorage({ db, now }: { readonly db: Db; readonly now: () => Date }): Storage {
  const days = async (organisationIds: readonly string[], { from, to }: StorageQuery): Promise<StorageDay[]> => {
    const until = to ?? now().toISOString().slice(0, 10)
    const earliest = new Date(Date.parse(until) - (mostDays - 1) * dayMs).toISOString().slice(0, 10)
    const since = from ?? new Date(Date.parse(until) - (defaultDays - 1) * dayMs).toISOString().slice(0, 10)
    return (await rows<DayRow>(db, daysSql, [since < earliest ? earliest : since, until, [...organisationIds]])).map((row) => ({
      day: row.day,
      bytes: Number(row.bytes),
      deletedBytes: Number(row.deleted_bytes),
      instances: Number(row.instances),
      arrivedBytes: Number(row.arrived_bytes),
      arrivedInstances: Number(row.arrived_instances),
      removedBytes: Number(row.removed_bytes),
    }))
  }
  const figuresOf = (row: { bytes: string; deleted_bytes: string; instances: string } | undefined): Figures => ({
    bytes: Number(row?.bytes ?? 0),
    deletedBytes: Number(row?.deleted_bytes ?? 0),
    instances: Number(row?.instances ?? 0),
  })
  /** What the consortium that is billed for a hospital is billed for altogether, without any other hospital by itself (D-63). */
  const sumAround = async (organisationId: string): Promise<StorageUse['consortium']> => {
    const [row] = await rows<{ name: string; hospitals: number; bytes: string; deleted_bytes: string; instances: string }>(db, `
      select consortium.name, count(*)::integer as hospitals, coalesce(sum(bytes), 0) as bytes, coalesce(sum(deleted_bytes), 0) as deleted_bytes, coalesce(sum(instances), 0) as instances
      from consortium_hospital as own join organisation as consortium on consortium.organisation_id = own.consortium_id
      join consortium_hospital as every on every.consortium_id = own.consortium_id and every.is_billing left join storage_use on storage_use.organisation_id = every.hospital_id
      where own.hospital_id = ? and own.is_billing group by consortium.organisation_id, consortium.name having count(*) >= ?`, [organisationId, fewestInStorageSum])
    return row && { name: row.name, hospitals: row.hospitals, ...figuresOf(row) }
  }

  return {
    ofOrganisation: async ({ organisationId }, query) => {
      const row = await db('storage_use').where({ organisation_id: organisationId }).first<{ bytes: string; deleted_bytes: string; instances: string; counted_at: Date } | undefined>()
      const consortium = await sumAround(organisationId)
      return { now: { ...figuresOf(row), ...(row === undefined ? {} : { countedAt: row.counted_at.toISOString() }) }, days: await days([organisationId], query), ...(consortium && { consortium }) }
    },

    ofConsortium: async ({ organisationId }, query) => {
      const found = await rows<{ organisation_id: string; name: string; bytes: string; deleted_bytes: string; instances: string }>(db, `
        select organisation.organisation_id, name, coalesce(bytes, 0) as bytes, coalesce(deleted_bytes, 0) as deleted_bytes, coalesce(instances, 0) as instances
        from consortium_hospital join organisation on organisation.organisation_id = hospital_id left join storage_use on storage_use.organisation_id = hospital_id
        where consortium_id = ? and is_billing order by name, organisation.organisation_id`, [organisationId])
      const hospitals = found.map((row) => ({ organisationId: row.organisation_id, name: row.name, ...figuresOf(row) }))
      return {
        now: hospitals.reduce<Figures>(
          (total, one) => ({
            bytes: total.bytes + one.bytes,
            deletedBytes: total.deletedBytes + one.deletedBytes,
            instances: total.instances + one.instances,
          }),
          { bytes: 0, deletedBytes: 0, instances: 0 },
        ),
        hospitals, days: await days(found.map((row) => row.organisation_id), query),
      }
    },

    count: async () => { while (await db.transaction(countSome)); },
    // All of it as of one moment.
    recount: () => db.transaction(recountAll, { isolationLevel: 'repeatable read' }),
  }
}
