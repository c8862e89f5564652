/** Where a person belongs, as the personal centre needs it. */
import type { OrganisationKind, OrganisationSummary } from '@isocenter/contracts'
import type { Db } from '../platform/db.ts'

export interface OwnMembershipRow {
  readonly membershipId: string
  readonly organisation: OrganisationSummary
  /** Null where the person has said nothing in this organisation. */
  readonly introduction: string | null
}

interface Row {
  readonly membership_id: string
  readonly organisation_id: string
  readonly number: string
  readonly kind: OrganisationKind
  readonly name: string
  readonly introduction: string | null
}

/** The active memberships of an account, by the organisation's name. */
export async function activeMembershipsOf(db: Db, accountId: string): Promise<OwnMembershipRow[]> {
  const found = await db('membership').join('organisation', 'organisation.organisation_id', 'membership.organisation_id')
    .where({ 'membership.account_id': accountId, 'membership.state': 'active' }).orderBy(['organisation.name', 'membership.membership_id'])
    .select<Row[]>('membership.membership_id', 'organisation.organisation_id', 'organisation.number', 'organisation.kind', 'organisation.name', 'membership.introduction')
  return found.map((row) => ({
    membershipId: row.membership_id, introduction: row.introduction,
    organisation: { organisationId: row.organisation_id, number: row.number, kind: row.kind, name: row.name },
  }))
}
