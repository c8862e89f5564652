/** Lets several wait for a time or for news, whichever comes first. */
export interface WakeUp {
  /** Resolves after the time, or when `wake` is called. */
  readonly sleep: (timeMs: number) => Promise<void>
  readonly wake: () => void
}

/** The longest a timer takes. */
const longestMs = 2 ** 31 - 1

export function createWakeUp(): WakeUp {
  const sleepers = new Set<() => void>()
  return {
    sleep: (timeMs) => new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer)
        sleepers.delete(end)
        resolve()
      }
      const timer = setTimeout(end, Math.min(Math.max(timeMs, 0), longestMs))
      sleepers.add(end)
    }),
    wake: () => { for (const end of [...sleepers]) end() },
  }
}
