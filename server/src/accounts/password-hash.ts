/**
 * Passwords as they are kept: Argon2id (RFC 9106) of node:crypto, that is of OpenSSL, written as a PHC string, so that each hash says itself
 * how it was made and the cost can be raised for the ones to come.
 */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { unavailable } from '../platform/problem.ts'

const derive = promisify(argon2)

/** What one hash costs. */
export interface HashCost {
  readonly memoryKiB: number
  readonly passes: number
  readonly lanes: number
}

/** OWASP Password Storage Cheat Sheet: 19 MiB, two passes. */
export const standardHashCost: HashCost = { memoryKiB: 19_456, passes: 2, lanes: 1 }

const saltBytes = 16
const hashBytes = 32
/** At once: each takes a thread and its memory, and frames and files want threads too. */
const maxRunning = 2
/** Beyond so many it is a flood, and who waits would have gone by the time it is his turn. */
const maxWaiting = 50

export interface PasswordHashing {
  /** @throws unavailable 503 when too many wait */
  readonly hash: (password: string) => Promise<string>
  /** True when the password is the one of the hash. Against no hash at all it takes as long, and is false. @throws unavailable 503 */
  readonly verify: (password: string, hash: string | undefined) => Promise<boolean>
  /** True of a hash that was made at another cost than is paid now. */
  readonly isOutdated: (hash: string) => boolean
}

export function createPasswordHashing(cost: HashCost = standardHashCost): PasswordHashing {
  const inTurn = createTurns()

  const digest = (password: string, { salt, memoryKiB, passes, lanes }: HashCost & { readonly salt: Buffer }): Promise<Buffer> =>
    // The same letters can be typed as different code points (NIST SP 800-63B §3.1.1.2).
    inTurn(() => derive('argon2id', { message: password.normalize('NFKC'), nonce: salt, memory: memoryKiB, passes, parallelism: lanes, tagLength: hashBytes }))

  const hash = async (password: string) => {
    const salt = randomBytes(saltBytes)
    return written({ ...cost, salt, hash: await digest(password, { ...cost, salt }) })
  }

  return {
    hash,
    verify: async (password, hash) => {
      const kept = hash === undefined ? undefined : read(hash)
      const made = await digest(password, kept ?? { ...cost, salt: Buffer.alloc(saltBytes) })
      return kept !== undefined && timingSafeEqual(made, kept.hash)
    },
    isOutdated: (hash) => {
      const { memoryKiB, passes, lanes } = read(hash)
      return memoryKiB !== cost.memoryKiB || passes !== cost.passes || lanes !== cost.lanes
    },
  }
}

interface KeptHash extends HashCost {
  readonly salt: Buffer
  readonly hash: Buffer
}

const unpadded = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')

const written = ({ memoryKiB, passes, lanes, salt, hash }: KeptHash): string =>
  `$argon2id$v=19$m=${String(memoryKiB)},t=${String(passes)},p=${String(lanes)}$${unpadded(salt)}$${unpadded(hash)}`

const phc = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]{43})$/

/** @throws Error for a hash of another kind; the hash is not repeated */
function read(text: string): KeptHash {
  const [, memory, passes, lanes, salt, hash] = phc.exec(text) ?? []
  if (salt === undefined || hash === undefined) throw new Error('A password hash in the database is not one of ours.')
  return { memoryKiB: Number(memory), passes: Number(passes), lanes: Number(lanes), salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') }
}

/** Has work done a few at a time, in the order it came. */
function createTurns() {
  const waiting: (() => void)[] = []
  let running = 0
  return async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (running >= maxRunning) {
      if (waiting.length >= maxWaiting) throw unavailable('Too many are signing in at this moment.', {}, { 'retry-after': '5' })
      // Whoever ends hands its turn over: `running` stays as it is.
      await new Promise<void>((resolve) => { waiting.push(resolve) })
    } else {
      running++
    }
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }
}
