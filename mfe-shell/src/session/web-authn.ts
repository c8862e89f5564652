/** What the browser does with passkeys (WebAuthn Level 3 §5). Who turns it down, or has none, is told by `PasskeyGivenUp`. */
import type { PasskeyChallenge } from '@isocenter/contracts'

/** No passkey was shown or made: turned down, timed out, or there is none here. */
export class PasskeyGivenUp extends Error {
  override name = 'PasskeyGivenUp'
}

/** True where this browser can do it: over HTTPS, or on this machine. */
export const hasPasskeys = (): boolean => typeof PublicKeyCredential === 'function' && typeof PublicKeyCredential.parseRequestOptionsFromJSON === 'function'

async function orGivenUp(ask: Promise<Credential | null>): Promise<PublicKeyCredential> {
  let credential: Credential | null
  try {
    credential = await ask
  } catch (error) {
    throw new PasskeyGivenUp('No passkey was given.', { cause: error })
  }
  if (!(credential instanceof PublicKeyCredential)) throw new PasskeyGivenUp('No passkey was given.')
  return credential
}

/** Has a new passkey made, by the options of the server. @throws PasskeyGivenUp */
export async function makePasskey<Made>({ options }: PasskeyChallenge): Promise<Made> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options as PublicKeyCredentialCreationOptionsJSON)
  return (await orGivenUp(navigator.credentials.create({ publicKey }))).toJSON() as Made
}

/** Has a passkey shown, by the options of the server. @throws PasskeyGivenUp */
export async function showPasskey<Shown>({ options }: PasskeyChallenge): Promise<Shown> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options as PublicKeyCredentialRequestOptionsJSON)
  return (await orGivenUp(navigator.credentials.get({ publicKey }))).toJSON() as Shown
}
