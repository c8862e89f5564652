import { unlink, type FileHandle } from 'node:fs/promises'
import { BlobWriterEnded, type BlobWriter } from './blob-store.ts'
import { isAbsent, namedFileError } from './fs-errors.ts'
import { giveBack, lend, maxLentBytes } from './lent-buffers.ts'

/** Bytes gathered for one write; a writer holds at most twice as many, one lot being written and one gathering. */
const lotBytes = maxLentBytes

/**
 * Writes one blob into a staging file, which `publish` moves to where readers look once its bytes are durable.
 *
 * Bytes are copied as they come: the buffers they came in can then be used again while the disk works, and most blobs are one
 * write. The file is opened when there is something to write, so that whoever fills the writer does not wait for that.
 */
export class FileBlobWriter implements BlobWriter {
  readonly #stagingPath: string
  readonly #openStaging: () => Promise<FileHandle>
  readonly #publish: () => Promise<void>
  #file: Promise<FileHandle> | undefined
  #lot: Buffer | undefined
  #lotLength = 0
  #byteLength = 0
  /** The write under way; it never rejects, `#failure` says what it met. */
  #writing: Promise<void> | undefined
  #failure: Error | undefined
  #isEnded = false

  /** @param openStaging opens the new, empty file at `stagingPath`; called once at most */
  constructor(stagingPath: string, openStaging: () => Promise<FileHandle>, publish: () => Promise<void>) {
    this.#stagingPath = stagingPath
    this.#openStaging = openStaging
    this.#publish = publish
  }

  write(chunk: Uint8Array): Promise<void> | void {
    this.#assertOpen()
    this.#byteLength += chunk.byteLength
    const rest = this.#gather(chunk)
    if (rest.byteLength > 0) return this.#gatherRest(rest)
  }

  async commit(): Promise<{ byteLength: number }> {
    this.#assertOpen()
    this.#isEnded = true
    try {
      await this.#written()
      if (this.#lotLength > 0) this.#startWriting()
      await this.#written()
      const file = await this.#opened()
      // The bytes before the name: the other way round, a power cut leaves a blob that can be seen and is not whole.
      await file.datasync()
      await file.close()
      await this.#publish()
      return { byteLength: this.#byteLength }
    } catch (error) {
      // What cannot be removed now (the disk may be gone) sweepUnfinished removes later; the first error is the one to tell.
      await this.#discard().catch(() => undefined)
      throw namedFileError(error)
    }
  }

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
      await unlink(this.#stagingPath)
    } catch (error) {
      if (!isAbsent(error)) throw namedFileError(error)
    }
  }

  #assertOpen(): void {
    if (this.#failure) throw this.#failure
    if (this.#isEnded) throw new BlobWriterEnded('This blob was committed or aborted before.')
  }

  #opened(): Promise<FileHandle> {
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
      const lot = this.#lot ??= lend(lotBytes)
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
    const length = this.#lotLength
    this.#lot = undefined
    this.#lotLength = 0
    this.#writing = this.#opened().then((file) => writeAll(file, lot, length))
      .then(() => { giveBack(lot) }, (error: unknown) => { this.#failure = namedFileError(error) })
      .finally(() => { this.#writing = undefined })
  }

  /** Resolves when no write is under way. */
  async #written(): Promise<void> {
    await this.#writing
    if (this.#failure) throw this.#failure
  }
}

/** Appends the first bytes of a buffer; the system may take fewer than it was given, as when a disk fills up. */
async function writeAll(file: FileHandle, buffer: Uint8Array, length: number): Promise<void> {
  for (let written = 0; written < length;) {
    const { bytesWritten } = await file.write(buffer, written, length - written)
    written += bytesWritten
  }
}
