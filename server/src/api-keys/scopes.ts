/** What the scopes of a key grant, and who may give them. */
import { permissionsOfScope, scopeGrants, type ApiKeyScopeList, type ScopePermission } from '@isocenter/contracts'
import type { Access, Permission } from '../identity/index.ts'
import { invalidApiKey, scopeNotHeld } from './problems.ts'

/** No role holds what only machines do: who may do what stands here may give it. */
const givenWith: Partial<Record<ScopePermission, Permission>> = { 'performed-procedure:write': 'dicomweb:store' }

const mayGive = ({ permissions }: Access, permission: ScopePermission): boolean => permissions.has(permission) || permissions.has(givenWith[permission] ?? permission)

/** What a key with these scopes may do; those this version does not know grant nothing. */
export const grantedByScopes = (scopes: readonly string[]): Set<Permission> => new Set<Permission>(scopes.flatMap((scope) => permissionsOfScope(scope) ?? []))

/**
 * Refuses scopes that grant nothing, and more than the caller may do: a key is in its maker's hand.
 * @throws invalidApiKey 422, scopeNotHeld 403
 */
export function assertMayGive(access: Access, scopes: readonly string[]): void {
  const unknown = scopes.filter((scope) => permissionsOfScope(scope) === undefined)
  if (unknown.length > 0) throw invalidApiKey('Some scopes grant nothing here; /api/api-keys/scopes lists those that do.', { scopes: unknown })
  const refused = scopes.filter((scope) => !(permissionsOfScope(scope) ?? []).every((permission) => mayGive(access, permission)))
  if (refused.length > 0) throw scopeNotHeld('Somebody with a role that may do this must make the key.', { scopes: refused })
}

/** What can be chosen from. */
export const scopeList = (access: Access): ApiKeyScopeList => ({
  items: scopeGrants.map(({ resource, letters, permissions, allows }) => ({ scope: `system/${resource}.${letters}`, allows, mayGive: permissions.every((permission) => mayGive(access, permission)) })),
})
