import { DimseTimeout } from './dimse-error.ts'

/** How many requests may be under way at once (PS3.7 §D.3.3.3); later ones wait in the order in which they came. */
export class Turns {
  #free: number
  readonly #waiting: (() => void)[] = []

  /** @param limit 0 is no limit, as in the negotiation */
  constructor(limit: number) {
    this.#free = limit === 0 ? Number.POSITIVE_INFINITY : limit
  }

  /** Resolves when a turn is free, which the caller then owns until `leave`. @throws DimseTimeout, the signal's reason */
  async enter(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    if (this.#free > 0) {
      this.#free--
      return
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#waiting.push(resolve)
    const giveUp = (error: unknown): void => {
      const place = this.#waiting.indexOf(resolve)
      // Once the turn has come it is the caller's, who looks at the signal again.
      if (place === -1) return
      this.#waiting.splice(place, 1)
      reject(error)
    }
    const onAbort = (): void => giveUp(signal?.reason)
    const timer = setTimeout(() => giveUp(new DimseTimeout('the requests before it did not end', timeoutMs)), timeoutMs)
    signal?.addEventListener('abort', onAbort)
    try {
      await promise
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
  }

  leave(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#free++
  }
}
