import { spawn } from 'node:child_process'
import { createHash, randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { filesIn, openedSpool } from './spool.fixture.ts'

let directory: string
beforeEach(async () => { directory = await mkdtemp(join(tmpdir(), 'spool-killed-')) })
afterEach(() => rm(directory, { recursive: true }))

/** The lines a process printed before it was killed, some time after its first. */
async function receiveUntilKilled(): Promise<string[]> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('spool-killed.fixture.ts', import.meta.url)), directory], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = once(child, 'exit')
  const printed = text(child.stdout)
  await once(child.stdout, 'readable')
  await sleep(randomInt(150))
  child.kill('SIGKILL')
  expect(await exit).toEqual([null, 'SIGKILL'])
  // A line is whole or the last, cut off by the kill.
  return (await printed).split('\n').slice(0, -1)
}

test('killed at any moment, the spool has every object it acknowledged, whole and announced once, and no part of another', async () => {
  const acknowledged = new Map<string, string>()
  const mayBeGone = new Set<string>()
  const announced: string[] = []
  for (let round = 0; round < 20; round++) {
    for (const line of await receiveUntilKilled()) {
      const [id = '', ...rest] = line.split(' ')
      if (rest[0] === 'deleted') mayBeGone.add(id)
      else acknowledged.set(id, rest.join(' '))
    }
    // Every few kills the spool is looked at; in between the next process recovers by itself.
    if (round % 5 !== 4) continue
    const opened = await openedSpool(directory)
    announced.push(...opened.announced.map(({ id }) => id))
    const objects = opened.spool.list('', 100_000)
    for (const object of objects) {
      const bytes = await buffer(opened.spool.read(object.id))
      const digest = createHash('sha256').update(bytes.subarray(object.dataSetOffset)).digest('hex')
      expect(digest).toBe(object.dataSetSha256)
      expect(acknowledged.get(object.id) ?? `${object.SOPInstanceUID} ${digest}`).toBe(`${object.SOPInstanceUID} ${digest}`)
    }
    const present = new Set(objects.map(({ id }) => id))
    expect([...acknowledged.keys()].filter((id) => !present.has(id) && !mayBeGone.has(id))).toEqual([])
    // What was cut off while it was written is put aside: by its bytes nobody can tell whether it was acknowledged.
    expect(opened.alarms.list().filter(({ code, severity }) => code !== 'objectDamaged' || severity !== 'warning')).toEqual([])
    expect((await filesIn(join(directory, 'spool'))).filter((name) => !name.endsWith(' damaged'))).toEqual(objects.map(({ id }) => id))
    expect((await readdir(join(directory, 'spool', 'damaged'))).filter((name) => acknowledged.has(basename(name, '.dcm')))).toEqual([])
    await opened.close()
  }
  expect(acknowledged.size).toBeGreaterThan(50)
  expect(new Set(announced).size).toBe(announced.length)
}, 300_000)
