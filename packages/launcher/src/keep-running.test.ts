import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { keepRunning, type Started } from './keep-running.ts'

/** A part whose end the test decides. */
function aPart() {
  const { promise, resolve } = Promise.withResolvers<string>()
  const part: Started & { end: (why: string) => void } = { ended: promise, end: resolve, stop: async () => { resolve('stopped') } }
  return part
}

async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += 5) {
    if (waited > 10_000) throw new Error('It did not come true in 10 s.')
    await sleep(5)
  }
}

test('a part that ends unasked is started again, and the terminal says so', async () => {
  const parts: ReturnType<typeof aPart>[] = []
  const said: string[] = []
  const kept = await keepRunning(async () => { parts.push(aPart()); return parts.at(-1)! }, { name: 'server', say: (line) => said.push(line), firstDelayMs: 10 })
  parts[0]!.end('exit code 1')
  await until(() => said.length === 2)
  expect(said).toEqual(['The server ended unasked (exit code 1). Starting it again in 0.01 s.', 'The server runs again.'])
  await kept.stop()
})

test('each further try waits twice as long, up to the longest', async () => {
  let starts = 0
  const said: string[] = []
  const first = aPart()
  const kept = await keepRunning(async () => {
    if (++starts > 1) throw new Error('no luck')
    return first
  }, { name: 'server', say: (line) => said.push(line), firstDelayMs: 10, longestDelayMs: 40 })
  first.end('SIGKILL')
  await until(() => said.length >= 5)
  await kept.stop()
  expect(said.slice(0, 5).map((line) => /in ([\d.]+) s/.exec(line)?.[1])).toEqual(['0.01', '0.02', '0.04', '0.04', '0.04'])
  expect(said[1]).toContain('no luck')
})

test('a stop is final, also while a new start is awaited', async () => {
  let starts = 0
  const part = aPart()
  const said: string[] = []
  const kept = await keepRunning(async () => { starts++; return part }, { name: 'server', say: (line) => said.push(line), firstDelayMs: 10_000 })
  part.end('exit code 1')
  await until(() => said.length === 1)
  await kept.stop()
  expect(starts).toBe(1)
})

test('a restart that was asked for waits for nothing', async () => {
  const parts: ReturnType<typeof aPart>[] = []
  const kept = await keepRunning(async () => { parts.push(aPart()); return parts.at(-1)! }, { name: 'server', say: () => undefined, firstDelayMs: 10_000 })
  await kept.restart()
  await until(() => parts.length === 2)
  await kept.stop()
  await expect(parts[1]!.ended).resolves.toBe('stopped')
})

test('what never ran is not tried again', async () => {
  let starts = 0
  await expect(keepRunning(async () => { starts++; throw new Error('bad settings') }, { name: 'server', say: () => undefined })).rejects.toThrow('bad settings')
  expect(starts).toBe(1)
})
