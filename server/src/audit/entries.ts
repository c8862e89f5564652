/** Rows of the trail as people read them. */
import type { AuditActor, AuditEntry, Performer } from '@isocenter/contracts'
import type { Access } from '../identity/index.ts'
import type { Db } from '../platform/db.ts'
import type { AuditRow } from './search.ts'
import { targetsOf } from './targets.ts'

/** Kind and id of who acted. */
export function splitActor(actor: string): { readonly kind: string; readonly id: string } {
  const colon = actor.indexOf(':')
  return { kind: actor.slice(0, colon), id: actor.slice(colon + 1) }
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const named = { account: ['account', 'account_id'], gateway: ['gateway', 'gateway_id'] } as const

/** Those who acted, with the names people and gateways have now; by the text the trail has. */
export async function actorsOf(db: Db, actors: Iterable<string>): Promise<Map<string, AuditActor>> {
  const all = new Map([...new Set(actors)].map((actor) => [actor, splitActor(actor)] as const))
  const found = new Map<string, AuditActor>(all)
  for (const [kind, [table, key]] of Object.entries(named)) {
    const ids = [...all.values()].filter((actor) => actor.kind === kind && uuid.test(actor.id)).map(({ id }) => id)
    if (ids.length === 0) continue
    for (const { id, name } of await db(table).whereIn(key, ids).select<{ id: string; name: string }[]>({ id: key }, 'name')) found.set(`${kind}:${id}`, { kind, id, name })
  }
  return found
}

/** Who did something, as lists tell it: by the text that is kept, with the name where there is one. */
export async function performersOf(db: Db, actors: Iterable<string | null>): Promise<(actor: string) => Performer> {
  const known = await actorsOf(db, [...actors].filter((actor) => actor !== null))
  return (actor) => {
    const name = known.get(actor)?.name
    return { actor, ...(name === undefined ? {} : { name }) }
  }
}

export const actorIn = (actors: ReadonlyMap<string, AuditActor>, actor: string): AuditActor => actors.get(actor) ?? splitActor(actor)

/** Entries with names and targets, in the order of the rows. */
export async function toEntries(db: Db, access: Access, rows: readonly AuditRow[]): Promise<AuditEntry[]> {
  const [actors, targets] = await Promise.all([actorsOf(db, rows.map(({ actor }) => actor)), targetsOf(db, access, rows)])
  return rows.map((row) => {
    const target = targets.get(row.audit_event_id)
    return { ...toEntry(row, actorIn(actors, row.actor)), ...(target === undefined ? {} : { target }) }
  })
}

export const toEntry = (row: AuditRow, actor: AuditActor): AuditEntry => ({
  entryId: row.audit_event_id, occurredAt: row.occurred_at.toISOString(), actor, action: row.action, outcome: row.outcome, occurrences: row.occurrences, detail: { ...row.detail },
  ...(row.address === null ? {} : { address: row.address }), ...(row.user_agent === null ? {} : { userAgent: row.user_agent }),
  ...(row.study_instance_uid === null ? {} : { StudyInstanceUID: row.study_instance_uid }), ...(row.patient_id === null ? {} : { PatientID: row.patient_id }),
})
