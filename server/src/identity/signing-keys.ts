import { link, mkdir, open, readFile, rm } from 'node:fs/promises'
import { hkdfSync, randomUUID } from 'node:crypto'
import { dirname, join } from 'node:path'
import { exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose'

export const signingAlgorithm = 'ES256'

/** The keys of this installation: the newest signs, all of them verify, so that a key can be rotated by prepending one. */
export interface SigningKeys {
  readonly signing: { readonly kid: string; readonly key: CryptoKey }
  readonly verifying: ReadonlyMap<string, CryptoKey>
  /** Secrets for sealing what the database keeps but must not tell (AES-256), one of each key and under its kid; see sealing.ts. */
  readonly sealing: ReadonlyMap<string, Buffer>
}

/**
 * Reads the key file (a JWKS with private keys, newest first), making it with one fresh key where there is none.
 * The file is written whole, readable by its owner only, before any token is signed with it.
 * @throws Error when the file exists but is not such a JWKS; it is never overwritten.
 */
export async function loadSigningKeys(file: string): Promise<SigningKeys> {
  const { keys } = await readKeyFile(file) ?? await createKeyFile(file)
  const verifying = new Map<string, CryptoKey>()
  const sealing = new Map<string, Buffer>()
  for (const jwk of keys) {
    if (jwk.kid === undefined || jwk.d === undefined) throw new Error(`A key in ${file} lacks kid or d.`)
    verifying.set(jwk.kid, await importPublic(jwk))
    sealing.set(jwk.kid, Buffer.from(hkdfSync('sha256', Buffer.from(jwk.d, 'base64url'), '', 'isocenter sealing', 32)))
  }
  const newest = keys[0]
  if (newest?.kid === undefined) throw new Error(`${file} holds no key.`)
  return { signing: { kid: newest.kid, key: await importPrivate(newest) }, verifying, sealing }
}

const importPrivate = async (jwk: JWK) => await importJWK(jwk, signingAlgorithm) as CryptoKey
const importPublic = async ({ kty, crv, x, y, kid }: JWK) => await importJWK({ kty, crv, x, y, kid }, signingAlgorithm) as CryptoKey

async function readKeyFile(file: string): Promise<{ keys: JWK[] } | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  const parsed = parseKeys(text)
  if (parsed === undefined) throw new Error(`${file} is not a JWKS with private keys.`)
  return parsed
}

/** Undefined for any text that is not a JWKS; the parser's own error would quote the secret. */
function parseKeys(text: string): { keys: JWK[] } | undefined {
  try {
    const value = JSON.parse(text) as { keys?: unknown } | null
    return Array.isArray(value?.keys) ? value as { keys: JWK[] } : undefined
  } catch {
    return undefined
  }
}

async function createKeyFile(file: string): Promise<{ keys: JWK[] }> {
  const { privateKey } = await generateKeyPair(signingAlgorithm, { extractable: true })
  const jwk: JWK = { ...await exportJWK(privateKey), kid: randomUUID(), alg: signingAlgorithm, use: 'sig' }
  const folder = dirname(file)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const temporary = join(folder, `.${randomUUID()}`)
  try {
    const handle = await open(temporary, 'wx', 0o600)
    try {
      await handle.writeFile(`${JSON.stringify({ keys: [jwk] }, undefined, 2)}\n`)
      await handle.sync()
    } finally {
      await handle.close()
    }
    // link, not rename: of several servers starting at once the first one's key stands.
    await link(temporary, file).catch((error: unknown) => { if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error })
  } finally {
    await rm(temporary, { force: true })
  }
  const written = await readKeyFile(file)
  if (written === undefined) throw new Error(`${file} could not be read back.`)
  return written
}
