import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Database } from '../platform/database.ts'
import { aQueue, anObject, toNode } from './queue.fixture.ts'
import type { Queue } from './queue.ts'

const many = { maxObjects: 100, maxBytes: 1e9 }
const confirmed = { kind: 'arrived', verified: true, confirmed: true } as const

let database: Database
let queue: Queue
beforeEach(() => { ({ database, queue } = aQueue()) })
afterEach(() => { database.close() })

const claimed = async (nodeId: string): Promise<string[]> => (await queue.claim(nodeId, many, 1)).map(({ objectId }) => objectId)
const arrive = async (nodeId: string): Promise<void> => {
  const deliveries = await queue.claim(nodeId, many, 1)
  await queue.settle(deliveries.map(({ deliveryId }) => ({ deliveryId, outcome: confirmed })), 1)
}

describe('objects that go nowhere', () => {
  test('go to the first node there is, though they came before it', async () => {
    const [one, other] = [anObject(), anObject()]
    queue.enqueue([one, other], toNode())
    expect(await queue.enqueueStranded(toNode('a'))).toEqual(new Set(['a']))
    expect(await claimed('a')).toEqual([one.id, other.id])
    expect(await queue.enqueueStranded(toNode('a'))).toEqual(new Set())
  })

  test('go to another node when theirs was removed before they arrived anywhere', async () => {
    const object = anObject()
    queue.enqueue([object], toNode('a'))
    await queue.cancel({ nodeId: 'a' })
    expect(await queue.enqueueStranded(toNode('b'))).toEqual(new Set(['b']))
    expect(await claimed('b')).toEqual([object.id])
  })

  test('go to their own node should it come back', async () => {
    const object = anObject()
    queue.enqueue([object], toNode('a'))
    await queue.cancel({ nodeId: 'a' })
    expect(await queue.enqueueStranded(toNode('a'))).toEqual(new Set(['a']))
    expect(await claimed('a')).toEqual([object.id])
  })

  test('go to another node when theirs was removed while they were being sent', async () => {
    const object = anObject()
    queue.enqueue([object], toNode('a'))
    const [delivery] = await queue.claim('a', many, 1)
    await queue.cancel({ nodeId: 'a' })
    await queue.settle([{ deliveryId: delivery!.deliveryId, outcome: { kind: 'released', troubled: false, retryAt: 0 } }], 1)
    expect(await queue.enqueueStranded(toNode('a'))).toEqual(new Set())
    expect(await queue.enqueueStranded(toNode('b'))).toEqual(new Set(['b']))
    expect(await claimed('b')).toEqual([object.id])
  })

  test('are none that a rule keeps here, that wait for a node, or that have arrived', async () => {
    queue.enqueue([anObject({ Modality: 'SR' })], toNode())
    queue.enqueue([anObject()], toNode('a'))
    await arrive('a')
    queue.enqueue([anObject()], toNode('a'))
    const kept = [{ id: 'r', name: 'Reports stay', when: { modalities: ['SR'] }, to: [], urgent: false }]
    expect(await queue.enqueueStranded({ ...toNode('a', 'b'), rules: kept })).toEqual(new Set())
  })
})

describe('an object that comes again', () => {
  test('is sent again where it arrived an hour ago or more, and stays here until it is there once more', async () => {
    const object = anObject()
    queue.enqueue([object], toNode('a'))
    await arrive('a')
    const kept = () => database.sql.prepare('SELECT arrived_everywhere_at IS NULL AS kept FROM forward_object').get()?.['kept']
    const cameAt = (ms: number) => queue.enqueueAgain(object.id, { ...object, receivedAt: new Date(ms) }, toNode('a'))
    const hourMs = 3_600_000
    expect([await cameAt(hourMs), kept()]).toEqual([new Set(), 0])
    expect([await cameAt(hourMs + 1), kept()]).toEqual([new Set(['a']), 1])
    expect(await cameAt(hourMs + 2)).toEqual(new Set())
    expect(await claimed('a')).toEqual([object.id])
  })

  describe('with others of its study', () => {
    const minutes = (count: number) => count * 60_000
    const arriveAt = async (at: number) => {
      const deliveries = await queue.claim('a', many, at)
      await queue.settle(deliveries.map(({ deliveryId }) => ({ deliveryId, outcome: confirmed })), at)
      return deliveries.map(({ objectId }) => objectId)
    }
    const [early, late] = [anObject({ StudyInstanceUID: '2.25.7' }), anObject({ StudyInstanceUID: '2.25.7' })]
    const cameAt = (object: typeof early, at: number) => queue.enqueueAgain(object.id, { ...object, receivedAt: new Date(at) }, toNode('a'))
    const bothArrived = async () => {
      queue.enqueue([early], toNode('a'))
      await arriveAt(minutes(0))
      queue.enqueue([late], toNode('a'))
      await arriveAt(minutes(10))
    }

    test.each([['the later one', [late, early]], ['the earlier one', [early, late]]] as const)('goes with all of it that comes again about then, %s first: no part of a study', async (_first, order) => {
      await bothArrived()
      for (const object of order) await cameAt(object, minutes(65))
      expect((await arriveAt(minutes(66))).toSorted()).toEqual([early.id, late.id].toSorted())
    })

    test('does not go round and round where a node sends back what it gets', async () => {
      await bothArrived()
      const sent: number[] = []
      for (let minute = 65; minute < 65 + 180; minute++) {
        for (const object of [early, late]) await cameAt(object, minutes(minute))
        sent.push(...(await arriveAt(minutes(minute))).map(() => minute))
      }
      expect(sent).toEqual([65, 65, 125, 125, 185, 185])
    })

    test('leaves those alone that did not come again, and those of other studies', async () => {
      await bothArrived()
      const other = anObject({ StudyInstanceUID: '2.25.8' })
      queue.enqueue([other], toNode('a'))
      await arriveAt(minutes(10))
      await cameAt(other, minutes(64))
      await cameAt(early, minutes(65))
      expect(await arriveAt(minutes(66))).toEqual([early.id])
    })
  })

  test('is not sent again where it has just arrived or waits', async () => {
    const object = anObject()
    queue.enqueue([object], toNode('a', 'b'))
    await arrive('a')
    expect(await queue.enqueueAgain(object.id, { ...object, receivedAt: new Date(2) }, toNode('a', 'b'))).toEqual(new Set())
  })

  test('is tried again where it was given up or called off', async () => {
    const object = anObject()
    queue.enqueue([object], toNode('a', 'b'))
    const [delivery] = await queue.claim('a', many, 1)
    await queue.settle([{ deliveryId: delivery!.deliveryId, outcome: { kind: 'refused', error: { code: 'refused' }, retryAt: 'never' } }], 1)
    await queue.cancel({ nodeId: 'b' })
    expect(await queue.enqueueAgain(object.id, object, toNode('a', 'b'))).toEqual(new Set(['a', 'b']))
    expect([await claimed('a'), await claimed('b')]).toEqual([[object.id], [object.id]])
  })

  test('goes where the rules send it as it came now, and stays here until it arrived there too', async () => {
    const object = anObject({ callingAETitle: 'CT1' })
    const rules = [{ id: 'r', name: 'Workstation', when: { callingAETitles: ['WS'] }, to: ['b'], urgent: false }]
    const routes = { nodes: [{ id: 'a', default: true }, { id: 'b', default: false }], rules }
    queue.enqueue([object], routes)
    await arrive('a')
    const isKept = () => database.sql.prepare('SELECT arrived_everywhere_at IS NULL AS kept FROM forward_object').get()?.['kept'] === 1
    expect(isKept()).toBe(false)
    expect(await queue.enqueueAgain(object.id, { ...object, callingAETitle: 'WS' }, routes)).toEqual(new Set(['b']))
    expect(isKept()).toBe(true)
  })
})
