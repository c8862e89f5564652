import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { firstWordOfSha256 } from './sha256.ts'
import { solve } from './solve.ts'

test('the hash is the one everybody else computes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (message) => {
    expect(firstWordOfSha256(message) >>> 0).toBe(createHash('sha256').update(message).digest().readUInt32BE())
  }))
})

test.each([0, 1, 8, 12])('a solution begins with %i zero bits', (zeroBits) => {
  const { challenge, nonce } = solve({ challenge: 'k1.c29tZXRoaW5n', zeroBits })
  expect(Math.clz32(createHash('sha256').update(`${challenge}.${String(nonce)}`).digest().readUInt32BE())).toBeGreaterThanOrEqual(zeroBits)
})

test('what a browser is asked for takes it about a second at most', () => {
  const began = performance.now()
  for (let nonce = 0; nonce < 100_000; nonce++) firstWordOfSha256(new TextEncoder().encode(`${'x'.repeat(180)}.${String(nonce)}`))
  expect(performance.now() - began).toBeLessThan(2_000)
})
