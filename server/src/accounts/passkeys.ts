/** Passkeys (WebAuthn): as a second factor, and to sign in by without a password. The person is verified by the device each time. */
import { randomBytes, randomUUID } from 'node:crypto'
import type { Passkey, PasskeyAdded, PasskeyAssertion, PasskeyChallenge, PasskeyRegistration, Passkeys as PasskeyList, PasskeySignIn } from '@isocenter/contracts'
import {
  generateAuthenticationOptions, generateRegistrationOptions, verifyAuthenticationResponse, verifyRegistrationResponse,
  type AuthenticationResponseJSON, type RegistrationResponseJSON,
} from '@simplewebauthn/server'
import { Type, type Static } from 'typebox'
import { record } from '../audit/index.ts'
import type { AccountSession, Sealing } from '../identity/index.ts'
import { publish } from '../notifications/index.ts'
import { sqlState, type Db, type Trx } from '../platform/db.ts'
import { addressKey } from '../platform/rate-limit.ts'
import { createSharedRateLimit } from '../platform/shared-rate-limit.ts'
import { isFrozen, subjectOfAccount } from './attempts.ts'
import type { OwnAccount } from './own-account.ts'
import { accountFrozen, accountSuspended, noSuchPasskey, passkeyRefused } from './problems.ts'
import type { RelyingParty } from './relying-party.ts'
import { openToken, sealToken } from './sealed-token.ts'
import { renewRecoveryCodes, settleSecondFactor } from './second-factor.ts'
import { endSessionOfToken, endSessions, noteProof, noteSecondFactor, openSession, type SessionOpening } from './sessions.ts'
import type { Caller } from './sign-in.ts'
import { accountById, lockAccount, rememberAddress, type Account } from './store.ts'

const ceremonyMs = 5 * 60_000
const maxPasskeys = 20
const challengeBytes = 32
/** COSE numbers of what authenticators sign by: EdDSA, ES256, RS256. */
const algorithms = [-8, -7, -257]
const refusalsOfAddress = { burst: 50, refillMs: 5_000 }
const addressKnownMs = 90 * 86_400_000

export interface PasskeyDeps {
  readonly db: Db
  readonly sealing: Sealing
  readonly own: Pick<OwnAccount, 'assertPassword'>
  readonly now: () => Date
}

export interface Passkeys {
  readonly list: (session: AccountSession) => Promise<PasskeyList>
  /** Options for a new one. @throws stepUpRequired 403, wrongPassword 403, tooManyRequests 429 */
  readonly beginAdding: (session: AccountSession, password: string, party: RelyingParty) => Promise<PasskeyChallenge>
  /** From now on each sign-in by password needs a second factor; with the first one every other session ends. @throws passkeyRefused 403 */
  readonly add: (session: AccountSession, registration: PasskeyRegistration, party: RelyingParty) => Promise<PasskeyAdded>
  /** @throws noSuchPasskey 404 */
  readonly rename: (session: AccountSession, passkeyId: string, name: string) => Promise<void>
  /** @throws noSuchPasskey 404, stepUpRequired 403, wrongPassword 403, tooManyRequests 429 */
  readonly remove: (session: AccountSession, passkeyId: string, password: string) => Promise<void>
  /** Options for signing in by any passkey of this server. */
  readonly beginSignIn: (party: RelyingParty) => Promise<PasskeyChallenge>
  /** @throws passkeyRefused 403, accountFrozen 403, accountSuspended 403, tooManyRequests 429 */
  readonly signIn: (request: PasskeySignIn, party: RelyingParty, caller: Caller) => Promise<SessionOpening>
  /** Options for the second factor of a session. */
  readonly beginSecondFactor: (session: AccountSession, party: RelyingParty) => Promise<PasskeyChallenge>
  /** Completes a sign-in by password, and makes any session one that has given the second factor lately. @throws passkeyRefused 403 */
  readonly giveSecondFactor: (session: AccountSession, assertion: PasskeyAssertion, party: RelyingParty) => Promise<void>
  /** Forgets challenges that could not be used again anyway. */
  readonly forget: () => Promise<void>
}

interface PasskeyRow {
  readonly passkey_id: string
  readonly account_id: string
  readonly credential_id: string
  readonly public_key: Buffer
  readonly sign_count: string
  readonly rp_id: string
  readonly transports: string[]
  readonly is_synchronised: boolean
  readonly name: string
  readonly created_at: Date
  readonly last_used_at: Date | null
}

/** What a challenge was made for: it is good for nothing else. */
type Purpose = 'add' | 'signIn' | 'secondFactor'
const Ceremony = Type.Object({ id: Type.String({ format: 'uuid' }), challenge: Type.String(), sessionId: Type.String(), expiresAt: Type.Integer() })

const toPasskey = (row: PasskeyRow): Passkey => ({
  passkeyId: row.passkey_id, name: row.name, createdAt: row.created_at.toISOString(), isSynchronised: row.is_synchronised,
  ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at.toISOString() }),
})

const refused = (why: string) => passkeyRefused(why)

export function createPasskeys({ db, sealing, own, now }: PasskeyDeps): Passkeys {
  const refusals = createSharedRateLimit(db, 'passkey-sign-in', refusalsOfAddress)
  const eventOf = (account: Account, detail: Readonly<Record<string, unknown>>) => ({
    organisationId: account.organisationId,
    actor: `account:${account.accountId}`,
    action: 'account.second-factor',
    outcome: 'success',
    detail,
  } as const)

  /** Its holder, who may not be the one who did it. */
  const tellHolder = (trx: Trx, { organisationId, accountId }: Account, isOn: boolean): Promise<void> =>
    publish(trx, { event: 'account.second-factor-changed', organisationId, accountId, details: { isOn } })

  const newCeremony = (purpose: Purpose, sessionId: string) => {
    const challenge = randomBytes(challengeBytes)
    return { challenge, ceremony: sealToken(sealing, `passkey:${purpose}`, { id: randomUUID(), challenge: challenge.toString('base64url'), sessionId, expiresAt: now().getTime() + ceremonyMs }) }
  }
  /** What a browser answers to; of another session, for another purpose, too late: refused. */
  const ceremonyOf = (purpose: Purpose, sessionId: string, token: string): Static<typeof Ceremony> => {
    const ceremony = openToken(sealing, `passkey:${purpose}`, token, Ceremony)
    if (ceremony === undefined || ceremony.sessionId !== sessionId || ceremony.expiresAt <= now().getTime()) throw refused('The challenge is not, or no longer, good: begin again.')
    return ceremony
  }
  /** Of a challenge answered by many at once one is taken. */
  const spend = async (trx: Trx, { id, expiresAt }: Static<typeof Ceremony>): Promise<void> => {
    const added = await trx('spent_ceremony').insert({ ceremony_id: id, expires_at: new Date(expiresAt) }).onConflict('ceremony_id').ignore().returning<object[]>('ceremony_id')
    if (added.length !== 1) throw refused('The challenge has been answered already: begin again.')
  }

  const present = async ({ accountId }: AccountSession): Promise<Account> => {
    const found = await accountById(db, accountId)
    if (found === undefined) throw new Error('The account of a session is gone.')
    return found.account
  }
  const rowsOf = (accountId: string) => db('passkey').where({ account_id: accountId }).orderBy(['created_at', 'passkey_id']).select<PasskeyRow[]>()
  const requestOptions = (party: RelyingParty, challenge: Buffer, allowed: readonly PasskeyRow[]) => generateAuthenticationOptions({
    rpID: party.id, challenge: new Uint8Array(challenge), userVerification: 'required', timeout: ceremonyMs,
    allowCredentials: allowed.map(({ credential_id, transports }) => ({ id: credential_id, transports })),
  })

  /** The passkey an answer was made with. @throws passkeyRefused 403 */
  const verify = async ({ credential }: PasskeyAssertion, ceremony: Static<typeof Ceremony>, party: RelyingParty, ofAccount?: string): Promise<{ row: PasskeyRow; signCount: number }> => {
    const row = await db('passkey').where({ credential_id: credential.id, rp_id: party.id, ...(ofAccount === undefined ? {} : { account_id: ofAccount }) }).first<PasskeyRow | undefined>()
    if (row === undefined) throw refused('This passkey is not known here, or no longer.')
    const answer = await held(() => verifyAuthenticationResponse({
      response: { ...credential, clientExtensionResults: credential.clientExtensionResults ?? {} } as AuthenticationResponseJSON,
      expectedChallenge: ceremony.challenge, expectedOrigin: party.origin, expectedRPID: party.id, requireUserVerification: true,
      credential: { id: row.credential_id, publicKey: new Uint8Array(row.public_key), counter: Number(row.sign_count), transports: row.transports },
    }))
    if (!answer.verified) throw refused('The signature is not of this passkey.')
    return { row, signCount: answer.authenticationInfo.newCounter }
  }
  const noteUse = async (trx: Trx, row: PasskeyRow, signCount: number): Promise<void> => {
    // Removed, or counted on by a copy of it, since it was looked at.
    const used = await trx('passkey').where({ passkey_id: row.passkey_id, sign_count: row.sign_count }).update({ sign_count: signCount, last_used_at: now() })
    if (used !== 1) throw refused('The passkey has just been used or removed.')
  }

  return {
    list: async ({ accountId }) => ({ items: (await rowsOf(accountId)).map(toPasskey) }),

    beginAdding: async (session, password, party) => {
      await own.assertPassword(session, password)
      const account = await present(session)
      const { challenge, ceremony } = newCeremony('add', session.sessionId)
      const options = await generateRegistrationOptions({
        rpName: 'Isocenter', rpID: party.id, userName: account.phone, userDisplayName: account.name, userID: new TextEncoder().encode(account.accountId), challenge: new Uint8Array(challenge), timeout: ceremonyMs,
        attestationType: 'none', supportedAlgorithmIDs: algorithms, authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        excludeCredentials: (await rowsOf(account.accountId)).map(({ credential_id, transports }) => ({ id: credential_id, transports })),
      })
      return { ceremony, options }
    },

    add: async (session, { ceremony: token, name, credential }, party) => {
      const ceremony = ceremonyOf('add', session.sessionId, token)
      const answer = await held(() => verifyRegistrationResponse({
        response: { ...credential, clientExtensionResults: credential.clientExtensionResults ?? {} } as RegistrationResponseJSON,
        expectedChallenge: ceremony.challenge, expectedOrigin: party.origin, expectedRPID: party.id, requireUserVerification: true, supportedAlgorithmIDs: algorithms,
      }))
      if (!answer.verified) throw refused('The browser made no passkey that can be used here.')
      const { credential: made, credentialDeviceType } = answer.registrationInfo
      return db.transaction(async (trx) => {
        const account = await lockAccount(trx, session.accountId)
        if (account === undefined) throw new Error('The account of a session is gone.')
        await spend(trx, ceremony)
        const { count } = await trx('passkey').where({ account_id: account.accountId }).count().first<{ count: string }>()
        if (Number(count) >= maxPasskeys) throw refused(`An account has at most ${String(maxPasskeys)} passkeys: remove one first.`)
        const row = await insertPasskey(trx, {
          account_id: account.accountId, credential_id: made.id, public_key: Buffer.from(made.publicKey), sign_count: made.counter, rp_id: party.id, transports: made.transports ?? [],
          is_synchronised: credentialDeviceType === 'multiDevice', name: name.trim(), created_at: now(),
        })
        await noteSecondFactor(trx, session.sessionId, now())
        await tellHolder(trx, account, true)
        if (account.hasSecondFactor) {
          await record(trx, [eventOf(account, { change: 'passkey added', passkeyId: row.passkey_id })])
          return { passkey: toPasskey(row) }
        }
        await trx('account').where({ account_id: account.accountId }).update({ has_second_factor: true })
        const recoveryCodes = await renewRecoveryCodes(trx, account.accountId)
        const sessionsEnded = await endSessions(trx, account.accountId, session.sessionId)
        await record(trx, [eventOf(account, { change: 'passkey added', passkeyId: row.passkey_id, sessionsEnded })])
        return { passkey: toPasskey(row), recoveryCodes }
      })
    },

    rename: async (session, passkeyId, name) => {
      const account = await present(session)
      await db.transaction(async (trx) => {
        if (await trx('passkey').where({ account_id: session.accountId, passkey_id: passkeyId }).update({ name: name.trim() }) !== 1) throw noSuchPasskey('You have no passkey of this id.')
        await record(trx, [eventOf(account, { change: 'passkey renamed', passkeyId })])
      })
    },

    remove: async (session, passkeyId, password) => {
      await own.assertPassword(session, password)
      await db.transaction(async (trx) => {
        const account = await lockAccount(trx, session.accountId)
        if (account === undefined || await trx('passkey').where({ account_id: session.accountId, passkey_id: passkeyId }).delete() !== 1) throw noSuchPasskey('You have no passkey of this id.')
        await settleSecondFactor(trx, session.accountId)
        await record(trx, [eventOf(account, { change: 'passkey removed', passkeyId })])
        await tellHolder(trx, account, false)
      })
    },

    beginSignIn: async (party) => {
      const { challenge, ceremony } = newCeremony('signIn', '')
      return { ceremony, options: await requestOptions(party, challenge, []) }
    },

    signIn: async (request, party, { address, userAgent, language, token }) => {
      const place = addressKey(address)
      const { ceremony, row, signCount } = await refusals.takeIf(place, async (counts) => {
        try {
          const ceremony = ceremonyOf('signIn', '', request.ceremony)
          return { ceremony, ...await verify(request, ceremony, party) }
        } catch (error) {
          counts()
          throw error
        }
      })
      const outcome = await db.transaction(async (trx) => {
        const account = await lockAccount(trx, row.account_id)
        if (account === undefined) throw refused('This passkey is not known here, or no longer.')
        await spend(trx, ceremony)
        await noteUse(trx, row, signCount)
        const event = { organisationId: account.organisationId, actor: `account:${account.accountId}`, action: 'account.sign-in' } as const
        const obstacle = account.isSuspended ? accountSuspended('Ask the administrator of your organisation.')
          : await isFrozen(trx, subjectOfAccount(account.accountId), now()) ? accountFrozen('Ten wrong passwords were given today. An administrator can release it before tomorrow.')
          : undefined
        if (obstacle !== undefined) {
          await record(trx, [{ ...event, outcome: 'refused', detail: { address, by: 'passkey' } }])
          return { obstacle }
        }
        await rememberAddress(trx, account.accountId, place, new Date(now().getTime() + addressKnownMs))
        if (token !== undefined) await endSessionOfToken(trx, token)
        const opened = await openSession(trx, { account, proof: 'bothFactors', isRemembered: request.remember ?? false, userAgent, language, address, now: now() })
        await record(trx, [{ ...event, outcome: 'success', detail: { address, by: 'passkey', passkeyId: row.passkey_id, sessionId: opened.session.sessionId } }])
        return { opened }
      })
      if (outcome.opened === undefined) throw outcome.obstacle
      return outcome.opened
    },

    beginSecondFactor: async ({ accountId, sessionId }, party) => {
      const { challenge, ceremony } = newCeremony('secondFactor', sessionId)
      const ours = (await rowsOf(accountId)).filter(({ rp_id }) => rp_id === party.id)
      if (ours.length === 0) throw noSuchPasskey('You have no passkey for this address.')
      return { ceremony, options: await requestOptions(party, challenge, ours) }
    },

    giveSecondFactor: async (session, assertion, party) => {
      const ceremony = ceremonyOf('secondFactor', session.sessionId, assertion.ceremony)
      const { row, signCount } = await verify(assertion, ceremony, party, session.accountId)
      const account = await present(session)
      await db.transaction(async (trx) => {
        await spend(trx, ceremony)
        await noteUse(trx, row, signCount)
        await noteSecondFactor(trx, session.sessionId, now())
        // A passkey is of the account, whoever has vouched for the session.
        await noteProof(trx, session.sessionId)
        await record(trx, [eventOf(account, { sessionId: session.sessionId, passkeyId: row.passkey_id })])
      })
    },

    forget: async () => { await db('spent_ceremony').where('expires_at', '<', now()).delete() },
  }
}

/** @throws passkeyRefused 403 for one that is registered already */
async function insertPasskey(trx: Trx, columns: Readonly<Record<string, unknown>>): Promise<PasskeyRow> {
  try {
    const [row] = await trx.transaction((trx) => trx('passkey').insert(columns).returning<PasskeyRow[]>('*'))
    if (row === undefined) throw new Error('The passkey was not added.')
    return row
  } catch (error) {
    if (sqlState(error) === '23505') throw refused('This passkey is registered already.')
    throw error
  }
}

/** The library says what does not fit by throwing; its words are for programmers, and stay here. */
async function held<Answer>(verify: () => Promise<Answer>): Promise<Answer> {
  try {
    return await verify()
  } catch {
    throw refused('The answer of the browser does not fit the challenge.')
  }
}
