import { isAbsent, timeOfUuidv7, uuidv7, type DurableDirectories } from '@isocenter/durable-files'
import { unlink } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../platform/clock.ts'
import { openNewFile, type NewFile } from './new-file.ts'
import type { OpenFolders } from './open-folders.ts'
import type { SpoolPlaces } from './places.ts'

/** Files made together, whose names share one flush. */
const lot = 16
/** So many left, and more are made while these are used. */
const fewLeft = 8
/** Made in one go; others have their turn between. */
const atATime = 4
/** Lots that are made faster than the clock ticks get ahead of it; further than this, and it was the clock. */
const mostLeadMs = 1_000

/** An empty file that is there to stay: neither kill -9 nor a power cut takes its name away. */
export interface ReservedFile {
  /** Later than those of the files taken before, as long as the clock is not put back. */
  readonly id: string
  readonly path: string
  readonly file: NewFile
}

interface Options {
  readonly places: SpoolPlaces
  readonly directories: DurableDirectories
  /** Those that `directories` flushes through. */
  readonly folders: Pick<OpenFolders, 'close'>
  readonly clock: Clock
  /** Files are written past the page cache. */
  readonly isDirect: boolean
}

/**
 * Files that were made before anybody needed them. The name of a file is as much a matter of the disk as its bytes; made durable for
 * many at once and ahead of time, it is nothing that the sender of an object waits for.
 */
export class Reserve {
  readonly #options: Options
  #ready: ReservedFile[] = []
  #making: Promise<void> | undefined
  #latest = 0
  #isClosed = false

  constructor(options: Options) {
    this.#options = options
  }

  /** Gives out a file in the folder of the hour that is. @throws the system's errors */
  async take(): Promise<ReservedFile> {
    for (;;) {
      if (this.#isClosed) throw new Error('The reserve of files was closed.')
      if (this.#isOutOfTime()) await remove(this.#ready.splice(0))
      const reserved = this.#ready.shift()
      if (!reserved) {
        await this.#makeMore()
        continue
      }
      // What fails now fails again when none is left, and then somebody is told.
      if (this.#ready.length < fewLeft) this.#makeMore().catch(() => undefined)
      // Empty files may be somebody's litter.
      if (reserved.file.isThere()) return reserved
      await remove([reserved])
    }
  }

  /** Removes what nobody took. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#making?.catch(() => undefined)
    await remove(this.#ready.splice(0))
  }

  /** What is ready is of a past hour, or of one to come, since the clock was put back. */
  #isOutOfTime(): boolean {
    const [first] = this.#ready
    if (!first) return false
    const now = this.#options.clock().getTime()
    const made = timeOfUuidv7(first.id).getTime()
    return made - now > mostLeadMs || (made < now && this.#options.places.folderAt(made) !== this.#options.places.folderAt(now))
  }

  #makeMore(): Promise<void> {
    return this.#making ??= this.#make().finally(() => { this.#making = undefined })
  }

  async #make(): Promise<void> {
    try {
      await this.#makeLot()
    } catch (error) {
      if (!isAbsent(error)) throw error
      // Somebody has removed the folder, or one it is in: it is made again. Flushing one that was removed says nothing of the one in its place.
      this.#options.directories.forget(this.#options.places.folderAt(this.#latest))
      await this.#options.folders.close()
      await this.#makeLot()
    }
  }

  async #makeLot(): Promise<void> {
    const { places, directories, clock, isDirect } = this.#options
    const now = clock().getTime()
    const lead = this.#latest - now
    // Ids of one millisecond come in no order, so no two lots share one. A clock that was put back is followed.
    this.#latest = lead < 0 || lead > mostLeadMs ? now : this.#latest + 1
    const ids = Array.from({ length: lot }, () => uuidv7(this.#latest)).sort()
    const folder = places.folderAt(this.#latest)
    await directories.make(folder)
    const made: ReservedFile[] = []
    try {
      for (const id of ids) {
        const path = places.pathOf(id)
        made.push({ id, path, file: await openNewFile(path, { isDirect }) })
        if (made.length % atATime === 0) await setImmediate()
      }
      await directories.flush(folder)
    } catch (error) {
      await remove(made)
      throw error
    }
    this.#ready.push(...made)
  }
}

/** What cannot be removed now goes at the next start. */
async function remove(files: readonly ReservedFile[]): Promise<void> {
  for (const { path, file } of files) {
    await file.close().catch(() => undefined)
    await unlink(path).catch(() => undefined)
  }
}
