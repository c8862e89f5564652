import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSealing, loadSigningKeys } from './index.ts'

let folder: string
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'isocenter-sealing-')) })
afterAll(() => rm(folder, { recursive: true, force: true }))

const file = (name: string) => join(folder, `${name}.json`)
const sealing = async (name: string) => createSealing(await loadSigningKeys(file(name)))
const kept = async (name: string) => JSON.parse(await readFile(file(name), 'utf8')) as { keys: { kid: string }[] }

test('what was sealed opens again, after a restart too, and shows nothing of itself', async () => {
  const sealed = (await sealing('a')).seal('ABCDE-FGHJK', 'upload-code:1')
  expect(sealed.bytes.includes('ABCDE')).toBe(false)
  expect((await sealing('a')).open(sealed, 'upload-code:1')).toBe('ABCDE-FGHJK')
})

test('the same text is sealed differently each time', async () => {
  const { seal } = await sealing('a')
  expect(seal('same', 'x').bytes.equals(seal('same', 'x').bytes)).toBe(false)
})

test('sealed for one organisation it does not open for another, nor after a bit has changed', async () => {
  const { seal, open } = await sealing('a')
  const sealed = seal('secret', 'upload-code:1')
  expect(() => open(sealed, 'upload-code:2')).toThrow('authenticate')
  for (let at = 0; at < sealed.bytes.length; at++) {
    const bytes = Buffer.from(sealed.bytes)
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
    expect(() => open({ ...sealed, bytes }, 'upload-code:1')).toThrow('authenticate')
  }
})

test('a new key in front seals; the old one still opens, until it is taken out', async () => {
  const old = (await sealing('a')).seal('secret', 'x')
  await sealing('b')
  await writeFile(file('rotated'), JSON.stringify({ keys: [...(await kept('b')).keys, ...(await kept('a')).keys] }), { mode: 0o600 })
  const rotated = await sealing('rotated')
  expect(rotated.open(old, 'x')).toBe('secret')
  expect(rotated.seal('secret', 'x').kid).not.toBe(old.kid)
  expect((await sealing('b')).open(old, 'x')).toBeUndefined()
})
