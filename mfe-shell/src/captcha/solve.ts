import type { Captcha, CaptchaSolution } from '@isocenter/contracts'
import { firstWordOfSha256 } from './sha256.ts'

/** The first number that solves a captcha: see Captcha in contracts. Takes 2 to the power of `zeroBits` tries in the middle. */
export function solve({ challenge, zeroBits }: Pick<Captcha, 'challenge' | 'zeroBits'>): CaptchaSolution {
  const encoder = new TextEncoder()
  for (let nonce = 0; ; nonce++) {
    if (Math.clz32(firstWordOfSha256(encoder.encode(`${challenge}.${String(nonce)}`))) >= zeroBits) return { challenge, nonce }
  }
}
