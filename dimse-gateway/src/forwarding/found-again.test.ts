import { mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { anInstance } from '@isocenter/testkit/instances'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Database } from '../platform/database.ts'
import { createStatements } from '../platform/statements.ts'
import { createRecords, type Records } from '../records/records.ts'
import type { SpooledObject } from '../spool/index.ts'
import { createLingering } from './discard.ts'
import { aForwardingGateway, until } from './forwarding.fixture.ts'
import { aQueue, anObject, toNode } from './queue.fixture.ts'
import type { Queue } from './queue.ts'
import type { Outcome } from './settle.ts'

const StudyInstanceUID = '1.2.3'
const confirmed = { kind: 'arrived', verified: true, confirmed: true } as const

describe('an object that was lost and is found again', () => {
  let database: Database
  let queue: Queue
  let records: Records
  beforeEach(() => {
    ({ database, queue } = aQueue())
    records = createRecords({ database, clock: () => new Date(0), nodeName: () => undefined })
  })
  afterEach(() => { database.close() })

  const claim = async (nodeId: string) => (await queue.claim(nodeId, { maxObjects: 100, maxBytes: 1e9 }, 1)).map(({ objectId }) => objectId)
  async function settleAt(nodeId: string, outcome: Outcome): Promise<void> {
    const claimed = await queue.claim(nodeId, { maxObjects: 100, maxBytes: 1e9 }, 1)
    await queue.settle(claimed.map(({ deliveryId }) => ({ deliveryId, outcome })), 1)
  }
  function received(...nodeIds: string[]): SpooledObject {
    const object = anObject({ StudyInstanceUID })
    queue.enqueue([object], toNode(...nodeIds))
    return object
  }
  const study = () => records.study(StudyInstanceUID)
  const instances = () => records.instances(StudyInstanceUID, {}, { limit: 10 }).records
  const lingering = () => createLingering(createStatements(database)).count()

  test('is kept again and goes where it had not arrived', async () => {
    const object = received('a', 'b')
    await settleAt('a', confirmed)
    queue.lose([object.id], 5)
    expect(queue.enqueue([object], toNode('a', 'b'))).toEqual(new Map([['b', { objects: 1, isAnyUrgent: false }]]))
    expect(queue.lost().count).toBe(0)
    expect(study()).toMatchObject({ instances: 1, bytes: 500_000, deliveries: [{ nodeId: 'a', delivered: 1, waiting: 0 }, { nodeId: 'b', waiting: 1, cancelled: 0 }] })
    expect(study()?.lost).toBeUndefined()
    expect(instances()).toMatchObject([{ id: object.id, isKept: true, deliveries: [{ nodeId: 'a', state: 'delivered' }, { nodeId: 'b', state: 'waiting' }] }])
    expect(instances()[0]?.deliveries[1]?.lastFailure).toBeUndefined()
    expect(await claim('a')).toEqual([])
    expect(await claim('b')).toEqual([object.id])
    expect(queue.enqueue([object], toNode('a', 'b')).size).toBe(0)
  })

  test('goes on though a person has seen to the loss', async () => {
    const object = received('a')
    queue.lose([object.id], 5)
    expect(await queue.acknowledgeLost({})).toBe(1)
    queue.enqueue([object], toNode('a'))
    await settleAt('a', confirmed)
    expect(study()).toMatchObject({ deliveries: [{ nodeId: 'a', delivered: 1, verified: 1 }] })
  })

  test('goes nowhere that a person has called off, nor to a node that is no more: it is told of as going nowhere', async () => {
    const [calledOff, ofFormerNode] = [received('a'), received('b')]
    await queue.cancel({ nodeId: 'a' })
    queue.lose([calledOff.id, ofFormerNode.id], 5)
    expect(lingering().stranded).toBe(0)
    expect(queue.enqueue([calledOff, ofFormerNode], toNode('a')).size).toBe(0)
    expect(lingering().stranded).toBe(2)
    expect([await claim('a'), await claim('b')]).toEqual([[], []])
  })

  test('of which a newer copy came meanwhile is counted once, and does not go after it', async () => {
    const { SOPInstanceUID, ...object } = received('a')
    await settleAt('a', { ...confirmed, confirmed: false })
    queue.lose([object.id], 5)
    const newer = anObject({ StudyInstanceUID, SOPInstanceUID, byteLength: 400_000 })
    queue.enqueue([newer], toNode('a'))
    queue.enqueue([{ ...object, SOPInstanceUID }], toNode('a'))
    expect(study()).toMatchObject({ instances: 1, bytes: 400_000 })
    expect(await claim('a')).toEqual([newer.id])
    expect(instances().map(({ isKept }) => isKept)).toEqual([true, true])
  })
})

test('files of a folder that was away at a start are passed on at the next, without anybody', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'found-again-'))
  const settings = { nodes: [{ id: 'a', name: 'a', kind: 'dicomweb', url: 'http://127.0.0.1:9/dicom-web', paused: true }] }
  const objects = join(folder, 'spool', 'objects')
  const open = () => aForwardingGateway(settings, { folder })
  try {
    const before = await open()
    const { id } = await before.receiveInstance(anInstance())
    await until(() => before.forwarding.counts().waiting === 1)
    await before.close()
    await rename(objects, `${objects}-away`)
    const without = await open()
    expect([without.forwarding.lost().count, without.forwarding.counts().waiting]).toEqual([1, 0])
    await without.close()
    await rm(objects, { recursive: true, force: true })
    await rename(`${objects}-away`, objects)
    const after = await open()
    expect([after.forwarding.lost().count, after.forwarding.counts().waiting]).toEqual([0, 1])
    expect(after.spool.usage().objects).toBe(1)
    expect(after.spool.get(id)?.id).toBe(id)
    await after.close()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
