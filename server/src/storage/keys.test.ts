import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isBlobKey, isDerivedBlobKey, newBlobKey, newDerivedBlobKey, organisationOfBlobKey, recentBlobKeys } from './keys.ts'

describe('a new blob key', () => {
  test('says organisation and hour in UTC, then a version 7 UUID (the moment is that of RFC 9562 A.6)', () => {
    expect(newBlobKey('42', new Date('2022-02-22T14:22:22-05:00'))).toMatch(/^42\/2022\/02\/22\/19\/017f22e2-79b0-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  test('is a key stores accept, and never the same twice', () => {
    fc.assert(fc.property(fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }), fc.date({ min: new Date('2000-01-01Z'), max: new Date('2200-01-01Z'), noInvalidDate: true }), (organisation, now) => {
      const keys = [newBlobKey(String(organisation), now), newBlobKey(String(organisation), now)]
      expect(keys.every(isBlobKey)).toBe(true)
      expect(keys[0]).not.toBe(keys[1])
    }))
  })

  test('sorts after one made earlier for the same organisation', () => {
    const moments = fc.date({ min: new Date('2000-01-01Z'), max: new Date('2200-01-01Z'), noInvalidDate: true })
    fc.assert(fc.property(moments, fc.integer({ min: 1, max: 10 ** 9 }), (now, later) => {
      expect(newBlobKey('1', now) < newBlobKey('1', new Date(now.getTime() + later))).toBe(true)
    }))
  })
})

describe('recent blob keys', () => {
  const moments = fc.date({ min: new Date('2000-01-01Z'), max: new Date('2200-01-01Z'), noInvalidDate: true })
  const within = (key: string, since: Date, until: Date) =>
    recentBlobKeys('7', since, until).filter(({ prefix, after }) => key.startsWith(prefix) && key > after).length

  test('are found from the hour of the beginning on, across days, months and years', () => {
    expect(recentBlobKeys('7', new Date('2027-12-30T22:59:59Z'), new Date('2028-01-01T00:30:00Z'))).toEqual([
      { prefix: '7/2027/12/30/', after: '7/2027/12/30/22' },
      { prefix: '7/2027/12/31/', after: '7/2027/12/31/' },
      { prefix: '7/2028/01/01/', after: '7/2028/01/01/' },
    ])
  })

  test('hold every blob begun in between exactly once, and none an hour older', () => {
    const hour = 3_600_000
    fc.assert(fc.property(moments, fc.integer({ min: 0, max: 80 * hour }), fc.double({ min: 0, max: 1, noNaN: true }), (since, span, at) => {
      const until = new Date(since.getTime() + span)
      expect(within(newBlobKey('7', new Date(since.getTime() + Math.floor(span * at))), since, until)).toBe(1)
      expect(within(newBlobKey('7', new Date(since.getTime() - hour)), since, until)).toBe(0)
      expect(within(newBlobKey('71', since), since, until)).toBe(0)
    }))
  })
})

test('what is derived lies in a folder of its own, and is found there', () => {
  const now = new Date('2028-01-01T00:30:00Z')
  const key = newDerivedBlobKey('derived/metadata/', '7', now)
  expect([isBlobKey(key), isDerivedBlobKey(key), isDerivedBlobKey(newBlobKey('7', now))]).toEqual([true, true, false])
  const [range] = recentBlobKeys('7', now, now, 'derived/metadata/')
  expect(range && key.startsWith(range.prefix) && key > range.after).toBe(true)
})

test('a blob key says whose it is; one that is not of our making says nothing', () => {
  expect(organisationOfBlobKey(newBlobKey('42', new Date()))).toBe('42')
  for (const key of ['readme.txt', '42/2026/01/01/00/photo.jpg', newBlobKey('0', new Date()), `derived/${newBlobKey('42', new Date())}`]) {
    expect(organisationOfBlobKey(key)).toBeUndefined()
  }
})

describe('a blob key', () => {
  test.each([['a/'.repeat(256) + 'a'], ['a'.repeat(201)]])('is refused when too long for a store', (key) => {
    expect(isBlobKey(key)).toBe(false)
    expect(isBlobKey(key.slice(2))).toBe(true)
  })
})
