import type { NotificationScope, RolePermission } from '@isocenter/contracts'
import type { AccountSession } from '../identity/index.ts'
import type { Db } from '../platform/db.ts'

/** Somebody's place in one organisation. */
export interface ActivePlace {
  readonly organisationId: string
  readonly permissions: ReadonlySet<string>
}

/** What notifications ask of organisations: who is in them. Given by the composition root, so that organisations can publish events. */
export interface Recipients {
  /** A batch of accounts, by their id, that are active in the organisation, hold the permission and are within the scope. */
  readonly holders: (db: Db, organisationId: string, query: {
    readonly permission: RolePermission
    readonly scope: NotificationScope
    readonly after: string | undefined
    readonly limit: number
  }) => Promise<{ readonly accountIds: readonly string[]; /** Where the next batch begins; undefined after the last. */ readonly next: string | undefined }>
  /** Where an account is an active member, and what it may do there; of a session that one organisation's provider alone vouches for, that one. */
  readonly placesOf: (db: Db, of: Pick<AccountSession, 'accountId' | 'vouchedBy'>) => Promise<readonly ActivePlace[]>
  /** IANA name of the time zone the organisation lives in; undefined where it has not said. */
  readonly timeZoneOf: (db: Db, organisationId: string) => Promise<string | undefined>
}
