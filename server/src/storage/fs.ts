import { DurableDirectories, isAbsent, makeDurably, systemCode } from '@isocenter/durable-files'
import { randomUUID } from 'node:crypto'
import { open, readdir, rename, unlink, type FileHandle } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { addAbortSignal, type Readable } from 'node:stream'
import { BlobNotFound, BlobRangeInvalid, BlobStoreUnavailable, type BlobStore, type ByteRange } from './blob-store.ts'
import { namedFileError } from './fs-errors.ts'
import { listFiles, statOf } from './fs-list.ts'
import { FileRangeStream, readRange } from './fs-reader.ts'
import { FileBlobWriter } from './fs-writer.ts'
import { checkedBlobKey } from './keys.ts'
import { assertRange } from './ranges.ts'

/** How long a disk may take over the readiness check; a network file system that hangs never answers by itself. */
const checkTimeoutMs = 5000

/** Where writers write before they commit; no key can begin with a dot, so it is in nobody's way. */
const stagingFolder = '.staging'

/** Blobs as files in one folder, which must be one file system: a blob's path in it is its key. */
export interface FileBlobStoreConfig { readonly kind: 'fs'; readonly directory: string }

/**
 * Keeps blobs in a folder. Bytes go to a staging file, are flushed, and only then get the name readers look for;
 * a commit resolves when that name is flushed too, so neither kill -9 nor a power cut can show a part of a blob or lose a whole one.
 * Files are made with mode 0600 and folders with 0700. Several processes may share the folder.
 */
export function createFileBlobStore({ directory }: FileBlobStoreConfig): BlobStore {
  const root = resolve(directory)
  const staging = join(root, stagingFolder)
  const directories = new DurableDirectories(root)
  let prepared: Promise<void> | undefined

  /** Makes the folders on first use; tried again after a failure, so that a disk mounted late is found. */
  const prepare = (): Promise<void> => prepared ??= makeDurably(staging).catch((error: unknown) => {
    prepared = undefined
    throw namedFileError(error)
  })

  async function publish(stagingPath: string, key: string): Promise<void> {
    const path = join(root, key)
    const folder = dirname(path)
    await directories.make(folder)
    try {
      await rename(stagingPath, path)
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error
      // Somebody tidied the folder away since we made it.
      directories.forget(folder)
      await directories.make(folder)
      await rename(stagingPath, path)
    }
    await directories.flush(folder)
  }

  async function openBlob(key: string): Promise<FileHandle> {
    try {
      return await open(join(root, checkedBlobKey(key)), 'r')
    } catch (error) {
      throw isAbsent(error) ? new BlobNotFound(key, { cause: error }) : namedFileError(error)
    }
  }

  /** Paths of what writers left behind. */
  async function* unfinished(olderThan: Date): AsyncGenerator<string> {
    for (const name of await readdir(staging).catch(absentAsEmpty)) {
      const path = join(staging, name)
      const found = await statOf(path)
      if (found && found.modifiedAt < olderThan) yield path
    }
  }

  return {
    async create(key) {
      checkedBlobKey(key)
      await prepare()
      const stagingPath = join(staging, randomUUID())
      return new FileBlobWriter(stagingPath, () => open(stagingPath, 'wx', 0o600), () => publish(stagingPath, key))
    },

    async read(key, range, signal) {
      signal?.throwIfAborted()
      if (range) assertRange(key, range)
      const file = await openBlob(key)
      return streamRange(file, key, range, signal)
    },

    async readAtOnce(key, range, signal) {
      signal?.throwIfAborted()
      assertRange(key, range)
      return readWhole(await openBlob(key), key, range)
    },

    async stat(key) {
      return statOf(join(root, checkedBlobKey(key)))
    },

    async delete(key) {
      const path = join(root, checkedBlobKey(key))
      try {
        await unlink(path)
        await directories.flush(dirname(path))
      } catch (error) {
        if (!isAbsent(error)) throw namedFileError(error)
      }
    },

    list: (prefix, { after } = {}) => listFiles(root, prefix, after),

    async sweepUnfinished(olderThan) {
      let removed = 0
      for await (const path of unfinished(olderThan)) {
        // Another process may sweep at the same time, or the writer may commit after all.
        await unlink(path).then(() => removed++, (error: unknown) => { if (!isAbsent(error)) throw namedFileError(error) })
      }
      return removed
    },

    async countUnfinished(olderThan) {
      let count = 0
      for await (const _path of unfinished(olderThan)) count++
      return count
    },

    async check() {
      await prepare()
      await withinTime(checkTimeoutMs, writeAndRead(join(staging, randomUUID())))
    },

    async close() {},
  }
}

async function readWhole(file: FileHandle, key: string, range: ByteRange): Promise<Buffer> {
  try {
    const bytes = await readRange(file, range)
    if (!bytes) throw new BlobRangeInvalid(key, range)
    return bytes
  } catch (error) {
    throw systemCode(error) === 'EISDIR' ? new BlobNotFound(key, { cause: error }) : namedFileError(error)
  } finally {
    // Not waited for: a file that was only read has nothing to lose, and a frame's time is mostly such steps.
    void file.close().catch(() => undefined)
  }
}

async function streamRange(file: FileHandle, key: string, range: ByteRange | undefined, signal: AbortSignal | undefined): Promise<Readable> {
  try {
    const found = await file.stat()
    if (!found.isFile()) throw new BlobNotFound(key)
    const { offset, length } = range ?? { offset: 0, length: found.size }
    if (offset + length > found.size) throw new BlobRangeInvalid(key, { offset, length })
    signal?.throwIfAborted()
    const stream = new FileRangeStream(file, { offset, length })
    return signal ? addAbortSignal(signal, stream) : stream
  } catch (error) {
    await file.close()
    throw signal?.aborted ? error : namedFileError(error)
  }
}

/** Writes a few bytes durably and reads them back. */
async function writeAndRead(path: string): Promise<void> {
  try {
    const file = await open(path, 'wx+', 0o600)
    try {
      const written = Buffer.from('readable')
      await file.write(written)
      await file.datasync()
      const read = await readRange(file, { offset: 0, length: written.length })
      if (!read?.equals(written)) throw new BlobStoreUnavailable('The blob folder does not give back what was written.')
    } finally {
      await file.close()
      await unlink(path)
    }
  } catch (error) {
    throw namedFileError(error)
  }
}

async function withinTime<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new BlobStoreUnavailable(`The blob folder did not answer within ${milliseconds} ms.`)), milliseconds)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

function absentAsEmpty(error: unknown): string[] {
  if (isAbsent(error)) return []
  throw namedFileError(error)
}
