/** What a membership lets its person do: the role's permissions, less what is switched off, and the scopes that resources are guarded by. */
import { grantablePermissions, permissionList, withDerived, type OrganisationKind, type OrganisationModule, type RolePermission } from '@isocenter/contracts'
import { managementPolicies, type Permission } from '../identity/index.ts'

/** DICOMweb and the first resources of the product API ask for scopes of their own, which machines hold too; people hold them by their role. */
const scopesOf: Partial<Record<RolePermission, readonly Permission[]>> = {
  'study.view': ['dicomweb:search', 'dicomweb:retrieve', 'worklist:read', 'performed-procedure:read'],
  'study.edit_case': ['worklist:write'],
  'study.upload': ['dicomweb:store', 'upload'],
  'study.delete': ['dicomweb:delete'],
  'gateway.manage': ['gateways:read', 'gateways:manage'],
}

export interface RoleGrant {
  readonly isFull: boolean
  /** As the role's row has them; words this version does not know grant nothing. */
  readonly permissions: readonly string[]
}

/** What a role holds in an organisation of this kind, whatever is switched off. */
export function heldBy(role: RoleGrant, kind: OrganisationKind): RolePermission[] {
  const grantable = grantablePermissions(kind)
  return role.isFull ? grantable : grantable.filter((permission) => role.permissions.includes(permission))
}

/**
 * What a role administers and another does not. Who gives roles may give what he does not do himself, reading reports among it; to give what he does not
 * administer would be to have it, by way of another.
 */
export const administeredBeyond = (role: RoleGrant, own: RoleGrant): string[] =>
  (own.isFull ? [] : role.permissions.filter((permission) => managementPolicies.has(permission) && !own.permissions.includes(permission)))

/** The module that is missing for a permission to count; undefined where none is. The platform and the consortium are no customers of modules: they look at those of others. */
function missingFor(permission: RolePermission, kind: OrganisationKind, modules: readonly OrganisationModule[]): OrganisationModule | undefined {
  const { module } = permissionList[permission]
  return module === undefined || kind === 'platform' || kind === 'consortium' || modules.includes(module) ? undefined : module
}

/** What a role holds and a module that is off takes from it: who asks for it is told so. */
export function switchedOff(role: RoleGrant, kind: OrganisationKind, modules: readonly OrganisationModule[]): Map<Permission, OrganisationModule> {
  return new Map([...withDerived(heldBy(role, kind))].flatMap((permission) => {
    const module = missingFor(permission, kind, modules)
    return module === undefined ? [] : [[permission, module] as const]
  }))
}

/** What a role grants in an organisation of this kind with these modules, to be held against the policies of routes. */
export function grantedBy(role: RoleGrant, kind: OrganisationKind, modules: readonly OrganisationModule[]): Set<Permission> {
  const held = withDerived(heldBy(role, kind).filter((permission) => missingFor(permission, kind, modules) === undefined))
  return new Set<Permission>(['organisation:read', ...held, ...[...held].flatMap((permission) => scopesOf[permission] ?? [])])
}
