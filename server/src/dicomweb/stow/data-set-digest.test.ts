import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DataSetDigest } from './data-set-digest.ts'

test('is the SHA-256 of what follows the offset, wherever chunks end and whenever the offset becomes known', () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(), fc.nat(), fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (bytes, from, known, sizes) => {
    const dataSetOffset = from % (bytes.length + 1)
    const digest = new DataSetDigest()
    for (let at = 0, turn = 0; at < bytes.length; turn++) {
      const chunk = bytes.subarray(at, at + (sizes[turn % sizes.length] ?? 1))
      at += chunk.length
      digest.update(chunk, at >= dataSetOffset && turn >= known % 5 ? dataSetOffset : undefined)
    }
    expect(digest.digest(dataSetOffset)).toEqual(createHash('sha256').update(bytes.subarray(dataSetOffset)).digest())
  }))
})
