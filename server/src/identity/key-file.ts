/** The file with this installation's signing keys: a JWKS with private keys (RFC 7517), newest first, shared by all server processes. */
import { randomUUID } from 'node:crypto'
import { link, mkdir, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { exportJWK, generateKeyPair, type JWK } from 'jose'

export const signingAlgorithm = 'ES256'

/** A key as the file has it. What is beyond RFC 7517 is ours, and absent in files of earlier versions. */
export interface KeptKey extends JWK {
  readonly kid: string
  readonly d: string
  readonly created_at?: string
  /** It signs from then on; before, every process learns to verify with it and to open what it seals. */
  readonly signs_from?: string
  /** It verifies until then; what is sealed under it opens as long as it is in the file. */
  readonly verifies_until?: string
}

export interface KeyFile {
  readonly keys: readonly KeptKey[]
}

const isNone = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'

/** How long one may hold the file: it takes milliseconds. */
const lockedMs = 60_000

/** The keys in the file; undefined where there is none. @throws Error when it exists but is no such JWKS; its content is never quoted. */
export async function readKeyFile(file: string): Promise<KeyFile | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (isNone(error)) return undefined
    throw error
  }
  const keys = parseKeys(text)
  if (keys === undefined) throw new Error(`${file} is not a JWKS with private keys.`)
  for (const { kid, d } of keys) if (kid === undefined || d === undefined) throw new Error(`A key in ${file} lacks kid or d.`)
  if (keys.length === 0) throw new Error(`${file} holds no key.`)
  return { keys: keys as KeptKey[] }
}

/** Undefined for any text that is not a JWKS; the parser's own error would quote the secret. */
function parseKeys(text: string): JWK[] | undefined {
  try {
    const value = JSON.parse(text) as { keys?: unknown } | null
    return Array.isArray(value?.keys) ? value.keys as JWK[] : undefined
  } catch {
    return undefined
  }
}

/** A fresh key, good from a moment on. */
export async function newKey(now: Date, signsFrom: Date): Promise<KeptKey> {
  const { privateKey } = await generateKeyPair(signingAlgorithm, { extractable: true })
  return { ...await exportJWK(privateKey) as { d: string }, kid: randomUUID(), alg: signingAlgorithm, use: 'sig', created_at: now.toISOString(), signs_from: signsFrom.toISOString() }
}

/** Makes the file with one fresh key. Of several servers that start at once the first one's key stands; all of them get it. */
export async function createKeyFile(file: string, now: Date): Promise<KeyFile> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  // link, not rename: a file that is there already stays.
  await withNewFile(file, { keys: [await newKey(now, now)] }, (temporary) => link(temporary, file).catch((error: unknown) => { if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error }))
  const written = await readKeyFile(file)
  if (written === undefined) throw new Error(`${file} could not be read back.`)
  return written
}

/** Changes the file as a whole, one process after another; whoever reads it meanwhile sees the former or the new one. Nothing is written where `change` answers undefined. */
export async function changeKeyFile(file: string, change: (present: KeyFile) => Promise<KeyFile | undefined>): Promise<KeyFile | undefined> {
  const real = await realpath(file)
  return locked(`${real}.lock`, async () => {
    const present = await readKeyFile(real)
    if (present === undefined) throw new Error(`${file} is gone.`)
    const changed = await change(present)
    if (changed !== undefined) await withNewFile(real, changed, (temporary) => rename(temporary, real))
    return changed
  })
}

/** Writes the content whole, readable by its owner only, before `place` puts it where it belongs. */
async function withNewFile(file: string, content: KeyFile, place: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = join(dirname(file), `.${randomUUID()}`)
  try {
    const handle = await open(temporary, 'wx', 0o600)
    try {
      await handle.writeFile(`${JSON.stringify(content, undefined, 2)}\n`)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await place(temporary)
  } finally {
    await rm(temporary, { force: true })
  }
}

async function locked<Result>(lock: string, work: () => Promise<Result>): Promise<Result> {
  const held = await stat(lock).catch((error: unknown) => { if (isNone(error)) return undefined; throw error })
  // Of a process that was killed while it wrote.
  if (held !== undefined && Date.now() - held.mtimeMs > lockedMs) await rm(lock, { force: true })
  const handle = await open(lock, 'wx', 0o600).catch((error: unknown) => {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? new Error(`Another process is changing the keys; if none is, remove ${lock}.`) : error
  })
  try {
    return await work()
  } finally {
    await handle.close()
    await rm(lock, { force: true })
  }
}
