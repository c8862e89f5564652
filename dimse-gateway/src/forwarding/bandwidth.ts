/** A limit on the bytes that leave for a node, shared by all its connections. */
import { setTimeout as delay } from 'node:timers/promises'

export interface BandwidthLimit {
  /** Resolves when the bytes may leave; in the order asked. @throws the signal's reason */
  readonly take: (bytes: number, signal?: AbortSignal) => Promise<void>
  /** Whether there is a limit now. */
  readonly isSet: () => boolean
  /** Bytes a second from now on; undefined for no limit. */
  readonly set: (bytesPerSecond: number | undefined) => void
}

/** Bytes written at once where a limit holds: small, so that the line is even and not a burst a second. */
export const pacedWriteBytes = 16 * 1024
/** What may leave at once after a pause, in seconds of the rate. */
const burstSeconds = 0.1
/** Longest sleep before the limit is looked at again: it can be changed at any time. */
const maxSleepMs = 250

/**
 * A token bucket, kept as the time at which it has been used up to: what is taken moves that time on, and who takes waits
 * until it is no more than the burst ahead.
 */
export function createBandwidthLimit(initial: number | undefined, now: () => number = () => performance.now()): BandwidthLimit {
  let bytesPerSecond = initial
  let usedUntilMs = now()
  let turn: Promise<void> = Promise.resolve()

  const waitForTurn = async (bytes: number, signal: AbortSignal | undefined): Promise<void> => {
    usedUntilMs = Math.max(usedUntilMs, now() - burstSeconds * 1000)
    for (;;) {
      signal?.throwIfAborted()
      if (bytesPerSecond === undefined) return
      const aheadMs = usedUntilMs - now()
      if (aheadMs <= 0) break
      await delay(Math.min(aheadMs, maxSleepMs), undefined, { signal }).catch((error: unknown) => {
        signal?.throwIfAborted()
        throw error
      })
    }
    usedUntilMs += (bytes / bytesPerSecond) * 1000
  }

  return {
    take: (bytes, signal) => {
      if (bytesPerSecond === undefined) return Promise.resolve()
      const mine = turn.then(() => waitForTurn(bytes, signal))
      turn = mine.catch(() => undefined) // whoever asked is told; the next one's turn comes all the same
      return mine
    },
    isSet: () => bytesPerSecond !== undefined,
    set: (next) => {
      bytesPerSecond = next
      usedUntilMs = now()
    },
  }
}

/** The bytes, where a limit holds in pieces no larger than a paced write, each given out when it may leave. */
export async function* paced(chunks: AsyncIterable<Uint8Array>, limit: BandwidthLimit, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    if (!limit.isSet()) {
      yield chunk
      continue
    }
    for (let at = 0; at < chunk.length; at += pacedWriteBytes) {
      const piece = chunk.subarray(at, at + pacedWriteBytes)
      await limit.take(piece.length, signal)
      yield piece
    }
  }
}
