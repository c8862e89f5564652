/** Organisations, the people in them, their roles, and what binds organisations to each other. */
export { accountMemberships } from './for-accounts.ts'
export { appointAdministrator, membershipsOf, switchMembership, type Membership } from './memberships.ts'
