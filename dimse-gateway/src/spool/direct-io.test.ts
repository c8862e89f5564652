import { StagedFile } from '@isocenter/durable-files'
import { randomBytes, randomInt } from 'node:crypto'
import { mkdtemp, readdir, readFile as readAll, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { blockBytes, isAtLeast } from './direct-io.ts'
import { markWhole, openNewFile } from './new-file.ts'
import { readFile } from './read-file.ts'
import { takesDirect } from './takes-direct.ts'

let folder: string
let isDirect: boolean
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'direct-io-'))
  isDirect = await takesDirect(folder)
})
afterAll(() => rm(folder, { recursive: true }))

/** Writes a file as an object comes: in pieces, and over its first bytes once the last have come. */
async function written(name: string, content: Buffer, head: Buffer): Promise<string> {
  const path = join(folder, name)
  const file = new StagedFile(path, () => openNewFile(path, { isDirect }))
  for (let at = 0; at < content.length;) {
    const piece = content.subarray(at, at + randomInt(1, 200_000))
    at += piece.length
    await file.write(piece)
  }
  await file.overwrite(100, head)
  await file.commit(async () => { markWhole(path) })
  return path
}

test.each([
  ['less than a block', 1000], ['a block', blockBytes], ['a byte more than one', blockBytes + 1], ['whole blocks in one write', 128 * blockBytes],
  ['one write', 1024 ** 2], ['a write and a byte', 1024 ** 2 + 1], ['several writes and part of a block', 3 * 1024 ** 2 + 12_345], ['several whole writes', 4 * 1024 ** 2],
])('%s is read as it was written, by whoever reads it', async (name, length) => {
  const content = randomBytes(length)
  const head = randomBytes(64)
  const path = await written(name.replaceAll(' ', '-'), content, head)
  head.copy(content, 100)
  expect((await readAll(path)).equals(content)).toBe(true)
  expect((await buffer(readFile(path, 0, { isDirect }))).equals(content)).toBe(true)
  for (const from of [blockBytes, 333].filter((at) => at <= length)) {
    expect((await buffer(readFile(path, from, { isDirect }))).equals(content.subarray(from))).toBe(true)
  }
})

test('looking whether storage takes it leaves nothing, and a folder that cannot be written does not', async () => {
  const empty = await mkdtemp(join(folder, 'empty-'))
  await takesDirect(empty)
  expect(await readdir(empty)).toEqual([])
  expect(await takesDirect(join(empty, 'no-such-folder'))).toBe(false)
})

test.each([['6.18.44-fc', true], ['6.7.0', true], ['6.6.99', false], ['5.15.0-91-generic', false], ['10.0', true], ['odd', false]])('of the kernel %s a direct write is trusted with the length of a file: %s', (version, isTrusted) => {
  expect(isAtLeast(version, 6, 7)).toBe(isTrusted)
})

test('memory that begins anywhere is written all the same', async () => {
  const path = join(folder, 'anywhere')
  const file = await openNewFile(path, { isDirect })
  const content = randomBytes(2 * blockBytes)
  const memory = Buffer.concat([Buffer.alloc(7), content])
  let position = 0
  while (position < content.length) position += (await file.write(memory, 7 + position, content.length - position, position)).bytesWritten
  await file.write(Buffer.from(content.buffer, content.byteOffset, blockBytes), 0, blockBytes, 0)
  await file.close()
  markWhole(path)
  expect((await stat(path)).size).toBe(content.length)
  expect((await readAll(path)).equals(content)).toBe(true)
})
