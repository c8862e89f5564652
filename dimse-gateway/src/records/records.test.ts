import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Database } from '../platform/database.ts'
import type { Queue } from '../forwarding/queue.ts'
import { aQueue, anObject, toNode } from '../forwarding/queue.fixture.ts'
import { createRecords, type Records } from './records.ts'

let database: Database
let queue: Queue
let records: Records
const now = new Date('2026-11-22T12:00:00Z')
beforeEach(() => {
  ({ database, queue } = aQueue())
  records = createRecords({ database, clock: () => now, nodeName: (id) => (id === 'a' ? 'Archive' : undefined) })
})
afterEach(() => { database.close() })
const at = (text: string) => new Date(`2026-11-${text}Z`)
const found = (query: Parameters<Records['studies']>[0]) => records.studies(query, { limit: 50 }).records.map(({ StudyInstanceUID }) => StudyInstanceUID)

test('a study tells what was received of it and how far it is with each node', async () => {
  queue.enqueue([
    anObject({ StudyInstanceUID: '1.1', Modality: 'CT', receivedAt: at('22T08:00:00'), AccessionNumber: 'A1' }),
    anObject({ StudyInstanceUID: '1.1', Modality: 'SR', receivedAt: at('22T08:01:00'), callingAETitle: 'CT 2' }),
  ], toNode('a', 'gone'))
  const [one, two] = await queue.claim('a', { maxObjects: 5, maxBytes: 1e9 }, 10)
  await queue.settle([
    { deliveryId: one!.deliveryId, outcome: { kind: 'arrived', receipt: 'f'.repeat(64), verified: true, confirmed: true } },
    { deliveryId: two!.deliveryId, outcome: { kind: 'refused', error: { code: 'refused', detail: 'because' }, retryAt: 'never' } },
  ], now.getTime())
  expect(records.studies({}, { limit: 5 })).toEqual({
    total: 1,
    records: [{
      StudyInstanceUID: '1.1', PatientID: 'P1', PatientName: 'Wang^Fang=王^芳', AccessionNumber: 'A1', modalities: ['CT', 'SR'], callingAETitles: ['CT1', 'CT 2'],
      firstReceivedAt: '2026-11-22T08:00:00.000Z', lastReceivedAt: '2026-11-22T08:01:00.000Z', instances: 2, bytes: 1_000_000, isComplete: false,
      deliveries: [
        { nodeId: 'a', nodeName: 'Archive', waiting: 0, sending: 0, delivered: 1, dead: 1, cancelled: 0, verified: 1, lastDeliveredAt: now.toISOString(), lastFailure: { reason: 'refused', text: 'because' } },
        { nodeId: 'gone', nodeName: 'gone', waiting: 2, sending: 0, delivered: 0, dead: 0, cancelled: 0, verified: 0 },
      ],
    }],
  })
  const { records: instances } = records.instances('1.1', {}, { limit: 5 })
  expect(instances.map(({ deliveries }) => deliveries[0])).toMatchObject([{ state: 'delivered', isVerified: true, attempts: 1 }, { state: 'dead', lastFailure: { reason: 'refused' } }])
  expect(records.instances('1.1', { state: 'dead' }, { limit: 5 })).toMatchObject({ total: 1, records: [{ SOPInstanceUID: two!.SOPInstanceUID, isKept: true }] })
})

test('an instance tells when it last came again, though it goes nowhere for that; the study does not count it twice', async () => {
  const objects = ['1.1.1', '1.1.2'].map((SOPInstanceUID) => anObject({ StudyInstanceUID: '1.1', SOPInstanceUID, receivedAt: at('22T08:00:00') }))
  const [once, again = once] = objects
  queue.enqueue(objects, toNode('a'))
  const deliveries = await queue.claim('a', { maxObjects: 5, maxBytes: 1e9 }, at('22T08:01:00').getTime())
  await queue.settle(deliveries.map(({ deliveryId }) => ({ deliveryId, outcome: { kind: 'arrived', verified: true, confirmed: true } })), at('22T08:01:00').getTime())
  for (const minute of ['20', '40']) expect(await queue.enqueueAgain(again!.id, { ...again!, receivedAt: at(`22T08:${minute}:00`) }, toNode('a'))).toEqual(new Set())
  const { records: instances } = records.instances('1.1', {}, { limit: 5 })
  expect(instances.map(({ SOPInstanceUID, cameAgainAt, deliveries: [delivery] }) => [SOPInstanceUID, cameAgainAt, delivery?.state])).toEqual([['1.1.1', undefined, 'delivered'], ['1.1.2', '2026-11-22T08:40:00.000Z', 'delivered']])
  expect(records.study('1.1')).toMatchObject({ instances: 2, lastReceivedAt: '2026-11-22T08:00:00.000Z' })
})

test('studies are found by patient, accession, sender, node, state and time', async () => {
  queue.enqueue([
    anObject({ StudyInstanceUID: '1.1', PatientName: 'Müller^Anna', PatientID: 'X_1', receivedAt: at('20T08:00:00') }),
    anObject({ StudyInstanceUID: '1.2', PatientName: 'Wang^Fang=王^芳', AccessionNumber: 'A77', receivedAt: at('21T08:00:00'), callingAETitle: 'DX' }),
    anObject({ StudyInstanceUID: '1.3', PatientID: 'XY1', receivedAt: at('22T08:00:00'), SOPInstanceUID: '1.3.9' }),
  ], toNode('a'))
  await queue.cancel({ StudyInstanceUID: '1.2' })
  expect(found({})).toEqual(['1.3', '1.2', '1.1'])
  expect(found({ search: 'muller' })).toEqual(['1.1'])
  expect(found({ search: '王' })).toContain('1.2')
  expect(found({ search: 'X_1' })).toEqual(['1.1'])
  expect(found({ search: 'a77' })).toEqual(['1.2'])
  expect(found({ search: '1.3.9' })).toEqual(['1.3'])
  expect(found({ callingAETitle: 'DX' })).toEqual(['1.2'])
  expect(found({ state: 'cancelled', nodeId: 'a' })).toEqual(['1.2'])
  expect(found({ nodeId: 'b' })).toEqual([])
  expect(found({ receivedFrom: '2026-11-21T00:00:00Z', receivedBefore: '2026-11-22T00:00:00Z' })).toEqual(['1.2'])
  expect(records.totals()).toMatchObject({ receivedToday: 1, arrivedToday: 0, oldestWaitingAt: at('20T08:00:00').toISOString() })
})

test('pages together are all studies, each once', () => {
  queue.enqueue(Array.from({ length: 25 }, (_, index) => anObject({ StudyInstanceUID: `1.${String(index)}`, receivedAt: at('22T08:00:00') })), toNode('a'))
  const seen: string[] = []
  for (let after: string | undefined; ;) {
    const page = records.studies({}, { limit: 10, after })
    seen.push(...page.records.map(({ StudyInstanceUID }) => StudyInstanceUID))
    after = page.next
    if (after === undefined) break
  }
  expect(seen).toHaveLength(25)
  expect(new Set(seen).size).toBe(25)
})
