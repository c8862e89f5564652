import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { anInstance, attributes } from '@isocenter/testkit/instances'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createLog } from '../platform/log.ts'
import { createStatements } from '../platform/statements.ts'
import { createLingering } from './discard.ts'
import { aForwardingGateway, until, type ForwardingGateway } from './forwarding.fixture.ts'
import { anObject, toNode } from './queue.fixture.ts'
import { applyRetention } from './retention.ts'
import { aStudyInQueue, confirmed, StudyInstanceUID, unread } from './study-in-queue.fixture.ts'

/** With what is asked of it here. */
function aFoundStudy() {
  const given = aStudyInQueue()
  return {
    ...given,
    claimed: async (nodeId: string) => (await given.claim(nodeId)).map(({ objectId }) => objectId),
    instances: () => given.records.instances(StudyInstanceUID, {}, { limit: 10 }).records,
    lingering: () => createLingering(createStatements(given.database)).count(),
  }
}

describe('an object that was lost and is found again', () => {
  test('is kept again and goes where it had not arrived', async () => {
    const { queue, settleAt, received, study, claimed, instances } = aFoundStudy()
    const object = received('a', 'b')
    await settleAt('a', confirmed)
    queue.lose([object.id], 5)
    expect(queue.enqueue([object], toNode('a', 'b'))).toEqual(new Map([['b', { objects: 1, isAnyUrgent: false }]]))
    expect(queue.lost().count).toBe(0)
    expect(study()).toMatchObject({ instances: 1, bytes: 500_000, deliveries: [{ nodeId: 'a', delivered: 1, waiting: 0 }, { nodeId: 'b', waiting: 1, cancelled: 0 }] })
    expect(study()?.lost).toBeUndefined()
    expect(instances()).toMatchObject([{ id: object.id, isKept: true, deliveries: [{ nodeId: 'a', state: 'delivered' }, { nodeId: 'b', state: 'waiting' }] }])
    expect(instances()[0]?.deliveries[1]?.lastFailure).toBeUndefined()
    expect(await claimed('a')).toEqual([])
    expect(await claimed('b')).toEqual([object.id])
    expect(queue.enqueue([object], toNode('a', 'b')).size).toBe(0)
  })

  test('goes on though a person has seen to the loss', async () => {
    const { queue, settleAt, received, study } = aFoundStudy()
    const object = received('a')
    queue.lose([object.id], 5)
    expect(await queue.acknowledgeLost({})).toBe(1)
    queue.enqueue([object], toNode('a'))
    await settleAt('a', confirmed)
    expect(study()).toMatchObject({ deliveries: [{ nodeId: 'a', delivered: 1, verified: 1 }] })
  })

  test('goes nowhere that a person has called off, nor to a node that is no more: it is told of as going nowhere', async () => {
    const { queue, received, claimed, lingering } = aFoundStudy()
    const [calledOff, ofFormerNode] = [received('a'), received('b')]
    await queue.cancel({ nodeId: 'a' })
    queue.lose([calledOff.id, ofFormerNode.id], 5)
    expect(lingering().stranded).toBe(0)
    expect(queue.enqueue([calledOff, ofFormerNode], toNode('a')).size).toBe(0)
    expect(lingering().stranded).toBe(2)
    expect([await claimed('a'), await claimed('b')]).toEqual([[], []])
  })

  test.each(['had come nowhere', 'had arrived', 'was being sent'] as const)('that %s, and of which a newer copy came meanwhile, is counted once and never goes after it', async (what) => {
    const { queue, settleAt, received, study, claimed, instances } = aFoundStudy()
    const object = received('a')
    const { SOPInstanceUID } = object
    if (what === 'had arrived') await settleAt('a', { ...confirmed, confirmed: false })
    const sending = what === 'was being sent' ? await queue.claim('a', { maxObjects: 1, maxBytes: 1e9 }, 1) : []
    queue.lose([object.id], 5)
    const newer = anObject({ StudyInstanceUID, SOPInstanceUID, byteLength: 400_000 })
    queue.enqueue([newer], toNode('a'))
    await queue.settle(sending.map(({ deliveryId }) => ({ deliveryId, outcome: unread })), 6)
    queue.enqueue([object], toNode('a'))
    expect(study()).toMatchObject({ instances: 1, bytes: 400_000 })
    expect(study()?.lost).toBeUndefined()
    expect(await claimed('a')).toEqual([newer.id])
    await queue.enqueueStranded(toNode('a', 'b'))
    expect(await claimed('a')).toEqual([])
    expect(instances().map(({ isKept, isLost }) => [isKept, isLost ?? false])).toEqual([[true, false], [true, false]])
  })

  test('does not read as lost where it stays called off', async () => {
    const { queue, settleAt, received, study, lingering } = aFoundStudy()
    const object = received('a', 'b')
    await settleAt('a', confirmed)
    queue.lose([object.id], 5)
    queue.enqueue([object], toNode('a'))
    expect(study()?.deliveries).toMatchObject([{ nodeId: 'a', delivered: 1 }, { nodeId: 'b', cancelled: 1 }])
    expect(study()?.deliveries[1]?.lost).toBeUndefined()
    expect(lingering().calledOff).toMatchObject([{ nodeId: 'b' }])
  })

  test('a delivery a person called off stays so, though it had been given up as unreadable', async () => {
    const { queue, settleAt, received, claimed, lingering } = aFoundStudy()
    const object = received('a')
    await settleAt('a', unread)
    await queue.cancel({ nodeId: 'a' })
    queue.lose([object.id], 5)
    queue.enqueue([object], toNode('a'))
    expect(await claimed('a')).toEqual([])
    expect(lingering().stranded).toBe(1)
  })

  test.each(['seen', 'newer'] as const)('goes when it is time, or somebody is asked: had arrived at one node, lost before the other, %s', async (what) => {
    const { database, queue, settleAt, received } = aFoundStudy()
    const object = received('a', 'b')
    await settleAt('a', confirmed)
    queue.lose([object.id], 5)
    if (what === 'seen') await queue.acknowledgeLost({})
    else queue.enqueue([anObject({ StudyInstanceUID, SOPInstanceUID: object.SOPInstanceUID })], toNode('a'))
    queue.enqueue([object], toNode('a'))
    const deleted: string[] = []
    const spool = { get: () => undefined, delete: (...ids: string[]) => { deleted.push(...ids); return Promise.resolve() }, usage: () => ({ objects: 0, bytes: 0, freeBytes: 1e12, totalBytes: 2e12, isRefusing: false }) }
    const apply = () => applyRetention({ statements: createStatements(database), spool, clock: () => new Date(10), log: createLog('silent') }, { retention: { recordDays: 10, studyCompleteAfterSeconds: 60, deleteDaysAfterArrival: 0 }, refuseAtFreeBytes: 0 })
    await apply()
    expect(deleted).toEqual(what === 'newer' ? [object.id] : [])
    if (what === 'newer') return
    expect(await queue.release({ nodeId: 'b' }, 9)).toBe(1)
    await apply()
    expect(deleted).toEqual([object.id])
  })
})

describe('files of a folder that was away at a start', () => {
  const settings = { nodes: [{ id: 'a', name: 'a', kind: 'dicomweb', url: 'http://127.0.0.1:9/dicom-web', paused: true }] }
  let folder: string
  let objects: string
  let gateway: ForwardingGateway | undefined
  const open = async (): Promise<ForwardingGateway> => (gateway = await aForwardingGateway(settings, { folder }))
  const shut = async (): Promise<void> => {
    await gateway?.close()
    gateway = undefined
  }
  const state = ({ forwarding, spool }: ForwardingGateway) => ({ lost: forwarding.lost().count, waiting: forwarding.counts().waiting, here: spool.usage().objects, lingering: forwarding.lingering().stranded })
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'found-again-'))
    objects = join(folder, 'spool', 'objects')
  })
  afterEach(async () => {
    await shut()
    await rm(folder, { recursive: true, force: true })
  })

  /** An object came and its folder went; what is received then is received without it. */
  async function withFolderAway(instance: ReturnType<typeof anInstance>, meanwhile: (gateway: ForwardingGateway) => Promise<unknown> = () => Promise.resolve()): Promise<string> {
    const before = await open()
    const { id } = await before.receiveInstance(instance)
    await until(() => before.forwarding.counts().waiting === 1)
    await shut()
    await rename(objects, `${objects}-away`)
    const without = await open()
    expect(state(without)).toEqual({ lost: 1, waiting: 0, here: 0, lingering: 0 })
    await meanwhile(without)
    await shut()
    await cp(objects, `${objects}-away`, { recursive: true })
    await rm(objects, { recursive: true })
    await rename(`${objects}-away`, objects)
    return id
  }

  test('are passed on at the next, without anybody', async () => {
    const id = await withFolderAway(anInstance())
    const after = await open()
    expect(state(after)).toEqual({ lost: 0, waiting: 1, here: 1, lingering: 0 })
    expect(after.spool.get(id)?.id).toBe(id)
  })

  test('go where the same came anew meanwhile, and are put before a person where others did', async () => {
    const instance = anInstance()
    const other = { ...instance, ...attributes({ PatientComments: 'other' }) }
    for (const [again, here] of [[instance, 1], [other, 2]] as const) {
      await withFolderAway(instance, async (without) => {
        await without.receiveInstance(again)
        await until(() => without.forwarding.counts().waiting === 1)
      })
      expect(state(await open())).toEqual({ lost: 0, waiting: 1, here, lingering: here - 1 })
      await shut()
      await rm(folder, { recursive: true, force: true })
      await mkdir(folder)
    }
  })

  test('are passed on, too, where an earlier version had taken them in and left them lost', async () => {
    const id = await withFolderAway(anInstance())
    const after = await open()
    after.database.sql.exec(`UPDATE delivery SET state = 'cancelled', last_error = 'objectUnreadable'; UPDATE forward_object SET lost = 1, deleted_at = 5; INSERT INTO lost_object SELECT object_key, 5 FROM forward_object;
      ALTER TABLE delivery DROP COLUMN again_at; DELETE FROM schema_step WHERE name = 'forwarding-6'`)
    await shut()
    const upgraded = await open()
    expect(state(upgraded)).toEqual({ lost: 0, waiting: 1, here: 1, lingering: 0 })
    expect(upgraded.spool.get(id)?.id).toBe(id)
  })
})
