import { unlink } from 'node:fs/promises'
import { giveBack, lendPaged, maxLentBytes } from './lent-buffers.ts'
import { isAbsent } from './system-code.ts'

/** Bytes gathered for one write; a file holds at most twice as many in memory, one lot being written and one gathering. */
const lotBytes = maxLentBytes

/** What a staged file is written through: a `FileHandle`, or something as good. */
export interface WritableFile {
  /** Writes `length` bytes of a buffer, or fewer, at a position of the file. All but what is written over comes from the start of paged memory. */
  write(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesWritten: number }>
  /** Each write is durable when it has returned (O_DSYNC): one step less where files are one write. */
  readonly writesAreDurable?: boolean
  /** Makes the bytes durable. */
  datasync(): Promise<void>
  close(): Promise<void>
}

/** The file was committed or aborted before. */
export class StagedFileEnded extends Error {
  override readonly name = 'StagedFileEnded'
}

/**
 * Writes a file that nobody looks at yet; it is published, by moving it to where readers look or by marking it, only once its bytes are durable.
 *
 * Bytes are copied as they come: the buffers they came in can then be used again while the disk works, and most files are one
 * write. The file is opened when there is something to write, or `open` asks for it; whoever fills it does not wait for that.
 * Errors are the system's own.
 */
export class StagedFile {
  readonly #path: string
  readonly #openStaging: () => Promise<WritableFile>
  #file: Promise<WritableFile> | undefined
  #lot: Buffer | undefined
  /** Where the lot begins in the file. */
  #lotStart = 0
  #lotLength = 0
  /** The write under way; it never rejects, `#failure` says what it met. */
  #writing: Promise<void> | undefined
  #failure: unknown
  #isEnded = false

  /** @param openStaging opens the new, empty file at `path`; called once at most */
  constructor(path: string, openStaging: () => Promise<WritableFile>) {
    this.#path = path
    this.#openStaging = openStaging
  }

  /** Opens the file now, while its bytes are still coming; a failure shows when they are written. */
  open(): void {
    this.#opened().catch(() => undefined)
  }

  /** Bytes written so far. */
  get byteLength(): number {
    return this.#lotStart + this.#lotLength
  }

  /** Appends bytes, which may be reused afterwards: after the promise, where one is returned because the disk is behind. */
  write(chunk: Uint8Array): Promise<void> | void {
    this.#assertOpen()
    const rest = this.#gather(chunk)
    if (rest.byteLength > 0) return this.#gatherRest(rest)
  }

  /** Writes bytes over earlier ones: what is only known at the end, such as a digest, may have its place at the start. */
  async overwrite(offset: number, bytes: Uint8Array): Promise<void> {
    this.#assertOpen()
    if (offset + bytes.byteLength > this.byteLength) throw new RangeError('Only bytes that were written can be written over.')
    if (offset >= this.#lotStart) {
      this.#lot?.set(bytes, offset - this.#lotStart)
      return
    }
    if (offset + bytes.byteLength > this.#lotStart) throw new RangeError('These bytes lie in two lots.')
    await this.#written()
    await writeAll(await this.#opened(), bytes, bytes.byteLength, offset)
  }

  /** Whether none of the bytes is on its way to the disk yet: they are one write. */
  get isOneWrite(): boolean {
    return this.#lotStart === 0
  }

  /**
   * Puts `count` bytes of one value between those of a file that is one write.
   * @param at where the first of them comes to stand
   * @throws RangeError where it is not, or would not be any more
   */
  insert(at: number, count: number, value: number): void {
    this.#assertOpen()
    const lot = this.#lot
    if (!lot || !this.isOneWrite || this.#lotLength + count > lotBytes) throw new RangeError('Bytes are inserted only into what is one write.')
    lot.copyWithin(at + count, at, this.#lotLength)
    lot.fill(value, at, at + count)
    this.#lotLength += count
  }

  /** Makes the bytes durable, closes the file and lets `publish` show it to readers. Whatever fails, no file is left. */
  async commit(publish: () => Promise<void>): Promise<{ byteLength: number }> {
    this.#assertOpen()
    this.#isEnded = true
    try {
      await this.#written()
      const { byteLength } = this
      if (this.#lotLength > 0) this.#startWriting()
      await this.#written()
      const file = await this.#opened()
      // The bytes before the name: the other way round, a power cut leaves a file that can be seen and is not whole.
      if (file.writesAreDurable !== true) await file.datasync()
      // Everything is flushed: what closing it meets is no matter of the bytes. Windows moves no file that is open.
      const closed = file.close().catch(() => undefined)
      if (process.platform === 'win32') await closed
      await publish()
      return { byteLength }
    } catch (error) {
      // What cannot be removed now (the disk may be gone) a later sweep removes; the first error is the one to tell.
      await this.#discard().catch(() => undefined)
      throw error
    }
  }

  /** Leaves nothing behind; nothing happens when the file was committed or aborted before. */
  async abort(): Promise<void> {
    if (this.#isEnded) return
    this.#isEnded = true
    await this.#discard()
  }

  async #discard(): Promise<void> {
    if (this.#lot) giveBack(this.#lot)
    this.#lot = undefined
    await this.#writing
    if (!this.#file) return
    try {
      await (await this.#file).close()
      await unlink(this.#path)
    } catch (error) {
      if (!isAbsent(error)) throw error
    }
  }

  #assertOpen(): void {
    if (this.#failure !== undefined) throw this.#failure
    if (this.#isEnded) throw new StagedFileEnded('This file was committed or aborted before.')
  }

  #opened(): Promise<WritableFile> {
    return this.#file ??= this.#openStaging()
  }

  /** Takes what fits, a full lot on its way to the disk unless another one is; answers what is left. */
  #gather(chunk: Uint8Array): Uint8Array {
    let taken = 0
    while (taken < chunk.byteLength) {
      if (this.#lotLength === lotBytes) {
        if (this.#writing) break
        this.#startWriting()
      }
      const lot = this.#lot ??= lendPaged(lotBytes)
      const count = Math.min(chunk.byteLength - taken, lotBytes - this.#lotLength)
      lot.set(count === chunk.byteLength ? chunk : chunk.subarray(taken, taken + count), this.#lotLength)
      this.#lotLength += count
      taken += count
    }
    return chunk.subarray(taken)
  }

  async #gatherRest(chunk: Uint8Array): Promise<void> {
    for (let rest = chunk; rest.byteLength > 0; rest = this.#gather(rest)) await this.#written()
  }

  #startWriting(): void {
    const lot = this.#lot
    if (!lot) return
    const start = this.#lotStart
    const length = this.#lotLength
    this.#lot = undefined
    this.#lotStart += length
    this.#lotLength = 0
    this.#writing = this.#opened().then((file) => writeAll(file, lot, length, start))
      .then(() => { giveBack(lot) }, (error: unknown) => { this.#failure = error })
      .finally(() => { this.#writing = undefined })
  }

  /** Resolves when no write is under way. */
  async #written(): Promise<void> {
    await this.#writing
    if (this.#failure !== undefined) throw this.#failure
  }
}

/** Writes the first bytes of a buffer; the system may take fewer than it was given, as when a disk fills up. */
async function writeAll(file: WritableFile, buffer: Uint8Array, length: number, start: number): Promise<void> {
  for (let written = 0; written < length;) {
    const { bytesWritten } = await file.write(buffer, written, length - written, start + written)
    written += bytesWritten
  }
}
