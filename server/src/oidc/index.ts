/** Sign-in by organisations' own identity providers (OpenID Connect). */
export { createOidc, type Oidc } from './oidc.ts'
export { oidcRoutes } from './routes.ts'
