/** An authenticator in software, as a browser sees one: makes passkeys (ES256, attestation none) and signs by them. */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'
import type { PasskeyChallenge } from '@isocenter/contracts'

const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest()
const flag = { userPresent: 0x01, userVerified: 0x04, backupEligible: 0x08, backedUp: 0x10, attested: 0x40 }

type Cbor = number | string | Buffer | readonly (readonly [Cbor, Cbor])[]

/** As much of CBOR (RFC 8949) as WebAuthn needs. */
function cbor(value: Cbor): Buffer {
  const head = (major: number, length: number) => (length < 24 ? Buffer.from([major << 5 | length]) : length < 256 ? Buffer.from([major << 5 | 24, length]) : Buffer.from([major << 5 | 25, length >> 8, length & 255]))
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value)
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)])
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value])
  return Buffer.concat([head(5, value.length), ...value.flatMap(([key, one]) => [cbor(key), cbor(one)])])
}

interface Made {
  readonly id: Buffer
  readonly rpId: string
  readonly privateKey: KeyObject
  readonly userHandle: string
  signCount: number
}

export interface AuthenticatorOptions {
  /** Where the page stands that uses it. */
  readonly origin?: string
  /** Whether it asks for a finger or a PIN. */
  readonly verifiesUser?: boolean
  /** Whether it counts its signatures. */
  readonly counts?: boolean
}

export function anAuthenticator({ origin = 'https://pacs.example', verifiesUser = true, counts = true }: AuthenticatorOptions = {}) {
  const made: Made[] = []
  const clientData = (type: string, challenge: string) => Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }))
  const dataOf = (rpId: string, signCount: number, attested?: Buffer) => {
    const flags = flag.userPresent | (verifiesUser ? flag.userVerified : 0) | flag.backupEligible | (attested ? flag.attested : 0)
    const count = Buffer.alloc(4)
    count.writeUInt32BE(signCount)
    return Buffer.concat([sha256(rpId), Buffer.from([flags]), count, ...(attested ? [attested] : [])])
  }
  const counted = (key: Made) => { key.signCount += counts ? 1 : 0; return key.signCount }

  return {
    made,
    /** What `navigator.credentials.create` answers. */
    create: ({ options }: PasskeyChallenge) => {
      const { rp, user, challenge } = options as { rp: { id: string }; user: { id: string }; challenge: string }
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const key: Made = { id: randomBytes(32), rpId: rp.id, privateKey, userHandle: user.id, signCount: 0 }
      made.push(key)
      const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
      const cose = cbor([[1, 2], [3, -7], [-1, 1], [-2, Buffer.from(x, 'base64url')], [-3, Buffer.from(y, 'base64url')]])
      const attested = Buffer.concat([Buffer.alloc(16), Buffer.from([0, key.id.length]), key.id, cose])
      const attestationObject = cbor([['fmt', 'none'], ['attStmt', []], ['authData', dataOf(rp.id, key.signCount, attested)]])
      const id = key.id.toString('base64url')
      return {
        id, rawId: id, type: 'public-key', authenticatorAttachment: 'platform', clientExtensionResults: {},
        response: { clientDataJSON: clientData('webauthn.create', challenge).toString('base64url'), attestationObject: attestationObject.toString('base64url'), transports: ['internal'] },
      }
    },
    /** What `navigator.credentials.get` answers, by the newest passkey that is allowed. */
    get: ({ options }: PasskeyChallenge, changed: { readonly rpId?: string; readonly signature?: Buffer } = {}) => {
      const { rpId, challenge, allowCredentials = [] } = options as { rpId: string; challenge: string; allowCredentials?: { id: string }[] }
      const key = made.findLast(({ id }) => allowCredentials.length === 0 || allowCredentials.some((one) => one.id === id.toString('base64url')))
      if (key === undefined) throw new Error('No passkey here is allowed.')
      const clientDataJSON = clientData('webauthn.get', challenge)
      const authenticatorData = dataOf(changed.rpId ?? rpId, counted(key))
      const signature = changed.signature ?? sign('sha256', Buffer.concat([authenticatorData, sha256(clientDataJSON)]), key.privateKey)
      const id = key.id.toString('base64url')
      return {
        id, rawId: id, type: 'public-key', authenticatorAttachment: 'platform', clientExtensionResults: {},
        response: { clientDataJSON: clientDataJSON.toString('base64url'), authenticatorData: authenticatorData.toString('base64url'), signature: signature.toString('base64url'), userHandle: key.userHandle },
      }
    },
  }
}
export type Authenticator = ReturnType<typeof anAuthenticator>
