/** The personal centre: profile, proofs, signature, favourites and choices of who is signed in; and the address book. */
export { accountBindings } from './bindings.ts'
export { createPeople, type People } from './people.ts'
export { personalCentreRoutes } from './personal-centre-routes.ts'
export { credentialRoutes } from './credential-routes.ts'
export { signatureRoutes } from './signature-routes.ts'
export { reachRoutes } from './reach-routes.ts'
export { peopleTasks } from './tasks.ts'
