/** Where a person belongs, and where a session is at work: what turns a signed-in account into an `Access`. */
import type { OrganisationKind, OrganisationModule } from '@isocenter/contracts'
import type { Knex } from 'knex'
import type { Permission } from '../identity/index.ts'
import type { Db, Trx } from '../platform/db.ts'
import { grantedBy, switchedOff } from './grants.ts'
import { modulesInForceSql } from './modules.ts'
import { builtInRoles } from './built-in-roles.ts'

/** An account in an organisation, active. */
export interface Membership {
  readonly membershipId: string
  readonly accountId: string
  /** bigint as text */
  readonly organisationId: string
  readonly organisation: { readonly number: string; readonly slug: string; readonly name: string; readonly kind: OrganisationKind; readonly timeZone: string | undefined }
  /** In force in the organisation. */
  readonly modules: readonly OrganisationModule[]
  readonly role: { readonly roleId: string; readonly name: string; readonly isFull: boolean; readonly permissions: readonly string[] }
  readonly hasElectronicFilm: boolean
}

interface MembershipRow {
  readonly membership_id: string
  readonly account_id: string
  readonly organisation_id: string
  readonly has_electronic_film: boolean
  readonly number: string
  readonly slug: string
  readonly name: string
  readonly kind: OrganisationKind
  readonly time_zone: string | null
  readonly modules: OrganisationModule[]
  readonly role_id: string
  readonly role_name: string
  readonly built_in: string | null
  readonly permissions: string[]
}

const toMembership = (row: MembershipRow): Membership => ({
  membershipId: row.membership_id,
  accountId: row.account_id,
  organisationId: row.organisation_id,
  organisation: { number: row.number, slug: row.slug, name: row.name, kind: row.kind, timeZone: row.time_zone ?? undefined },
  modules: row.modules,
  role: { roleId: row.role_id, name: row.role_name, isFull: row.built_in === 'full', permissions: row.permissions },
  hasElectronicFilm: row.has_electronic_film,
})

function activeMemberships(db: Db) {
  return db('membership').where('membership.state', 'active')
    .join('organisation', 'organisation.organisation_id', 'membership.organisation_id')
    .join('role', 'role.role_id', 'membership.role_id')
    .select<MembershipRow[]>(
      'membership.membership_id', 'membership.account_id', 'membership.organisation_id', 'membership.has_electronic_film',
      'organisation.number', 'organisation.slug', 'organisation.name', 'organisation.kind', 'organisation.time_zone', db.raw(`${modulesInForceSql} as modules`),
      'role.role_id', 'role.name as role_name', 'role.built_in', 'role.permissions')
}

/** The active memberships of an account, by the organisation's name. */
export async function membershipsOf(db: Db, accountId: string): Promise<Membership[]> {
  return (await activeMemberships(db).where('membership.account_id', accountId).orderBy(['organisation.name', 'membership.membership_id'])).map(toMembership)
}

/** A batch of an organisation's active members by their account, narrowed as the caller says. */
export async function activeMembers(db: Db, organisationId: string, { after, limit, narrow }: { after: string | undefined; limit: number; narrow: (query: Knex.QueryBuilder) => void }): Promise<Membership[]> {
  const query = activeMemberships(db).where('membership.organisation_id', organisationId).orderBy('membership.account_id').limit(limit)
  if (after !== undefined) void query.where('membership.account_id', '>', after)
  narrow(query)
  return (await query).map(toMembership)
}

/** What a membership grants, for `Access.permissions`; it follows changes of the role, the modules and the person's state at once, because nothing of it is kept. */
export const permissionsOf = ({ role, organisation, modules }: Membership): Set<Permission> => grantedBy(role, organisation.kind, modules)

/** What a membership would grant were the organisation's modules on, by its module. */
export const switchedOffFor = ({ role, organisation, modules }: Membership): Map<Permission, OrganisationModule> => switchedOff(role, organisation.kind, modules)

/**
 * Where a session is at work: in the organisation of this id where one is asked for, else where it was switched to last, else in the only one there is.
 * Undefined at the workbench, and for an organisation the account is no active member of.
 */
export async function membershipAtWork(db: Db, session: { readonly sessionId: string; readonly accountId: string }, organisationId?: string): Promise<Membership | undefined> {
  if (organisationId !== undefined) {
    const [row] = await activeMemberships(db).where({ 'membership.account_id': session.accountId, 'membership.organisation_id': organisationId })
    return row && toMembership(row)
  }
  const [chosen] = await activeMemberships(db).where('membership.account_id', session.accountId)
    .join('session_membership', 'session_membership.membership_id', 'membership.membership_id').where('session_membership.session_id', session.sessionId)
  if (chosen) return toMembership(chosen)
  const [only, another] = await activeMemberships(db).where('membership.account_id', session.accountId).limit(2)
  return only && !another ? toMembership(only) : undefined
}

/** Puts a session to work in another organisation; undefined when the account is no active member of it by this membership. */
export async function switchMembership(db: Db, session: { readonly sessionId: string; readonly accountId: string }, membershipId: string): Promise<Membership | undefined> {
  const [row] = await activeMemberships(db).where({ 'membership.account_id': session.accountId, 'membership.membership_id': membershipId })
  if (row === undefined) return undefined
  await db('session_membership').insert({ session_id: session.sessionId, membership_id: membershipId }).onConflict('session_id').merge()
  return toMembership(row)
}

/** Locks an organisation against other changes of its roles and members, and makes its built-in roles where it has none yet. */
export async function lockOrganisation(trx: Trx, organisationId: string): Promise<{ kind: OrganisationKind; name: string } | undefined> {
  // Not `for update`: that would keep studies from being stored, whose rows refer to this one.
  const row = await trx('organisation').where({ organisation_id: organisationId }).forNoKeyUpdate().first<{ kind: OrganisationKind; name: string; has_roles: boolean } | undefined>('kind', 'name', 'has_roles')
  if (row === undefined) return undefined
  if (!row.has_roles) {
    await trx('role').insert(builtInRoles(row.kind).map(({ builtIn, name, description, permissions }) => ({ organisation_id: organisationId, built_in: builtIn, name, description, permissions })))
    await trx('organisation').where({ organisation_id: organisationId }).update({ has_roles: true })
  }
  return { kind: row.kind, name: row.name }
}

/** The full role of an organisation that is locked. */
export async function fullRoleOf(trx: Trx, organisationId: string): Promise<string> {
  const row = await trx('role').where({ organisation_id: organisationId, built_in: 'full' }).first<{ role_id: string } | undefined>('role_id')
  if (row === undefined) throw new Error('An organisation without its full role is not locked.')
  return row.role_id
}

/**
 * Makes an account an active member with the full role, as the first of an organisation is made; what the account was there before does not matter.
 * For commands and the making of organisations, which nobody of the organisation could do.
 */
export async function appointAdministrator(trx: Trx, organisationId: string, accountId: string): Promise<string> {
  await lockOrganisation(trx, organisationId)
  const roleId = await fullRoleOf(trx, organisationId)
  const [row] = await trx('membership').insert({ organisation_id: organisationId, account_id: accountId, role_id: roleId })
    .onConflict(['organisation_id', 'account_id']).merge({ role_id: roleId, state: 'active', joined_at: trx.fn.now(), version: trx.raw('membership.version + 1') })
    .returning<{ membership_id: string }[]>('membership_id')
  if (row === undefined) throw new Error('An insert that merges answers a row.')
  return row.membership_id
}
