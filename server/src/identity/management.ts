/** Which policies are of the management area (AUTH-11): what administers an organisation, its people, devices and contracts, or the installation. */
import { permissionList, rolePermissions, type PermissionGroup } from '@isocenter/contracts'
import type { Permission } from './access.ts'

/** Section B's groups of administration. */
const managementGroups: ReadonlySet<PermissionGroup> = new Set<PermissionGroup>(['organisation', 'team', 'administration', 'operation', 'gateways'])

/** Words of roles, and the scopes by which `gateway.manage` is asked for. */
export const managementPolicies: ReadonlySet<string> = new Set<Permission>([
  ...rolePermissions.filter((permission) => managementGroups.has(permissionList[permission].group)), 'gateways:read', 'gateways:manage',
])
