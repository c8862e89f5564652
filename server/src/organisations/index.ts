/** Organisations, the people in them, their roles, and what binds organisations to each other. */
export { appointAdministrator, membershipAtWork, membershipsOf, permissionsOf, switchMembership, type Membership } from './memberships.ts'
