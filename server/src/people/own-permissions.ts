/** What a person may do, in plain words and for each of his organisations (PC-04, ROLE-05). */
import { permissionGroups, permissionGroupTitles, permissionList, permissionWordsZh, type OwnPermissions, type RolePermission } from '@isocenter/contracts'
import { heldBy, membershipsOf, permissionsOf, type Membership } from '../organisations/index.ts'
import type { Db } from '../platform/db.ts'
import type { Holder } from './common.ts'

/** Everything the role holds, with what is switched off marked as such. */
export function permissionsInWords(membership: Membership, language: 'zh-CN' | 'en'): OwnPermissions['items'][number] {
  const inForce = new Set<string>(permissionsOf(membership))
  const { role, organisation, organisationId } = membership
  const held = new Set<RolePermission>(heldBy(role, organisation.kind))
  // What follows from others is held where it is in force.
  for (const permission of Object.keys(permissionList) as RolePermission[]) if (inForce.has(permission)) held.add(permission)
  const ofGroup = (group: string) => [...held].filter((permission) => permissionList[permission].group === group).map((permission) => {
    const { allows, module } = permissionList[permission]
    return { permission, allows: language === 'en' ? allows : permissionWordsZh[permission], isInForce: inForce.has(permission), ...(module === undefined ? {} : { module }) }
  })
  return {
    membershipId: membership.membershipId, role: role.name, organisation: { organisationId, number: organisation.number, kind: organisation.kind, name: organisation.name },
    groups: permissionGroups.map((group) => ({ group, title: permissionGroupTitles[language][group], permissions: ofGroup(group) })).filter(({ permissions }) => permissions.length > 0),
  }
}

export async function ownPermissions(db: Db, { accountId }: Holder): Promise<OwnPermissions> {
  const account = await db('account').where({ account_id: accountId }).first<{ language: string | null }>('language')
  const language = account.language === 'en' ? 'en' : 'zh-CN'
  return { items: (await membershipsOf(db, accountId)).map((membership) => permissionsInWords(membership, language)) }
}
