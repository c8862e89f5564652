import { isAbsent } from '@isocenter/durable-files'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { BlobEntry } from './blob-store.ts'
import { namedFileError } from './fs-errors.ts'
import { isBlobKey } from './keys.ts'

/**
 * Walks the blobs below a folder in ascending byte order of their keys, one folder's names in memory at a time and level.
 * Folders that cannot hold a key after `after`, or one that begins with `prefix`, are not opened.
 */
export async function* listFiles(root: string, prefix: string, after = '', folder = ''): AsyncGenerator<BlobEntry> {
  for (const { name, isFolder } of await sortedNames(join(root, folder))) {
    const key = folder + name
    if (isFolder) {
      const inside = `${key}/`
      const mayMatch = inside.startsWith(prefix) || prefix.startsWith(inside)
      // Every key inside begins with `inside`: all are behind us when `after` is greater and does not.
      if (mayMatch && (inside > after || after.startsWith(inside))) yield* listFiles(root, prefix, after, inside)
    } else if (key > after && key.startsWith(prefix)) {
      const found = await statOf(join(root, key))
      if (found) yield { key, ...found }
    }
  }
}

/** Size and time of a regular file; undefined when there is none. */
export async function statOf(path: string): Promise<{ byteLength: number; modifiedAt: Date } | undefined> {
  try {
    const found = await stat(path)
    return found.isFile() ? { byteLength: found.size, modifiedAt: found.mtime } : undefined
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw namedFileError(error)
  }
}

/** A folder's names as keys sort, those no key can have (staging, lost+found) left out: a folder counts with the `/` its keys go on with, so that `a-b` comes before `a/b`. */
async function sortedNames(folder: string): Promise<{ name: string; isFolder: boolean }[]> {
  let entries
  try {
    entries = await readdir(folder, { withFileTypes: true })
  } catch (error) {
    if (isAbsent(error)) return []
    throw namedFileError(error)
  }
  return entries
    .filter((entry) => isBlobKey(entry.name))
    .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory(), sortKey: entry.isDirectory() ? `${entry.name}/` : entry.name }))
    .sort((a, b) => (a.sortKey < b.sortKey ? -1 : 1))
}
