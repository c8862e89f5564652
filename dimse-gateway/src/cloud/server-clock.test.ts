import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createServerClock } from './server-clock.ts'

test('whatever the clock on the wall says, the time at the cloud is known to two seconds after one answer', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }), fc.array(fc.nat(100_000), { maxLength: 20 }), (start, offMs, gaps) => {
    let truth = start
    const clock = createServerClock(() => new Date(truth + offMs))
    const hear = () => clock.note(new Date(Math.floor(truth / 1000) * 1000).toUTCString())
    hear()
    for (const gap of gaps) {
      truth += gap
      expect(Math.abs(clock.now().getTime() - truth)).toBeLessThanOrEqual(2_000)
      hear()
    }
  }))
})

test('what is no date changes nothing', () => {
  const clock = createServerClock(() => new Date(5_000))
  for (const date of [undefined, '', 'soon']) expect(clock.note(date)).toBe(0)
  expect(clock.now().getTime()).toBe(5_000)
})
