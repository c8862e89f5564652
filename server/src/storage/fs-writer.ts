import { open, unlink, type FileHandle } from 'node:fs/promises'
import { BlobWriterEnded, type BlobWriter } from './blob-store.ts'
import { isAbsent, namedFileError } from './fs-errors.ts'

/** Chunks are gathered to this many bytes before one writev takes them. */
const flushBytes = 1024 * 1024
/** A writer holds at most twice `flushBytes` (one lot being written, one gathering) and the chunk just given. */
const maxChunks = 1024

/** Writes one blob into a staging file, which `publish` moves to where readers look once its bytes are durable. */
export class FileBlobWriter implements BlobWriter {
  readonly #file: FileHandle
  readonly #stagingPath: string
  readonly #publish: () => Promise<void>
  #gathered: Uint8Array[] = []
  #gatheredBytes = 0
  #byteLength = 0
  /** The write under way; it never rejects, `#failure` says what it met. */
  #writing: Promise<void> | undefined
  #failure: Error | undefined
  #isEnded = false

  constructor(file: FileHandle, stagingPath: string, publish: () => Promise<void>) {
    this.#file = file
    this.#stagingPath = stagingPath
    this.#publish = publish
  }

  /** Opens a writer on a new staging file; `publish` renames it into place and makes the name durable. */
  static async open(stagingPath: string, publish: () => Promise<void>): Promise<FileBlobWriter> {
    return new FileBlobWriter(await open(stagingPath, 'wx', 0o600), stagingPath, publish)
  }

  write(chunk: Uint8Array): Promise<void> | void {
    this.#assertOpen()
    if (chunk.byteLength === 0) return
    this.#gathered.push(chunk)
    this.#gatheredBytes += chunk.byteLength
    this.#byteLength += chunk.byteLength
    if (this.#gatheredBytes < flushBytes && this.#gathered.length < maxChunks) return
    if (!this.#writing) this.#startWriting()
    else return this.#drained()
  }

  async commit(): Promise<{ byteLength: number }> {
    this.#assertOpen()
    this.#isEnded = true
    try {
      await this.#drained()
      if (this.#gathered.length > 0) this.#startWriting()
      await this.#drained()
      // The bytes before the name: the other way round, a power cut leaves a blob that can be seen and is not whole.
      await this.#file.datasync()
      await this.#file.close()
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
    this.#gathered = []
    await this.#writing
    try {
      await this.#file.close()
      await unlink(this.#stagingPath)
    } catch (error) {
      if (!isAbsent(error)) throw namedFileError(error)
    }
  }

  #assertOpen(): void {
    if (this.#failure) throw this.#failure
    if (this.#isEnded) throw new BlobWriterEnded('This blob was committed or aborted before.')
  }

  #startWriting(): void {
    const chunks = this.#gathered
    this.#gathered = []
    this.#gatheredBytes = 0
    this.#writing = writeAll(this.#file, chunks).then(() => undefined, (error: unknown) => { this.#failure = namedFileError(error) })
      .finally(() => { this.#writing = undefined })
  }

  /** Resolves when the write under way has ended and what was gathered meanwhile is on its way. */
  async #drained(): Promise<void> {
    while (this.#writing) await this.#writing
    if (this.#failure) throw this.#failure
    if (this.#gatheredBytes >= flushBytes || this.#gathered.length >= maxChunks) this.#startWriting()
  }
}

/** Appends all chunks; the system may take fewer bytes than it was given, as when a disk fills up. */
async function writeAll(file: FileHandle, chunks: readonly Uint8Array[]): Promise<void> {
  for (let rest = chunks; rest.length > 0;) {
    const { bytesWritten } = await file.writev(rest)
    rest = following(rest, bytesWritten)
  }
}

/** What of the chunks follows their first `count` bytes. */
function following(chunks: readonly Uint8Array[], count: number): readonly Uint8Array[] {
  let end = 0
  for (const [index, chunk] of chunks.entries()) {
    end += chunk.byteLength
    if (end > count) return [chunk.subarray(chunk.byteLength - (end - count)), ...chunks.slice(index + 1)]
  }
  return []
}
