/** What accounts ask of organisations; the composition root gives it to them, so that accounts know nothing of organisations. */
import type { Knex } from 'knex'
import type { Memberships } from '../accounts/index.ts'
import type { Db } from '../platform/db.ts'
import { membershipAtWork, membershipsOf, permissionsOf } from './memberships.ts'

export const accountMemberships: Memberships = {
  accessOf: async (db, session, organisationId) => {
    const membership = await membershipAtWork(db, session, organisationId)
    return membership && { organisationId: membership.organisationId, permissions: permissionsOf(membership) }
  },

  administeredBy: (db, organisationId) => administered(db, organisationId).select('membership.account_id'),

  isSharedBeyond: async (db, accountId, organisationId) => {
    const elsewhere = await db('membership').where({ account_id: accountId, state: 'active' })
      .whereNotIn('membership_id', administered(db, organisationId).select('membership.membership_id')).first<object | undefined>('membership_id')
    return elsewhere !== undefined
  },

  hasFullRole: async (db, accountId, organisationId) =>
    (await membershipsOf(db, accountId)).some((one) => one.organisationId === organisationId && one.role.isFull),

  timeZoneOf: async (db, organisationId) => {
    const row = await db('organisation').where({ organisation_id: organisationId }).first<{ time_zone: string | null } | undefined>('time_zone')
    return row?.time_zone ?? undefined
  },
}

/** Memberships an organisation has a say in: its own; of a consortium also those of its hospitals' administrators, of the platform those of consortia's. */
function administered(db: Db, organisationId: string): Knex.QueryBuilder {
  const ofHospitals = db('consortium_hospital').where({ consortium_id: organisationId }).select('hospital_id')
  const isPlatform = db('organisation').where({ organisation_id: organisationId, kind: 'platform' }).select('organisation_id')
  return db('membership').join('role', 'role.role_id', 'membership.role_id').join('organisation', 'organisation.organisation_id', 'membership.organisation_id')
    .whereNot('membership.state', 'removed')
    .where((one) => one.where('membership.organisation_id', organisationId)
      .orWhere((below) => below.where('role.built_in', 'full').whereIn('membership.organisation_id', ofHospitals))
      .orWhere((below) => below.where('role.built_in', 'full').where('organisation.kind', 'consortium').whereExists(isPlatform)))
}
