/** The keys of this installation as a running process has them: followed as their file changes, without a restart. */
import { hkdfSync } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { importJWK, type CryptoKey, type JWK } from 'jose'
import { createKeyFile, readKeyFile, signingAlgorithm, type KeptKey } from './key-file.ts'

/** How often a process looks whether the file has changed. */
const lookEveryMs = 20_000
/** What is signed by an unknown key makes a process look at once, but no more often: anybody can send such a thing. */
const lookAgainMs = 2_000

export interface SigningKeys {
  /** Signs, and seals: the newest of those whose time has come. */
  readonly signing: { readonly kid: string; readonly key: CryptoKey }
  /** All that verify now. */
  readonly verifying: { readonly get: (kid: string) => CryptoKey | undefined }
  /** Secrets for sealing what the database keeps but must not tell (AES-256), one of each key and under its kid; see sealing.ts. */
  readonly sealing: ReadonlyMap<string, Buffer>
  /** Public keys of those that verify, and of those that will sign (RFC 7517). */
  readonly published: () => readonly JWK[]
  /** Looks whether the file has changed. A file that cannot be read changes nothing, and is told to `onFailure`. */
  readonly refresh: () => Promise<void>
}

export interface SigningKeysOptions {
  readonly now?: () => Date
  readonly onFailure?: (error: unknown) => void
}

interface LoadedKey {
  readonly kept: KeptKey
  readonly privateKey: CryptoKey
  readonly publicKey: CryptoKey
  readonly published: JWK
}

interface Loaded {
  /** Of the file these were read from: another one is another state. */
  readonly mark: string
  readonly keys: readonly LoadedKey[]
  readonly sealing: ReadonlyMap<string, Buffer>
}

const isOver = ({ verifies_until: until }: KeptKey, at: Date): boolean => until !== undefined && Date.parse(until) <= at.getTime()
const hasBegun = ({ signs_from: from }: KeptKey, at: Date): boolean => from === undefined || Date.parse(from) <= at.getTime()

/** The key that signs at a moment: the newest whose time has come; the oldest where none's has. */
export function signerAt<Key extends { readonly kept: KeptKey }>(keys: readonly Key[], at: Date): Key | undefined {
  const good = keys.filter(({ kept }) => !isOver(kept, at))
  return good.find(({ kept }) => hasBegun(kept, at)) ?? good.at(-1)
}

/**
 * Reads the key file (a JWKS with private keys, newest first), making it with one fresh key where there is none.
 * The file is written whole, readable by its owner only, before any token is signed with it.
 * @throws Error when the file exists but is not such a JWKS; it is never overwritten.
 */
export async function loadSigningKeys(file: string, { now = () => new Date(), onFailure = () => undefined }: SigningKeysOptions = {}): Promise<SigningKeys> {
  let loaded = await load(file, now())
  let looking: Promise<void> | undefined
  let lookedAt = 0

  const look = async (): Promise<void> => {
    try {
      // Never made anew by a process that has keys: a folder that is gone for a moment would end every token.
      const mark = await markOf(file)
      if (mark === undefined) throw new Error(`${file} is gone.`)
      if (mark !== loaded.mark) loaded = await load(file, now())
    } catch (error) {
      onFailure(error)
    }
  }

  return {
    get signing() {
      const signer = signerAt(loaded.keys, now())
      if (signer === undefined) throw new Error(`No key in ${file} is good any more.`)
      return { kid: signer.kept.kid, key: signer.privateKey }
    },
    verifying: { get: (kid) => loaded.keys.find(({ kept }) => kept.kid === kid && !isOver(kept, now()))?.publicKey },
    get sealing() { return loaded.sealing },
    published: () => loaded.keys.filter(({ kept }) => !isOver(kept, now())).map(({ published }) => published),
    refresh: async () => {
      if (looking === undefined && performance.now() - lookedAt < lookAgainMs && lookedAt !== 0) return
      looking ??= look().finally(() => { looking = undefined; lookedAt = performance.now() })
      await looking
    },
  }
}

/** Goes on looking whether the file has changed, until closed. */
export function followSigningKeys(keys: Pick<SigningKeys, 'refresh'>): { readonly close: () => void } {
  const timer = setInterval(() => { void keys.refresh() }, lookEveryMs)
  timer.unref()
  return { close: () => { clearInterval(timer) } }
}

/** Undefined where there is no file. */
async function markOf(file: string): Promise<string | undefined> {
  try {
    const { mtimeMs, ino, size } = await stat(file)
    return `${String(mtimeMs)} ${String(ino)} ${String(size)}`
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function load(file: string, now: Date): Promise<Loaded> {
  // Taken first: what is changed while it is read is seen as changed the next time.
  const mark = await markOf(file)
  const { keys } = await readKeyFile(file) ?? await createKeyFile(file, now)
  return {
    mark: mark ?? await markOf(file) ?? '', keys: await Promise.all(keys.map(loadKey)),
    sealing: new Map(keys.map(({ kid, d }) => [kid, Buffer.from(hkdfSync('sha256', Buffer.from(d, 'base64url'), '', 'isocenter sealing', 32))])),
  }
}

async function loadKey(kept: KeptKey): Promise<LoadedKey> {
  const { kty, crv, x, y, kid } = kept
  // Named one by one: what else the file holds of a key stays there.
  const published: JWK = { kty, crv, x, y, kid, alg: signingAlgorithm, use: 'sig' }
  return { kept, published, privateKey: await importJWK(kept, signingAlgorithm) as CryptoKey, publicKey: await importJWK(published, signingAlgorithm) as CryptoKey }
}
