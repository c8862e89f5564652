import { afterEach, describe, expect, test } from 'vitest'
import { createWorkerPool, type EndedTask, type WorkerPool, type WorkerPoolOptions } from './worker-pool.ts'
import type { Trouble } from './troubled-worker.fixture.ts'

const script = new URL('troubled-worker.fixture.ts', import.meta.url)
const open: WorkerPool<Trouble, Uint8Array>[] = []
const well = (...bytes: number[]): Trouble => ({ ends: 'well', bytes: Uint8Array.from(bytes) })

function aPool(options: WorkerPoolOptions = {}) {
  const ended: EndedTask['outcome'][] = []
  const replaced: string[] = []
  const pool = createWorkerPool<Trouble, Uint8Array>(script, { size: 1, ...options, onTask: ({ outcome }) => { ended.push(outcome) }, onReplaced: (reason) => { replaced.push(reason) } })
  open.push(pool)
  return { pool, ended, replaced }
}

afterEach(async () => { await Promise.all(open.splice(0).map((pool) => pool.close())) })

describe('a worker pool', () => {
  test('answers tasks, and starts no thread before the first', async () => {
    const { pool, ended } = aPool()
    expect(pool.load()).toEqual({ queued: 0, running: 0 })
    expect([...await pool.run(well(1, 2))]).toEqual([1, 2])
    expect(ended).toEqual(['done'])
  })

  test('passes on what a codec says of a frame, and keeps the thread', async () => {
    const { pool, replaced } = aPool()
    await expect(pool.run({ ends: 'badly' })).rejects.toMatchObject({ code: 'malformed' })
    expect([...await pool.run(well(3))]).toEqual([3])
    expect(replaced).toEqual([])
  })

  test.each([['in a trap', 'trapped'], ['with the thread', 'trapped'], ['never', 'timeout']] as const)('a task that ends %s costs its own answer alone', async (ends, code) => {
    const { pool, replaced } = aPool({ timeoutMs: 700 })
    await pool.run(well(0))
    const answers = [pool.run({ ends }), pool.run(well(4)), pool.run(well(5))]
    await expect(answers[0]).rejects.toMatchObject({ code })
    expect((await Promise.all(answers.slice(1))).map(([byte]) => byte)).toEqual([4, 5])
    expect(replaced).toEqual([code])
  })

  test('refuses tasks beyond its queue', async () => {
    const { pool } = aPool({ maxQueued: 2 })
    const taken = [pool.run({ ends: 'late' }), pool.run({ ends: 'late' }), pool.run({ ends: 'late' })]
    await expect(pool.run(well(1))).rejects.toMatchObject({ code: 'overloaded' })
    expect(pool.load()).toEqual({ queued: 2, running: 1 })
    await Promise.all(taken)
  })

  test('starts as many threads as it may, and no more', async () => {
    const { pool } = aPool({ size: 2 })
    const all = Promise.all(Array.from({ length: 6 }, () => pool.run({ ends: 'late' })))
    expect(pool.load()).toEqual({ queued: 4, running: 2 })
    await all
  })

  test('lets go of a task whose asker is gone, waiting or running', async () => {
    const { pool, ended } = aPool()
    const running = new AbortController()
    const waiting = new AbortController()
    const answers = [pool.run({ ends: 'late' }, { signal: running.signal }), pool.run({ ends: 'late' }, { signal: waiting.signal })]
    const gone = new Error('the client is gone')
    running.abort(gone)
    waiting.abort(gone)
    for (const answer of answers) await expect(answer).rejects.toBe(gone)
    await expect(pool.run(well(1), { signal: AbortSignal.abort(gone) })).rejects.toBe(gone)
    expect([...await pool.run(well(6))]).toEqual([6])
    expect(ended).toEqual(['cancelled', 'cancelled', 'done'])
  })

  test('gives memory back after a large task by another thread', async () => {
    const { pool, replaced } = aPool({ replaceAboveBytes: 100 })
    await pool.run(well(1), { bytes: 100 })
    await pool.run(well(1), { bytes: 101 })
    expect(replaced).toEqual(['size'])
    expect([...await pool.run(well(7))]).toEqual([7])
  })

  test('hands buffers over instead of copying them', async () => {
    const { pool } = aPool()
    const bytes = Uint8Array.of(1, 2, 3)
    expect([...await pool.run({ ends: 'well', bytes }, { transfer: [bytes.buffer] })]).toEqual([1, 2, 3])
    expect(bytes.length).toBe(0)
  })

  test('once closed rejects what waits, what runs and what comes', async () => {
    const { pool } = aPool()
    const answers = [pool.run({ ends: 'never' }), pool.run(well(1))]
    const rejected = Promise.all(answers.map((answer) => expect(answer).rejects.toMatchObject({ code: 'closed' })))
    await pool.close()
    await rejected
    await expect(pool.run(well(1))).rejects.toMatchObject({ code: 'closed' })
  })
})
