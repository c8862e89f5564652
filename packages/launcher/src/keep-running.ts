import { setTimeout as sleep } from 'node:timers/promises'

/** A part of the tree that has been started and is usable. */
export interface Started {
  /** Resolves, with a word on why, when it has ended by whatever cause. */
  readonly ended: Promise<string>
  stop(): Promise<void>
}

export interface KeepRunningOptions {
  /** As in "The server ended". */
  readonly name: string
  /** One line to the person at the terminal. */
  readonly say: (line: string) => void
  readonly firstDelayMs?: number
  readonly longestDelayMs?: number
  /** Having run this long, an end counts as the first. */
  readonly steadyAfterMs?: number
}

/**
 * Starts a part and starts it again, ever more slowly, each time it ends unasked.
 * @throws whatever the first start throws: what never ran is not tried again
 */
export async function keepRunning(start: () => Promise<Started>, options: KeepRunningOptions): Promise<{ stop(): Promise<void> }> {
  const { name, say, firstDelayMs = 500, longestDelayMs = 30_000, steadyAfterMs = 60_000 } = options
  const stopping = new AbortController()
  let current: Started | undefined = await start()

  const watch = async () => {
    let delay = firstDelayMs
    let since = Date.now()
    let why = await current?.ended
    while (!stopping.signal.aborted) {
      if (Date.now() - since > steadyAfterMs) delay = firstDelayMs
      say(`The ${name} ended unasked (${why ?? ''}). Starting it again in ${delay / 1000} s.`)
      await sleep(delay, undefined, { signal: stopping.signal }).catch(() => undefined)
      if (stopping.signal.aborted) return
      delay = Math.min(delay * 2, longestDelayMs)
      since = Date.now()
      try {
        current = await start()
      } catch (error) {
        current = undefined
        why = error instanceof Error ? error.message : String(error)
        continue
      }
      say(`The ${name} runs again.`)
      why = await current.ended
    }
  }
  const watching = watch()
  return {
    stop: async () => {
      stopping.abort()
      await current?.stop()
      await watching
      // A start under way when the stop came has brought up one more.
      await current?.stop()
    },
  }
}
