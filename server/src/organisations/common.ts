/** What the services of organisations have in common. */
import type { OrganisationKind } from '@isocenter/contracts'
import { record, type AuditAction } from '../audit/index.ts'
import { actorOf, type Access } from '../identity/index.ts'
import { sqlState, type Db, type Trx } from '../platform/db.ts'
import { ProblemError } from '../platform/problem.ts'
import { lockOrganisation } from './memberships.ts'
import { changedMeanwhile, nameTaken, noSuchOrganisation, wrongOrganisationKind } from './problems.ts'

/** Records a change in the active organisation; `detail` holds ids and words of ours only. */
export const note = (trx: Trx, access: Access, action: AuditAction, detail: Readonly<Record<string, unknown>>): Promise<void> =>
  record(trx, [{ organisationId: access.organisationId, actor: actorOf(access), action, outcome: 'success', detail }])

/**
 * Locks the active organisation against other changes of its roles, members and departments.
 * @throws noSuchOrganisation 404, wrongOrganisationKind 409
 */
export async function lockOwn(trx: Trx, access: Access, ...kinds: readonly OrganisationKind[]): Promise<{ kind: OrganisationKind; name: string }> {
  const organisation = await lockOrganisation(trx, access.organisationId)
  if (organisation === undefined) throw noSuchOrganisation('Your organisation is not there any more.')
  if (kinds.length > 0 && !kinds.includes(organisation.kind)) throw wrongOrganisationKind(`This is for a ${kinds.join(' or ')}; yours is a ${organisation.kind}.`, { organisationKind: organisation.kind })
  return organisation
}

/**
 * The kind of the active organisation.
 * @throws noSuchOrganisation 404, wrongOrganisationKind 409
 */
export async function ownKind(db: Db, access: Access, ...kinds: readonly OrganisationKind[]): Promise<OrganisationKind> {
  const row = await db('organisation').where({ organisation_id: access.organisationId }).first<{ kind: OrganisationKind } | undefined>('kind')
  if (row === undefined) throw noSuchOrganisation('Your organisation is not there any more.')
  if (kinds.length > 0 && !kinds.includes(row.kind)) throw wrongOrganisationKind(`This is for a ${kinds.join(' or ')}; yours is a ${row.kind}.`, { organisationKind: row.kind })
  return row.kind
}

/** @throws changedMeanwhile 412 where `If-Match` named another version */
export function assertVersion(version: number, expected: number | undefined): void {
  if (expected !== undefined && expected !== version) throw changedMeanwhile('Read it again, then change it.', { version })
}

/**
 * Does one insert or update of a row whose name must be its own.
 * @throws nameTaken 409
 */
export async function withOwnName<Result>(trx: Trx, write: (trx: Trx) => Promise<Result>): Promise<Result> {
  try {
    // A savepoint of its own: after a refusal the transaction can still be used.
    return await trx.transaction(write)
  } catch (error) {
    if (sqlState(error) === '23505') throw nameTaken('Another one of your organisation has this name or code.')
    throw error
  }
}

/** Empty text means none. */
export const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim())
/** Members of an update: those asked for, as their columns. */
export const given = (columns: Readonly<Record<string, unknown>>): Record<string, unknown> => Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined))

/** The account that is made; undefined where its phone number has one. The transaction can be used after it. */
export async function unlessThere<Account>(making: Promise<Account>): Promise<Account | undefined> {
  try {
    return await making
  } catch (error) {
    if (error instanceof ProblemError && error.kind.type === '/problems/account-exists') return undefined
    throw error
  }
}
