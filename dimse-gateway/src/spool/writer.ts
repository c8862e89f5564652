import type { StagedFile } from '@isocenter/durable-files'
import type { Capacity } from './capacity.ts'
import { DataSetSummariser } from './data-set-summary.ts'
import { missingToBlock } from './direct-io.ts'
import { inTermsOfSpool, NothingToStore, SpoolFull } from './errors.ts'
import { spoolFileHeader, type SpoolFileHeader } from './spool-file.ts'
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
  /** Its whole blocks are written past the page cache. */
  readonly isDirect: boolean
  /** Once all bytes are durable. */
  readonly markWhole: () => void
  readonly capacity: Capacity
  readonly keeper: Keeper
  /** Why the object is not taken, in the spool's terms. */
  readonly onFailure: (failure: Error) => void
}

const space = 0x20

export class ObjectWriter implements SpoolWriter {
  readonly #options: WriterOptions
  readonly #summariser: DataSetSummariser
  readonly #header: SpoolFileHeader
  #dataSetOffset: number
  /** Bytes the capacity was told of. */
  #counted = 0
  #isShortOfRoom = false
  #isEnded = false

  constructor(options: WriterOptions) {
    this.#options = options
    this.#summariser = new DataSetSummariser(options.identity)
    this.#header = spoolFileHeader(options.origin, options.identity, options.receivedAt)
    const { bytes } = this.#header
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
      const failure = this.#noted(error)
      await this.#discard()
      throw failure
    }
  }

  async abort(): Promise<void> {
    if (this.#isEnded) return
    this.#isEnded = true
    await this.#discard()
  }

  async #commit(): Promise<SpooledObject> {
    const { id, origin, identity, receivedAt, file, markWhole, capacity, keeper } = this.#options
    if (this.#summariser.byteLength === 0) throw new NothingToStore()
    const summary = await this.#summariser.end()
    await this.#endWithBlock()
    const object: SpooledObject = { id, receivedAt, ...origin, ...identity, ...summary, dataSetOffset: this.#dataSetOffset, byteLength: file.byteLength }
    const kept = await keeper.keep(object, async () => {
      await file.overwrite(this.#header.digestOffset, Buffer.from(object.dataSetSha256, 'latin1'))
      await file.commit(async () => { markWhole() })
    })
    if (kept === object) capacity.count()
    else await this.#discard()
    return kept
  }

  /**
   * Lengthens the header by as much as is missing to a whole block, so that the file is written directly and in one go. What is
   * more than one write, and what no even number of spaces brings to a block, has an end that goes by itself.
   */
  async #endWithBlock(): Promise<void> {
    const { file, isDirect } = this.#options
    const missing = missingToBlock(file.byteLength)
    if (!isDirect || !file.isOneWrite || missing === 0 || missing % 2 !== 0 || !this.#hasRoomFor(missing)) return
    file.insert(this.#dataSetOffset, missing, space)
    this.#dataSetOffset += missing
    for (const { offset, bytes } of this.#header.lengthened(missing)) await file.overwrite(offset, bytes)
  }

  /** @throws always, in the spool's terms */
  #failed(error: unknown): never {
    throw this.#noted(error)
  }

  #noted(error: unknown): Error {
    const failure = inTermsOfSpool(error)
    this.#isShortOfRoom ||= failure instanceof SpoolFull
    this.#options.onFailure(failure)
    return failure
  }

  /** Counts them if so. */
  #hasRoomFor(bytes: number): boolean {
    try {
      this.#grow(bytes)
      return true
    } catch (error) {
      if (error instanceof SpoolFull) return false
      throw error
    }
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
