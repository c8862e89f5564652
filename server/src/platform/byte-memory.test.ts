import { expect, test } from 'vitest'
import { createByteMemory } from './byte-memory.ts'

test('forgets what was used longest ago once it holds more than it may', () => {
  const memory = createByteMemory(30)
  for (const key of ['a', 'b', 'c']) memory.set(key, Buffer.alloc(10, key))
  expect(memory.get('a')?.toString()).toBe('a'.repeat(10))
  memory.set('d', Buffer.alloc(10, 'd'))
  expect(['a', 'b', 'c', 'd'].map((key) => memory.get(key)?.toString('latin1', 0, 1))).toEqual(['a', undefined, 'c', 'd'])
})

test('keeps no more memory than it counts, also of what is a part of something larger', () => {
  const memory = createByteMemory(1_000)
  const parts = { small: Buffer.from('a few bytes out of a pool'), part: Buffer.alloc(100_000, 7).subarray(10, 20), whole: Buffer.alloc(40_000).subarray(0) }
  for (const [key, bytes] of Object.entries(parts)) {
    const alone = createByteMemory(100_000)
    alone.set(key, bytes)
    expect(alone.get(key)?.equals(bytes)).toBe(true)
    expect(alone.get(key)?.buffer.byteLength).toBe(bytes.byteLength)
  }
  memory.set('whole', parts.whole)
  expect(memory.get('whole')).toBeUndefined()
})
