import { setTimeout } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createFrameMemory } from './frame-cache.ts'
import { inOrder } from './in-order.ts'
import { packedFrames } from './packed-frames.ts'

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const one of source) list.push(one)
  return list
}

describe('frames made ahead', () => {
  test('come in order whatever time each takes, no more of them under way than allowed', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 12 }), fc.integer({ min: 1, max: 4 }), async (times, ahead) => {
      let underway = 0
      let most = 0
      const made = await all(inOrder(times.length, ahead, async (number) => {
        most = Math.max(most, ++underway)
        await setTimeout(times[number - 1])
        underway--
        return number
      }))
      expect(made).toEqual(times.map((_, index) => index + 1))
      expect(most).toBeLessThanOrEqual(ahead + 1)
    }), { numRuns: 30 })
  })

  test('one that fails is told in its place, and no rejection is left over', async () => {
    const made: number[] = []
    const reading = (async () => {
      for await (const one of inOrder(5, 2, (number) => (number === 3 ? Promise.reject(new Error('third')) : Promise.resolve(number)))) made.push(one)
    })()
    await expect(reading).rejects.toThrow('third')
    expect(made).toEqual([1, 2])
  })
})

test('frames of any number of bits lie one behind the other without gaps', async () => {
  await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 40 }).chain((bits) => fc.tuple(fc.constant(bits), fc.array(fc.array(fc.boolean(), { minLength: bits, maxLength: bits }), { minLength: 1, maxLength: 6 }))), async ([bits, frames]) => {
    const packed = (of: readonly boolean[]): Uint8Array => {
      const bytes = new Uint8Array(Math.ceil(of.length / 8))
      for (const [index, bit] of of.entries()) if (bit) bytes[index >> 3]! |= 1 << (index & 7)
      return bytes
    }
    const source = async function* () { for (const frame of frames) yield packed(frame) }
    expect(new Uint8Array(Buffer.concat(await all(packedFrames(source(), bits))))).toEqual(packed(frames.flat()))
  }))
})

describe('the memory for frames', () => {
  const format = { Rows: 1, Columns: 1, SamplesPerPixel: 1, BitsAllocated: 8, BitsStored: 8, PixelRepresentation: 0, PhotometricInterpretation: 'MONOCHROME2', PlanarConfiguration: 0 }
  const frame = (bytes: number) => ({ bytes: new Uint8Array(bytes), format })

  const kibibytes = 1024

  test('forgets what was used longest ago, and never holds more than it may', async () => {
    const memory = createFrameMemory(104 * kibibytes)
    for (const key of ['a', 'b', 'c', 'd']) memory.put(key, frame(25 * kibibytes))
    await memory.get('a')
    memory.put('e', frame(25 * kibibytes))
    expect(memory.byteLength()).toBe(104 * kibibytes)
    expect(await Promise.all(['a', 'b', 'c', 'd', 'e'].map(async (key) => (await memory.get(key)) !== undefined))).toEqual([true, false, true, true, true])
  })

  test('does not keep what would drive out most of it', async () => {
    const memory = createFrameMemory(100 * kibibytes)
    memory.put('a', frame(20 * kibibytes))
    memory.put('large', frame(26 * kibibytes))
    expect([await memory.get('large'), (await memory.get('a'))?.bytes.length]).toEqual([undefined, 20 * kibibytes])
  })

  test('counts what keeping costs, and all of the memory that a part of it keeps', async () => {
    const memory = createFrameMemory(100 * kibibytes)
    for (let index = 0; index < 1000; index++) memory.put(String(index), frame(1))
    const small = await Promise.all(Array.from({ length: 1000 }, async (_, index) => (await memory.get(String(index))) !== undefined))
    expect(small.filter(Boolean).length).toBeLessThan(100)
    memory.put('part', { bytes: new Uint8Array(90 * kibibytes).subarray(0, 10), format })
    expect(memory.byteLength()).toBeGreaterThan(90 * kibibytes)
  })
})
