/**
 * Writes blobs into a folder until it is killed: node blob-writer.fixture.ts DIRECTORY.
 * Prints `KEY SHA256` once a blob's commit has resolved, and only then. Each blob begins with the hash of its remaining bytes.
 */
import { createHash, randomBytes, randomInt } from 'node:crypto'
import { writeSync } from 'node:fs'
import { createFileBlobStore } from './fs.ts'
import { newBlobKey } from './keys.ts'

const [directory = ''] = process.argv.slice(2)
const store = createFileBlobStore({ kind: 'fs', directory })

async function writeForever(): Promise<never> {
  for (;;) {
    const key = newBlobKey('1', new Date())
    const bytes = randomBytes(randomInt(2) ? randomInt(2000) : randomInt(3_000_000))
    const hash = createHash('sha256').update(bytes).digest()
    const writer = await store.create(key)
    await writer.write(hash)
    for (let offset = 0; offset < bytes.length; offset += 65_536) await writer.write(bytes.subarray(offset, offset + 65_536))
    await writer.commit()
    // Not console.log: what is printed must be out before the process can be killed.
    writeSync(1, `${key} ${hash.toString('hex')}\n`)
  }
}

await Promise.all(Array.from({ length: 4 }, writeForever))
