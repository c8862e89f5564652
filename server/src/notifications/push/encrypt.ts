/** Message encryption for Web Push (RFC 8291): only the browser that subscribed can read what its push service passes on. */
import { createCipheriv, createECDH, hkdfSync, randomBytes, type ECDH } from 'node:crypto'

const curve = 'prime256v1'
const saltBytes = 16
/** RFC 8291 §4: one record, and services need not take more than 4096 bytes of it. */
const recordBytes = 4_096
const tagBytes = 16
const lastRecord = Buffer.from([2])

/** Of one browser: base64url as `PushSubscription` gives them. */
export interface PushKeys {
  readonly p256dh: string
  readonly auth: string
}

/** What is otherwise drawn by lot: for the example of RFC 8291 §5. */
export interface FixedChoice {
  readonly salt: Buffer
  readonly privateKey: Buffer
}

const hkdf = (secret: Buffer, salt: Buffer, info: Buffer, length: number): Buffer => Buffer.from(hkdfSync('sha256', secret, salt, info, length))
const infoOf = (text: string, ...more: readonly Buffer[]): Buffer => Buffer.concat([Buffer.from(`${text}\0`), ...more])

function keyPair(choice: FixedChoice | undefined): ECDH {
  const pair = createECDH(curve)
  if (choice === undefined) pair.generateKeys()
  else pair.setPrivateKey(choice.privateKey)
  return pair
}

/**
 * The body of a push message, `Content-Encoding: aes128gcm` (RFC 8188) with the sender's key in its header.
 * @throws Error where the browser's key is no point of the curve, or the text is longer than one record holds
 */
export function encryptPush(text: string, { p256dh, auth }: PushKeys, choice?: FixedChoice): Buffer {
  const [theirs, secret] = [Buffer.from(p256dh, 'base64url'), Buffer.from(auth, 'base64url')]
  const pair = keyPair(choice)
  const ours = pair.getPublicKey()
  const salt = choice?.salt ?? randomBytes(saltBytes)
  const input = hkdf(pair.computeSecret(theirs), secret, infoOf('WebPush: info', theirs, ours), 32)
  const header = Buffer.concat([salt, Buffer.alloc(4), Buffer.from([ours.length]), ours])
  header.writeUInt32BE(recordBytes, saltBytes)
  const plain = Buffer.concat([Buffer.from(text), lastRecord])
  if (header.length + plain.length + tagBytes > recordBytes) throw new Error('A push message holds no more than one record.')
  const cipher = createCipheriv('aes-128-gcm', hkdf(input, salt, infoOf('Content-Encoding: aes128gcm'), 16), hkdf(input, salt, infoOf('Content-Encoding: nonce'), 12))
  return Buffer.concat([header, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}
