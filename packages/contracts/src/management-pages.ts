/** The pages an organisation is managed by, and which permissions open them: navigation, the pages themselves and links in messages agree on it. */
import type { RolePermission } from './permissions.ts'

export const managementGroups = ['people', 'organisation', 'machines', 'records', 'below'] as const
export type ManagementGroup = typeof managementGroups[number]

interface ManagementPageEntry {
  readonly group: ManagementGroup
  /** Each of them opens the page; what can be done on it depends on which. */
  readonly openedBy: readonly RolePermission[]
}

/** By what follows `/o/:organisationId/admin/` in the address, in the order of the navigation. */
const pages = {
  'members': { group: 'people', openedBy: ['org.member'] },
  'invitations': { group: 'people', openedBy: ['org.member'] },
  'frozen-accounts': { group: 'people', openedBy: ['admin.unfreeze'] },
  'roles': { group: 'people', openedBy: ['org.role'] },
  'departments': { group: 'people', openedBy: ['admin.department'] },
  'settings': { group: 'organisation', openedBy: ['org.hospital_edit', 'admin.cloudfilm', 'team.edit'] },
  'pairings': { group: 'organisation', openedBy: ['org.pairing', 'team.pairing'] },
  'devices': { group: 'organisation', openedBy: ['org.device'] },
  'device-types': { group: 'organisation', openedBy: ['admin.exam_attr'] },
  'body-parts': { group: 'organisation', openedBy: ['admin.exam_attr'] },
  'gateways': { group: 'machines', openedBy: ['gateway.manage'] },
  'api-keys': { group: 'machines', openedBy: ['org.api_key'] },
  'sign-in-provider': { group: 'machines', openedBy: ['org.sign_in'] },
  'logs': { group: 'records', openedBy: ['admin.audit', 'log.view_all'] },
  'notifications': { group: 'records', openedBy: ['admin.notify'] },
  'quarantine': { group: 'records', openedBy: ['admin.data_maintain'] },
  'deleted-studies': { group: 'records', openedBy: ['admin.data_maintain'] },
  'storage': { group: 'records', openedBy: ['admin.audit', 'admin.consortium'] },
  'hospitals': { group: 'below', openedBy: ['admin.consortium'] },
  'organisations': { group: 'below', openedBy: ['operator.organisations'] },
  'purges': { group: 'below', openedBy: ['operator.purge'] },
} as const satisfies Record<string, ManagementPageEntry>

export type ManagementPage = keyof typeof pages
export const managementPages: Readonly<Record<ManagementPage, ManagementPageEntry>> = pages
export const managementPageNames = Object.keys(pages) as ManagementPage[]

/** Pages that are open to who holds these permissions, in their order. */
export const managementPagesOf = (held: readonly RolePermission[]): ManagementPage[] => managementPageNames.filter((page) => pages[page].openedBy.some((permission) => held.includes(permission)))
