import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import { link, mkdir, open, readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Shorter keys could be guessed: nothing else slows down who tries. */
const leastKeyCharacters = 20

/**
 * The key of the control interface, made when there is none: the file is readable by its owner only, and whoever can read it
 * may control the gateway. To change the key, delete the file and restart; that ends every session.
 * @throws Error when the file holds a key too short to be safe; it is never overwritten
 */
export async function loadControlKey(file: string): Promise<string> {
  const key = await readKey(file) ?? await makeKey(file)
  if (key.length < leastKeyCharacters) throw new Error(`The key in ${file} has fewer than ${leastKeyCharacters} characters. Delete the file to have one made.`)
  return key
}

async function readKey(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function makeKey(file: string): Promise<string> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const draft = `${file}.${randomUUID()}`
  const handle = await open(draft, 'wx', 0o600)
  try {
    await handle.writeFile(`${readable(randomBytes(20))}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  try {
    // Unlike a rename, a link does not replace the key another process has just made.
    await link(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await rm(draft)
  }
  return (await readFile(file, 'utf8')).trim()
}

/** Crockford's 32 letters and digits: none is mistaken for another when read aloud or copied by hand. */
const readableAlphabet = '0123456789abcdefghjkmnpqrstvwxyz'

/** Five bits a letter, in groups of four. */
function readable(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('')
  const letters = (bits.match(/.{5}/g) ?? []).map((five) => readableAlphabet[Number.parseInt(five, 2)])
  return (letters.join('').match(/.{4}/g) ?? []).join('-')
}

/** Whether two secrets are equal, in a time that does not tell where they differ. */
export function isSameSecret(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other))
}

const digest = (text: string) => createHash('sha256').update(text).digest()
