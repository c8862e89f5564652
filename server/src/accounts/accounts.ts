/** Everything the server does for the accounts of people. */
import { standardPasswordPolicy, type Captcha, type Session, type SignInRequest } from '@isocenter/contracts'
import type { AccountSession, Sealing, SessionResolver } from '../identity/index.ts'
import type { Outbox } from '../notifications/index.ts'
import type { Db } from '../platform/db.ts'
import { createAccountAdministration, type AccountAdministration } from './administration.ts'
import { createCaptchas } from './captcha.ts'
import { createCookies, type Cookies } from './cookie.ts'
import { createManagement, standardManagementRule, type Management, type ManagementRule } from './management.ts'
import type { Memberships } from './memberships.ts'
import { createExternalSignIns, type ExternalSignIns } from './external-sign-in.ts'
import { createOwnAccount, type OwnAccount } from './own-account.ts'
import { createPasskeys, type Passkeys } from './passkeys.ts'
import { createPasswordHashing, type HashCost } from './password-hash.ts'
import { createPasswordResets, type PasswordResets } from './password-reset.ts'
import { createPasswords } from './passwords.ts'
import { noSuchSession } from './problems.ts'
import { createPhoneBindings, type PhoneBindings } from './phone-binding.ts'
import { createQrSignIns, type QrSignIns } from './qr-sign-in.ts'
import { createSecondFactor, type SecondFactor } from './second-factor.ts'
import { createSessionResolver } from './session-resolver.ts'
import { toSession } from './session-view.ts'
import { sessionById, sessionEnds, sessionLimits, type SessionOpening } from './sessions.ts'
import { createSignIn, type Caller } from './sign-in.ts'
import { createTold } from './told.ts'

export interface AccountsDeps {
  readonly db: Db
  readonly sealing: Sealing
  readonly memberships: Memberships
  readonly outbox: Pick<Outbox, 'add'>
  /** Scheme and host users reach the server at, where it is fixed. */
  readonly publicUrl?: string | undefined
  /** IANA name: the day of organisations that have not said where they are. */
  readonly timeZone: string
  /** Work of a captcha: 2^captchaBits hashes in the middle. */
  readonly captchaBits: number
  /** What those who administer are asked for; the standard rule where absent. */
  readonly management?: ManagementRule
  readonly hashCost?: HashCost
  readonly now?: () => Date
}

/** A session that has just been opened, for the browser that gets it. */
export interface OpenedSession {
  /** what the cookie holds */
  readonly token: string
  /** how long the browser keeps it; undefined: until it is closed */
  readonly maxAgeSeconds: number | undefined
  readonly session: Session
}

export interface Accounts {
  readonly cookies: Cookies
  readonly sessions: SessionResolver
  readonly administration: AccountAdministration
  readonly own: OwnAccount
  readonly external: ExternalSignIns
  readonly secondFactor: SecondFactor
  readonly passkeys: Passkeys
  readonly management: Management
  readonly qrSignIns: QrSignIns
  readonly phoneBindings: PhoneBindings
  readonly passwordResets: PasswordResets
  readonly makeCaptcha: () => Captcha
  /** Signs in; tells the secret of the cookie and how long the browser keeps it. @throws see `createSignIn` */
  readonly signIn: (request: SignInRequest, caller: Caller) => Promise<OpenedSession>
  /** The same of a session that was opened otherwise. */
  readonly opened: (opening: Promise<SessionOpening>) => Promise<OpenedSession>
  /** When each of these sessions ends unless something is asked for before; those that have ended are missing. */
  readonly sessionEnds: (sessionIds: readonly string[]) => Promise<ReadonlyMap<string, Date>>
  /** The session as its browser is told of it. */
  readonly describe: (session: AccountSession) => Promise<Session>
  readonly close: () => Promise<void>
}

/** Opens what accounts need. Several processes share it through the database. */
export function createAccounts({ db, sealing, memberships, outbox, publicUrl, timeZone, captchaBits, management: rule = standardManagementRule, hashCost, now = () => new Date() }: AccountsDeps): Accounts {
  const hashing = createPasswordHashing(hashCost)
  const passwords = createPasswords({ hashing, policy: standardPasswordPolicy, policyOf: memberships.passwordPolicyOf, now })
  const captchas = createCaptchas({ db, sealing, now, zeroBits: captchaBits })
  const signIn = createSignIn({ db, hashing, captchas, now, timeZoneOf: async (organisationId) => await memberships.timeZoneOf(db, organisationId ?? '0') ?? timeZone })
  const cookies = createCookies(publicUrl)
  const management = createManagement({ db, rule, now })
  const own = createOwnAccount({ db, hashing, passwords, management, memberships, now })
  const told = createTold(db)
  const qrSignIns = createQrSignIns({ db, told, now })
  const describe = async (sessionId: string): Promise<Session> => {
    const session = await sessionById(db, sessionId)
    if (session === undefined) throw noSuchSession('It has just been ended.')
    return toSession(db, { management, memberships }, session)
  }
  const opened: Accounts['opened'] = async (opening) => {
    const { token, session: { sessionId, isRemembered } } = await opening
    return { token, maxAgeSeconds: isRemembered ? sessionLimits.rememberedMs / 1000 : undefined, session: await describe(sessionId) }
  }
  return {
    cookies,
    sessions: createSessionResolver({ db, cookies, memberships, management, told, now }),
    administration: createAccountAdministration({ db, passwords, memberships, now }),
    own,
    external: createExternalSignIns({ db, now }),
    management,
    passkeys: createPasskeys({ db, sealing, own, now }),
    qrSignIns,
    phoneBindings: createPhoneBindings({ db, sealing, captchas, passwords, outbox, qr: qrSignIns, now }),
    opened,
    secondFactor: createSecondFactor({ db, sealing, own, now }),
    passwordResets: createPasswordResets({ db, sealing, captchas, passwords, outbox, now }),
    makeCaptcha: captchas.make,
    signIn: (request, caller) => opened(signIn(request, caller)),
    sessionEnds: (sessionIds) => sessionEnds(db, sessionIds, now()),
    close: async () => {
      qrSignIns.close()
      await told.close()
    },
    describe: ({ sessionId }) => describe(sessionId),
  }
}
