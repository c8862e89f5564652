import { expect, test } from 'vitest'
import { NoAnymap, readAnymap } from './anymap.ts'

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const anymap = (head: string, pixels: readonly number[]): Buffer => Buffer.concat([Buffer.from(head, 'latin1'), Uint8Array.from(pixels)])

test.each([1, 2, 7, 100])('greys and colours are read, however the bytes are cut (%i at a time)', async (size) => {
  const grey = await readAnymap(pieces(anymap('P5\n3 2\n255\n', [32, 49, 50, 10, 5, 6]), size))
  expect([grey.Columns, grey.Rows, grey.colour, Buffer.concat(await Array.fromAsync(grey.pixels)).toJSON().data]).toEqual([3, 2, 'grayscale', [32, 49, 50, 10, 5, 6]])
  const colour = await readAnymap(pieces(anymap('P6 1 1 255 ', [1, 2, 3]), size))
  expect([colour.colour, Buffer.concat(await Array.fromAsync(colour.pixels)).toJSON().data]).toEqual(['color', [1, 2, 3]])
})

test.each(['', 'P5\n3 2\n', 'P4\n3 2\n255\n', 'P5\n3 2\n65535\n', '{"type":"about:blank"}', `P5 ${' '.repeat(100)}3 2 255\n`])('what is none is refused, and left: %j', async (head) => {
  let isLeft = false
  const bytes = async function* (): AsyncGenerator<Uint8Array> { try { yield* pieces(anymap(head, []), 16) } finally { isLeft = true } }
  await expect(readAnymap(bytes())).rejects.toThrow(NoAnymap)
  expect(isLeft || head === '').toBe(true)
})
