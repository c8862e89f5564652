import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dueAt, nextAt } from './timing.ts'

const shanghai = 'Asia/Shanghai'

test.each([
  ['at once where nothing is said', {}, '2026-11-22T15:00:00Z', '2026-11-22T15:00:00Z'],
  ['with the digest of today, by the clock on the wall', { digestAt: '08:00' }, '2026-11-21T23:00:00Z', '2026-11-22T00:00:00Z'],
  ['with that of tomorrow, once today\'s is gone', { digestAt: '08:00' }, '2026-11-22T00:00:00Z', '2026-11-23T00:00:00Z'],
  ['when the quiet time is over, past midnight', { quiet: { from: '22:00', to: '07:00' } }, '2026-11-22T15:00:00Z', '2026-11-22T23:00:00Z'],
  ['before the quiet time begins', { quiet: { from: '22:00', to: '07:00' } }, '2026-11-22T13:59:00Z', '2026-11-22T13:59:00Z'],
  ['at its very end', { quiet: { from: '22:00', to: '07:00' } }, '2026-11-22T23:00:00Z', '2026-11-22T23:00:00Z'],
  ['a digest that falls into the quiet time waits for its end', { digestAt: '03:00', quiet: { from: '22:00', to: '07:00' } }, '2026-11-22T12:00:00Z', '2026-11-22T23:00:00Z'],
])('%s', (_what, timing, now, due) => {
  expect(dueAt(timing, new Date(now), shanghai)).toEqual(new Date(due))
})

test('summer time: the clock shows what was asked for, before and after the change', () => {
  expect(nextAt('08:00', new Date('2026-03-28T12:00:00Z'), 'Europe/Berlin')).toEqual(new Date('2026-03-29T06:00:00Z'))
  expect(nextAt('08:00', new Date('2026-10-24T12:00:00Z'), 'Europe/Berlin')).toEqual(new Date('2026-10-25T07:00:00Z'))
})

test('a message is never kept back for longer than two days, and never leaves before it came', () => {
  const time = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 })).map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`)
  const moments = fc.date({ min: new Date('2026-01-01'), max: new Date('2027-12-31'), noInvalidDate: true })
  fc.assert(fc.property(moments, fc.option(time, { nil: undefined }), time, time, fc.constantFrom(shanghai, 'Europe/Berlin', 'America/St_Johns', 'Pacific/Kiritimati'), (now, digestAt, from, to, zone) => {
    const due = dueAt({ ...(digestAt === undefined ? {} : { digestAt }), ...(from === to ? {} : { quiet: { from, to } }) }, now, zone)
    expect(due.getTime()).toBeGreaterThanOrEqual(now.getTime())
    expect(due.getTime() - now.getTime()).toBeLessThanOrEqual(50 * 3_600_000)
  }))
})
