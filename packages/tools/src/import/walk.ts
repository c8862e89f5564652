import { createReadStream } from 'node:fs'
import { lstat, readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Source, Unreadable } from './source.ts'
import { zipEntries } from './zip.ts'

/**
 * Everything below the given paths, in name order, zip files looked into. Symbolic links named on the command line are
 * followed, those found inside folders are not: a loop would never end. `keepOpen` is given what closes each archive.
 */
export async function* walk(paths: readonly string[], keepOpen: (close: () => void) => void): AsyncGenerator<Source | Unreadable> {
  for (const path of paths) yield* below(path, await attempt(() => stat(path)), path, keepOpen)
}

async function* below(path: string, found: Awaited<ReturnType<typeof stat>> | Error, name: string, keepOpen: (close: () => void) => void): AsyncGenerator<Source | Unreadable> {
  if (found instanceof Error) {
    yield { name, reason: reasonOf(found) }
  } else if (found.isDirectory()) {
    const entries = await attempt(() => readdir(path))
    if (entries instanceof Error) yield { name, reason: reasonOf(entries) }
    else for (const entry of entries.toSorted()) yield* below(join(path, entry), await attempt(() => lstat(join(path, entry))), join(name, entry), keepOpen)
  } else if (found.isFile()) {
    if (/\.zip$/i.test(basename(path))) yield* zipEntries(path, name, String(found.mtimeMs), keepOpen)
    else yield { name, byteLength: Number(found.size), stamp: `${String(found.size)}@${String(found.mtimeMs)}`, open: () => Promise.resolve(createReadStream(path)) }
  }
}

async function attempt<T>(work: () => Promise<T>): Promise<T | Error> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Error) return error
    throw error
  }
}

const reasons: Readonly<Record<string, string>> = { ENOENT: 'does not exist', EACCES: 'may not be read', EPERM: 'may not be read' }

function reasonOf(error: NodeJS.ErrnoException): string {
  return reasons[error.code ?? ''] ?? `cannot be read (${error.code ?? error.name})`
}
