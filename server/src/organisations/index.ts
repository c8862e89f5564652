/** Organisations, the people in them, their roles, and what binds organisations to each other. */
export { accountMemberships } from './for-accounts.ts'
export { appointAdministrator } from './memberships.ts'
export type { BuiltInRole } from './built-in-roles.ts'
export { organisationRoutes } from './organisation-routes.ts'
export { createOrganisations, type Organisations } from './organisations.ts'
export { pairingRoutes } from './pairing-routes.ts'
export { peopleRoutes } from './people-routes.ts'
