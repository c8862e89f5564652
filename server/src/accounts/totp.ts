/** One-time codes of authenticators: RFC 6238 with the values every one of them understands (SHA-1, six digits, thirty seconds). */
import { createHmac, timingSafeEqual } from 'node:crypto'

const stepSeconds = 30
const digits = 6
/** Clocks of phones; one step back and one ahead (RFC 6238 §5.2). */
const tolerance = 1

/** 160 bits, as RFC 4226 §4 recommends. */
export const secretBytes = 20

/** The code of one counter (RFC 4226 §5.3). */
export function hotp(secret: Buffer, counter: number, length = digits): string {
  const message = Buffer.alloc(8)
  message.writeBigUInt64BE(BigInt(counter))
  const hash = createHmac('sha1', secret).update(message).digest()
  const offset = hash.readUInt8(hash.length - 1) & 0xf
  return String((hash.readUInt32BE(offset) & 0x7fffffff) % 10 ** length).padStart(length, '0')
}

/** The step whose code this is, near to now; undefined for a wrong code. Steps count from 1970. */
export function stepOf(secret: Buffer, code: string, now: Date): number | undefined {
  const current = Math.floor(now.getTime() / 1000 / stepSeconds)
  const steps = Array.from({ length: 2 * tolerance + 1 }, (_, index) => current - tolerance + index)
  return steps.filter((step) => code.length === digits && timingSafeEqual(Buffer.from(hotp(secret, step)), Buffer.from(code.padStart(digits).slice(0, digits)))).at(-1)
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** RFC 4648 §6 without padding, as authenticators take it. */
export function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{1,5}/g) ?? []).map((five) => alphabet.charAt(Number.parseInt(five.padEnd(5, '0'), 2))).join('')
}

/** What an authenticator reads from a QR code (the Key URI format). */
export function keyUri(secret: Buffer, issuer: string, name: string): string {
  return `otpauth://totp/${encodeURIComponent(issuer)}:${encodeURIComponent(name)}?secret=${base32(secret)}&issuer=${encodeURIComponent(issuer)}`
}
