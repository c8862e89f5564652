import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDatabase, type Database } from '../platform/database.ts'
import { commitmentSchema, commitmentSchema2, createCommitmentTable } from './commitment/commitment-table.ts'
import { createPullTable, pullDescriptionSchema, pullSchema } from './pull/pull-table.ts'

let folder: string
let database: Database
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waits-'))
  database = openDatabase(join(folder, 'gateway.db'), [commitmentSchema, commitmentSchema2, pullSchema, pullDescriptionSchema])
})
afterEach(async () => {
  database.close()
  await rm(folder, { recursive: true, force: true })
})
const now = new Date('2026-05-05T10:00:00Z')
const later = (ms: number): Date => new Date(now.getTime() + ms)

test('a commitment waits for its next attempt, and not for a year a clock was wrong by', () => {
  const table = createCommitmentTable(database)
  const id = table.add({ TransactionUID: '2.25.1', callingAETitle: 'CT', calledAETitle: 'GATEWAY', remoteAddress: '', requestedAt: now, references: [], organisation: undefined })
  table.postpone(id, later(60_000), 'onItsWay')
  expect(table.due(now, 10)).toHaveLength(0)
  expect(table.due(later(60_000), 10)).toHaveLength(1)
  table.postpone(id, later(365 * 24 * 3_600_000), 'onItsWay')
  expect(table.due(now, 10)).toHaveLength(1)
})

test('a study that is fetched waits for its next attempt, and not for a year a clock was wrong by', () => {
  const table = createPullTable(database)
  table.add('old', [{ StudyInstanceUID: '1.2.3' }], now)
  const { id } = table.due(now)!
  table.postpone(id, later(60_000), 'later')
  expect(table.due(now)).toBeUndefined()
  expect(table.due(later(60_000))).toBeDefined()
  table.postpone(id, later(365 * 24 * 3_600_000), 'later')
  expect(table.due(now)).toBeDefined()
})

test('a commitment nobody could be told of is kept until a person has seen it', () => {
  const table = createCommitmentTable(database)
  const id = table.add({ TransactionUID: '2.25.9', callingAETitle: 'CT', calledAETitle: 'GATEWAY', remoteAddress: '', requestedAt: now, references: [], organisation: 'north' })
  table.verified(id, { committed: [], failed: [] })
  table.settle(id, 'unreported', now, 'noAddress')
  const later = new Date(now.getTime() + 1)
  expect([table.needingPerson(), table.removeSettledBefore(later), table.get(id)?.needsPerson]).toEqual([1, 0, true])
  expect([table.acknowledge([id]), table.needingPerson(), table.removeSettledBefore(later)]).toEqual([1, 0, 1])
})
