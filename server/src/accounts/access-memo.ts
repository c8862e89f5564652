import type { Access } from '../identity/index.ts'
import type { LiveSession } from './sessions.ts'

/** Entries are believed no longer, whatever is heard: a network can die without a word. */
const believedMs = 5_000
const maxEntries = 2_000

/** A session and what it may do where it asked. */
export interface RememberedAccess {
  readonly session: LiveSession
  readonly access: Access | undefined
}

export interface AccessMemo {
  /** Undefined where nothing is remembered, or what is may not be so any more. */
  readonly recall: (token: string, organisation: string | undefined) => RememberedAccess | undefined
  /** Before the database is read: what is remembered of that reading is kept only if nothing was told meanwhile. */
  readonly reading: () => (token: string, organisation: string | undefined, found: RememberedAccess) => void
  /** Somebody's access may be another. */
  readonly forget: () => void
  /** What is remembered of one has grown old. */
  readonly drop: (token: string, organisation: string | undefined) => void
}

/**
 * Remembers access between requests, for pages that fetch hundreds of frames a second. Whatever changes access tells all processes as it is committed
 * (a trigger of the database), and everything is forgotten then.
 * @param isTold whether such words arrive now; nothing is believed while they do not
 */
export function createAccessMemo(isTold: () => boolean, nowMs: () => number = () => performance.now()): AccessMemo {
  const remembered = new Map<string, RememberedAccess & { readonly at: number }>()
  let changes = 0
  const keyOf = (token: string, organisation: string | undefined) => (organisation === undefined ? token : `${token} ${organisation}`)
  const forget = () => {
    changes++
    remembered.clear()
  }
  return {
    forget,
    drop: (token, organisation) => { remembered.delete(keyOf(token, organisation)) },
    recall: (token, organisation) => {
      const found = remembered.get(keyOf(token, organisation))
      if (found === undefined) return undefined
      if (!isTold()) {
        forget()
        return undefined
      }
      return nowMs() - found.at < believedMs ? found : undefined
    },
    reading: () => {
      const changesBefore = changes
      const at = nowMs()
      return (token, organisation, found) => {
        if (changes !== changesBefore || !isTold()) return
        if (remembered.size >= maxEntries) remembered.clear()
        remembered.set(keyOf(token, organisation), { ...found, at })
      }
    },
  }
}
