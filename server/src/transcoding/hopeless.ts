/** Frames that cost a codec thread: who asks for one again is refused at once, or a viewer that tries again would take every thread. */
import { CodecError } from '@isocenter/codecs'

const rememberedMs = 10 * 60_000
const maxRemembered = 1000

export interface Hopeless {
  /** @throws CodecError what the frame failed with, when it did not long ago */
  readonly refuse: (key: string) => void
  /** The error, remembered if it is one that cost a thread. */
  readonly noted: (key: string, error: unknown) => unknown
}

export function createHopeless(now: () => number = Date.now): Hopeless {
  const remembered = new Map<string, { readonly error: CodecError; readonly until: number }>()
  return {
    refuse: (key) => {
      const found = remembered.get(key)
      if (found && found.until > now()) throw found.error
      remembered.delete(key)
    },
    noted: (key, error) => {
      if (error instanceof CodecError && (error.code === 'trapped' || error.code === 'timeout')) {
        remembered.set(key, { error, until: now() + rememberedMs })
        const [oldest] = remembered.keys()
        if (remembered.size > maxRemembered && oldest !== undefined) remembered.delete(oldest)
      }
      return error
    },
  }
}
