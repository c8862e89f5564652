/** More than wait in one process at a time are answered at once, and ask again. */
const maxWaiting = 2_000

export interface Turn {
  /** Resolves when something is told of the id, the time is over, nobody waits any more, or the process stops. */
  readonly done: Promise<void>
  readonly end: () => void
}

/** Requests that wait to be told of one thing by its id, whichever process it happens in; nothing is asked again and again meanwhile. */
export function createWaiting(listen: (listener: (id: string) => void) => void) {
  const waiting = new Map<string, Set<() => void>>()
  let count = 0
  let isListening = false

  const wake = (id: string) => { for (const done of waiting.get(id) ?? []) done() }

  return {
    turnOf: (id: string, longestMs: number, gone: AbortSignal): Turn => {
      if (!isListening) listen(wake)
      isListening = true
      const { promise: done, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, count < maxWaiting ? longestMs : 0)
      const others = waiting.get(id) ?? new Set()
      waiting.set(id, others.add(resolve))
      count++
      gone.addEventListener('abort', () => { resolve() }, { once: true })
      const end = () => {
        clearTimeout(timer)
        resolve()
        if (!others.delete(resolve)) return
        count--
        if (others.size === 0) waiting.delete(id)
      }
      return { done, end }
    },
    close: () => { for (const id of waiting.keys()) wake(id) },
  }
}
