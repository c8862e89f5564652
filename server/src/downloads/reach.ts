/** What a person may have of a download now: asked when it is wanted, when it is made and when it is fetched. */
import type { DownloadFailure, RolePermission } from '@isocenter/contracts'
import type { Access, AccountSession, Permission } from '../identity/index.ts'
import type { Recipients } from '../notifications/index.ts'
import type { Db } from '../platform/db.ts'
import type { Lists } from './lists.ts'
import type { DownloadRow } from './store.ts'

/** Whose downloads they are; those of one organisation alone where its provider is all that vouches for him. */
export type Holder = Pick<AccountSession, 'accountId' | 'vouchedBy'>

/** The holder's access to each organisation he is an active member of, as his role there has it; by organisation. */
export async function accessesOf(db: Db, recipients: Pick<Recipients, 'placesOf'>, holder: Holder): Promise<ReadonlyMap<string, Access>> {
  return new Map((await recipients.placesOf(db, holder)).map(({ organisationId, permissions }) =>
    [organisationId, { actor: { kind: 'account', id: holder.accountId }, organisationId, permissions: permissions as ReadonlySet<Permission>, studies: 'all' }]))
}

type Wanted = Pick<DownloadRow, 'kind' | 'mask_secret' | 'list'>

const permissionFor = ({ kind, list }: Wanted, lists: Lists): RolePermission | undefined => (kind === 'studies' ? 'study.download' : lists[list?.name ?? '']?.permission)

/** Whether an access is enough: headers with names, and fields that identify, are for who may see identities. */
export function mayHave(access: Access | undefined, wanted: Wanted, lists: Lists): access is Access {
  const permission = permissionFor(wanted, lists)
  return access !== undefined && permission !== undefined && access.permissions.has(permission)
    && (wanted.list === null ? wanted.mask_secret !== null || access.permissions.has('study.view_identity') : lists[wanted.list.name]?.hasFields(access, wanted.list.fields) === true)
}

/** Ends the making of a download for good; trying again by itself would not help. */
export class CannotBeMade extends Error {
  override readonly name = 'CannotBeMade'
  readonly failure: DownloadFailure
  constructor(failure: DownloadFailure) {
    super(`The download cannot be made: ${failure}.`)
    this.failure = failure
  }
}
