/** Who is told of documents: administrators of members that one waits, its holder what came of it. */
import { closeTodo, openTodo, publish } from '../notifications/index.ts'
import type { Db, Trx } from '../platform/db.ts'
import { activeMembershipsOf } from './memberships.ts'

interface Submitted {
  readonly credentialId: string
  readonly accountId: string
}

/** In every organisation whose administrators may verify it: news, and something to do. */
export async function tellOfSubmission(trx: Trx, { credentialId, accountId }: Submitted): Promise<void> {
  const person = await nameOf(trx, accountId)
  for (const { organisation } of await activeMembershipsOf(trx, accountId)) {
    const { organisationId, name } = organisation
    await publish(trx, { event: 'credential.submitted', organisationId, exceptAccountId: accountId, recordId: credentialId, details: { organisation: name, person } })
    await openTodo(trx, { kind: 'credential.verify', organisationId, recordId: credentialId, details: { person } })
  }
}

/** Nobody has to look at it any more. */
export async function endWait(trx: Trx, credentialId: string, outcome: 'done' | 'withdrawn'): Promise<void> {
  // Where its holder has left meanwhile, too.
  const open = await trx('notification_todo').where({ kind: 'credential.verify', record_id: credentialId }).whereNull('closed_at').pluck<string[]>('organisation_id')
  for (const organisationId of open) await closeTodo(trx, { kind: 'credential.verify', organisationId, recordId: credentialId, outcome })
}

/** Nobody of this organisation has to look at it any more; others may. */
export const endWaitIn = (trx: Trx, organisationId: string, credentialId: string): Promise<void> =>
  closeTodo(trx, { kind: 'credential.verify', organisationId, recordId: credentialId, outcome: 'done' })

/** Its holder hears that it was verified, or why not. */
export async function tellOfDecision(trx: Trx, { credentialId, accountId }: Submitted, organisationId: string, refusal: string | undefined): Promise<void> {
  await publish(trx, { event: refusal === undefined ? 'credential.verified' : 'credential.refused', organisationId, accountId, recordId: credentialId, details: {}, reason: refusal })
}

async function nameOf(db: Db, accountId: string): Promise<string> {
  const { name } = await db('account').where({ account_id: accountId }).first<{ name: string }>('name')
  return name
}
