import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { afterEach, expect, test } from 'vitest'
import { LineError } from '../nodes/line-error.ts'
import { CloudRefused } from './cloud-api.ts'
import type { CommandJournal } from './command-journal.ts'
import { aControl } from './control.fixture.ts'
import { startReportLoop, type ReportLoop } from './report-loop.ts'

/** The machine of a test may be busy. */
const soon = { timeout: 10_000 }

const journal: CommandJournal = { begin: async () => true, finish: async () => undefined, unreported: () => [], reported: async () => undefined, tellAgain: async () => undefined }
let loop: ReportLoop | undefined
afterEach(async () => { await loop?.close() })

function reporting(answer: (attempt: number) => Promise<unknown>) {
  const sent: { at: number; body: unknown }[] = []
  const refused: string[] = []
  loop = startReportLoop({
    api: { post: (_path, { json }) => { sent.push({ at: performance.now(), body: json }); return answer(sent.length) } },
    tokens: { token: async () => 'token', refused: (token) => { refused.push(token) } },
    control: aControl(), journal, clock: () => new Date(), log: pino({ level: 'silent' }),
    timing: { retryMs: 20, maxRetryMs: 80, refusedMs: 5_000, minReportAfterMs: 20 },
  })
  return { sent, refused }
}

const fine = { commands: [], reportAfterMs: 60_000 }

test('a line that is down is tried again and again, less and less often, and contact comes back by itself', async () => {
  let isSeen = false
  const { sent } = reporting(async (attempt) => { if (!isSeen || attempt <= 9) throw new LineError('lineDown', 'no route to host'); return fine })
  await expect.poll(() => loop?.contact.lastFailure, soon).toMatchObject({ reason: 'lineDown', text: 'no route to host' })
  isSeen = true
  await expect.poll(() => loop?.contact.lastContactAt, soon).toBeDefined()
  expect(loop?.contact.lastFailure).toBeUndefined()
  const waits = sent.slice(1).map(({ at }, index) => at - (sent[index]?.at ?? 0))
  expect(waits.at(-1)).toBeGreaterThan(60)
  // Twice as long each time without end, the last wait were five seconds.
  expect(Math.max(...waits)).toBeLessThan(3_000)
})

test('a server that asks for time gets it', async () => {
  const { sent } = reporting(async () => { throw new CloudRefused(503, { retryAfterMs: 60_000 }) })
  await expect.poll(() => loop?.contact.lastFailure?.reason, soon).toBe('nodeFailing')
  await sleep(150)
  expect(sent).toHaveLength(1)
})

test('a token the cloud does not take is not shown again', async () => {
  const { refused } = reporting(async () => { throw new CloudRefused(401) })
  await expect.poll(() => refused, soon).toEqual(['token'])
})

test('the next report goes when it is due, or at once when something changed', async () => {
  const { sent } = reporting(async () => fine)
  await expect.poll(() => sent.length, soon).toBe(1)
  await sleep(100)
  expect(sent).toHaveLength(1)
  loop?.reportSoon()
  await expect.poll(() => sent.length, soon).toBe(2)
})

test('the configuration is sent until the cloud says that it has it', async () => {
  const { sent } = reporting(async (attempt) => ({ commands: [], reportAfterMs: 20, ...(attempt >= 2 && { configurationRevision: 0 }) }))
  await expect.poll(() => sent.length, soon).toBeGreaterThan(3)
  expect(sent.slice(0, 4).map(({ body }) => 'document' in (body as { configuration: object }).configuration)).toEqual([true, true, false, false])
})

test('a stop does not wait for the next report', async () => {
  reporting(async () => fine)
  await expect.poll(() => loop?.contact.lastContactAt, soon).toBeDefined()
  const began = performance.now()
  await loop?.close()
  // The next one is due in a minute.
  expect(performance.now() - began).toBeLessThan(soon.timeout)
})
