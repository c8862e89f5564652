import { describe, expect, test } from 'vitest'
import { createLog } from '../platform/log.ts'
import { createStatements } from '../platform/statements.ts'
import { createLingering } from './discard.ts'
import { anObject, toNode } from './queue.fixture.ts'
import { applyRetention } from './retention.ts'
import type { Outcome } from './settle.ts'
import { aStudyInQueue, confirmed, StudyInstanceUID, unread } from './study-in-queue.fixture.ts'

const page = { limit: 10 }
const day = 86_400_000

describe('an object whose file was taken away', () => {
  test('is lost only where it was not proven to have arrived everywhere it should', async () => {
    const { queue, records, settleAt, received, study } = aStudyInQueue()
    const proven = received('a')
    await settleAt('a', confirmed)
    const unproven = received('a')
    await settleAt('a', { ...confirmed, confirmed: false })
    const [waiting, nowhere] = [received('a'), received()]
    expect(queue.lose([proven, unproven, waiting, nowhere].map(({ id }) => id), 5)).toEqual({ arrived: 1, lost: 3 })
    expect(queue.lose([waiting.id], 6)).toEqual({ arrived: 0, lost: 0 })
    expect(queue.lost()).toEqual({ count: 3, since: new Date(5) })
    expect(study()).toMatchObject({ lost: 3, deliveries: [{ nodeId: 'a', delivered: 2, dead: 0, cancelled: 1, lost: 1 }] })
    expect(study()?.stranded).toBeUndefined()
    expect(records.instances(StudyInstanceUID, { isLost: true }, page).records.map(({ id, isKept, isLost }) => [id, isKept, isLost])).toEqual([unproven, waiting, nowhere].map(({ id }) => [id, false, true]))
    expect(records.studies({ isLost: true }, page).total).toBe(1)
  })

  test('has its deliveries neither tried again nor kept for by anybody', async () => {
    const { database, queue, claim, settleAt, received } = aStudyInQueue()
    const { id } = received('a', 'b')
    await settleAt('a', confirmed)
    queue.lose([id], 5)
    expect(createLingering(createStatements(database)).count()).toEqual({ stranded: 0, calledOff: [] })
    expect(await queue.retry({}, 1)).toBe(0)
    expect(await claim('b')).toEqual([])
    expect(queue.counts().get('b')).toMatchObject({ waiting: 0, dead: 0 })
  })

  test('is lost no longer once it comes anew, of whatever bytes, and its study reads as the new one goes', async () => {
    const { queue, settleAt, received, study } = aStudyInQueue()
    const { id, SOPInstanceUID } = received('a')
    await settleAt('a', unread)
    expect(study()).toMatchObject({ deliveries: [{ dead: 1 }] })
    queue.lose([id], 5)
    queue.enqueue([anObject({ StudyInstanceUID, SOPInstanceUID })], toNode('a'))
    expect(queue.lost()).toEqual({ count: 0, since: undefined })
    await settleAt('a', confirmed)
    expect(study()).toMatchObject({ instances: 1, bytes: 500_000, deliveries: [{ nodeId: 'a', delivered: 1, dead: 0, cancelled: 0 }] })
    expect(study()?.deliveries).toHaveLength(1)
  })

  test('that had arrived counts once in its study when it comes anew, at each node by its newest copy, and its records stay', async () => {
    const { queue, records, settleAt, received, study } = aStudyInQueue()
    const { id, SOPInstanceUID } = received('a', 'b')
    await settleAt('a', confirmed)
    await settleAt('b', confirmed)
    queue.lose([id], 5)
    for (const now of [6, 7]) {
      const anew = anObject({ StudyInstanceUID, SOPInstanceUID, byteLength: 400_000 + now })
      queue.enqueue([anew], toNode('a'))
      expect(study()).toMatchObject({ instances: 1, bytes: 400_000 + now, deliveries: [{ nodeId: 'a', delivered: 0, waiting: 1 }, { nodeId: 'b', delivered: 1, waiting: 0 }] })
      await settleAt('a', confirmed)
      expect(study()).toMatchObject({ instances: 1, deliveries: [{ nodeId: 'a', delivered: 1, verified: 1 }, { nodeId: 'b', delivered: 1 }] })
      queue.lose([anew.id], now)
    }
    expect(records.instances(StudyInstanceUID, {}, page).records.map(({ deliveries }) => deliveries.map(({ nodeId, state }) => [nodeId, state]))).toEqual([[['a', 'delivered'], ['b', 'delivered']], [['a', 'delivered']], [['a', 'delivered']]])
  })

  test('of which one copy waits still counts both, and so does a copy of another study', async () => {
    const { queue, records, settleAt, received, study } = aStudyInQueue()
    const { id, SOPInstanceUID } = received('a')
    await settleAt('a', confirmed)
    queue.enqueue([anObject({ StudyInstanceUID: '1.2.4', SOPInstanceUID })], toNode('a'))
    queue.lose([id], 5)
    queue.enqueue([anObject({ StudyInstanceUID: '1.2.4', SOPInstanceUID, dataSetSha256: '1'.repeat(64) })], toNode('a'))
    expect(study()).toMatchObject({ instances: 1, deliveries: [{ delivered: 1 }] })
    expect(records.study('1.2.4')).toMatchObject({ instances: 2, deliveries: [{ waiting: 2 }] })
  })

  test('while it was being sent is not tried again, whatever kept it from arriving', async () => {
    const { queue, claim, received } = aStudyInQueue()
    const { id } = received('a')
    const sending = await claim('a')
    queue.lose([id], 5)
    await queue.settle(sending.map(({ deliveryId }) => ({ deliveryId, outcome: { kind: 'released', troubled: true, error: { code: 'lineDown' }, retryAt: 7 } })), 6)
    expect(queue.counts().get('a')).toMatchObject({ waiting: 0, cancelled: 1 })
    expect(queue.lost().count).toBe(1)
  })

  test('while it was being sent is lost no more when that fails after it has come anew', async () => {
    const { queue, claim, received, study } = aStudyInQueue()
    const { id, SOPInstanceUID } = received('a')
    const sending = await claim('a')
    expect(queue.lose([id], 5)).toEqual({ arrived: 0, lost: 1 })
    queue.enqueue([anObject({ StudyInstanceUID, SOPInstanceUID })], toNode('a'))
    await queue.settle(sending.map(({ deliveryId }) => ({ deliveryId, outcome: unread })), 6)
    expect(queue.lost().count).toBe(0)
    expect(study()).toMatchObject({ instances: 1, deliveries: [{ nodeId: 'a', waiting: 1, cancelled: 0 }] })
  })

  test('is seen to by a person, by study or as of a moment, and its record stays until then however old', async () => {
    const { database, queue, records, received } = aStudyInQueue()
    const [first, second] = [received('a'), received('a')]
    const other = anObject()
    queue.enqueue([other], toNode('a'))
    queue.lose([first.id, other.id], 5)
    queue.lose([second.id], 7)
    const spool = { get: () => undefined, delete: () => Promise.resolve(), usage: () => ({ objects: 0, bytes: 0, freeBytes: 1e12, totalBytes: 2e12, isRefusing: false }) }
    const forgetOld = () => applyRetention({ statements: createStatements(database), spool, clock: () => new Date(100 * day), log: createLog('silent') }, { retention: { recordDays: 10, studyCompleteAfterSeconds: 60 }, refuseAtFreeBytes: 0 })
    await forgetOld()
    expect(queue.lost().count).toBe(3)
    expect(await queue.acknowledgeLost({ StudyInstanceUID, lostBefore: new Date(7) })).toBe(1)
    expect(await queue.acknowledgeLost({ StudyInstanceUID: other.StudyInstanceUID })).toBe(1)
    expect(queue.lost()).toEqual({ count: 1, since: new Date(7) })
    expect(createLingering(createStatements(database)).count().calledOff).toEqual([])
    await forgetOld()
    expect(records.instances(StudyInstanceUID, {}, page).records.map(({ id }) => id)).toEqual([second.id])
  })
})

describe('what had arrived and was sent again', () => {
  test('reads as arrived while it is sent, and when that was given up', async () => {
    const { queue, settleAt, received, study } = aStudyInQueue()
    received('a')
    await settleAt('a', confirmed)
    await queue.retry({ state: 'delivered' }, 1)
    expect(study()?.deliveries).toMatchObject([{ delivered: 0, waiting: 1, sendingAgain: 1, verified: 0, lastDeliveredAt: new Date(1).toISOString() }])
    await settleAt('a', { kind: 'refused', error: { code: 'refused' }, retryAt: 'never' })
    expect(study()?.deliveries).toMatchObject([{ dead: 1, failedAgain: 1 }])
    await queue.retry({}, 1)
    await settleAt('a', confirmed)
    expect(study()?.deliveries).toEqual([{ nodeId: 'a', nodeName: 'a', waiting: 0, sending: 0, delivered: 1, dead: 0, cancelled: 0, verified: 1, lastDeliveredAt: new Date(1).toISOString() }])
  })

  test.each(['waits', 'is being sent', 'was given up'] as const)(
    'has arrived when its file turns out to be gone while it %s', async (when) => {
      const { queue, claim, settleAt, received, study } = aStudyInQueue()
      const { id } = received('a')
      await settleAt('a', confirmed)
      await queue.retry({ state: 'delivered' }, 1)
      const sending = when === 'waits' ? [] : await claim('a')
      const settle = (outcome: Outcome, now: number) => queue.settle(sending.map(({ deliveryId }) => ({ deliveryId, outcome })), now)
      if (when === 'was given up') await settle({ kind: 'refused', error: { code: 'refused' }, retryAt: 'never' }, 4)
      expect(queue.lose([id], 5)).toEqual({ arrived: 1, lost: 0 })
      await settle(unread, 6)
      expect(study()?.deliveries).toMatchObject([{ delivered: 1, waiting: 0, sending: 0, dead: 0, verified: 1 }])
      expect(queue.lost().count).toBe(0)
    })

  test('is called off with its node, and kept for nobody who says it had arrived', async () => {
    const { queue, settleAt, received } = aStudyInQueue()
    const { id } = received('a')
    await settleAt('a', confirmed)
    await queue.retry({ state: 'delivered' }, 1)
    await queue.cancel({ nodeId: 'a' })
    await queue.release({ nodeId: 'a' }, 5)
    await queue.retry({ state: 'cancelled' }, 1)
    expect(queue.lose([id], 6)).toEqual({ arrived: 0, lost: 1 })
  })
})

test('an object found to be gone while it is sent for the first time is lost, unless it arrives all the same', async () => {
  const { queue, claim, received, study } = aStudyInQueue()
  const [one, other] = [received('a'), received('a')]
  const [first, second] = await claim('a')
  expect(queue.lose([one.id, other.id], 5)).toEqual({ arrived: 0, lost: 2 })
  await queue.settle([{ deliveryId: first!.deliveryId, outcome: unread }, { deliveryId: second!.deliveryId, outcome: confirmed }], 6)
  expect(queue.lost().count).toBe(1)
  expect(study()).toMatchObject({ lost: 1, deliveries: [{ delivered: 1, cancelled: 1, lost: 1, dead: 0 }] })
})
