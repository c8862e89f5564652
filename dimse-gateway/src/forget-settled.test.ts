import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readConfiguration } from './configuration/schema.ts'
import { forgetSettled } from './forget-settled.ts'
import { openDatabase } from './platform/database.ts'
import { createLog } from './platform/log.ts'
import { pullDescriptionSchema, pullSchema } from './services/index.ts'
import { createPullTable } from './services/pull/pull-table.ts'

test('what was settled longer ago than records are kept is forgotten, what waits never is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'forget-'))
  const database = openDatabase(join(folder, 'gateway.db'), [pullSchema, pullDescriptionSchema])
  const pulls = createPullTable(database)
  const now = new Date('2026-11-22T08:00:00Z')
  const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000)
  pulls.add('old', ['2.25.1', '2.25.2', '2.25.3'].map((StudyInstanceUID) => ({ StudyInstanceUID })), daysAgo(90))
  pulls.settle(1, 'done', daysAgo(31))
  pulls.settle(2, 'failed', daysAgo(29))
  const forgotten = await forgetSettled({ records: [pulls], database, configuration: () => readConfiguration({ retention: { recordDays: 30 } }), clock: () => now, log: createLog('silent') })
  expect(forgotten).toBe(1)
  expect(pulls.list(10).map(({ StudyInstanceUID, state }) => [StudyInstanceUID, state])).toEqual([['2.25.3', 'waiting'], ['2.25.2', 'failed']])
  database.close()
  await rm(folder, { recursive: true })
})
