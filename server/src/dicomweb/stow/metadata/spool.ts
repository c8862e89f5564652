/** Bulk data of one request while it is not known yet what they belong to: on disk, not in memory. */
import { randomUUID } from 'node:crypto'
import { mkdir, open, unlink, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'

/** Bytes of a spool. */
export interface SpooledRange {
  readonly offset: number
  readonly length: number
}

const readChunkBytes = 256 * 1024
/** Small parts are written together. */
const writeChunkBytes = 256 * 1024

/** One file that is appended to and read from by range. It has no name while it is used, so that nothing is left of it however the process ends. */
export class Spool {
  readonly #file: FileHandle
  #written = 0
  #waiting: Uint8Array[] = []
  #waitingBytes = 0

  private constructor(file: FileHandle) {
    this.#file = file
  }

  /** @param directory made when it is not there */
  static async create(directory: string): Promise<Spool> {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    const path = join(directory, randomUUID())
    const file = await open(path, 'wx+', 0o600)
    await unlink(path)
    return new Spool(file)
  }

  /** Appends all bytes of a body. */
  async append(body: AsyncIterable<Uint8Array>): Promise<SpooledRange> {
    const offset = this.#written + this.#waitingBytes
    let length = 0
    for await (const chunk of body) {
      length += chunk.length
      this.#waiting.push(chunk)
      this.#waitingBytes += chunk.length
      if (this.#waitingBytes >= writeChunkBytes) await this.#flush()
    }
    return { offset, length }
  }

  /** The bytes of a range, as they are read. */
  async *read({ offset, length }: SpooledRange): AsyncGenerator<Uint8Array> {
    await this.#flush()
    for (let at = offset; at < offset + length;) {
      const { buffer, bytesRead } = await this.#file.read(Buffer.allocUnsafe(Math.min(readChunkBytes, offset + length - at)), 0, undefined, at)
      if (bytesRead === 0) throw new RangeError('A spool is shorter than what was appended to it.')
      yield buffer.subarray(0, bytesRead)
      at += bytesRead
    }
  }

  /** The beginning of a range, whole; for looking at headers. */
  async head(range: SpooledRange, maxBytes: number): Promise<Buffer> {
    const chunks: Uint8Array[] = []
    for await (const chunk of this.read({ offset: range.offset, length: Math.min(range.length, maxBytes) })) chunks.push(chunk)
    return Buffer.concat(chunks)
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  async #flush(): Promise<void> {
    const chunks = this.#waiting
    this.#waiting = []
    this.#waitingBytes = 0
    for (let bytes = Buffer.concat(chunks); bytes.length > 0;) {
      const { bytesWritten } = await this.#file.write(bytes, 0, bytes.length, this.#written)
      this.#written += bytesWritten
      bytes = bytes.subarray(bytesWritten)
    }
  }
}
