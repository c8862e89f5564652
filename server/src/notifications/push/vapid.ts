/** Who this installation is to push services (RFC 8292): one key pair for good, since browsers subscribe by it. The private key is kept sealed. */
import { createECDH } from 'node:crypto'
import { importJWK, SignJWT } from 'jose'
import type { Sealing } from '../../identity/index.ts'
import type { Db } from '../../platform/db.ts'

const purpose = 'push-key'
/** RFC 8292 §2: no more than a day. */
const goodForSeconds = 12 * 3_600
const coordinateBytes = 32

export interface Vapid {
  /** Uncompressed point, base64url. */
  readonly publicKey: () => Promise<string>
  /** The `Authorization` of a request to this push service. */
  readonly authorization: (endpoint: URL) => Promise<string>
}

interface KeyRow {
  readonly public_key: string
  readonly sealed: Buffer
  readonly sealed_with: string
}

/** @param contact `mailto:` or `https:` address by which a push service reaches who runs this installation */
export function createVapid({ db, sealing, contact, now }: { readonly db: Db; readonly sealing: Sealing; readonly contact: string | undefined; readonly now: () => Date }): Vapid {
  const make = async (): Promise<KeyRow> => {
    const pair = createECDH('prime256v1')
    const publicKey = pair.generateKeys('base64url')
    // The leading zeros of a small number are part of it.
    const secret = Buffer.concat([Buffer.alloc(coordinateBytes), pair.getPrivateKey()]).subarray(-coordinateBytes)
    const { kid, bytes } = sealing.seal(secret.toString('base64url'), purpose)
    await db('push_key').insert({ public_key: publicKey, sealed: bytes, sealed_with: kid }).onConflict('is_only').ignore()
    // Another process may have been first: what is there is good for all.
    const row = await db('push_key').first<KeyRow | undefined>()
    if (row === undefined) throw new Error('The push key was not added.')
    return row
  }
  const key = async (): Promise<KeyRow> => await db('push_key').first<KeyRow | undefined>() ?? await make()

  return {
    publicKey: async () => (await key()).public_key,
    authorization: async ({ origin }) => {
      const { public_key, sealed, sealed_with } = await key()
      const secret = sealing.open({ kid: sealed_with, bytes: sealed }, purpose)
      if (secret === undefined) throw new Error('The push key cannot be opened: the signing keys are not those it was sealed under.')
      const point = Buffer.from(public_key, 'base64url')
      const [x, y] = [point.subarray(1, 1 + coordinateBytes), point.subarray(1 + coordinateBytes)].map((one) => one.toString('base64url'))
      const signing = await importJWK({ kty: 'EC', crv: 'P-256', d: secret, ...(x === undefined ? {} : { x }), ...(y === undefined ? {} : { y }) }, 'ES256')
      const token = new SignJWT(contact === undefined ? {} : { sub: contact }).setProtectedHeader({ typ: 'JWT', alg: 'ES256' }).setAudience(origin)
        .setExpirationTime(Math.floor(now().getTime() / 1000) + goodForSeconds)
      return `vapid t=${await token.sign(signing)}, k=${public_key}`
    },
  }
}
