import type { Knex } from 'knex'
import type { Db } from '../platform/db.ts'

/**
 * In which language somebody is written to, as a column `language` of a query on `account`: the one of his own; who has none yet has never signed in, and is
 * written to in that of whoever made the account. Null where nobody knows.
 */
export const readerLanguage = (db: Db): Knex.Raw => db.raw(`
  coalesce(account.language, (
    select maker.language from account maker where maker.account_id = substring(account.created_by from '^account:([0-9a-f-]{36})$')::uuid
  )) as language`)
