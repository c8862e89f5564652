/** The workbench: where who is signed in belongs, and going to work in one of these organisations. */
import { mayEnter, places, rolePermissions, type OwnMembership, type OwnMemberships } from '@isocenter/contracts'
import { record } from '../audit/index.ts'
import type { AccountSession } from '../identity/index.ts'
import type { Db } from '../platform/db.ts'
import { membershipAtWork, membershipsOf, permissionsOf, switchMembership, type Membership } from './memberships.ts'
import { noSuchMember } from './problems.ts'

export interface Workbench {
  readonly list: (session: AccountSession) => Promise<OwnMemberships>
  /** @throws noSuchMember 404 */
  readonly switchTo: (session: AccountSession, membershipId: string) => Promise<OwnMembership>
}

const toOwn = (membership: Membership, isAtWork: boolean): OwnMembership => {
  const held = permissionsOf(membership)
  const { roleId, name, isFull } = membership.role
  return {
    membershipId: membership.membershipId, isAtWork, modules: [...membership.modules],
    organisation: { organisationId: membership.organisationId, number: membership.organisation.number, kind: membership.organisation.kind, name: membership.organisation.name },
    role: { roleId, name, ...(isFull ? { builtIn: 'full' } : {}) },
    places: places.filter((place) => mayEnter(held, place)), permissions: rolePermissions.filter((permission) => held.has(permission)),
  }
}

export const createWorkbench = ({ db }: { readonly db: Db }): Workbench => ({
  list: async (session) => {
    const [memberships, atWork] = await Promise.all([membershipsOf(db, session.accountId), membershipAtWork(db, session)])
    return { items: memberships.map((membership) => toOwn(membership, membership.membershipId === atWork?.membershipId)) }
  },

  switchTo: (session, membershipId) => db.transaction(async (trx) => {
    const membership = await switchMembership(trx, session, membershipId)
    if (membership === undefined) throw noSuchMember('You have no active membership of this id.')
    await record(trx, [{ organisationId: membership.organisationId, actor: `account:${session.accountId}`, action: 'member.switch', outcome: 'success', detail: { membershipId } }])
    return toOwn(membership, true)
  }),
})
