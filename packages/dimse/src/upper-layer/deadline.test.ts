import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Deadline } from './deadline.ts'

let due = 0
let deadline: Deadline
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'] })
  due = 0
  deadline = new Deadline(100, () => { due++ })
})
afterEach(() => { vi.useRealTimers() })

test('comes due once, when its time is over', () => {
  deadline.start()
  vi.advanceTimersByTime(98)
  expect(due).toBe(0)
  vi.advanceTimersByTime(300)
  expect(due).toBe(1)
})

test('begins anew at every restart, not at every start', () => {
  deadline.start()
  vi.advanceTimersByTime(60)
  deadline.start()
  vi.advanceTimersByTime(60)
  expect(due).toBe(1)
  deadline.restart()
  vi.advanceTimersByTime(60)
  deadline.restart()
  vi.advanceTimersByTime(60)
  expect(due).toBe(1)
})

test('goes on with what was left after it was held', () => {
  deadline.start()
  vi.advanceTimersByTime(70)
  deadline.hold()
  vi.advanceTimersByTime(1000)
  expect(due).toBe(0)
  deadline.start()
  vi.advanceTimersByTime(25)
  expect(due).toBe(0)
  vi.advanceTimersByTime(10)
  expect(due).toBe(1)
})

test('forgets what was left when it is stopped', () => {
  deadline.start()
  vi.advanceTimersByTime(90)
  deadline.stop()
  deadline.start()
  vi.advanceTimersByTime(95)
  expect(due).toBe(0)
})

test('does not blame a peer for what came while the process stood still', () => {
  deadline.start()
  vi.advanceTimersToNextTimer()
  // The timer has run; what waited to be read is read before anybody is blamed.
  deadline.restart()
  vi.advanceTimersByTime(50)
  expect(due).toBe(0)
})

test('of 0 never comes due', () => {
  const never = new Deadline(0, () => { due++ })
  never.start()
  never.restart()
  vi.advanceTimersByTime(1e6)
  expect(due).toBe(0)
})

test('disposed keeps no timer', () => {
  deadline.start()
  deadline.dispose()
  expect(vi.getTimerCount()).toBe(0)
})
