import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startRepeating } from './repeating.ts'

beforeEach(() => { vi.useFakeTimers() })
afterEach(() => { vi.useRealTimers() })

/** A round that ends when it is told to. */
function aRound() {
  const ends: ((error?: Error) => void)[] = []
  return { round: () => new Promise<void>((resolve, reject) => { ends.push((error) => { if (error) reject(error); else resolve() }) }), ends }
}
const settled = () => vi.advanceTimersByTimeAsync(0)

test('a round begins at once, and the next a pause after its end, never two at a time', async () => {
  const { round, ends } = aRound()
  const repeating = startRepeating({ round, pauseMs: 100, onError: () => undefined })
  expect(ends).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(ends).toHaveLength(1)
  ends[0]?.()
  await vi.advanceTimersByTimeAsync(99)
  expect(ends).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(ends).toHaveLength(2)
  ends[1]?.()
  await repeating.close()
})

test('one that fails is told of, and is followed like any other, after the pause there is then', async () => {
  const { round, ends } = aRound()
  const told: unknown[] = []
  let pauseMs = 10
  const repeating = startRepeating({ round, pauseMs: () => pauseMs, onError: (error) => { told.push(error); pauseMs = 500 } })
  const failure = new Error('away')
  ends[0]?.(failure)
  await vi.advanceTimersByTimeAsync(499)
  expect([told, ends.length]).toEqual([[failure], 1])
  await vi.advanceTimersByTimeAsync(1)
  expect(ends).toHaveLength(2)
  ends[1]?.()
  await repeating.close()
})

test('closing waits for the round under way, and none comes after it, nor out of a pause', async () => {
  const { round, ends } = aRound()
  const repeating = startRepeating({ round, pauseMs: 100, onError: () => undefined })
  let isClosed = false
  const closed = repeating.close().then(() => { isClosed = true })
  await settled()
  expect(isClosed).toBe(false)
  ends[0]?.()
  await closed
  await vi.advanceTimersByTimeAsync(1_000)
  expect(ends).toHaveLength(1)

  const other = aRound()
  const pausing = startRepeating({ round: other.round, pauseMs: 100, onError: () => undefined })
  other.ends[0]?.()
  await settled()
  await pausing.close()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(other.ends).toHaveLength(1)
})
