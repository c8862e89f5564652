/** What a screen and the server say to each other about accounts, passwords and sessions. */
import { Type, type Static } from 'typebox'
import { Id, Moment } from './values.ts'

/** Long enough for every password and every mistake; what is longer is no password of ours. */
const GivenPassword = Type.String({ minLength: 1, maxLength: 200 })
const Login = Type.String({ minLength: 1, maxLength: 64, description: 'phone number or login name' })

// ── Passwords (AUTH-17, D-02) ──────────────────────────────────────────────────────────────────

/** What a password may be made of. A screen shows it while a password is typed; the server decides. */
export const PasswordPolicy = Type.Object({
  minLength: Type.Integer(),
  maxLength: Type.Integer(),
  symbols: Type.String({ description: 'characters besides letters and digits of which one is needed' }),
  allowsOtherCharacters: Type.Boolean({ description: 'whether characters beyond letters A–Z, digits and the symbols are taken' }),
  remembered: Type.Integer({ description: 'so many passwords of the account, the present one among them, are not taken again' }),
})
export type PasswordPolicy = Static<typeof PasswordPolicy>

/** 8 to 24 characters with an upper and a lower case letter, a digit and one of $ @ & _ ; nothing else; not one of the last five. */
export const standardPasswordPolicy: PasswordPolicy = { minLength: 8, maxLength: 24, symbols: '$@&_', allowsOtherCharacters: false, remembered: 5 }

/** Why a password is not taken: `reasons` of the problem password-refused. */
export const passwordMistakes = ['tooShort', 'tooLong', 'needsUpperCase', 'needsLowerCase', 'needsDigit', 'needsSymbol', 'otherCharacter', 'usedBefore'] as const
export type PasswordMistake = typeof passwordMistakes[number]

/** What is wrong with the composition of a password; `usedBefore` only the server can tell. Length counts characters, not UTF-16 units. */
export function passwordMistakesIn(password: string, policy: PasswordPolicy): PasswordMistake[] {
  const characters = [...password]
  const has = (test: (character: string) => boolean) => characters.some(test)
  const isUpper = (character: string) => /^[A-Z]$/.test(character)
  const isLower = (character: string) => /^[a-z]$/.test(character)
  const isDigit = (character: string) => /^[0-9]$/.test(character)
  const isSymbol = (character: string) => policy.symbols.includes(character)
  const isOther = (character: string) => !isUpper(character) && !isLower(character) && !isDigit(character) && !isSymbol(character)
  const checks: readonly (readonly [PasswordMistake, boolean])[] = [
    ['tooShort', characters.length < policy.minLength],
    ['tooLong', characters.length > policy.maxLength],
    ['needsUpperCase', !has(isUpper)],
    ['needsLowerCase', !has(isLower)],
    ['needsDigit', !has(isDigit)],
    ['needsSymbol', !has(isSymbol)],
    ['otherCharacter', !policy.allowsOtherCharacters && has(isOther)],
  ]
  return checks.filter(([, isWrong]) => isWrong).map(([mistake]) => mistake)
}

/** What an organisation asks of how its people sign in, beside what the product asks; of several organisations the strictest holds. */
export const SignInRules = Type.Object({
  minPasswordLength: Type.Integer({ minimum: 8, maximum: 24, description: 'of passwords that are set from now on (AUTH-17)' }),
  allowsOtherCharacters: Type.Boolean({ description: 'in passwords, beyond those the standard policy names; where all organisations of a person allow them (D-02)' }),
  forcesAutoSignOut: Type.Boolean({ description: 'after 30 minutes without operation, whatever a person has chosen (AUTH-22)' }),
  forcesPasswordChange: Type.Boolean({ description: 'who still has a default password sets another before anything else, instead of being advised to (AUTH-18)' }),
}, { additionalProperties: false })
export type SignInRules = Static<typeof SignInRules>

// ── Captcha (AUTH-09, D-04) ────────────────────────────────────────────────────────────────────

/**
 * Work for the computer of who signs in, instead of a picture to read: everybody can do it who has a browser. Solved by a number
 * `nonce` for which SHA-256 of the text `challenge + "." + nonce` begins with `zeroBits` zero bits.
 */
export const Captcha = Type.Object({
  challenge: Type.String(),
  zeroBits: Type.Integer({ minimum: 0, maximum: 32 }),
  expiresAt: Moment,
})
export type Captcha = Static<typeof Captcha>

export const CaptchaSolution = Type.Object({
  challenge: Type.String({ minLength: 1, maxLength: 500 }),
  nonce: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
}, { additionalProperties: false })
export type CaptchaSolution = Static<typeof CaptchaSolution>

// ── Sessions ───────────────────────────────────────────────────────────────────────────────────

export const SignInRequest = Type.Object({
  login: Login,
  password: GivenPassword,
  captcha: Type.Optional(CaptchaSolution),
  remember: Type.Optional(Type.Boolean({ default: false, description: 'stay signed in on this device, until it is signed out or the session is ended from another' })),
}, { additionalProperties: false })
export type SignInRequest = Static<typeof SignInRequest>

/** What must be done before a session is good for anything else. */
export const sessionRestrictions = ['secondFactor', 'setPassword'] as const
export type SessionRestriction = typeof sessionRestrictions[number]

/** Ways a second factor is given. */
export const secondFactorWays = ['totp', 'passkey', 'recoveryCode'] as const
export type SecondFactorWay = typeof secondFactorWays[number]

/** The session of who asks. */
export const Session = Type.Object({
  sessionId: Id,
  account: Type.Object({
    accountId: Id,
    name: Type.String(),
    phone: Type.String(),
    loginName: Type.Optional(Type.String()),
    email: Type.Optional(Type.String()),
    language: Type.Optional(Type.String()),
    timeZone: Type.Optional(Type.String()),
    autoSignOut: Type.Boolean(),
    isAutoSignOutForced: Type.Boolean({ description: 'by an organisation' }),
    hasSecondFactor: Type.Boolean(),
    secondFactors: Type.Array(Type.Enum([...secondFactorWays]), { description: 'by which a second factor can be given' }),
  }),
  restrictedTo: Type.Optional(Type.Enum([...sessionRestrictions], { description: 'what must be done before anything else is answered' })),
  management: Type.Optional(Type.Object({
    secondFactorUntil: Type.Optional(Type.String({ format: 'date-time', description: 'so long the second factor that was given is good for management' })),
    graceUntil: Type.Optional(Type.String({ format: 'date-time', description: 'so long management is open without a second factor; one has to be set up by then' })),
  }, { description: 'AUTH-11; absent where the installation demands no second factor' })),
  passwordPolicy: PasswordPolicy,
  newPasswordAdvised: Type.Boolean({ description: 'the password still is the one the account came with' }),
  isRemembered: Type.Boolean(),
  signsOutAt: Moment,
  expiresAt: Moment,
}, { description: 'signsOutAt: without another request by then the session ends; expiresAt: it ends then in any case' })
export type Session = Static<typeof Session>

/** One place an account is signed in at. */
export const SignedInDevice = Type.Object({
  sessionId: Id,
  isCurrent: Type.Boolean(),
  isRemembered: Type.Boolean(),
  userAgent: Type.Optional(Type.String()),
  address: Type.String({ description: 'where it signed in from' }),
  signedInAt: Moment,
  lastActiveAt: Moment,
})
export type SignedInDevice = Static<typeof SignedInDevice>
export const SignedInDevices = Type.Object({ items: Type.Array(SignedInDevice) })
export type SignedInDevices = Static<typeof SignedInDevices>
export const SessionParams = Type.Object({ sessionId: Id })

/** Header of a request its person did not make (a poll, a stream that reconnects): it does not keep the session from ending. */
export const backgroundHeader = 'x-isocenter-background'

// ── Own account ────────────────────────────────────────────────────────────────────────────────

export const NewPassword = Type.Object({ newPassword: GivenPassword }, { additionalProperties: false })
export type NewPassword = Static<typeof NewPassword>

export const PasswordChange = Type.Object({ currentPassword: GivenPassword, newPassword: GivenPassword }, { additionalProperties: false })
export type PasswordChange = Static<typeof PasswordChange>

export const AccountSettings = Type.Object({
  autoSignOut: Type.Optional(Type.Boolean({ description: 'signs out after 30 minutes without operation' })),
  language: Type.Optional(Type.Enum(['zh-CN', 'en'])),
  timeZone: Type.Optional(Type.String({ maxLength: 64, description: 'name of the IANA time zone database' })),
}, { additionalProperties: false, minProperties: 1, description: 'what is absent stays' })
export type AccountSettings = Static<typeof AccountSettings>

// ── Second factor ──────────────────────────────────────────────────────────────────────────────

/** Shown again for what could take an account over. */
export const PasswordProof = Type.Object({ password: GivenPassword }, { additionalProperties: false })
export type PasswordProof = Static<typeof PasswordProof>

/** What an authenticator is given; shown this one time. */
export const TotpEnrolment = Type.Object({ secret: Type.String({ description: 'base 32, to be typed' }), uri: Type.String({ description: 'otpauth URI, for a QR code' }) })
export type TotpEnrolment = Static<typeof TotpEnrolment>

export const TotpConfirmation = Type.Object({ code: Type.String({ pattern: '^[0-9]{6}$' }) }, { additionalProperties: false })
export type TotpConfirmation = Static<typeof TotpConfirmation>

/** Each takes the place of a code once; shown this one time. */
export const RecoveryCodes = Type.Object({ recoveryCodes: Type.Array(Type.String()) })
export type RecoveryCodes = Static<typeof RecoveryCodes>

/** Members of the problem step-up-required (AUTH-11): what management asks for before it is entered. */
export interface StepUp {
  /** By which it can be given now; empty: one has to be set up first. */
  readonly possible: readonly SecondFactorWay[]
}

export const SecondFactorCode = Type.Object({ code: Type.String({ minLength: 6, maxLength: 40, description: "the authenticator's code, or a recovery code" }) }, { additionalProperties: false })
export type SecondFactorCode = Static<typeof SecondFactorCode>

// ── Forgotten passwords (AUTH-13) ──────────────────────────────────────────────────────────────

export const PasswordResetRequest = Type.Object({ login: Login, captcha: CaptchaSolution }, { additionalProperties: false })
export type PasswordResetRequest = Static<typeof PasswordResetRequest>

/** The same whether or not there is such an account. */
export const PasswordReset = Type.Object({ resetId: Id, expiresAt: Moment })
export type PasswordReset = Static<typeof PasswordReset>
export const PasswordResetParams = Type.Object({ resetId: Id })

export const PasswordResetCompletion = Type.Object({
  code: Type.String({ pattern: '^[0-9]{6}$', description: 'the code that was sent' }),
  newPassword: GivenPassword,
}, { additionalProperties: false })
export type PasswordResetCompletion = Static<typeof PasswordResetCompletion>

// ── Administration (AUTH-16, ADM-22) ───────────────────────────────────────────────────────────

export const AccountParams = Type.Object({ accountId: Id })

/** Stops an account everywhere, or lets it go on: for who runs the installation. */
export const AccountStop = Type.Object({ phone: Type.String({ minLength: 1, maxLength: 40 }), reason: Type.String({ minLength: 1, maxLength: 500, pattern: '\\S' }) }, { additionalProperties: false })
export type AccountStop = Static<typeof AccountStop>

export const FrozenAccount = Type.Object({
  accountId: Id,
  name: Type.String(),
  phone: Type.String(),
  frozenAt: Moment,
  frozenUntil: Moment,
})
export type FrozenAccount = Static<typeof FrozenAccount>
export const FrozenAccountPage = Type.Object({ items: Type.Array(FrozenAccount), next: Type.Optional(Type.String()) })
export type FrozenAccountPage = Static<typeof FrozenAccountPage>

export const AccountRelease = Type.Object({ reason: Type.String({ minLength: 1, maxLength: 500, pattern: '\\S' }) }, { additionalProperties: false })
export type AccountRelease = Static<typeof AccountRelease>

/** A password that signs in once, to set another. It is shown this one time. */
export const OneTimePassword = Type.Object({ oneTimePassword: Type.String(), expiresAt: Moment })
export type OneTimePassword = Static<typeof OneTimePassword>
