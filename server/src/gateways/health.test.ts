import fc from 'fast-check'
import { expect, test } from 'vitest'
import { healthOf } from './health.ts'

const now = new Date('2026-11-22T12:00:00Z')
const heard = (silentSeconds: number, reportAfterMs = 20_000) => healthOf({ isRevoked: false, lastContactAt: new Date(now.getTime() - silentSeconds * 1000), reportAfterMs }, now)

test('a gateway is online while its next report is not due, late when it is, offline when several have not come', () => {
  expect([0, 20, 34].map((seconds) => heard(seconds))).toEqual(['online', 'online', 'online'])
  expect([36, 60, 119].map((seconds) => heard(seconds))).toEqual(['late', 'late', 'late'])
  expect(heard(121)).toBe('offline')
})

test('one that was allowed a long silence is not offline for keeping it', () => {
  expect(heard(590, 600_000)).toBe('online')
  expect(heard(2_900, 600_000)).toBe('late')
  expect(heard(3_100, 600_000)).toBe('offline')
})

test('one that never reported is unheard; a revoked one is revoked whatever it says', () => {
  expect(healthOf({ isRevoked: false, lastContactAt: undefined, reportAfterMs: undefined }, now)).toBe('unheard')
  expect(healthOf({ isRevoked: true, lastContactAt: now, reportAfterMs: 20_000 }, now)).toBe('revoked')
})

test('silence makes nothing better', () => {
  const order = ['online', 'late', 'offline']
  fc.assert(fc.property(fc.nat(100_000), fc.nat(100_000), fc.integer({ min: 1_000, max: 3_600_000 }), (a, b, after) => {
    const [shorter, longer] = [Math.min(a, b), Math.max(a, b)]
    expect(order.indexOf(heard(shorter, after))).toBeLessThanOrEqual(order.indexOf(heard(longer, after)))
  }))
})
