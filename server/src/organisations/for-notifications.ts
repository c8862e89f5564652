/** What notifications ask of organisations; the composition root gives it to them, so that organisations can publish what happens. */
import { derivedPermissions, type RolePermission } from '@isocenter/contracts'
import type { Recipients } from '../notifications/index.ts'
import { activeMembers, membershipsOf, permissionsOf } from './memberships.ts'

export const notificationRecipients: Recipients = {
  holders: async (db, organisationId, { permission, scope: { roleIds, departmentIds, membershipIds }, after, limit }) => {
    const found = await activeMembers(db, organisationId, { after, limit, narrow: (query) => {
      if (!isDerived(permission)) void query.where((role) => role.where('role.built_in', 'full').orWhereRaw('? = any(role.permissions)', [permission]))
      if (roleIds.length + departmentIds.length + membershipIds.length > 0) {
        void query.where((one) => one.whereIn('membership.role_id', roleIds).orWhereIn('membership.department_id', departmentIds).orWhereIn('membership.membership_id', membershipIds))
      }
    } })
    return { accountIds: found.filter((membership) => permissionsOf(membership).has(permission)).map(({ accountId }) => accountId), next: found.length < limit ? undefined : found.at(-1)?.accountId }
  },

  placesOf: async (db, { accountId, vouchedBy }) => (await membershipsOf(db, accountId))
    .filter(({ organisationId }) => vouchedBy === undefined || organisationId === vouchedBy)
    .map((membership) => ({ organisationId: membership.organisationId, permissions: permissionsOf(membership) })),

  timeZoneOf: async (db, organisationId) => (await db('organisation').where({ organisation_id: organisationId }).first<{ time_zone: string | null } | undefined>('time_zone'))?.time_zone ?? undefined,
}

/** What follows from other permissions stands in no role. */
const isDerived = (permission: RolePermission): boolean => derivedPermissions[permission] !== undefined
