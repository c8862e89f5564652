import { DimseTimeout } from './dimse-error.ts'

/** How many requests may be under way at once (PS3.7 §D.3.3.3); later ones wait in the order in which they came. */
export class Turns {
  #free: number
  readonly #waiting: (() => void)[] = []

  /** @param limit 0 is no limit, as in the negotiation */
  constructor(limit: number) {
    this.#free = limit === 0 ? Number.POSITIVE_INFINITY : limit
  }

  /** Resolves when a turn is free, which the caller then owns until `leave`. @throws DimseTimeout */
  async enter(timeoutMs: number): Promise<void> {
    if (this.#free > 0) {
      this.#free--
      return
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#waiting.push(resolve)
    const timer = setTimeout(() => {
      this.#waiting.splice(this.#waiting.indexOf(resolve), 1)
      reject(new DimseTimeout('the requests before it did not end', timeoutMs))
    }, timeoutMs)
    try {
      await promise
    } finally {
      clearTimeout(timer)
    }
  }

  leave(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#free++
  }
}
