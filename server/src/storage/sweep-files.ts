import type { BlobStore } from './blob-store.ts'
import type { FileFolder } from './keys.ts'

const keysAtOnce = 500

export interface FileSweep {
  readonly blobs: Pick<BlobStore, 'list' | 'delete'>
  readonly folder: FileFolder
  /** Those that were written since may not be entered yet, or still be read. */
  readonly before: Date
  /** Which of these keys rows name. */
  readonly namedAmong: (keys: readonly string[]) => Promise<readonly string[]>
}

/** Removes the files of a folder that no row names: of what was deleted, and of what broke off before it was entered. Tells how many. */
export async function sweepFiles({ blobs, folder, before, namedAmong }: FileSweep): Promise<number> {
  let removed = 0
  let keys: string[] = []
  const look = async () => {
    const named = new Set(keys.length === 0 ? [] : await namedAmong(keys))
    for (const key of keys) {
      if (named.has(key)) continue
      await blobs.delete(key)
      removed++
    }
    keys = []
  }
  for await (const { key, modifiedAt } of blobs.list(folder)) {
    if (modifiedAt >= before) continue
    keys.push(key)
    if (keys.length === keysAtOnce) await look()
  }
  await look()
  return removed
}
