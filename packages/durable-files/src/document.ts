import { randomUUID } from 'node:crypto'
import { open, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { flushDirectory } from './directories.ts'

/**
 * Puts a small file in place of the one there, or where none was: after a crash at any moment there is the old one or the new one, whole.
 * @param mode of the new file; its owner alone where absent
 */
export async function replaceFile(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  const staging = `${path}.${randomUUID()}.new`
  const file = await open(staging, 'wx', mode)
  try {
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(staging, path)
  } catch (error) {
    await unlink(staging).catch(() => undefined)
    throw error
  }
  await flushDirectory(dirname(path))
}
