import { setTimeout as sleep } from 'node:timers/promises'

/** A part of the tree that has been started and is usable. */
export interface Started {
  /** Resolves, with a word on why, when it has ended by whatever cause. */
  readonly ended: Promise<string>
  readonly stop: () => Promise<void>
}

/** A part that is started again whenever it ends. */
export interface KeptRunning {
  /** Stops it now and starts it anew. */
  readonly restart: () => Promise<void>
  /** Stops it for good. */
  readonly stop: () => Promise<void>
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
export async function keepRunning(start: () => Promise<Started>, options: KeepRunningOptions): Promise<KeptRunning> {
  const { name, say, firstDelayMs = 500, longestDelayMs = 30_000, steadyAfterMs = 60_000 } = options
  const stopping = new AbortController()
  let current: Started | undefined = await start()
  let restarting = false

  /** Starts once more; answers why that failed. */
  const startAgain = async (): Promise<string | undefined> => {
    try {
      current = await start()
      return undefined
    } catch (error) {
      current = undefined
      return error instanceof Error ? error.message : String(error)
    }
  }

  const watch = async () => {
    let delay = firstDelayMs
    let since = Date.now()
    let why = await current?.ended
    while (!stopping.signal.aborted) {
      if (Date.now() - since > steadyAfterMs) delay = firstDelayMs
      if (restarting) {
        restarting = false
        say(`Starting the ${name} anew …`)
      } else {
        say(`The ${name} ended unasked (${why ?? ''}). Starting it again in ${delay / 1000} s.`)
        await sleep(delay, undefined, { signal: stopping.signal }).catch(() => undefined)
        delay = Math.min(delay * 2, longestDelayMs)
      }
      if (stopping.signal.aborted) return
      since = Date.now()
      why = await startAgain()
      if (why !== undefined) continue
      say(`The ${name} runs again.`)
      why = await current?.ended
    }
  }
  const watching = watch()
  return {
    restart: async () => {
      if (current === undefined) return
      restarting = true
      await current.stop()
    },
    stop: async () => {
      stopping.abort()
      await current?.stop()
      await watching
      // A start under way when the stop came has brought up one more.
      await current?.stop()
    },
  }
}
