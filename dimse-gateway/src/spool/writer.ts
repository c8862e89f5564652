import { isFull, type StagedFile } from '@isocenter/durable-files'
import type { Capacity } from './capacity.ts'
import { DataSetSummariser } from './data-set-summary.ts'
import { NothingToStore, ObjectMismatch, SpoolFull, SpoolUnavailable } from './errors.ts'
import { spoolFileHeader } from './spool-file.ts'
import type { Identity, Origin, SpooledObject } from './spooled-object.ts'

/** Takes one object on its way in. */
export interface SpoolWriter {
  /**
   * Takes the next bytes of the data set, which may be reused: after the promise, where one is returned because the disk is behind.
   * @throws SpoolFull, SpoolUnavailable
   */
  write(chunk: Uint8Array): Promise<void> | void
  /**
   * Resolves when the object is durable: neither kill -9 nor a power cut takes it away. The same bytes sent before are kept once,
   * and answered as the object there is.
   * @throws ObjectMismatch, NothingToStore, SpoolFull, SpoolUnavailable; nothing is kept then
   */
  commit(): Promise<SpooledObject>
  /** Forgets the object; nothing happens after a commit. */
  abort(): Promise<void>
}

/** Knows what is in the spool already. */
export interface Keeper {
  /**
   * Makes an object durable by `commit`, unless the same is in the spool or on its way into it.
   * @returns the object that is in the spool now, this one or the one there was
   */
  keep(object: SpooledObject, commit: () => Promise<void>): Promise<SpooledObject>
}

export interface WriterOptions {
  readonly id: string
  readonly origin: Origin
  readonly identity: Identity
  readonly receivedAt: Date
  readonly file: StagedFile
  readonly move: () => Promise<void>
  readonly capacity: Capacity
  readonly keeper: Keeper
}

export class ObjectWriter implements SpoolWriter {
  readonly #options: WriterOptions
  readonly #summariser: DataSetSummariser
  readonly #digestOffset: number
  readonly #dataSetOffset: number
  /** Bytes the capacity was told of. */
  #counted = 0
  #isShortOfRoom = false
  #isEnded = false

  constructor(options: WriterOptions) {
    this.#options = options
    this.#summariser = new DataSetSummariser(options.identity)
    const { bytes, digestOffset } = spoolFileHeader(options.origin, options.identity, options.receivedAt)
    this.#digestOffset = digestOffset
    this.#dataSetOffset = bytes.length
    try {
      this.#grow(bytes.length)
    } catch (error) {
      options.capacity.noteFull()
      throw error
    }
    // The header is shorter than what a file gathers before it writes: there is nothing to wait for.
    void options.file.write(bytes)
  }

  write(chunk: Uint8Array): Promise<void> | void {
    try {
      this.#grow(chunk.byteLength)
      const read = this.#summariser.write(chunk)
      const written = this.#options.file.write(chunk)
      if (read || written) return Promise.all([read, written]).then(() => undefined, (error: unknown) => this.#failed(error))
    } catch (error) {
      this.#failed(error)
    }
  }

  async commit(): Promise<SpooledObject> {
    this.#isEnded = true
    try {
      return await this.#commit()
    } catch (error) {
      this.#noteShortage(error)
      await this.#discard()
      throw named(error)
    }
  }

  async abort(): Promise<void> {
    if (this.#isEnded) return
    this.#isEnded = true
    await this.#discard()
  }

  async #commit(): Promise<SpooledObject> {
    const { id, origin, identity, receivedAt, file, move, capacity, keeper } = this.#options
    if (this.#summariser.byteLength === 0) throw new NothingToStore()
    const summary = await this.#summariser.end()
    const object: SpooledObject = { id, receivedAt, ...origin, ...identity, ...summary, dataSetOffset: this.#dataSetOffset, byteLength: file.byteLength }
    const kept = await keeper.keep(object, async () => {
      await file.overwrite(this.#digestOffset, Buffer.from(object.dataSetSha256, 'latin1'))
      await file.commit(move)
    })
    if (kept === object) capacity.count()
    else await this.#discard()
    return kept
  }

  /** @throws always, in the spool's terms */
  #failed(error: unknown): never {
    this.#noteShortage(error)
    throw named(error)
  }

  #noteShortage(error: unknown): void {
    this.#isShortOfRoom ||= named(error) instanceof SpoolFull
  }

  #grow(bytes: number): void {
    this.#options.capacity.grow(bytes)
    this.#counted += bytes
  }

  async #discard(): Promise<void> {
    const { file, capacity } = this.#options
    capacity.shrink(this.#counted)
    this.#counted = 0
    // The staging file that cannot be removed now goes at the next start.
    await file.abort().catch(() => undefined)
    if (this.#isShortOfRoom) capacity.noteFull()
  }
}

/** What went wrong, in the spool's terms. */
function named(error: unknown): Error {
  if (error instanceof SpoolFull || error instanceof SpoolUnavailable || error instanceof ObjectMismatch || error instanceof NothingToStore) return error
  if (isFull(error)) return new SpoolFull('disk', { cause: error })
  return new SpoolUnavailable('The spool could not take an object.', { cause: error })
}
