import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createLog } from '../platform/log.ts'
import { createLossLog, type LossLog } from './loss-log.ts'

let lines: { level: number; objects: number }[]
let losses: LossLog
beforeEach(() => {
  vi.useFakeTimers()
  lines = []
  losses = createLossLog(createLog('info', { write: (line) => { lines.push(JSON.parse(line)) } }))
})
afterEach(() => { vi.useRealTimers() })

test('what is found to be gone together is one line of each kind, and later finds are told of again', () => {
  for (let found = 0; found < 500; found++) losses.note({ arrived: found % 5 === 0 ? 1 : 0, lost: 1 })
  vi.advanceTimersByTime(1_000)
  expect(lines).toMatchObject([{ level: 50, objects: 500 }, { level: 30, objects: 100 }])
  vi.advanceTimersByTime(10_000)
  losses.note({ arrived: 0, lost: 2 })
  vi.advanceTimersByTime(1_000)
  expect(lines.slice(2)).toMatchObject([{ level: 50, objects: 2 }])
})

test('what is found just before the end is told of, once', () => {
  losses.note({ arrived: 0, lost: 3 })
  losses.flush()
  vi.advanceTimersByTime(10_000)
  expect(lines).toMatchObject([{ level: 50, objects: 3 }])
})
