export { permissions, reachesStudy, type Access, type Actor, type Permission } from './access.ts'
export { guard } from './guard.ts'
export { loadSigningKeys, type SigningKeys } from './signing-keys.ts'
export { createTokens, type Tokens } from './tokens.ts'
