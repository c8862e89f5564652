/** What a screen and the server say to each other about passkeys (WebAuthn Level 3), as a second factor and in place of the password. */
import { Type, type Static } from 'typebox'
import { Id, Moment } from './values.ts'

const Ceremony = Type.String({ minLength: 1, maxLength: 1_000, description: 'what the challenge is for, to be sent back with the answer; good for five minutes and once' })
const PasskeyName = Type.String({ minLength: 1, maxLength: 60, pattern: '\\S', description: 'what its owner knows the device by' })

/** For `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`; the server decides what is in it. */
export const PasskeyChallenge = Type.Object({
  ceremony: Ceremony,
  options: Type.Unknown({ description: 'PublicKeyCredentialCreationOptionsJSON when one is added, PublicKeyCredentialRequestOptionsJSON when one is used' }),
})
export type PasskeyChallenge = Static<typeof PasskeyChallenge>

const base64url = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: '^[A-Za-z0-9_-]+={0,2}$' })
const credential = <Response extends ReturnType<typeof Type.Object>>(response: Response) => Type.Object({
  id: base64url(2_000), rawId: base64url(2_000), type: Type.Literal('public-key'),
  authenticatorAttachment: Type.Optional(Type.Union([Type.Enum(['platform', 'cross-platform']), Type.Null()])),
  clientExtensionResults: Type.Optional(Type.Object({}, { additionalProperties: true })),
  response,
}, { description: 'what `PublicKeyCredential.toJSON()` answers' })

const Attestation = Type.Object({ clientDataJSON: base64url(4_000), attestationObject: base64url(40_000), transports: Type.Optional(Type.Array(Type.String({ maxLength: 40 }), { maxItems: 10 })) })
const Assertion = Type.Object({
  clientDataJSON: base64url(4_000), authenticatorData: base64url(4_000), signature: base64url(4_000), userHandle: Type.Optional(Type.Union([base64url(200), Type.Null()])),
})

/** What the browser made of the options for a new one. */
export const PasskeyRegistration = Type.Object({ ceremony: Ceremony, name: PasskeyName, credential: credential(Attestation) }, { additionalProperties: false })
export type PasskeyRegistration = Static<typeof PasskeyRegistration>

/** What the browser made of the options for using one. */
export const PasskeyAssertion = Type.Object({ ceremony: Ceremony, credential: credential(Assertion) }, { additionalProperties: false })
export type PasskeyAssertion = Static<typeof PasskeyAssertion>

export const PasskeySignIn = Type.Object({
  ...PasskeyAssertion.properties,
  remember: Type.Optional(Type.Boolean({ default: false, description: 'stay signed in on this device' })),
}, { additionalProperties: false })
export type PasskeySignIn = Static<typeof PasskeySignIn>

export const Passkey = Type.Object({
  passkeyId: Id,
  name: Type.String(),
  createdAt: Moment,
  lastUsedAt: Type.Optional(Moment),
  isSynchronised: Type.Boolean({ description: "kept by the maker of the device for all devices of its owner, not in one device alone" }),
})
export type Passkey = Static<typeof Passkey>
export const Passkeys = Type.Object({ items: Type.Array(Passkey) })
export type Passkeys = Static<typeof Passkeys>

/** Recovery codes come with the first second factor of an account, this one time. */
export const PasskeyAdded = Type.Object({ passkey: Passkey, recoveryCodes: Type.Optional(Type.Array(Type.String())) })
export type PasskeyAdded = Static<typeof PasskeyAdded>

export const PasskeyParams = Type.Object({ passkeyId: Id })
export const PasskeyPatch = Type.Object({ name: PasskeyName }, { additionalProperties: false })
export type PasskeyPatch = Static<typeof PasskeyPatch>
