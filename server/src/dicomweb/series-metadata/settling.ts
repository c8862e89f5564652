/** Work that is done for something once it has been left alone for a while. */

export interface Settling<Item> {
  /** Something changed: its work waits anew. */
  touched: (item: Item) => void
  /** The work is wanted; when it waits already, it does not wait any longer for that. */
  wanted: (item: Item) => void
  /** Drops what waits and resolves when what runs has ended. */
  close: () => Promise<void>
}

export interface SettlingOptions<Item> {
  readonly keyOf: (item: Item) => string
  readonly work: (item: Item) => Promise<void>
  readonly onError: (error: unknown) => void
  /** How long something must be left alone, milliseconds. */
  readonly settleMs: number
  /** Beyond this many the one that waits longest is dropped: whoever asks for it next brings it back. */
  readonly maxWaiting: number
}

/** A bounded queue in this process, worked off one at a time. What is lost with the process is asked for again by the next reader. */
export function createSettling<Item>({ keyOf, work, onError, settleMs, maxWaiting }: SettlingOptions<Item>): Settling<Item> {
  // In the order they are due: each wait is equally long.
  const waiting = new Map<string, { item: Item; due: number }>()
  let timer: NodeJS.Timeout | undefined
  let running = Promise.resolve()
  let isRunning = false
  let isClosed = false

  const schedule = () => {
    const [first] = waiting.values()
    if (!first || isRunning || isClosed) return
    clearTimeout(timer)
    timer = setTimeout(() => { running = run() }, Math.max(0, first.due - performance.now())).unref()
  }

  const run = async () => {
    isRunning = true
    for (const [key, { item, due }] of waiting) {
      if (isClosed || due > performance.now()) break
      waiting.delete(key)
      await work(item).catch(onError)
    }
    isRunning = false
    schedule()
  }

  const put = (key: string, item: Item) => {
    waiting.set(key, { item, due: performance.now() + settleMs })
    if (waiting.size > maxWaiting) {
      const [oldest] = waiting.keys()
      if (oldest !== undefined) waiting.delete(oldest)
    }
    schedule()
  }

  return {
    touched: (item) => {
      const key = keyOf(item)
      waiting.delete(key)
      put(key, item)
    },
    wanted: (item) => {
      const key = keyOf(item)
      if (!waiting.has(key)) put(key, item)
    },
    close: async () => {
      isClosed = true
      clearTimeout(timer)
      waiting.clear()
      await running
    },
  }
}
