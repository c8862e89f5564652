/** What people see of their links to providers, how they end one, and what a provider ends. */
import type { ExternalIdentities } from '@isocenter/contracts'
import type { Accounts } from '../accounts/index.ts'
import { record } from '../audit/index.ts'
import type { AccountSession } from '../identity/index.ts'
import type { Db } from '../platform/db.ts'
import { logoutRefused, noSignInProvider } from './problems.ts'
import { ArrivalError, type RelyingParty } from './relying-party.ts'
import { endExternalSessions, identitiesOf, providerById, providerByNumber, providersOf, tellOfLink } from './store.ts'

export interface OwnIdentities {
  /** Providers of one's organisations, with whether one is linked (AUTH-20). */
  readonly list: (session: AccountSession) => Promise<ExternalIdentities>
  /** Ends a link, and every other session that was opened by it. @throws wrongPassword 403, noSignInProvider 404 */
  readonly unlink: (session: AccountSession, providerId: string, password: string) => Promise<void>
  /** Ends the sessions of who has signed out at the provider. @throws logoutRefused 400 */
  readonly signedOut: (number: string, logoutToken: string | undefined) => Promise<void>
}

export interface OwnIdentitiesDeps {
  readonly db: Db
  readonly accounts: Pick<Accounts, 'own'>
  readonly party: RelyingParty
}

export function createOwnIdentities({ db, accounts, party }: OwnIdentitiesDeps): OwnIdentities {
  return {
    list: async ({ accountId }) => {
      const linked = new Map((await identitiesOf(db, accountId)).map((identity) => [identity.providerId, identity]))
      return {
        items: (await providersOf(db, accountId)).map(({ providerId, name, organisation, isOn }) => {
          const identity = linked.get(providerId)
          return {
            providerId, name, isOn, organisation: { number: organisation.number, name: organisation.name }, state: identity === undefined ? 'unbound' : 'bound',
            ...(identity === undefined ? {} : { linkedAt: identity.linkedAt.toISOString(), linkedBy: identity.linkedBy }),
            ...(identity?.label === undefined ? {} : { label: identity.label }),
            ...(identity?.lastUsedAt === undefined ? {} : { lastUsedAt: identity.lastUsedAt.toISOString() }),
          }
        }),
      }
    },

    unlink: async (session, providerId, password) => {
      const identity = (await identitiesOf(db, session.accountId)).find((one) => one.providerId === providerId)
      if (identity === undefined) throw noSignInProvider('Your account is not linked to a provider of this id.')
      await accounts.own.assertPassword(session, password)
      await db.transaction(async (trx) => {
        const sessionsEnded = await endExternalSessions(trx, [identity.identityId], { except: session.sessionId })
        await trx('external_identity').where({ identity_id: identity.identityId, account_id: session.accountId }).delete()
        const provider = await providerById(trx, providerId)
        if (provider === undefined) throw noSignInProvider('It has just been removed.')
        await tellOfLink(trx, provider, session.accountId, 'account.unlinked')
        await record(trx, [{
          organisationId: provider.organisation.organisationId,
          actor: `account:${session.accountId}`,
          action: 'account.unlink',
          outcome: 'success',
          detail: { accountId: session.accountId, providerId, sessionsEnded },
        }])
      })
    },

    signedOut: async (number, logoutToken) => {
      const refused = () => logoutRefused('It is malformed, too old, not from the provider of this organisation, or not for this client.', { error: 'invalid_request' })
      const provider = await providerByNumber(db, number)
      if (provider === undefined || logoutToken === undefined) throw refused()
      const who = await party.signedOut(provider, logoutToken).catch((error: unknown) => {
        if (error instanceof ArrivalError) throw refused()
        throw error
      })
      if (who === undefined) throw refused()
      await db.transaction(async (trx) => {
        const query = trx('external_identity').where({ provider_id: provider.providerId })
        if (who.subject !== undefined) void query.where({ subject: who.subject })
        const identities = await query.select<{ identity_id: string; account_id: string }[]>('identity_id', 'account_id')
        for (const { identity_id, account_id } of identities) {
          const sessionsEnded = await endExternalSessions(trx, [identity_id], { sid: who.sid })
          if (sessionsEnded > 0) {
            await record(trx, [{
              organisationId: provider.organisation.organisationId,
              actor: `account:${account_id}`,
              action: 'account.session-end',
              outcome: 'success',
              detail: { providerId: provider.providerId, sessionsEnded },
            }])
          }
        }
      })
    },
  }
}
