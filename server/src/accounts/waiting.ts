/** More than wait in one process at a time are answered at once, and ask again. */
const maxWaiting = 2_000

export interface Turn {
  /** Resolves when something is told of the id; over when its time is, nobody waits any more, or the process stops. */
  readonly done: Promise<'told' | 'over'>
  readonly end: () => void
}

/** Requests that wait to be told of one thing by its id, whichever process it happens in; nothing is asked again and again meanwhile. */
export function createWaiting(listen: (listener: (id: string) => void) => void) {
  const waiting = new Map<string, Set<(how: 'told' | 'over') => void>>()
  let count = 0
  let isListening = false
  let isClosed = false

  const wake = (id: string, how: 'told' | 'over') => { for (const done of waiting.get(id) ?? []) done(how) }

  return {
    turnOf: (id: string, longestMs: number, gone: AbortSignal): Turn => {
      if (!isListening) listen((told) => { wake(told, 'told') })
      isListening = true
      const { promise: done, resolve } = Promise.withResolvers<'told' | 'over'>()
      const over = () => { resolve('over') }
      const timer = setTimeout(over, count < maxWaiting && !isClosed ? longestMs : 0)
      const others = waiting.get(id) ?? new Set()
      waiting.set(id, others.add(resolve))
      count++
      gone.addEventListener('abort', over, { once: true })
      const end = () => {
        clearTimeout(timer)
        gone.removeEventListener('abort', over)
        over()
        if (!others.delete(resolve)) return
        count--
        if (others.size === 0) waiting.delete(id)
      }
      return { done, end }
    },
    close: () => {
      isClosed = true
      for (const id of waiting.keys()) wake(id, 'over')
    },
  }
}
