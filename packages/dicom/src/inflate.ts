/** Inflates a deflated data set (PS3.5 §A.5) as it comes, never faster than it is taken. */
import { createInflateRaw, type InflateRaw } from 'node:zlib'

export class Inflation {
  readonly #stream: InflateRaw
  readonly #consumed: Promise<void>
  #failure: unknown
  /** Lets go of whoever waits for a write: zlib forgets to when it fails, or ends, inside one. */
  #release: (() => void) | undefined

  /** `take` gets the inflated bytes in order; the next only when what it returned is settled. */
  constructor(take: (chunk: Uint8Array) => void | Promise<void>) {
    this.#stream = createInflateRaw({ chunkSize: 64 * 1024 })
    this.#consumed = this.#consume(take)
    // Whoever writes learns of a failure; nobody may be writing when it happens.
    this.#consumed.catch((error: unknown) => { this.#failure ??= error }).finally(() => this.#release?.())
  }

  async #consume(take: (chunk: Uint8Array) => void | Promise<void>): Promise<void> {
    for await (const chunk of this.#stream) await take(chunk as Uint8Array)
  }

  /** Resolves when the bytes are inflated and the next may come. Rejects with what `take` threw, or with zlib's error. */
  async write(chunk: Uint8Array): Promise<void> {
    if (this.#stream.readableEnded) return // a pad byte behind the end of the deflate stream
    await new Promise<void>((resolve) => {
      this.#release = resolve
      this.#stream.write(chunk, () => resolve())
    })
    this.#release = undefined
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Resolves when all is inflated and taken. */
  async end(): Promise<void> {
    this.#stream.end()
    await this.#consumed
  }

  /** Frees what the stream holds. */
  destroy(): void {
    this.#stream.destroy()
  }
}
