/** Roles: what members may do, to be edited by each organisation; all but the full role, which always holds everything. */
import { grantablePermissions, permissionList, type OrganisationKind, type PermissionList, type Role, type RoleAction, type RoleList, type RolePatch, type RolePermission, type RoleRequest } from '@isocenter/contracts'
import { accountOf, type Access } from '../identity/index.ts'
import type { Db, Trx } from '../platform/db.ts'
import { publish, tell } from '../notifications/index.ts'
import { assertVersion, given, lockOwn, note, ownKind, withOwnName } from './common.ts'
import { administeredBeyond, heldBy, type RoleGrant } from './grants.ts'
import { fullRoleNeeded, fullRoleProtected, invalidRole, noSuchRole, roleBeyondOwn, roleInUse, selfElevation, tooMany } from './problems.ts'

/** More roles than people can tell apart. */
const maxRoles = 100

export interface Roles {
  readonly list: (access: Access) => Promise<RoleList>
  /** What roles of the organisation can be given. */
  readonly permissions: (access: Access) => Promise<PermissionList>
  /** @throws noSuchRole 404 */
  readonly find: (access: Access, roleId: string) => Promise<Role>
  /** @throws invalidRole 422, roleBeyondOwn 403, nameTaken 409, tooMany 409 */
  readonly create: (access: Access, request: RoleRequest) => Promise<Role>
  /** @throws noSuchRole 404, changedMeanwhile 412, fullRoleProtected 409, selfElevation 403, roleBeyondOwn 403, invalidRole 422, nameTaken 409 */
  readonly change: (access: Access, roleId: string, patch: RolePatch, version: number | undefined) => Promise<Role>
  /** @throws noSuchRole 404, fullRoleProtected 409, roleInUse 409, selfElevation 403, fullRoleNeeded 403, roleBeyondOwn 403, invalidRole 422 */
  readonly remove: (access: Access, roleId: string, replacementId: string | undefined) => Promise<void>
}

interface RoleRow {
  readonly role_id: string
  readonly name: string
  readonly description: string
  readonly built_in: string | null
  readonly permissions: string[]
  readonly version: number
  readonly members: string
  readonly kind: OrganisationKind
}

function roles(db: Db, organisationId: string) {
  return db('role').where('role.organisation_id', organisationId).join('organisation', 'organisation.organisation_id', 'role.organisation_id')
    .select<RoleRow[]>('role.role_id', 'role.name', 'role.description', 'role.built_in', 'role.permissions', 'role.version', 'organisation.kind',
      db.raw(`(select count(*) from membership where membership.organisation_id = role.organisation_id and membership.role_id = role.role_id and membership.state <> 'removed') as members`))
}

/** What the caller may do with a role; a person with neither permission nothing. */
function actionsOn({ permissions }: Access, isFull: boolean): RoleAction[] {
  const edits = permissions.has('org.role')
  return [
    ...(edits && !isFull ? ['edit'] as const : []), ...(edits ? ['rename'] as const : []), ...(edits && !isFull ? ['delete'] as const : []),
    ...(permissions.has('org.member') ? ['assign'] as const : []),
  ]
}

const toRole = (access: Access, row: RoleRow): Role => {
  const isFull = row.built_in === 'full'
  return {
    roleId: row.role_id, name: row.name, description: row.description, ...(row.built_in === null ? {} : { builtIn: row.built_in }),
    permissions: heldBy({ isFull, permissions: row.permissions }, row.kind), members: Number(row.members), version: row.version, actions: actionsOn(access, isFull),
  }
}

/** A role of an organisation that is locked. */
export interface LockedRole {
  readonly roleId: string
  readonly name: string
  readonly isFull: boolean
  readonly permissions: readonly string[]
  readonly version: number
}

/**
 * The role of this id, to be used while the organisation is locked.
 * @throws noSuchRole 404
 */
export async function roleInOrganisation(trx: Trx, { organisationId }: Access, roleId: string): Promise<LockedRole> {
  const row = await trx('role').where({ organisation_id: organisationId, role_id: roleId }).first<Pick<RoleRow, 'name' | 'built_in' | 'permissions' | 'version'> | undefined>('name', 'built_in', 'permissions', 'version')
  if (row === undefined) throw noSuchRole('No role of your organisation has this id.')
  return { roleId, name: row.name, isFull: row.built_in === 'full', permissions: row.permissions, version: row.version }
}

/** The role by which a person acts; undefined for machines and commands, which act by scopes they were given. */
export async function ownRole(trx: Trx, access: Access): Promise<RoleGrant & { roleId: string } | undefined> {
  const accountId = accountOf(access)
  if (accountId === undefined) return undefined
  // Active: whoever was suspended since the request began gives nothing any more.
  const row = await trx('membership').join('role', 'role.role_id', 'membership.role_id')
    .where({ 'membership.organisation_id': access.organisationId, 'membership.account_id': accountId, 'membership.state': 'active' })
    .first<Pick<RoleRow, 'role_id' | 'built_in' | 'permissions'> | undefined>('role.role_id', 'role.built_in', 'role.permissions')
  return row && { roleId: row.role_id, isFull: row.built_in === 'full', permissions: row.permissions }
}

/**
 * The full role is given, and taken away, only by who has it: anybody else could make himself a better by way of another.
 * @throws fullRoleNeeded 403
 */
export async function assertMayHandle(trx: Trx, access: Access, role: { readonly isFull: boolean }): Promise<void> {
  if (!role.isFull || accountOf(access) === undefined) return
  if ((await ownRole(trx, access))?.isFull !== true) throw fullRoleNeeded('It is given and taken away by those who have it.')
}

/**
 * Before a role, or what is put into one, is given: it administers nothing its giver does not.
 * @throws fullRoleNeeded 403, roleBeyondOwn 403
 */
export async function assertMayGive(trx: Trx, access: Access, role: RoleGrant): Promise<void> {
  await assertMayHandle(trx, access, role)
  if (accountOf(access) === undefined) return
  const beyond = administeredBeyond(role, await ownRole(trx, access) ?? { isFull: false, permissions: [] })
  if (beyond.length > 0) throw roleBeyondOwn('Somebody who administers this himself has to give it.', { permissions: beyond })
}

function assertGrantable(kind: OrganisationKind, permissions: readonly RolePermission[]): void {
  const grantable = new Set(grantablePermissions(kind))
  const refused = permissions.filter((permission) => !grantable.has(permission))
  if (refused.length > 0) throw invalidRole(`A role of a ${kind} cannot hold some of these permissions.`, { permissions: refused })
}

export function createRoles({ db }: { readonly db: Db }): Roles {
  const find = async (access: Access, roleId: string): Promise<Role> => {
    const [row] = await roles(db, access.organisationId).where('role.role_id', roleId)
    if (row === undefined) throw noSuchRole('No role of your organisation has this id.')
    return toRole(access, row)
  }

  return {
    find,

    list: async (access) => {
      const listed = () => roles(db, access.organisationId).orderByRaw("role.built_in is distinct from 'full', role.built_in is null, role.created_at, role.name")
      let found = await listed()
      if (found.length === 0) {
        // The built-in ones are made when they are first asked for.
        await db.transaction((trx) => lockOwn(trx, access))
        found = await listed()
      }
      return { items: found.map((row) => toRole(access, row)) }
    },

    permissions: async (access) => ({
      items: grantablePermissions(await ownKind(db, access)).map((permission) => {
        const { group, allows, module } = permissionList[permission]
        return { permission, group, allows, ...(module === undefined ? {} : { module }) }
      }),
    }),

    create: async (access, { name, description = '', permissions }) => {
      const roleId = await db.transaction(async (trx) => {
        assertGrantable((await lockOwn(trx, access)).kind, permissions)
        await assertMayGive(trx, access, { isFull: false, permissions })
        const { count } = await trx('role').where({ organisation_id: access.organisationId }).count().first<{ count: string }>()
        if (Number(count) >= maxRoles) throw tooMany(`An organisation has at most ${maxRoles} roles.`)
        const [row] = await withOwnName(trx, (trx) => trx('role')
          .insert({ organisation_id: access.organisationId, name: name.trim(), description: description.trim(), permissions })
          .returning<{ role_id: string }[]>('role_id'))
        const made = String(row?.role_id)
        await note(trx, access, 'role.change', { roleId: made, change: 'created', permissions })
        return made
      })
      return find(access, roleId)
    },

    change: async (access, roleId, { name, description, permissions }, version) => {
      await db.transaction(async (trx) => {
        const { kind, name: organisation } = await lockOwn(trx, access)
        const role = await roleInOrganisation(trx, access, roleId)
        assertVersion(role.version, version)
        if (permissions !== undefined) {
          if (role.isFull) throw fullRoleProtected('It holds everything, always.')
          assertGrantable(kind, permissions)
          const added = permissions.filter((permission) => !role.permissions.includes(permission))
          if (added.length > 0 && (await ownRole(trx, access))?.roleId === roleId) throw selfElevation('Somebody else has to add permissions to the role you have.', { permissions: added })
          await assertMayGive(trx, access, { isFull: false, permissions: added })
        }
        await withOwnName(trx, (trx) => trx('role').where({ organisation_id: access.organisationId, role_id: roleId }).update({
          ...given({ name: name?.trim(), description: description?.trim(), permissions }), version: trx.raw('version + 1'), updated_at: trx.fn.now(),
        }))
        await note(trx, access, 'role.change', { roleId, change: 'changed', ...given({ permissions }) })
        if (permissions !== undefined) {
          await publish(trx, { event: 'role.changed', organisationId: access.organisationId, exceptAccountId: accountOf(access), recordId: roleId, details: { organisation, role: name?.trim() ?? role.name } })
          await tell(trx, 'membership.changed', { organisationId: access.organisationId }, { organisationId: access.organisationId })
        }
      })
      return find(access, roleId)
    },

    remove: (access, roleId, replacementId) => db.transaction(async (trx) => {
      const { name: organisation } = await lockOwn(trx, access)
      const role = await roleInOrganisation(trx, access, roleId)
      if (role.isFull) throw fullRoleProtected('It cannot be deleted.')
      const own = { organisation_id: access.organisationId, role_id: roleId }
      const holders = Number((await trx('membership').where(own).whereNot({ state: 'removed' }).count().first<{ count: string }>()).count)
      const invited = Number((await trx('invitation').where(own).whereIn('state', ['open', 'declined']).count().first<{ count: string }>()).count)
      if (holders + invited > 0) {
        if (replacementId === undefined) throw roleInUse('Name the role that its members and invitations get instead.', { members: holders, invitations: invited })
        if (replacementId === roleId) throw invalidRole('A role does not replace itself.')
        const replacement = await roleInOrganisation(trx, access, replacementId)
        await assertMayGive(trx, access, replacement)
        if ((await ownRole(trx, access))?.roleId === roleId) throw selfElevation('Somebody else has to delete the role you have.')
        await trx('membership').where(own).whereNot({ state: 'removed' }).update({ role_id: replacementId, version: trx.raw('version + 1'), updated_at: trx.fn.now() })
        await trx('invitation').where(own).whereIn('state', ['open', 'declined']).update({ role_id: replacementId })
        await publish(trx, { event: 'role.changed', organisationId: access.organisationId, exceptAccountId: accountOf(access), recordId: replacementId, details: { organisation, role: replacement.name } })
        await tell(trx, 'membership.changed', { organisationId: access.organisationId }, { organisationId: access.organisationId })
      }
      // What is over keeps no role from being deleted.
      await trx('membership').where(own).update({ role_id: null })
      await trx('invitation').where(own).update({ role_id: null })
      await trx('role').where(own).delete()
      await note(trx, access, 'role.change', { roleId, change: 'deleted', ...given({ replacementId }), members: holders })
    }),
  }
}
