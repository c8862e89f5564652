import { giveBack, lend, maxLentBytes } from '@isocenter/durable-files'
import { Readable } from 'node:stream'
import type { FileHandle } from 'node:fs/promises'
import { BlobStoreUnavailable, type ByteRange } from './blob-store.ts'
import { namedFileError } from './fs-errors.ts'

/** Bytes asked of the system at a time; a reader holds about twice as many. */
const chunkBytes = maxLentBytes

/** Streams one range of an open file, in lent buffers, and closes the file when it ends, fails or is destroyed. */
export class FileRangeStream extends Readable {
  readonly #file: FileHandle
  #position: number
  readonly #end: number
  #reading: Promise<void> | undefined

  constructor(file: FileHandle, { offset, length }: ByteRange) {
    super({ highWaterMark: chunkBytes })
    this.#file = file
    this.#position = offset
    this.#end = offset + length
  }

  override _read(): void {
    if (this.#position === this.#end) this.push(null)
    else this.#reading = this.#readChunk()
  }

  async #readChunk(): Promise<void> {
    try {
      const buffer = lend(Math.min(chunkBytes, this.#end - this.#position))
      const { bytesRead } = await this.#file.read(buffer, 0, buffer.length, this.#position)
      if (bytesRead === 0) throw new BlobStoreUnavailable('A blob became shorter while it was read.')
      this.#position += bytesRead
      this.push(bytesRead === buffer.length ? buffer : buffer.subarray(0, bytesRead))
    } catch (error) {
      this.destroy(namedFileError(error))
    }
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const close = (): Promise<void> => this.#file.close()
    // A file closed under a read that is under way would give its number to the next file opened.
    void Promise.resolve(this.#reading).then(close).then(() => callback(error), (closing: unknown) => callback(error ?? namedFileError(closing)))
  }
}

/** Reads one range whole into a lent buffer; undefined when the file ends before it. */
export async function readRange(file: FileHandle, { offset, length }: ByteRange): Promise<Buffer | undefined> {
  const buffer = lend(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, offset + filled)
    if (bytesRead === 0) {
      giveBack(buffer)
      return undefined
    }
    filled += bytesRead
  }
  return buffer
}
