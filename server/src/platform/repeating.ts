/** Work in the background that is done again and again for as long as a process runs. */

export interface Repeating {
  /** Begins no more rounds, and waits for the one under way. */
  readonly close: () => Promise<void>
}

export interface RepeatingOptions {
  readonly round: () => Promise<void>
  /** Between the end of one round and the beginning of the next; asked for after each. */
  readonly pauseMs: number | (() => number)
  /** Told of a round that failed; the next one comes all the same. */
  readonly onError: (error: unknown) => void
}

/** Does a round now, and another a pause after each end, until closed: never two at once, and none keeps the process from ending. */
export function startRepeating({ round, pauseMs, onError }: RepeatingOptions): Repeating {
  let timer: NodeJS.Timeout | undefined
  let isClosed = false
  const run = async () => {
    try {
      await round()
    } catch (error) {
      onError(error)
    }
    if (!isClosed) timer = setTimeout(() => { running = run() }, typeof pauseMs === 'number' ? pauseMs : pauseMs()).unref()
  }
  let running = run()
  return {
    close: async () => {
      isClosed = true
      clearTimeout(timer)
      await running
    },
  }
}
