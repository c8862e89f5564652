/** Captchas: proofs of work. The challenge is sealed, so that nothing is kept of those nobody solves; a solved one is kept until it expires. */
import { createHash, randomUUID } from 'node:crypto'
import type { Captcha, CaptchaSolution } from '@isocenter/contracts'
import { Type } from 'typebox'
import type { Sealing } from '../identity/index.ts'
import type { Db } from '../platform/db.ts'
import { openToken, sealToken } from './sealed-token.ts'

const purpose = 'captcha'
const lifetimeMs = 10 * 60_000

const Sealed = Type.Object({ id: Type.String(), zeroBits: Type.Integer(), expiresAt: Type.Integer() })

export interface CaptchaDeps {
  readonly db: Db
  readonly sealing: Sealing
  readonly now: () => Date
  /** Work asked for: 2^zeroBits hashes in the middle. */
  readonly zeroBits: number
}

export interface Captchas {
  readonly make: () => Captcha
  /** True when it is one of ours, solved, not expired and shown for the first time, whichever server process sees it. */
  readonly take: (solution: CaptchaSolution) => Promise<boolean>
}

export function createCaptchas({ db, sealing, now, zeroBits }: CaptchaDeps): Captchas {
  return {
    make: () => {
      const expiresAt = new Date(now().getTime() + lifetimeMs)
      return { challenge: sealToken(sealing, purpose, { id: randomUUID(), zeroBits, expiresAt: expiresAt.getTime() }), zeroBits, expiresAt: expiresAt.toISOString() }
    },

    take: async ({ challenge, nonce }) => {
      const captcha = openToken(sealing, purpose, challenge, Sealed)
      if (captcha === undefined || captcha.expiresAt <= now().getTime() || !isSolved(challenge, nonce, captcha.zeroBits)) return false
      const added = await db('solved_captcha').insert({ captcha_id: captcha.id, expires_at: new Date(captcha.expiresAt) }).onConflict('captcha_id').ignore().returning('captcha_id')
      return added.length === 1
    },
  }
}

/** True when the hash of challenge and number begins with so many zero bits. */
export function isSolved(challenge: string, nonce: number, zeroBits: number): boolean {
  const beginning = createHash('sha256').update(`${challenge}.${String(nonce)}`).digest().readUInt32BE()
  return Math.clz32(beginning) >= zeroBits
}

export async function forgetCaptchas(db: Db, before: Date): Promise<void> {
  await db('solved_captcha').where('expires_at', '<', before).delete()
}
