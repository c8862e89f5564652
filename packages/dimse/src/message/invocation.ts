import type { CommandSet } from './command-set.ts'
import { DimseTimeout } from './dimse-error.ts'
import { isPending } from './status.ts'

/** One response; its data set, where it has one, was taken whole. */
export interface DimseResponse {
  readonly command: CommandSet
  readonly Status: number
  readonly dataSet?: Uint8Array | undefined
}

export interface InvocationEvents {
  /** A response is wanted that has not come. */
  onWanted(): void
  /** None came in time: the association is of no more use. */
  onSilence(): Promise<void>
  onDisposed(): void
}

/** Responses nobody has asked for yet, beyond which the line is not read further. */
const MOST_QUEUED = 64

/** One request of ours under way, and the responses that have come to it. */
export class Invocation implements Disposable {
  readonly MessageID: number
  readonly #queue: DimseResponse[] = []
  readonly #events: InvocationEvents
  #waiting: PromiseWithResolvers<DimseResponse> | undefined
  #failure: unknown
  #hasFailed = false
  #isFinal = false

  constructor(MessageID: number, events: InvocationEvents) {
    this.MessageID = MessageID
    this.#events = events
  }

  [Symbol.dispose](): void {
    this.#events.onDisposed()
  }

  get isWaiting(): boolean {
    return this.#waiting !== undefined
  }

  get isFull(): boolean {
    return this.#queue.length >= MOST_QUEUED
  }

  /** The last response has come; another one to this MessageID answers nothing. */
  get isAnswered(): boolean {
    return this.#isFinal
  }

  deliver(response: DimseResponse): void {
    this.#isFinal = !isPending(response.Status)
    if (this.#waiting) {
      this.#waiting.resolve(response)
      this.#waiting = undefined
    } else this.#queue.push(response)
  }

  /** No response will come any more. */
  fail(error: unknown): void {
    this.#hasFailed = true
    this.#failure = error
    this.#waiting?.reject(error)
    this.#waiting = undefined
  }

  /**
   * The next response in order.
   * @throws DimseTimeout after the association was aborted, and whatever ended the association
   */
  async next(timeoutMs: number): Promise<DimseResponse> {
    const queued = this.#queue.shift()
    if (queued) {
      this.#events.onWanted()
      return queued
    }
    if (this.#hasFailed) throw this.#failure
    const waiting = Promise.withResolvers<DimseResponse>()
    this.#waiting = waiting
    const timer = setTimeout(() => {
      this.fail(new DimseTimeout('the peer did not answer', timeoutMs))
      void this.#events.onSilence()
    }, timeoutMs)
    this.#events.onWanted()
    try {
      return await waiting.promise
    } finally {
      clearTimeout(timer)
    }
  }
}
