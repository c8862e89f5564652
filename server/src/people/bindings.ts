import type { Bindings } from './preferences.ts'

/** What is bound to an account, as the tables of those who bind it say. */
export const accountBindings: Bindings = {
  hasWebPush: async (db, accountId) => await db('push_subscription').where({ account_id: accountId }).first<object | undefined>('account_id') !== undefined,
  hasIdentity: async (db, accountId) => await db('external_identity').where({ account_id: accountId }).first<object | undefined>('account_id') !== undefined,
}
