import type { Database } from '../platform/database.ts'
import type { Log } from '../platform/log.ts'
import type { IndexTable } from './index-table.ts'
import type { Origin, SpooledObject } from './spooled-object.ts'
import type { Keeper } from './writer.ts'

/** Rows wait so long for others to share their transaction. */
const flushAfterMs = 20
/** So many do not wait. */
const flushAt = 256
/** After a failure (a full disk), when rows are tried again. */
const retryAfterMs = 1_000

interface Options {
  readonly database: Database
  readonly table: IndexTable
  /** Whether the file of an object is there, as long as it was written. */
  readonly isThere: (object: SpooledObject) => Promise<boolean>
  /** Called once an object whose file has gone from under the process is out of the index. */
  readonly onLost: (object: SpooledObject) => void
  readonly log: Log
}

/** The objects in the spool as the process knows them: those in the index, and those acknowledged a moment ago whose rows wait. */
export class Kept implements Keeper {
  readonly #options: Options
  readonly #waiting = new Map<string, SpooledObject>()
  /** Objects that are being made durable, by what they are. */
  readonly #publishing = new Map<string, Promise<SpooledObject | undefined>>()
  readonly #deleting = new Set<string>()
  readonly #listeners = new Set<(objects: readonly SpooledObject[]) => void>()
  readonly #repeatListeners = new Set<(object: SpooledObject, origin: Origin) => Promise<void>>()
  readonly #lossListeners = new Set<(ids: readonly string[]) => void>()
  #timer: NodeJS.Timeout | undefined

  constructor(options: Options) {
    this.#options = options
  }

  async keep(object: SpooledObject, commit: () => Promise<void>): Promise<SpooledObject> {
    const content = contentOf(object)
    for (;;) {
      const other = this.#publishing.get(content)
      if (other) {
        const published = await other
        if (published) return this.#repeated(published, object)
        continue
      }
      const same = this.sameAs(object)
      if (!same) break
      // The modality deletes its own copy on our answer: what somebody took away meanwhile must not be what it relies on.
      const isThere = await this.#options.isThere(same)
      if (!this.#holds(same.id)) continue
      if (isThere) return this.#repeated(same, object)
      await this.#lose(same)
    }

    // Nothing is waited for between the look and this, so that of two the second sees the first.
    const outcome = Promise.withResolvers<SpooledObject | undefined>()
    this.#publishing.set(content, outcome.promise)
    try {
      await commit()
      this.#addRowSoon(object)
      outcome.resolve(object)
      return object
    } finally {
      this.#publishing.delete(content)
      outcome.resolve(undefined)
    }
  }

  /** Whether the file of an object is there; where it is not, neither is the object any more, and who listens for that is told. */
  async look(id: string): Promise<boolean> {
    const object = this.get(id)
    const isThere = object !== undefined && await this.#options.isThere(object)
    if (object !== undefined && !isThere && this.#holds(id)) await this.#lose(object)
    // Without a row: an earlier version took it away and told nobody.
    else if (object === undefined && !this.#deleting.has(id)) await this.#removeRows([id], () => { this.#tellOfLoss([id]) })
    return isThere
  }

  async #lose(object: SpooledObject): Promise<void> {
    await this.#removeRows([object.id], () => { this.#tellOfLoss([object.id]) })
    this.#options.onLost(object)
  }

  #tellOfLoss(ids: readonly string[]): void {
    for (const listener of this.#lossListeners) listener(ids)
  }

  #holds(id: string): boolean {
    return !this.#deleting.has(id) && this.get(id) !== undefined
  }

  /** The answer waits for what the repeat leads to: the modality has nothing to send once more after it. */
  async #repeated(kept: SpooledObject, again: SpooledObject): Promise<SpooledObject> {
    await Promise.all([...this.#repeatListeners].map((listener) => listener(kept, again)))
    return kept
  }

  #addRowSoon(object: SpooledObject): void {
    this.#waiting.set(object.id, object)
    if (this.#waiting.size >= flushAt) this.flush()
    else this.#timer ??= setTimeout(() => { this.flush() }, flushAfterMs)
  }

  get(id: string): SpooledObject | undefined {
    return this.#waiting.get(id) ?? this.#options.table.get(id)
  }

  find(SOPInstanceUID: string): SpooledObject[] {
    const waiting = [...this.#waiting.values()].filter((object) => object.SOPInstanceUID === SOPInstanceUID)
    return [...this.#options.table.find(SOPInstanceUID), ...waiting].filter(({ id }) => !this.#deleting.has(id))
  }

  /** What is here with the same bytes under the same UID. */
  sameAs(object: SpooledObject): SpooledObject | undefined {
    const content = contentOf(object)
    return this.find(object.SOPInstanceUID).find((candidate) => contentOf(candidate) === content)
  }

  /** Takes rows away, durably. From the first moment on, the objects are none that a repeat could be answered with. */
  async remove(ids: readonly string[]): Promise<void> {
    await this.#removeRows(ids, () => undefined)
  }

  /** Takes rows away whose files were found to be gone, and tells of them, all or nothing. */
  forget(ids: readonly string[]): void {
    this.#options.database.transaction(() => {
      this.#options.table.remove(ids)
      this.#tellOfLoss(ids)
    })
  }

  async #removeRows(ids: readonly string[], alongWith: () => void): Promise<void> {
    this.flush()
    for (const id of ids) this.#deleting.add(id)
    try {
      await this.#options.database.write(() => {
        this.#options.table.remove(ids)
        alongWith()
      }, { durable: true })
    } finally {
      for (const id of ids) this.#deleting.delete(id)
    }
  }

  /** Writes the rows that wait; a failure is tried again, the objects themselves being safe. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const objects = [...this.#waiting.values()]
    try {
      this.announce(objects)
      for (const { id } of objects) this.#waiting.delete(id)
    } catch (error) {
      this.#options.log.error({ err: error, objects: objects.length }, 'objects wait to be written into the index')
      this.#timer = setTimeout(() => { this.flush() }, retryAfterMs)
    }
  }

  /** Puts objects into the index and tells of them, all or nothing. */
  announce(objects: readonly SpooledObject[]): void {
    if (objects.length === 0) return
    this.#options.database.transaction(() => {
      this.#options.table.add(objects)
      for (const listener of this.#listeners) listener(objects)
    })
  }

  subscribe(listener: (objects: readonly SpooledObject[]) => void): () => void {
    this.#listeners.add(listener)
    return () => { this.#listeners.delete(listener) }
  }

  onRepeat(listener: (object: SpooledObject, origin: Origin) => Promise<void>): () => void {
    this.#repeatListeners.add(listener)
    return () => { this.#repeatListeners.delete(listener) }
  }

  onLoss(listener: (ids: readonly string[]) => void): () => void {
    this.#lossListeners.add(listener)
    return () => { this.#lossListeners.delete(listener) }
  }

  /** Writes the rows that wait, and waits no more: what fails now is found at the next start. */
  close(): void {
    this.flush()
    clearTimeout(this.#timer)
  }
}

/** The same for objects that are the same: UID, encoding and bytes. */
const contentOf = ({ SOPInstanceUID, transferSyntaxUID, dataSetSha256 }: SpooledObject): string => `${SOPInstanceUID} ${transferSyntaxUID} ${dataSetSha256}`
