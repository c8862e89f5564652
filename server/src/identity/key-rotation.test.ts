/** One signing key follows another: tokens in flight stay good, what was sealed opens, and processes that run take the new key up. */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSealing, createTokens, loadSigningKeys, overlapDays, rotateKeys, signingKeyTasks } from './index.ts'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
const begin = Date.parse('2026-01-01T00:00:00Z')
const request = { organisationId: '7', permissions: ['dicomweb:search'] as const, lifetimeSeconds: 300 * 86_400 }

let folder: string
let files = 0
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'isocenter-rotation-')) })
afterAll(() => rm(folder, { recursive: true, force: true }))

/** A server process with a clock of its own. */
async function aProcess(file: string, clock: { ms: number }) {
  const failures: unknown[] = []
  const now = () => new Date(clock.ms)
  const keys = await loadSigningKeys(file, { now, onFailure: (error) => { failures.push(error) } })
  return { keys, failures, tokens: createTokens(keys, now), sealing: createSealing(keys) }
}

/** As earlier versions wrote it. */
const undated = (key: Record<string, string>) => Object.fromEntries(Object.entries(key).filter(([name]) => !['created_at', 'signs_from'].includes(name)))
const aFile = () => join(folder, String(files++), 'signing-keys.json')
const kept = async (file: string) => (JSON.parse(await readFile(file, 'utf8')) as { keys: Record<string, string>[] }).keys

describe('rotation', () => {
  test('a new key is published first and signs ten minutes later; what was signed and sealed before stays good', async () => {
    const [file, clock] = [aFile(), { ms: begin }]
    const process = await aProcess(file, clock)
    const first = process.keys.signing.kid
    const [token, sealed] = [await process.tokens.issue(request), process.sealing.seal('code', 'x')]
    const { kid } = await rotateKeys({ file, now: new Date(clock.ms) })
    await process.keys.refresh()
    expect(process.keys.signing.kid).toBe(first)
    expect(process.keys.published().map((key) => key.kid)).toEqual([kid, first])
    clock.ms += 10 * minuteMs
    expect(process.keys.signing.kid).toBe(kid)
    expect(await process.tokens.verify(token)).toBeDefined()
    expect(process.sealing.open(sealed, 'x')).toBe('code')
    expect(process.sealing.seal('code', 'x').kid).toBe(kid)
  })

  test('the former key verifies for as long as a token may live, then no more; what it sealed opens for good', async () => {
    const [file, clock] = [aFile(), { ms: begin }]
    const process = await aProcess(file, clock)
    const first = process.keys.signing.kid
    const sealed = process.sealing.seal('code', 'x')
    await rotateKeys({ file, now: new Date(clock.ms), atOnce: true })
    await process.keys.refresh()
    clock.ms += overlapDays * dayMs - 1
    expect(process.keys.verifying.get(first)).toBeDefined()
    clock.ms += 1
    expect(process.keys.verifying.get(first)).toBeUndefined()
    expect(process.keys.published()).toHaveLength(1)
    expect(process.sealing.open(sealed, 'x')).toBe('code')
  })

  test('another process takes the new key up by itself when it meets a token signed with it', async () => {
    const [file, clock] = [aFile(), { ms: begin }]
    const [one, other] = [await aProcess(file, clock), await aProcess(file, clock)]
    await rotateKeys({ file, now: new Date(clock.ms), atOnce: true })
    await one.keys.refresh()
    expect(await other.tokens.verify(await one.tokens.issue(request))).toBeDefined()
    expect(other.keys.signing.kid).toBe(one.keys.signing.kid)
  })

  test('a revoked key verifies nothing from the moment a process has seen it, not even what it has seen before; if it signed, a new one does', async () => {
    const [file, clock] = [aFile(), { ms: begin }]
    const process = await aProcess(file, clock)
    const first = process.keys.signing.kid
    const token = await process.tokens.issue(request)
    expect(await process.tokens.verify(token)).toBeDefined()
    const { kid, revoked } = await rotateKeys({ file, now: new Date(clock.ms), revoke: first })
    await process.keys.refresh()
    expect(revoked).toBe(first)
    expect(await process.tokens.verify(token)).toBeUndefined()
    expect(process.keys.signing.kid).toBe(kid)
    await expect(rotateKeys({ file, now: new Date(clock.ms), revoke: 'nobody' })).rejects.toThrow('No key')
  })

  test('a key of an earlier version, which may have signed for years, verifies until it is revoked', async () => {
    const [file, clock] = [aFile(), { ms: begin }]
    const process = await aProcess(file, clock)
    const first = process.keys.signing.kid
    await writeFile(file, JSON.stringify({ keys: (await kept(file)).map(undated) }))
    await rotateKeys({ file, now: new Date(clock.ms) })
    await process.keys.refresh()
    clock.ms += 9 * 365 * dayMs
    expect(process.keys.verifying.get(first)).toBeDefined()
  })
})

describe('rotation by age', () => {
  const tasks = (file: string, days: number, notes: string[] = []) => signingKeyTasks({ file, days, note: (kid) => { notes.push(kid); return Promise.resolve() }, onReadOnly: () => { notes.push('read-only') } })
  const due = (file: string, notes?: string[]) => tasks(file, 90, notes).tasks['rotate-signing-keys']?.({}, { signal: new AbortController().signal, again: () => Promise.resolve() })

  test('a key is followed when it is old, and not before; never where that is switched off', async () => {
    const [file, notes] = [aFile(), [] as string[]]
    await loadSigningKeys(file)
    await due(file, notes)
    expect(notes).toEqual([])
    await writeFile(file, JSON.stringify({ keys: (await kept(file)).map((key) => ({ ...key, created_at: new Date(Date.now() - 90 * dayMs).toISOString() })) }))
    await due(file, notes)
    // One that is announced already is not followed by yet another.
    await due(file, notes)
    expect(notes).toHaveLength(1)
    expect(await kept(file)).toHaveLength(2)
    expect(tasks(file, 0).schedule).toEqual([])
  })

  test('of processes that try at once one makes a key', async () => {
    const [file, notes] = [aFile(), [] as string[]]
    await loadSigningKeys(file)
    await writeFile(file, JSON.stringify({ keys: (await kept(file)).map(undated) }))
    await Promise.allSettled([due(file, notes), due(file, notes), due(file, notes)])
    expect(await kept(file)).toHaveLength(2)
    expect(notes).toHaveLength(1)
  })
})

describe('the file', () => {
  test('is written whole, for its owner only, and leaves nothing beside it', async () => {
    const file = aFile()
    await loadSigningKeys(file)
    await rotateKeys({ file, now: new Date() })
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await readdir(join(file, '..'))).toEqual(['signing-keys.json'])
  })

  test('that is broken or gone while a process runs leaves it its keys, and is told', async () => {
    const file = aFile()
    const process = await aProcess(file, { ms: Date.now() })
    const token = await process.tokens.issue(request)
    await writeFile(file, '{ "keys": "secret words')
    await process.keys.refresh()
    expect(process.failures.map(String)).toEqual([expect.stringMatching(/^(?!.*secret words).*not a JWKS/)])
    await after(2_100)
    await rm(file)
    await process.keys.refresh()
    expect(process.failures).toHaveLength(2)
    expect(await process.tokens.verify(token)).toBeDefined()
  })
})

test('what is published verifies tokens elsewhere and holds nothing private', async () => {
  const file = aFile()
  const keys = await loadSigningKeys(file)
  await rotateKeys({ file, now: new Date() })
  await keys.refresh()
  const published = keys.published()
  expect(published.map((key) => Object.keys(key).sort())).toEqual([['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'], ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']])
  await expect(jwtVerify(await createTokens(keys).issue(request), createLocalJWKSet({ keys: [...published] }), { issuer: 'isocenter' })).resolves.toBeDefined()
})
