import { hotp } from '../server/src/accounts/totp.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** What an authenticator shows that was given this secret (base 32). */
export function totpAt(secret: string, now: Date): string {
  const bits = [...secret].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const bytes = (bits.match(/.{8}/g) ?? []).map((eight) => Number.parseInt(eight, 2))
  return hotp(Buffer.from(bytes), Math.floor(now.getTime() / 30_000))
}
