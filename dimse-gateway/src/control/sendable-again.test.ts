import { afterEach, beforeEach, expect, test } from 'vitest'
import { readConfiguration } from '../configuration/schema.ts'
import { aQueue, anObject, toNode } from '../forwarding/queue.fixture.ts'
import type { Queue } from '../forwarding/queue.ts'
import { applyRetention } from '../forwarding/retention.ts'
import type { Database } from '../platform/database.ts'
import { createLog } from '../platform/log.ts'
import { createStatements } from '../platform/statements.ts'
import { createRecords, type Records } from '../records/records.ts'
import { sendableAgain as ask } from './sendable-again.ts'

const now = new Date('2026-11-22T10:00:00Z')
const clock = () => now
const { nodes } = readConfiguration({
  nodes: [['a', false], ['b', true], ['c', false]].map(([id, paused]) => ({ id, name: `Node ${String(id)}`, kind: 'dicom', host: '192.0.2.9', port: 104, calledAETitle: 'PACS', paused })),
})
let database: Database
let queue: Queue
let records: Records
beforeEach(() => {
  ({ database, queue } = aQueue())
  records = createRecords({ database, clock, nodeName: () => undefined })
})
afterEach(() => { database.close() })

/** Ids of objects whose files somebody took away. */
const taken = new Set<string>()
const spool = {
  look: (id: string) => {
    if (taken.has(id)) queue.lose([id], now.getTime())
    return Promise.resolve(!taken.has(id))
  },
}
const sendableAgain = (StudyInstanceUID: string) => ask({ records, spool, nodes }, StudyInstanceUID)

async function arriveAt(...nodeIds: string[]): Promise<void> {
  for (const nodeId of nodeIds) {
    const batch = await queue.claim(nodeId, { maxObjects: 1000, maxBytes: 1e12 }, now.getTime())
    await queue.settle(batch.map(({ deliveryId }) => ({ deliveryId, outcome: { kind: 'arrived', verified: true, confirmed: true } as const })), now.getTime())
  }
}

async function deleteWhatArrived(): Promise<void> {
  const spool = { get: () => undefined, delete: () => Promise.resolve(), usage: () => ({ objects: 0, bytes: 0, freeBytes: 1e12, totalBytes: 2e12, isRefusing: false }) }
  await applyRetention({ statements: createStatements(database), spool, clock, log: createLog('silent') }, { retention: { recordDays: 10, studyCompleteAfterSeconds: 60, deleteDaysAfterArrival: 0 }, refuseAtFreeBytes: 0 })
}

test('what a person is told could be sent again is what is sent: copies that are here, to nodes that are set up', async () => {
  const StudyInstanceUID = '1.2.3'
  const [deleted, cameAgain, fresh] = [anObject({ StudyInstanceUID }), anObject({ StudyInstanceUID }), anObject({ StudyInstanceUID, byteLength: 7 })]
  queue.enqueue([deleted, cameAgain], toNode('a', 'removed'))
  await arriveAt('a', 'removed')
  await deleteWhatArrived()
  queue.enqueue([anObject({ StudyInstanceUID, SOPInstanceUID: cameAgain.SOPInstanceUID, byteLength: 5 })], toNode('a', 'removed'))
  queue.enqueue([fresh], toNode('a', 'b'))
  await arriveAt('a', 'b', 'removed')
  queue.enqueue([anObject({ StudyInstanceUID })], toNode('a', 'c'))

  expect(await sendableAgain(StudyInstanceUID)).toEqual([
    { nodeId: 'a', nodeName: 'Node a', objects: 2, bytes: 12, gone: 1, underway: 0, isPaused: false },
    { nodeId: 'b', nodeName: 'Node b', objects: 1, bytes: 7, gone: 0, underway: 0, isPaused: true },
  ])
  expect(await queue.retry({ StudyInstanceUID, state: 'delivered', nodeIds: nodes.map(({ id }) => id) }, 1)).toBe(3)
  expect(queue.counts().get('removed')).toMatchObject({ delivered: 3, waiting: 0 })
  expect(await sendableAgain(StudyInstanceUID)).toEqual([
    { nodeId: 'a', nodeName: 'Node a', objects: 0, bytes: 0, gone: 1, underway: 2, isPaused: false },
    { nodeId: 'b', nodeName: 'Node b', objects: 0, bytes: 0, gone: 0, underway: 1, isPaused: true },
  ])
})

test('a study of more instances than are looked at in one go is counted whole, by the files that are there; one that nobody knows is none', async () => {
  const objects = Array.from({ length: 501 }, () => anObject({ StudyInstanceUID: '1.4' }))
  queue.enqueue(objects, toNode('a'))
  await arriveAt('a')
  expect(await sendableAgain('1.4')).toMatchObject([{ nodeId: 'a', objects: 501, gone: 0 }])
  for (const { id } of [objects[0]!, objects[500]!]) taken.add(id)
  expect(await sendableAgain('1.4')).toMatchObject([{ nodeId: 'a', objects: 499, gone: 2 }])
  expect(await queue.retry({ StudyInstanceUID: '1.4', state: 'delivered' }, 1)).toBe(499)
  expect(await sendableAgain('1.5')).toBeUndefined()
})
