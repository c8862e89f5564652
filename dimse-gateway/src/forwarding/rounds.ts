/** Work that comes round: one after the other, never twice at a time, until it is stopped. */
export interface Rounds {
  /** Ends after the round under way. */
  readonly stop: () => Promise<void>
}

export function startRounds(everyMs: number, round: () => Promise<unknown>, onError: (error: unknown) => void): Rounds {
  let timer: NodeJS.Timeout | undefined
  let isStopped = false
  let under = Promise.resolve()
  const plan = (): void => {
    timer = setTimeout(() => {
      under = round().then(() => undefined, onError).then(() => { if (!isStopped) plan() })
    }, everyMs)
    timer.unref()
  }
  plan()
  return {
    stop: async () => {
      isStopped = true
      clearTimeout(timer)
      await under
    },
  }
}
