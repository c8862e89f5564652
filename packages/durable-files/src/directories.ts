import { mkdir, open, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { systemCode } from './system-code.ts'

/** Folders remembered as made; enough for every organisation's present hour, small enough to forget about. */
const maxRemembered = 4096

/** Answers of file systems that keep names safe by themselves, or not at all: some network ones, and Windows. */
const cannotFlushFolders = new Set(['EINVAL', 'ENOTSUP', 'EPERM'])

/**
 * Makes folders and flushes them, so that names are as durable as the bytes behind them.
 * A file's own fsync promises its content only: its name lives in the folder, and the folder's name in the folder above.
 */
export class DurableDirectories {
  readonly #root: string
  readonly #flushNow: (directory: string) => Promise<void>
  readonly #made = new Map<string, Promise<void>>()
  readonly #flushes = new Map<string, { running: Promise<void>; next?: Promise<void> }>()

  /** @param root the folder above which nothing is made or flushed; it exists */
  constructor(root: string, flushNow = flushDirectory) {
    this.#root = root
    this.#flushNow = flushNow
  }

  /** Makes a folder below the root, and those it is in, durable. Concurrent callers share the work. */
  make(directory: string): Promise<void> {
    if (directory === this.#root) return Promise.resolve()
    const known = this.#made.get(directory)
    if (known) return known
    if (this.#made.size >= maxRemembered) this.#made.clear()
    const making = this.#make(directory)
    this.#made.set(directory, making)
    making.catch(() => this.forget(directory))
    return making
  }

  /** Forgets that a folder was made, for when somebody removed it under us. */
  forget(directory: string): void {
    for (let at = directory; at.length > this.#root.length; at = dirname(at)) this.#made.delete(at)
  }

  async #make(directory: string): Promise<void> {
    const parent = dirname(directory)
    await this.make(parent)
    try {
      await mkdir(directory, { mode: 0o700 })
    } catch (error) {
      // Another process may have made it a moment ago and not have flushed it yet: we flush all the same.
      if (systemCode(error) !== 'EEXIST') throw error
    }
    await this.flush(parent)
  }

  /**
   * Resolves when every change made in the folder before the call is durable.
   * Calls that come while a flush runs share the one after it: the running one may have begun before their change.
   */
  flush(directory: string): Promise<void> {
    const flushing = this.#flushes.get(directory)
    if (flushing) return flushing.next ??= flushing.running.then(() => this.#run(directory), () => this.#run(directory))
    return this.#run(directory)
  }

  #run(directory: string): Promise<void> {
    const running = this.#flushNow(directory)
    const flushing: { running: Promise<void>; next?: Promise<void> } = { running }
    this.#flushes.set(directory, flushing)
    const done = (): void => { if (!flushing.next) this.#flushes.delete(directory) }
    running.then(done, done)
    return running
  }
}

/** Makes a folder and those it is in, durable up to the top: a power cut must not take away a folder above the blobs. */
export async function makeDurably(directory: string, flushNow = flushDirectory): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  for (let folder = directory; folder !== dirname(folder);) {
    folder = dirname(folder)
    try {
      await flushNow(folder)
    } catch (error) {
      // A folder we may not read is none that we, or whoever set us up as this user, have just made.
      if (systemCode(error) !== 'EACCES') throw error
      return
    }
  }
}

/** Makes the names in a folder durable, where its file system knows how. */
export async function flushDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await flushOpenDirectory(handle)
  } finally {
    await handle.close()
  }
}

/** The same for a folder that is open. */
export async function flushOpenDirectory(handle: FileHandle): Promise<void> {
  try {
    await handle.sync()
  } catch (error) {
    if (!cannotFlushFolders.has(systemCode(error) ?? '')) throw error
  }
}
