/**
 * Secrets that must be shown again to who may see them, so that a hash will not do: kept in the database sealed with AES-256-GCM under a
 * secret that is not in the database. A copy of the database alone opens none of them.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { SigningKeys } from './signing-keys.ts'

const algorithm = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16

/** A sealed text, and the kid of the key it was sealed under. */
export interface Sealed {
  readonly kid: string
  /** nonce, ciphertext and tag, one after another */
  readonly bytes: Buffer
}

export interface Sealing {
  /** Seals a text for one place (`purpose`): moved elsewhere it does not open. */
  seal: (text: string, purpose: string) => Sealed
  /** The text; undefined when its key is no longer in the key file. @throws Error when it was sealed for another place or changed. */
  open: (sealed: Sealed, purpose: string) => string | undefined
}

/** Sealing with this installation's keys: the newest seals, all of them open. */
export function createSealing(keys: Pick<SigningKeys, 'signing' | 'sealing'>): Sealing {
  return {
    seal: (text, purpose) => {
      const { kid } = keys.signing
      const secret = keys.sealing.get(kid)
      if (secret === undefined) throw new Error('The signing key has no secret to seal with.')
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv(algorithm, secret, nonce).setAAD(Buffer.from(purpose))
      return { kid, bytes: Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]) }
    },
    open: ({ kid, bytes }, purpose) => {
      const secret = keys.sealing.get(kid)
      if (secret === undefined) return undefined
      const decipher = createDecipheriv(algorithm, secret, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes })
        .setAAD(Buffer.from(purpose)).setAuthTag(bytes.subarray(bytes.length - tagBytes))
      return Buffer.concat([decipher.update(bytes.subarray(nonceBytes, bytes.length - tagBytes)), decipher.final()]).toString('utf8')
    },
  }
}
