import { setTimeout } from 'node:timers/promises'
import { testDatabase } from '@isocenter/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addJob, startJobs, type Jobs, type Task } from './index.ts'

let database: { url: string; drop: () => Promise<void> }
const running: Jobs[] = []
beforeAll(async () => { database = await testDatabase() })
afterAll(async () => {
  await Promise.all(running.map((jobs) => jobs.close()))
  await database.drop()
})

const start = (tasks: Record<string, Task>): Jobs => {
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const jobs = startJobs({ database: database.url, log, schedule: [], tasks })
  running.push(jobs)
  return jobs
}

test('of several processes one does a job, once; jobs that wait under one key are one', { timeout: 30_000 }, async () => {
  const done: unknown[] = []
  const work: Task = async (payload) => { done.push(payload) }
  await addJob(database.url, 'once', { of: 1 }, 'same')
  await addJob(database.url, 'once', { of: 2 }, 'same')
  for (let index = 0; index < 3; index++) start({ once: work })
  await expect.poll(() => done.length, { timeout: 15_000 }).toBe(1)
  await setTimeout(300)
  expect(done).toEqual([{ of: 2 }])
})

test('a job goes on by putting itself back, and a stop tells it so', { timeout: 30_000 }, async () => {
  let rounds = 0
  const begun = Promise.withResolvers<undefined>()
  const jobs = start({
    rounds: async (_payload, { again }) => {
      rounds += 1
      if (rounds < 3) await again()
    },
    long: async (_payload, { signal }) => {
      begun.resolve(undefined)
      while (!signal.aborted) await setTimeout(10)
    },
  })
  await addJob(database.url, 'rounds', {}, 'rounds')
  await expect.poll(() => rounds, { timeout: 15_000 }).toBe(3)
  await addJob(database.url, 'long', {}, 'long')
  await begun.promise
  const since = performance.now()
  await jobs.close()
  expect(performance.now() - since).toBeLessThan(10_000)
})

test('what takes a moment does not wait for what takes minutes', { timeout: 30_000 }, async () => {
  let isDone = false
  const begun = Promise.withResolvers<undefined>()
  const jobs = start({
    minutes: async (_payload, { signal }) => {
      begun.resolve(undefined)
      while (!signal.aborted) await setTimeout(10)
    },
    moment: () => {
      isDone = true
      return Promise.resolve()
    },
  })
  await addJob(database.url, 'minutes', {}, 'minutes')
  await begun.promise
  await addJob(database.url, 'moment', {}, 'moment')
  await expect.poll(() => isDone, { timeout: 10_000 }).toBe(true)
  await jobs.close()
})
