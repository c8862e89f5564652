import type { PasswordPolicy } from '@isocenter/contracts'
import type { Knex } from 'knex'
import type { Access, AccountSession } from '../identity/index.ts'
import type { Db } from '../platform/db.ts'

/** What accounts ask of organisations: who belongs where, and what he may do there. Given by the composition root. */
export interface Memberships {
  /** What a session may do in one organisation: the one asked for, or where it is at work; undefined where its account is no active member. */
  readonly accessOf: (db: Db, session: AccountSession, organisationId: string | undefined) => Promise<Pick<Access, 'organisationId' | 'permissions' | 'switchedOff'> | undefined>
  /** Accounts an organisation administers, as a query for their `account_id`. */
  readonly administeredBy: (db: Db, organisationId: string) => Knex.QueryBuilder
  /** True of an account whose password the organisation may reset: it administers it, and of what is below it is who is billed for. */
  readonly mayReset: (db: Db, accountId: string, organisationId: string) => Promise<boolean>
  /** True of an account that acts for organisations this one does not administer, or may again once it is no longer suspended there. */
  readonly isSharedBeyond: (db: Db, accountId: string, organisationId: string) => Promise<boolean>
  /** True of an active member with the full role, which only its like may give and take away. */
  readonly hasFullRole: (db: Db, accountId: string, organisationId: string) => Promise<boolean>
  /** True of an account whose role in the organisation, suspended or not, administers anything. */
  readonly administers: (db: Db, accountId: string, organisationId: string) => Promise<boolean>
  /** True of an account the organisation administers that administers more, here or in an organisation below, than the caller does here: whoever set such a one's password could sign in as him. */
  readonly administersMore: (db: Db, accountId: string, access: Access) => Promise<boolean>
  /** What new passwords of an account are held against: the strictest of its organisations. */
  readonly passwordPolicyOf: (db: Db, accountId: string) => Promise<PasswordPolicy>
  /** IANA name of the time zone an organisation lives in; undefined where it has not said. Nobody's is asked for too: it takes as long. */
  readonly timeZoneOf: (db: Db, organisationId: string) => Promise<string | undefined>
}
