/** Everything the server does for the accounts of people. */
import { standardPasswordPolicy, type Captcha, type Session, type SignInRequest } from '@isocenter/contracts'
import type { AccountSession, Sealing, SessionResolver } from '../identity/index.ts'
import type { Outbox } from '../notifications/index.ts'
import type { Db } from '../platform/db.ts'
import { createAccountAdministration, type AccountAdministration } from './administration.ts'
import { createCaptchas } from './captcha.ts'
import { createCookies, type Cookies } from './cookie.ts'
import type { Memberships } from './memberships.ts'
import { createOwnAccount, toSession, type OwnAccount } from './own-account.ts'
import { createPasswordHashing, type HashCost } from './password-hash.ts'
import { createPasswordResets, type PasswordResets } from './password-reset.ts'
import { createPasswords } from './passwords.ts'
import { noSuchSession } from './problems.ts'
import { createSecondFactor, type SecondFactor } from './second-factor.ts'
import { createSessionResolver } from './session-resolver.ts'
import { sessionById, sessionLimits } from './sessions.ts'
import { createSignIn, type Caller } from './sign-in.ts'

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
  readonly hashCost?: HashCost
  readonly now?: () => Date
}

export interface Accounts {
  readonly cookies: Cookies
  readonly sessions: SessionResolver
  readonly administration: AccountAdministration
  readonly own: OwnAccount
  readonly secondFactor: SecondFactor
  readonly passwordResets: PasswordResets
  readonly makeCaptcha: () => Captcha
  /** Signs in; tells the secret of the cookie and how long the browser keeps it. @throws see `createSignIn` */
  readonly signIn: (request: SignInRequest, caller: Caller) => Promise<{ token: string; maxAgeSeconds: number | undefined; session: Session }>
  /** The session as its browser is told of it. */
  readonly describe: (session: AccountSession) => Promise<Session>
}

/** Opens what accounts need. Several processes share it through the database. */
export function createAccounts({ db, sealing, memberships, outbox, publicUrl, timeZone, captchaBits, hashCost, now = () => new Date() }: AccountsDeps): Accounts {
  const hashing = createPasswordHashing(hashCost)
  const passwords = createPasswords({ hashing, policy: standardPasswordPolicy, now })
  const captchas = createCaptchas({ db, sealing, now, zeroBits: captchaBits })
  const signIn = createSignIn({ db, hashing, captchas, now, timeZoneOf: async (organisationId) => await memberships.timeZoneOf(db, organisationId ?? '0') ?? timeZone })
  const cookies = createCookies(publicUrl)
  return {
    cookies,
    sessions: createSessionResolver({ db, cookies, memberships, now }),
    administration: createAccountAdministration({ db, passwords, memberships, now }),
    own: createOwnAccount({ db, hashing, passwords, now }),
    secondFactor: createSecondFactor({ db, sealing, hashing, now }),
    passwordResets: createPasswordResets({ db, sealing, captchas, passwords, outbox, now }),
    makeCaptcha: captchas.make,
    signIn: async (request, caller) => {
      const { token, session } = await signIn(request, caller)
      return { token, maxAgeSeconds: session.isRemembered ? sessionLimits.rememberedMs / 1000 : undefined, session: toSession(session) }
    },
    describe: async ({ sessionId }) => {
      const session = await sessionById(db, sessionId)
      if (session === undefined) throw noSuchSession('It has just been ended.')
      return toSession(session)
    },
  }
}
