import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isBlobKey, newBlobKey } from './keys.ts'

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

describe('a blob key', () => {
  test.each([['a/'.repeat(256) + 'a'], ['a'.repeat(201)]])('is refused when too long for a store', (key) => {
    expect(isBlobKey(key)).toBe(false)
    expect(isBlobKey(key.slice(2))).toBe(true)
  })
})
