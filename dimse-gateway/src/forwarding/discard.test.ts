import { anInstance, bytesOf } from '@isocenter/testkit/instances'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { systemClock } from '../platform/clock.ts'
import { createStatements } from '../platform/statements.ts'
import { createRecords } from '../records/records.ts'
import { createLingering } from './discard.ts'
import { aForwardingGateway, until, type ForwardingGateway } from './forwarding.fixture.ts'
import { aQueue, anObject, toNode } from './queue.fixture.ts'

const nowhere = { id: 'archive', name: 'Archive', kind: 'dicom', host: '127.0.0.1', port: 1, calledAETitle: 'ARCHIVE', paused: true }
/** What CT_1 sends is kept here, anything else goes to a node that is paused. */
const settings = { nodes: [nowhere], rules: [{ id: 'kept', name: 'Kept', when: { callingAETitles: ['CT_1'] }, to: [] }] }

let gateway: ForwardingGateway | undefined
afterEach(async () => {
  await gateway?.close()
  gateway = undefined
})

async function aGatewayWith(ofCT: number, ofOthers: number) {
  const made = gateway = await aForwardingGateway(settings)
  const receive = async (count: number, callingAETitle: string) =>
    Promise.all(Array.from({ length: count }, () => made.receive(bytesOf(anInstance()), callingAETitle)))
  const objects = [...await receive(ofCT, 'CT_1'), ...await receive(ofOthers, 'MR_1')]
  await until(() => made.database.sql.prepare('SELECT count(*) AS count FROM forward_object').get()?.['count'] === objects.length)
  return { ...made, objects, records: createRecords({ database: made.database, clock: systemClock, nodeName: () => undefined }) }
}

test('objects that go nowhere are counted, found in the records, and deleted by hand; the record says so', async () => {
  const { forwarding, spool, objects: [kept, other], records } = await aGatewayWith(1, 1)
  expect(forwarding.lingering()).toEqual({ stranded: 1, calledOff: [] })
  const page = { limit: 10 }
  expect(records.studies({ goesNowhere: true }, page).records).toMatchObject([{ StudyInstanceUID: kept?.StudyInstanceUID, stranded: 1 }])
  expect(await forwarding.discard({ StudyInstanceUID: kept?.StudyInstanceUID })).toBe(1)
  expect([spool.get(kept?.id ?? ''), spool.get(other?.id ?? '')?.id]).toEqual([undefined, other?.id])
  expect(records.instances(kept?.StudyInstanceUID ?? '', {}, page).records).toMatchObject([{ isKept: false, isDiscarded: true }])
  expect(forwarding.lingering()).toEqual({ stranded: 0, calledOff: [] })
})

test('no selection deletes what still goes somewhere', async () => {
  const { forwarding, objects: [waiting] } = await aGatewayWith(0, 1)
  expect(await forwarding.discard({ StudyInstanceUID: waiting?.StudyInstanceUID })).toBe(0)
  expect(await forwarding.discard({ objectId: waiting?.id })).toBe(0)
  expect(await forwarding.discard({ receivedBefore: new Date(Date.now() + 60_000) })).toBe(0)
  expect(gateway?.spool.get(waiting?.id ?? '')?.id).toBe(waiting?.id)
})

test('what was called off and arrived nowhere may be deleted; what came after a moment stays', async () => {
  const { forwarding } = await aGatewayWith(0, 3)
  await forwarding.cancel({ nodeId: 'archive' })
  expect(forwarding.lingering()).toEqual({ stranded: 3, calledOff: [] })
  expect(await forwarding.discard({ receivedBefore: new Date(Date.now() - 60_000) })).toBe(0)
  expect(await forwarding.discard({ receivedBefore: new Date(Date.now() + 60_000) })).toBe(3)
  expect(forwarding.lingering()).toEqual({ stranded: 0, calledOff: [] })
})

test('objects that went elsewhere and are kept for a called-off delivery are counted until they are released', async () => {
  const { database, queue } = aQueue()
  queue.enqueue([anObject()], toNode('a', 'b'))
  const [delivery] = await queue.claim('a', { maxObjects: 1, maxBytes: 1e9 }, 1)
  await queue.settle([{ deliveryId: delivery!.deliveryId, outcome: { kind: 'arrived', verified: true, confirmed: true } }], 1)
  await queue.cancel({ nodeId: 'b' })
  const lingering = createLingering(createStatements(database))
  expect(lingering.count()).toEqual({ stranded: 0, calledOff: [{ nodeId: 'b', count: 1 }] })
  await queue.release({ nodeId: 'b' }, 1)
  lingering.forget()
  expect(lingering.count()).toEqual({ stranded: 0, calledOff: [] })
  database.close()
})

test('whatever happens to deliveries, an object counts as going nowhere exactly when it has none that was not called off', async () => {
  const node = fc.constantFrom('a', 'b')
  const step = fc.oneof(
    fc.record({ what: fc.constant('enqueue' as const), nodes: fc.uniqueArray(node) }),
    fc.record({ what: fc.constantFrom('cancel' as const, 'retry' as const, 'arrive' as const, 'stranded' as const), nodes: fc.tuple(node) }),
  )
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
    const { database, queue } = aQueue()
    for (const { what, nodes } of steps) {
      const [nodeId = 'a'] = nodes
      if (what === 'enqueue') queue.enqueue([anObject()], toNode(...nodes))
      else if (what === 'cancel') await queue.cancel({ nodeId })
      else if (what === 'retry') await queue.retry({ nodeId, state: 'cancelled' }, 1)
      else if (what === 'stranded') await queue.enqueueStranded(toNode(nodeId))
      else {
        const some = await queue.claim(nodeId, { maxObjects: 2, maxBytes: 1e9 }, 1)
        await queue.settle(some.map(({ deliveryId }) => ({ deliveryId, outcome: { kind: 'arrived', verified: true, confirmed: true } })), 1)
      }
    }
    const keys = (text: string) => database.sql.prepare(text).all().map((row) => row['object_key'])
    expect(keys('SELECT object_key FROM stranded_object ORDER BY 1')).toEqual(
      keys("SELECT object_key FROM forward_object o WHERE NOT EXISTS (SELECT 1 FROM delivery d WHERE d.object_key = o.object_key AND d.state <> 'cancelled') ORDER BY 1"))
    database.close()
  }), { numRuns: 60 })
})
