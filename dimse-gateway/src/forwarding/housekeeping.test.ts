import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createLog } from '../platform/log.ts'
import type { Database } from '../platform/database.ts'
import { createStatements, type Statements } from '../platform/statements.ts'
import { createRecords } from '../records/records.ts'
import type { Queue } from './queue.ts'
import { aQueue, anObject, toNode } from './queue.fixture.ts'
import { applyRetention, finishDeletions } from './retention.ts'
import { completeStudies, type CompleteStudy } from './study-watch.ts'

const dayMs = 86_400_000
const start = 1_800_000_000_000
let database: Database
let queue: Queue
let statements: Statements
let now: number
beforeEach(() => {
  ({ database, queue } = aQueue())
  statements = createStatements(database)
  now = start
})
afterEach(() => { database.close() })
const clock = () => new Date(now)

async function arrive(count: number, confirmed = true): Promise<void> {
  const batch = await queue.claim('a', { maxObjects: count, maxBytes: 1e12 }, now)
  await queue.settle(batch.map(({ deliveryId }) => ({ deliveryId, outcome: { kind: 'arrived', verified: confirmed, confirmed } as const })), now)
}

describe('retention', () => {
  const spoolOf = (freeBytes = 1e12) => {
    const deleted: string[] = []
    const usage = () => ({ objects: 0, bytes: 0, freeBytes, totalBytes: 2e12, isRefusing: false })
    return { deleted, get: () => undefined, usage, delete: (...ids: string[]) => { deleted.push(...ids); return Promise.resolve() } }
  }
  const options = (spool: ReturnType<typeof spoolOf>) => ({ statements, spool, clock, log: createLog('silent') })
  const settings = (more: object) => ({ retention: { recordDays: 10, studyCompleteAfterSeconds: 60, ...more }, refuseAtFreeBytes: 0 })

  test('deletes days after arrival everywhere, and nothing that waits, was refused, or was not confirmed', async () => {
    const objects = Array.from({ length: 4 }, () => anObject())
    queue.enqueue(objects, toNode('a'))
    await arrive(2)
    await arrive(1, false)
    const spool = spoolOf()
    now += 2 * dayMs
    expect(await applyRetention(options(spool), settings({ deleteDaysAfterArrival: 3 }))).toBe(0)
    now += 2 * dayMs
    expect(await applyRetention(options(spool), settings({ deleteDaysAfterArrival: 3 }))).toBe(2)
    expect(spool.deleted).toEqual(objects.slice(0, 2).map(({ id }) => id))
    now += 1000 * dayMs
    expect(await applyRetention(options(spool), settings({ deleteDaysAfterArrival: 3 }))).toBe(0)
  })

  test('makes room by what arrived first, and no more than is needed', async () => {
    queue.enqueue(Array.from({ length: 5 }, () => anObject({ byteLength: 100 })), toNode('a'))
    for (let one = 0; one < 4; one++) {
      now += 1
      await arrive(1)
    }
    const spool = spoolOf(1000)
    expect(await applyRetention(options(spool), settings({ deleteAtFreeBytes: 1150 }))).toBe(2)
    expect(await applyRetention(options(spoolOf(0)), settings({ deleteAtFreeBytes: 1e9 }))).toBe(2)
  })

  test('an object that goes to one more node is kept until it arrived there too', async () => {
    const object = anObject()
    queue.enqueue([object], toNode('a'))
    await arrive(1)
    await queue.sendAlso(object.id, { nodeId: 'b', urgent: false })
    const spool = spoolOf(0)
    expect(await applyRetention(options(spool), settings({ deleteDaysAfterArrival: 0 }))).toBe(0)
  })

  test('records outlive the objects, for the days set', async () => {
    queue.enqueue([anObject()], toNode('a'))
    await arrive(1)
    const spool = spoolOf()
    await applyRetention(options(spool), settings({ deleteDaysAfterArrival: 0 }))
    const studies = () => database.sql.prepare('SELECT count(*) AS n FROM forward_study').get()?.['n']
    now += 9 * dayMs
    await applyRetention(options(spool), settings({}))
    expect(studies()).toBe(1)
    now += 2 * dayMs
    await applyRetention(options(spool), settings({}))
    expect(studies()).toBe(0)
    expect(queue.counts().get('a')).toMatchObject({ delivered: 0 })
  })

  test('what was deleted and comes anew counts once in its study, whose record stays', async () => {
    const object = anObject()
    queue.enqueue([object, anObject()], toNode('a'))
    await arrive(2)
    await applyRetention(options(spoolOf()), settings({ deleteDaysAfterArrival: 0 }))
    queue.enqueue([{ ...object, id: anObject().id }], toNode('a'))
    const records = createRecords({ database, clock, nodeName: () => undefined })
    expect(records.study(object.StudyInstanceUID)).toMatchObject({ instances: 2, bytes: 1_000_000, deliveries: [{ delivered: 1, waiting: 1 }] })
    expect(records.instances(object.StudyInstanceUID, {}, { limit: 10 }).total).toBe(3)
  })

  test('what was forgotten is counted in its study no more, and once when it comes anew', async () => {
    const [first, second] = [anObject({ byteLength: 100 }), anObject({ byteLength: 20 })]
    queue.enqueue([first, second], toNode('a'))
    await arrive(2)
    await applyRetention(options(spoolOf()), settings({ deleteDaysAfterArrival: 0 }))
    // Its former record is superseded: it is not taken off twice.
    queue.enqueue([{ ...second, id: anObject().id, byteLength: 3 }], toNode('a'))
    const study = () => createRecords({ database, clock, nodeName: () => undefined }).study(first.StudyInstanceUID)
    expect(study()).toMatchObject({ instances: 2, bytes: 103 })
    now += 11 * dayMs
    await applyRetention(options(spoolOf()), settings({}))
    expect(study()).toMatchObject({ instances: 1, bytes: 3 })
    queue.enqueue([{ ...first, id: anObject().id }], toNode('a'))
    expect(study()).toMatchObject({ instances: 2, bytes: 103 })
  })

  test('a file that a crash kept from being deleted goes at the next start', async () => {
    queue.enqueue([anObject()], toNode('a'))
    await arrive(1)
    const spool = spoolOf()
    await applyRetention({ ...options(spool), spool: { ...spool, delete: () => Promise.resolve() } }, settings({ deleteDaysAfterArrival: 0 }))
    await finishDeletions({ ...options(spool), spool: { ...spool, get: () => anObject() } })
    expect(spool.deleted).toHaveLength(1)
  })
})

describe('a study', () => {
  const watch = (onComplete: (study: CompleteStudy) => void, present: string[] = []) =>
    completeStudies({ statements, clock, quietSeconds: () => 60, isSenderPresent: (title) => present.includes(title), onComplete })

  test('is complete when nothing came for the time set and its sender is gone, and again after a late object', async () => {
    const told: string[] = []
    const tell = ({ StudyInstanceUID, instances }: CompleteStudy) => { told.push(`${StudyInstanceUID} ${String(instances)}`) }
    queue.enqueue([anObject({ StudyInstanceUID: '1.1', receivedAt: clock(), callingAETitle: 'CT' })], toNode('a'))
    now += 59_000
    await watch(tell)
    now += 1_000
    await watch(tell, ['CT'])
    expect(told).toEqual([])
    await watch(tell)
    await watch(tell)
    queue.enqueue([anObject({ StudyInstanceUID: '1.1', receivedAt: clock() })], toNode('a'))
    await watch(tell)
    now += 60_000
    await watch(tell)
    expect(told).toEqual(['1.1 1', '1.1 2'])
  })
})
