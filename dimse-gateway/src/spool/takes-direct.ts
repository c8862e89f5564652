import { StagedFile } from '@isocenter/durable-files'
import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { blockBytes, knowsDirect } from './direct-io.ts'
import { markWhole, openNewFile } from './new-file.ts'
import { readFile } from './read-file.ts'

/**
 * Whether what lies in a folder can be written and read past the page cache. It is tried with all that is done with an object, since
 * systems and storages differ in what they promise; what is wrong with the folder itself shows when something is put into it.
 */
export async function takesDirect(folder: string): Promise<boolean> {
  if (!knowsDirect) return false
  // One name, so that what a crash leaves goes the next time.
  const path = join(folder, '.past-page-cache')
  try {
    await rm(path, { force: true })
    // Whole blocks, and an end that is none.
    const content = randomBytes(3 * blockBytes + 10)
    const file = new StagedFile(path, () => openNewFile(path, { isDirect: true }))
    await file.write(content)
    await file.commit(async () => { markWhole(path) })
    return (await buffer(readFile(path, 0, { isDirect: true }))).equals(content)
  } catch {
    return false
  } finally {
    await rm(path, { force: true }).catch(() => undefined)
  }
}
