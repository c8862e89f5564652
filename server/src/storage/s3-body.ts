import { Readable } from 'node:stream'
import { BlobStoreUnavailable } from './blob-store.ts'

/** Bytes a reader may have waiting before the answer is paused: a frame, so that a slow reader of one keeps no connection busy. */
const aheadBytes = 1024 * 1024

/**
 * Passes on the body of an answer and fails when the bucket, not the reader, is what takes too long.
 * A socket's own timeout cannot tell the two apart: it also runs while a slow reader holds the answer back.
 */
export class WatchedBody extends Readable {
  readonly #body: Readable
  readonly #stallMs: number
  #missingBytes: number
  #stallTimer: NodeJS.Timeout | undefined

  /** @param byteLength bytes the answer must have; one more or less is an error */
  constructor(body: Readable, byteLength: number, stallMs: number) {
    super({ highWaterMark: aheadBytes })
    this.#body = body
    this.#stallMs = stallMs
    this.#missingBytes = byteLength
    body.on('data', (chunk: Buffer) => this.#pass(chunk))
    body.on('end', () => this.#finish())
    body.on('error', (error) => this.destroy(new BlobStoreUnavailable('The bucket stopped in the middle of an answer.', { cause: error })))
    body.pause()
  }

  override _read(): void {
    this.#stallTimer ??= setTimeout(() => this.destroy(new BlobStoreUnavailable(`The bucket sent nothing for ${this.#stallMs} ms.`)), this.#stallMs)
    this.#body.resume()
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    clearTimeout(this.#stallTimer)
    this.#body.destroy()
    callback(error)
  }

  #pass(chunk: Buffer): void {
    this.#missingBytes -= chunk.length
    this.#stallTimer?.refresh()
    if (this.push(chunk)) return
    this.#body.pause()
    clearTimeout(this.#stallTimer)
    this.#stallTimer = undefined
  }

  #finish(): void {
    clearTimeout(this.#stallTimer)
    if (this.#missingBytes === 0) this.push(null)
    else this.destroy(new BlobStoreUnavailable('The bucket sent another number of bytes than it said.'))
  }
}
