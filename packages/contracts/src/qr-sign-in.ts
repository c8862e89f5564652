/**
 * What two screens and the server say to each other when a signed-in phone lets a desktop in (AUTH-04), and when somebody new does both at once
 * (AUTH-05). The QR code holds an address with a short-lived code; who has the code alone signs in nowhere.
 */
import { Type, type Static } from 'typebox'
import { CaptchaSolution } from './accounts.ts'
import { Id, Moment } from './values.ts'

const Code = Type.String({ pattern: '^[A-Za-z0-9_-]{22}$', description: 'what stands behind the # of the address in the QR code' })

/** Path of the page a QR code leads to; the code stands in the fragment, which no server's log sees. */
export const qrSignInPath = '/sign-in/qr'

/** For the desktop that asks to be let in; a cookie binds the answer to it. */
export const QrSignIn = Type.Object({
  url: Type.String({ description: 'the text of the QR code' }),
  comparison: Type.String({ pattern: '^[0-9]{2}$', description: 'shown on both screens, so that nobody approves another one' }),
  expiresAt: Moment,
})
export type QrSignIn = Static<typeof QrSignIn>

/** waiting: nobody has looked at it; seen: a phone shows it; approved: sign in now; refused and expired: make another. */
export const qrSignInStates = ['waiting', 'seen', 'approved', 'refused', 'expired'] as const
export type QrSignInState = typeof qrSignInStates[number]
export const QrSignInProgress = Type.Object({ state: Type.Enum([...qrSignInStates]) })
export type QrSignInProgress = Static<typeof QrSignInProgress>
export const QrSignInQuery = Type.Object({ known: Type.Optional(Type.Enum([...qrSignInStates], { description: 'answer when it is another one, or after 25 seconds' })) })
export type QrSignInQuery = Static<typeof QrSignInQuery>

export const QrSignInCode = Type.Object({ code: Code }, { additionalProperties: false })
export type QrSignInCode = Static<typeof QrSignInCode>

/** Who asks to be let in, as the phone shows it. */
export const QrSignInRequest = Type.Object({
  userAgent: Type.Optional(Type.String({ description: 'what the browser says it is' })),
  address: Type.String({ description: 'network address it asks from' }),
  isSameAddress: Type.Boolean({ description: 'as the phone that looks' }),
  askedAt: Moment,
  expiresAt: Moment,
  comparison: Type.String(),
})
export type QrSignInRequest = Static<typeof QrSignInRequest>

// ── First sign-in by QR (AUTH-05, D-05) ────────────────────────────────────────────────────────

export const PhoneBindingRequest = Type.Object({ code: Code, phone: Type.String({ minLength: 1, maxLength: 40 }), captcha: CaptchaSolution }, { additionalProperties: false })
export type PhoneBindingRequest = Static<typeof PhoneBindingRequest>
/** The same whether or not an account waits for this number. */
export const PhoneBinding = Type.Object({ bindingId: Id, expiresAt: Moment })
export type PhoneBinding = Static<typeof PhoneBinding>
export const PhoneBindingParams = Type.Object({ bindingId: Id })
export const PhoneBindingCompletion = Type.Object({
  code: Code,
  proof: Type.String({ pattern: '^[0-9]{6}$', description: 'the code that was sent to the phone' }),
  newPassword: Type.String({ minLength: 1, maxLength: 200 }),
}, { additionalProperties: false })
export type PhoneBindingCompletion = Static<typeof PhoneBindingCompletion>
