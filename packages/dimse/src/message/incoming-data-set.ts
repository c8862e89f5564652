import type { Association } from '../upper-layer/association.ts'
import { DimseProtocolError } from './dimse-error.ts'

/**
 * The data set of one received message, piece by piece as it comes off the line; nothing is read ahead of who asks. A piece is
 * handed on without a copy and is part of a larger chunk: keep a copy of a small one that lives long. To be iterated once; what is
 * left over is discarded before the next message is read.
 */
export class IncomingDataSet implements AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array, undefined> {
  readonly #association: Pick<Association, 'receive'>
  readonly #contextId: number
  readonly #finish: () => void
  #state: 'untouched' | 'open' | 'ended' = 'untouched'
  /** The piece that is being waited for: asked for a second one meanwhile, it comes behind. */
  #reading: Promise<unknown> | undefined
  #isComplete = false
  #failure: unknown
  /** Resolves when the last piece has been read or reading has failed. */
  readonly drained: Promise<void>

  constructor(association: Pick<Association, 'receive'>, contextId: number) {
    this.#association = association
    this.#contextId = contextId
    const { promise, resolve } = Promise.withResolvers<void>()
    this.drained = promise
    this.#finish = resolve
  }

  /** It could not be read to its end: the association ended, or the peer broke the rules. */
  get hasFailed(): boolean {
    return this.#failure !== undefined
  }

  /** @throws Error when iterated a second time: the pieces are gone */
  [Symbol.asyncIterator](): this {
    if (this.#state !== 'untouched') throw new Error('the data set of a message can be read only once')
    this.#state = 'open'
    return this
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    while (this.#reading) await this.#reading
    if (this.#failure !== undefined) throw this.#failure
    // Some senders end with an empty fragment, having learnt too late that the one before was the last.
    while (this.#state !== 'ended' && !this.#isComplete) {
      const piece = await this.#read()
      if (piece.length > 0) return { done: false, value: piece }
    }
    return { done: true, value: undefined }
  }

  /** Ends the iteration; the rest of the data set is left to `discard`. */
  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#state = 'ended'
    return Promise.resolve({ done: true, value: undefined })
  }

  /** Reads what is left and keeps nothing of it. @throws whatever kept the data set from being read to its end, now or before */
  async discard(): Promise<void> {
    this.#state = 'ended'
    while (this.#reading) await this.#reading
    while (!this.#isComplete) await this.#read()
    if (this.#failure !== undefined) throw this.#failure
  }

  async #read(): Promise<Uint8Array> {
    const reading = Promise.withResolvers<void>()
    this.#reading = reading.promise
    try {
      const piece = await this.#association.receive()
      if (!piece) throw new DimseProtocolError('ended', 'the association was released in the middle of a data set')
      if (piece.kind !== 'dataSet' || piece.contextId !== this.#contextId) {
        throw new DimseProtocolError('unexpectedFragment', 'a data set was interrupted by another message')
      }
      if (piece.last) this.#complete()
      return piece.bytes
    } catch (error) {
      this.#failure = error
      this.#complete()
      throw error
    } finally {
      this.#reading = undefined
      reading.resolve()
    }
  }

  #complete(): void {
    this.#isComplete = true
    this.#finish()
  }
}
