import fc from 'fast-check'
import { expect, test } from 'vitest'
import { zipped } from './zip.fixture.ts'
import { ZipBroken, zipEntries } from './zip.ts'

const most = 1024 * 1024
const read = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer())
const brokenOnly = (error: unknown) => { if (!(error instanceof ZipBroken)) throw error }

test('what was packed comes out again, in its order, by its names', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.record({ name: fc.stringMatching(/^[a-z0-9/]{0,20}[a-z\u4e00-\u4e10]$/), bytes: fc.uint8Array({ maxLength: 5_000 }), isPacked: fc.boolean() }), { maxLength: 8 }), fc.string({ maxLength: 30, unit: 'binary-ascii' }), async (files, comment) => {
    fc.pre(!comment.includes('PK'))
    const entries = await zipEntries(new Blob([zipped(files, { comment })]))
    expect(entries.map(({ name, size }) => [name, size])).toEqual(files.map(({ name, bytes }) => [name, bytes.length]))
    expect(await Promise.all(entries.map(async (entry) => read(await entry.read(most))))).toEqual(files.map(({ bytes }) => new Uint8Array(bytes)))
    expect(await Promise.all(entries.map(async (entry) => read(await entry.peek(100))))).toEqual(files.map(({ bytes }) => new Uint8Array(bytes.slice(0, 100))))
  }), { numRuns: 60 })
})

test('a few packed bytes that hold more than may be are given up before they are unpacked', async () => {
  const archive = new Blob([zipped([{ name: 'bomb', bytes: new Uint8Array(64 * 1024 * 1024) }])])
  expect(archive.size).toBeLessThan(100_000)
  const [bomb] = await zipEntries(archive)
  await expect(bomb?.read(most)).rejects.toThrow(ZipBroken)
})

test('damaged archives are said to be so, and nothing else goes wrong', async () => {
  const whole = zipped([{ name: 'a', bytes: new Uint8Array(2_000).fill(7) }, { name: 'b', bytes: new Uint8Array([1, 2, 3]), isPacked: false }])
  await expect(zipEntries(new Blob(['no archive']))).rejects.toThrow(ZipBroken)
  await fc.assert(fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), async (at, value) => {
    const damaged = whole.slice()
    damaged[at] = value
    const entries = await zipEntries(new Blob([damaged])).catch(brokenOnly)
    for (const entry of entries ?? []) await entry.read(most).catch(brokenOnly)
  }), { numRuns: 200 })
})
