/** Work that several ask for at once is done once. */

interface Ongoing<T> {
  readonly result: Promise<T>
  readonly controller: AbortController
  askers: number
}

export interface SharedWork<T> {
  /**
   * The result of `work`, begun now or already under way for the same key. It is cancelled when all who asked have gone.
   * @throws the signal's reason once it is aborted; what `work` throws
   */
  readonly share: (key: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>) => Promise<T>
}

export function createSharedWork<T>(): SharedWork<T> {
  const ongoing = new Map<string, Ongoing<T>>()

  const begin = (key: string, work: (signal: AbortSignal) => Promise<T>): Ongoing<T> => {
    const controller = new AbortController()
    const one: Ongoing<T> = { result: work(controller.signal), controller, askers: 0 }
    ongoing.set(key, one)
    const end = (): void => { if (ongoing.get(key) === one) ongoing.delete(key) }
    one.result.then(end, end)
    return one
  }

  return {
    share: (key, signal, work) => {
      if (signal.aborted) return Promise.reject(reasonOf(signal))
      const one = ongoing.get(key) ?? begin(key, work)
      one.askers++
      return new Promise<T>((resolve, reject) => {
        const leave = (): void => {
          signal.removeEventListener('abort', onAbort)
          one.askers--
        }
        const onAbort = (): void => {
          leave()
          if (one.askers === 0) {
            // Who asks from now on begins anew: this one is on its way out.
            if (ongoing.get(key) === one) ongoing.delete(key)
            one.controller.abort(signal.reason)
          }
          reject(reasonOf(signal))
        }
        signal.addEventListener('abort', onAbort, { once: true })
        one.result.then((value) => { leave(); resolve(value) }, (error: unknown) => { leave(); reject(error instanceof Error ? error : new Error('the work failed', { cause: error })) })
      })
    },
  }
}

const reasonOf = (signal: AbortSignal): Error => signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason })
