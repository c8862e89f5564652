/** The secret a program shows: 256 random bits under a prefix that tells what it is. */
import { createHash, randomBytes } from 'node:crypto'
import { apiKeyPrefix } from '@isocenter/contracts'

const form = new RegExp(`^${apiKeyPrefix}[\\w-]{43}$`)
/** So much of the secret is told again: 24 of its 256 bits. */
const hintLength = 4

export interface NewSecret {
  /** What its holder is told, once. */
  readonly key: string
  readonly hash: Buffer
  readonly hint: string
}

export function newSecret(): NewSecret {
  const key = `${apiKeyPrefix}${randomBytes(32).toString('base64url')}`
  return { key, hash: secretHash(key), hint: key.slice(0, apiKeyPrefix.length + hintLength) }
}

/** No slow hash: 256 random bits cannot be guessed, and every request of a viewer is checked. Found by the hash, so that time tells nothing of the secret. */
export const secretHash = (key: string): Buffer => createHash('sha256').update(key).digest()

/** True of what can be a key. */
export const isKey = (credential: string): boolean => form.test(credential)
