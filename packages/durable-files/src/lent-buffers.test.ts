import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { giveBack, lend, lendPaged, maxLentBytes } from './lent-buffers.ts'

const lengths = fc.integer({ min: 0, max: maxLentBytes })

describe('lent buffers', () => {
  test('have the length asked for, and no two at a time share memory', () => {
    fc.assert(fc.property(fc.array(fc.record({ length: lengths, isGivenBack: fc.boolean() }), { maxLength: 20 }), (loans) => {
      const kept = new Set<Buffer>()
      for (const [index, { length, isGivenBack }] of loans.entries()) {
        const buffer = lend(length)
        expect(buffer.length).toBe(length)
        buffer.fill(index)
        if (isGivenBack) giveBack(buffer)
        else kept.add(buffer.subarray().fill(index + 100))
      }
      const marks = [...kept].filter(({ length }) => length > 0).map((buffer) => buffer[0])
      expect(new Set(marks).size).toBe(marks.length)
    }), { numRuns: 50 })
  })

  test('are lent again once they are given back', () => {
    const first = lend(300_000)
    giveBack(first)
    expect(lend(290_000).buffer).toBe(first.buffer)
  })

  test('are not lent again while only a part was given back', () => {
    const first = lend(300_001)
    giveBack(first.subarray(0, 1000))
    giveBack(first.subarray(1))
    expect(lend(300_001).buffer).not.toBe(first.buffer)
  })

  test('of a size in use find room beside many of another', () => {
    const others = Array.from({ length: 40 }, () => lend(maxLentBytes))
    for (const other of others) giveBack(other)
    const first = lend(maxLentBytes / 2)
    giveBack(first)
    expect(lend(maxLentBytes / 2).buffer).toBe(first.buffer)
  })

  test('of whole pages are their own kind, with all their memory behind them', () => {
    const plain = lend(maxLentBytes)
    giveBack(plain)
    const first = lendPaged(5000)
    expect([first.length, first.buffer.byteLength, first.byteOffset, first.buffer === plain.buffer]).toEqual([5000, maxLentBytes, 0, false])
    giveBack(first)
    expect(lend(maxLentBytes).buffer).not.toBe(first.buffer)
    expect(lendPaged(maxLentBytes).buffer).toBe(first.buffer)
  })

  test('given back twice are lent once', () => {
    const first = lend(200_000)
    giveBack(first)
    giveBack(first)
    expect(lend(200_000).buffer).not.toBe(lend(200_000).buffer)
  })

  test('bytes that were never lent are left alone', () => {
    const own = Buffer.alloc(128 * 1024, 7)
    giveBack(own)
    expect(lend(128 * 1024).buffer).not.toBe(own.buffer)
  })
})
