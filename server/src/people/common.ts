/** What the services of the personal centre have in common. */
import type { AuditAction } from '../audit/index.ts'
import { record } from '../audit/index.ts'
import { forbidden, type Access, type AccountSession } from '../identity/index.ts'
import type { Db, Trx } from '../platform/db.ts'

/** Whose personal centre it is. */
export type Holder = Pick<AccountSession, 'accountId' | 'sessionId'>

/**
 * The account behind an access: favourites and address books are people's.
 * @throws forbidden 403 for a token or a gateway
 */
export function accountIn({ actor }: Access): string {
  if (actor.kind !== 'account') throw forbidden('This is for a person who is signed in; a token is not one.')
  return actor.id
}

/** Records what a person did with his own account in the trail of the organisation the account was made in; `detail` holds ids and words of ours only. */
export async function noteOwn(trx: Trx, accountId: string, action: AuditAction, detail: Readonly<Record<string, unknown>>, outcome: 'success' | 'refused' = 'success'): Promise<void> {
  await record(trx, [{ organisationId: await homeOf(trx, accountId), actor: `account:${accountId}`, action, outcome, detail }])
}

/** The organisation an account was made in. */
export async function homeOf(db: Db, accountId: string): Promise<string> {
  const row = await db('account').where({ account_id: accountId }).first<{ organisation_id: string } | undefined>('organisation_id')
  if (row === undefined) throw new Error('The account of a session is gone.')
  return row.organisation_id
}

/** Locks one account against other changes of its profile, signature and documents. */
export async function lockHolder(trx: Trx, accountId: string): Promise<void> {
  const row = await trx('account').where({ account_id: accountId }).forNoKeyUpdate().first<object | undefined>('account_id')
  if (row === undefined) throw new Error('The account of a session is gone.')
}
