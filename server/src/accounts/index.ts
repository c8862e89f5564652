/** Accounts of people: how they prove who they are, and where they are signed in. */
export { createAccounts, type Accounts } from './accounts.ts'
export { accountAdministrationRoutes } from './administration-routes.ts'
export { readPhone } from './login.ts'
export type { Memberships } from './memberships.ts'
export { noteKeyRotation, platformOrganisation } from './platform-organisation.ts'
export { accountRoutes } from './routes.ts'
export { accountTasks } from './tasks.ts'
