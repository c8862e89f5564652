import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addressKey, createRateLimit } from './rate-limit.ts'

const refuses = (check: () => void) => { try { check(); return undefined } catch (error) { return (error as { headers: Record<string, string> }).headers['retry-after'] } }

test('so many at once, then one more after each interval', () => {
  let now = 0
  const limit = createRateLimit({ burst: 3, refillMs: 2_000, now: () => now })
  for (let use = 0; use < 3; use++) {
    expect(refuses(() => { limit.check('a') })).toBeUndefined()
    limit.use('a')
  }
  expect(refuses(() => { limit.check('a') })).toBe('2')
  expect(refuses(() => { limit.check('b') })).toBeUndefined()
  now = 2_000
  expect(refuses(() => { limit.check('a') })).toBeUndefined()
  limit.use('a')
  expect(refuses(() => { limit.check('a') })).toBeDefined()
})

test('what is given back was never used', () => {
  const limit = createRateLimit({ burst: 2, refillMs: 1_000, now: () => 0 })
  for (let use = 0; use < 10; use++) {
    limit.check('a')
    limit.use('a')
    limit.giveBack('a')
  }
  limit.use('a')
  limit.use('a')
  limit.giveBack('b')
  expect(refuses(() => { limit.check('a') })).toBe('1')
  expect(refuses(() => { limit.check('b') })).toBeUndefined()
})

test('over any time there are no more than the burst and what has been given back since', () => {
  fc.assert(fc.property(fc.array(fc.nat(500), { maxLength: 200 }), fc.integer({ min: 1, max: 5 }), (gaps, burst) => {
    let now = 0
    let used = 0
    const limit = createRateLimit({ burst, refillMs: 100, now: () => now })
    for (const gap of gaps) {
      now += gap
      if (refuses(() => { limit.check('k') }) !== undefined) continue
      limit.use('k')
      used++
      expect(used).toBeLessThanOrEqual(burst + now / 100)
    }
  }))
})

test('remembers so many keys and no more', () => {
  const limit = createRateLimit({ burst: 1, refillMs: 60_000, maxKeys: 2, now: () => 0 })
  for (const key of ['a', 'b', 'c']) limit.use(key)
  expect(refuses(() => { limit.check('a') })).toBeUndefined()
  expect(refuses(() => { limit.check('c') })).toBeDefined()
})

test('a household is one caller: an IPv4 address, or the /64 of an IPv6 address, however it is written', () => {
  expect(addressKey('192.0.2.1')).toBe('192.0.2.1')
  expect(addressKey('::ffff:192.0.2.1')).toBe('192.0.2.1')
  expect(addressKey('2001:db8:0:1::5')).toBe(addressKey('2001:0db8::1:9:8:7:6'))
  expect(addressKey('2001:db8:0:1::5')).not.toBe(addressKey('2001:db8:0:2::5'))
  expect(addressKey('::1')).toBe('0:0:0:0')
  expect(addressKey('fe80::1%eth0')).toBe('fe80:0:0:0')
})
