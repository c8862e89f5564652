/** Lets several wait for a time or for news, whichever comes first. */
export interface WakeUp {
  /** How often there has been news: what came after this was looked at ends the wait at once. */
  readonly count: () => number
  /** Resolves after the time, or when there has been news since `count` was `seen`. */
  readonly sleep: (timeMs: number, seen: number) => Promise<void>
  readonly wake: () => void
}

/** The longest a timer takes. */
const longestMs = 2 ** 31 - 1

export function createWakeUp(): WakeUp {
  const sleepers = new Set<() => void>()
  let news = 0
  return {
    count: () => news,
    sleep: (timeMs, seen) => {
      if (news !== seen) return Promise.resolve()
      return new Promise((resolve) => {
        const end = (): void => {
          clearTimeout(timer)
          sleepers.delete(end)
          resolve()
        }
        const timer = setTimeout(end, Math.min(Math.max(timeMs, 0), longestMs))
        sleepers.add(end)
      })
    },
    wake: () => {
      news++
      for (const end of sleepers) end()
    },
  }
}
