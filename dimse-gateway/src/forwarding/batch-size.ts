/** How much goes in one request: as much as the line carries in a few seconds, less after trouble. */
import type { ClaimLimits } from './claim.ts'

export interface BatchSize {
  readonly limits: () => ClaimLimits
  readonly succeeded: (bytes: number, tookMs: number) => void
  /** `toOne`: the next ones go singly. */
  readonly failed: (toOne: boolean) => void
}

const mostObjects = 64
const mostBytes = 32 * 1024 * 1024
const leastBytes = 1024 * 1024
const firstObjects = 16
/** A request that takes longer than this makes what is in it wait for its answer, and is a pity to lose. */
const wantedMs = 8_000

export function createBatchSize(): BatchSize {
  let objects = firstObjects
  let bytes = mostBytes / 4
  return {
    limits: () => ({ maxObjects: objects, maxBytes: bytes }),
    succeeded: (sentBytes, tookMs) => {
      objects = Math.min(mostObjects, objects * 2)
      const carried = (sentBytes / Math.max(tookMs, 1)) * wantedMs
      // Small batches say little of the line, so the size moves towards what they suggest and never jumps.
      bytes = Math.round(Math.min(mostBytes, Math.max(leastBytes, Math.min(bytes * 2, Math.max(carried, bytes / 2)))))
    },
    failed: (toOne) => {
      objects = toOne ? 1 : Math.max(1, Math.floor(objects / 2))
      bytes = Math.max(leastBytes, Math.floor(bytes / 2))
    },
  }
}
