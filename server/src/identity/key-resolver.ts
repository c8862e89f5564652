/** API keys as the guard sees them: what stands behind `Bearer` where it is no signed token. */
import type { Access } from './access.ts'

export interface KeyResolver {
  /** True of what has the form of a key, whether or not there is such a one. */
  readonly isKey: (credential: string) => boolean
  /** What a key lets its holder do from this address; undefined for one that is unknown, revoked, past its time or not for there. */
  readonly accessOf: (key: string, address: string) => Promise<Access | undefined>
  /** True while the key of this id lets in from this address: asked for tokens that were made by it. */
  readonly isGood: (keyId: string, address: string) => Promise<boolean>
}
