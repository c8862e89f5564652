import { isIPv6 } from 'node:net'
import { defineProblem } from './problem.ts'

export const tooManyRequests = defineProblem({ type: '/problems/too-many-requests', status: 429, title: 'Too many requests of this kind' })

/** How often something may be done under one key. */
export interface RateLimitOptions {
  /** as many at once */
  readonly burst: number
  /** one more after each */
  readonly refillMs: number
  /** keys remembered; the one not used for longest is forgotten first */
  readonly maxKeys?: number
  readonly now?: () => number
}

/** Counts what is done under a key, of one process: it slows guessing and floods down, and is no quota. */
export interface RateLimit {
  /** @throws tooManyRequests 429 with Retry-After when nothing is left under this key */
  check: (key: string) => void
  /** Uses one up. */
  use: (key: string) => void
  /** Undoes one use: counted while it was not known yet whether it counts, so that many at once are counted too. */
  giveBack: (key: string) => void
}

/** A token bucket for each key. */
export function createRateLimit({ burst, refillMs, maxKeys = 10_000, now = () => performance.now() }: RateLimitOptions): RateLimit {
  /** When the bucket of a key will be full again; a key that is full is not kept. */
  const fullAt = new Map<string, number>()
  return {
    check: (key) => {
      const usedMs = (fullAt.get(key) ?? 0) - now()
      const waitMs = usedMs - (burst - 1) * refillMs
      if (waitMs > 0) throw tooManyRequests('Wait before trying again.', {}, { 'retry-after': String(Math.ceil(waitMs / 1000)) })
    },
    use: (key) => {
      const full = Math.max(fullAt.get(key) ?? 0, now()) + refillMs
      fullAt.delete(key)
      const oldest = fullAt.keys().next()
      if (fullAt.size >= maxKeys && !oldest.done) fullAt.delete(oldest.value)
      fullAt.set(key, full)
    },
    giveBack: (key) => {
      const full = fullAt.get(key)
      if (full !== undefined) fullAt.set(key, full - refillMs)
    },
  }
}

/** What one caller is counted by: an IPv4 address, or the /64 an IPv6 address is in, all of which one household has. */
export function addressKey(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  if (!isIPv6(address)) return address
  const [head = '', tail = ''] = address.split('%', 1)[0]?.split('::') ?? []
  const before = head === '' ? [] : head.split(':')
  const after = tail === '' ? [] : tail.split(':')
  const missing = address.includes('::') ? Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0') : []
  return [...before, ...missing, ...after].slice(0, 4).map((part) => part.toLowerCase().replace(/^0+(?=.)/, '')).join(':')
}
