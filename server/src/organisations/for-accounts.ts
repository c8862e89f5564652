/** What accounts ask of organisations; the composition root gives it to them, so that accounts know nothing of organisations. */
import type { Knex } from 'knex'
import type { Memberships } from '../accounts/index.ts'
import type { Db } from '../platform/db.ts'
import { administeredBeyond, type RoleGrant } from './grants.ts'
import { passwordPolicyOf } from './sign-in-rules.ts'
import { membershipAtWork, membershipsOf, permissionsOf, switchedOffFor } from './memberships.ts'

export const accountMemberships: Memberships = {
  accessOf: async (db, session, organisationId) => {
    const membership = await membershipAtWork(db, session, organisationId)
    return membership && { organisationId: membership.organisationId, permissions: permissionsOf(membership), switchedOff: switchedOffFor(membership) }
  },

  administeredBy: (db, organisationId) => administered(db, organisationId).select('membership.account_id'),

  mayReset: async (db, accountId, organisationId) => {
    // A small role in the consortium beside does not make it his who administers a hospital that another is billed for.
    const memberships = () => administered(db, organisationId).where({ 'membership.account_id': accountId })
    const helped = administered(db, organisationId, { isBilling: true }).select('membership.membership_id')
    const [one, another] = await Promise.all([
      memberships().first<object | undefined>('membership.membership_id'),
      memberships().whereNotIn('membership.membership_id', helped).first<object | undefined>('membership.membership_id'),
    ])
    return one !== undefined && another === undefined
  },

  isSharedBeyond: async (db, accountId, organisationId) => {
    // Also where he is suspended: he may be reinstated, and with him whoever can sign in as him.
    const elsewhere = await db('membership').where({ account_id: accountId }).whereNot({ state: 'removed' })
      .whereNotIn('membership_id', administered(db, organisationId).select('membership.membership_id')).first<object | undefined>('membership_id')
    return elsewhere !== undefined
  },

  hasFullRole: async (db, accountId, organisationId) =>
    (await membershipsOf(db, accountId)).some((one) => one.organisationId === organisationId && one.role.isFull),

  administers: async (db, accountId, organisationId) => {
    const role = await roleOf(db, accountId, organisationId)
    return role !== undefined && (role.isFull || administeredBeyond(role, { isFull: false, permissions: [] }).length > 0)
  },

  administersMore: async (db, accountId, { actor, organisationId, permissions }) => {
    // Who is administered from above has the full role of his own organisation, which is more than anything but the full role here.
    const isElsewhere = await db('membership').where({ account_id: accountId }).whereNot({ organisation_id: organisationId }).whereNot({ state: 'removed' }).first<object | undefined>('membership_id') !== undefined
    const role = isElsewhere ? { isFull: true, permissions: [] } : await roleOf(db, accountId, organisationId)
    const own = (actor.kind === 'account' ? await roleOf(db, actor.id, organisationId) : undefined) ?? { isFull: false, permissions: [...permissions] }
    return role !== undefined && (role.isFull ? !own.isFull : administeredBeyond(role, own).length > 0)
  },

  passwordPolicyOf,

  timeZoneOf: async (db, organisationId) => {
    const row = await db('organisation').where({ organisation_id: organisationId }).first<{ time_zone: string | null } | undefined>('time_zone')
    return row?.time_zone ?? undefined
  },
}

/** Also of who is suspended: he may be reinstated, and with him whoever can sign in as him. */
async function roleOf(db: Db, accountId: string, organisationId: string): Promise<RoleGrant | undefined> {
  const row = await db('membership').join('role', 'role.role_id', 'membership.role_id').where({ 'membership.organisation_id': organisationId, 'membership.account_id': accountId })
    .whereNot('membership.state', 'removed').first<{ built_in: string | null; permissions: string[] } | undefined>('role.built_in', 'role.permissions')
  return row && { isFull: row.built_in === 'full', permissions: row.permissions }
}

/** Memberships an organisation has a say in: its own; of a consortium also those of its hospitals' administrators, of the platform those of consortia's. */
function administered(db: Db, organisationId: string, { isBilling = false } = {}): Knex.QueryBuilder {
  const ofHospitals = db('consortium_hospital').where({ consortium_id: organisationId, ...(isBilling ? { is_billing: true } : {}) }).select('hospital_id')
  const isPlatform = db('organisation').where({ organisation_id: organisationId, kind: 'platform' }).select('organisation_id')
  return db('membership').join('role', 'role.role_id', 'membership.role_id').join('organisation', 'organisation.organisation_id', 'membership.organisation_id')
    .whereNot('membership.state', 'removed')
    .where((one) => one.where('membership.organisation_id', organisationId)
      .orWhere((below) => below.where('role.built_in', 'full').whereIn('membership.organisation_id', ofHospitals))
      .orWhere((below) => below.where('role.built_in', 'full').where('organisation.kind', 'consortium').whereExists(isPlatform)))
}
