import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import type { Delivery } from './delivery.ts'
import { aQueue, anObject, toNode } from './queue.fixture.ts'

const many = { maxObjects: 100, maxBytes: 1e9 }
const confirmed = { kind: 'arrived', verified: true, confirmed: true, receipt: '0'.repeat(64) } as const
const refusal = { code: 'refused', detail: 'A900' } as const
const open: (() => void)[] = []
afterEach(async () => { for (const close of open.splice(0)) close() })

function opened() {
  const { database, queue } = aQueue()
  open.push(database.close)
  return { database, queue }
}
const instances = (claimed: readonly Delivery[]): string[] => claimed.map(({ SOPInstanceUID }) => SOPInstanceUID)

describe('a queue', () => {
  test('gives each object to every node it is meant for, once', async () => {
    const { queue } = opened()
    const object = anObject()
    expect(queue.enqueue([object, object], toNode('a', 'b'))).toEqual(new Map([['a', { objects: 1, isAnyUrgent: false }], ['b', { objects: 1, isAnyUrgent: false }]]))
    expect(queue.enqueue([object], toNode('a', 'b'))).toEqual(new Map())
    expect(instances(await queue.claim('a', many, 1))).toEqual([object.SOPInstanceUID])
    expect(await queue.claim('a', many, 1)).toEqual([])
    expect(instances(await queue.claim('b', many, 1))).toEqual([object.SOPInstanceUID])
  })

  test('gives urgent objects first, then the oldest', async () => {
    const { queue } = opened()
    const old = anObject({ StudyInstanceUID: '1.1' })
    const young = anObject({ StudyInstanceUID: '1.2' })
    const urgent = anObject({ StudyInstanceUID: '1.3', Modality: 'CR' })
    const rules = [{ id: 'r', name: 'r', when: { modalities: ['CR'] }, to: ['a'], urgent: true }]
    queue.enqueue([old, young, urgent], { ...toNode('a'), rules })
    const one = { maxObjects: 1, maxBytes: 1e9 }
    const order = [...await queue.claim('a', one, 1), ...await queue.claim('a', one, 1), ...await queue.claim('a', one, 1)]
    expect(instances(order)).toEqual([urgent, old, young].map(({ SOPInstanceUID }) => SOPInstanceUID))
    queue.enqueue([old, urgent].map((one) => anObject({ StudyInstanceUID: one.StudyInstanceUID, Modality: one.Modality })), { ...toNode('a'), rules })
    expect((await queue.claim('a', { ...many, urgentOnly: true }, 1)).map(({ StudyInstanceUID }) => StudyInstanceUID)).toEqual([urgent.StudyInstanceUID])
    expect(await queue.claim('a', { ...many, urgentOnly: true }, 1)).toEqual([])
  })

  test('lets a small study that comes a second later past a large one that has had its share', async () => {
    const { queue } = opened()
    const at = 1_800_000_000_000
    queue.enqueue(Array.from({ length: 40 }, () => anObject({ StudyInstanceUID: '1.1', receivedAt: new Date(at) })), toNode('a'))
    queue.enqueue([anObject({ StudyInstanceUID: '1.2', receivedAt: new Date(at + 1000) })], toNode('a'))
    const studies: string[] = []
    for (let batch = 0; batch < 5; batch++) studies.push(...(await queue.claim('a', { maxObjects: 10, maxBytes: 1e9 }, at)).map((one) => one.StudyInstanceUID))
    expect(studies.indexOf('1.2')).toBeGreaterThan(0)
    expect(studies.indexOf('1.2')).toBeLessThan(21)
    expect(studies).toHaveLength(41)
  })

  test('does not wait for years when the clock, which was wrong, is put back', async () => {
    const { queue } = opened()
    const object = anObject()
    queue.enqueue([object], toNode('a'))
    const wrong = Date.parse('2038-01-01')
    const [delivery] = await queue.claim('a', many, wrong)
    await queue.settle([{ deliveryId: delivery!.deliveryId, outcome: { kind: 'refused', error: refusal, retryAt: wrong + 60_000 } }], wrong)
    expect(await queue.claim('a', many, wrong + 59_000)).toEqual([])
    expect(instances(await queue.claim('a', many, Date.parse('2026-11-22')))).toEqual([object.SOPInstanceUID])
  })

  test('waits with what was refused, and leaves it to a person in the end', async () => {
    const { queue } = opened()
    queue.enqueue([anObject()], toNode('a'))
    const [first] = await queue.claim('a', many, 10)
    await queue.settle([{ deliveryId: first!.deliveryId, outcome: { kind: 'refused', error: refusal, retryAt: 100 } }], 10)
    expect(await queue.claim('a', many, 99)).toEqual([])
    expect(queue.nextDueAt('a')).toBe(100)
    const [second] = await queue.claim('a', many, 100)
    expect(second?.attempts).toBe(1)
    await queue.settle([{ deliveryId: first!.deliveryId, outcome: { kind: 'refused', error: refusal, retryAt: 'never' } }], 100)
    expect(await queue.claim('a', many, 1e15)).toEqual([])
    expect(queue.counts().get('a')).toMatchObject({ dead: 1, waiting: 0 })
    expect(await queue.retry({ nodeId: 'a' }, 1)).toBe(1)
    expect((await queue.claim('a', many, 100))[0]?.attempts).toBe(0)
  })

  test('gives objects that brought trouble out alone, and never first refuses them', async () => {
    const { queue } = opened()
    queue.enqueue([anObject(), anObject(), anObject()], toNode('a'))
    for (let time = 0; time < 2; time++) {
      const [bad, ...others] = await queue.claim('a', time === 0 ? many : { maxObjects: 1, maxBytes: 1 }, 10)
      await queue.settle([
        { deliveryId: bad!.deliveryId, outcome: { kind: 'released', error: { code: 'nodeFailing' }, troubled: true, retryAt: 0 } },
        ...others.map(({ deliveryId }) => ({ deliveryId, outcome: { kind: 'released', troubled: false, retryAt: 0 } as const })),
      ], 10)
    }
    const alone = await queue.claim('a', many, 10)
    expect(alone).toHaveLength(1)
    expect(alone[0]).toMatchObject({ troubles: 2, attempts: 0 })
    expect(await queue.claim('a', many, 10)).toHaveLength(2)
  })

  test('retries neither what has arrived nor what was called off unless that is said', async () => {
    const { queue } = opened()
    queue.enqueue([anObject(), anObject()], toNode('a'))
    const [one] = await queue.claim('a', { ...many, maxObjects: 1 }, 1)
    await queue.settle([{ deliveryId: one!.deliveryId, outcome: confirmed }], 1)
    expect(await queue.cancel({})).toBe(1)
    expect(await queue.retry({}, 1)).toBe(0)
    expect(queue.counts().get('a')).toMatchObject({ delivered: 1, cancelled: 1 })
    expect(await queue.retry({ state: 'delivered' }, 1)).toBe(1)
    expect(await queue.retry({ state: 'cancelled' }, 1)).toBe(1)
    expect(await queue.claim('a', many, 1)).toHaveLength(2)
  })

  test('what had arrived and is sent again stands behind what has come by then, after a restart too, and before what comes later', async () => {
    const { queue } = opened()
    const [at, one] = [1_800_000_000_000, { ...many, maxObjects: 1 }]
    const ofStudy = (StudyInstanceUID: string, seconds: number) => anObject({ StudyInstanceUID, receivedAt: new Date(at + seconds * 1_000) })
    const old = [ofStudy('1.1', 0), ofStudy('1.1', 1)]
    queue.enqueue(old, toNode('a'))
    await queue.settle((await queue.claim('a', many, at)).map(({ deliveryId }) => ({ deliveryId, outcome: confirmed })), at)
    expect(await queue.retry({ state: 'delivered' }, at + 60_000)).toBe(2)
    queue.enqueue([ofStudy('1.3', 61), ofStudy('1.2', 59)], toNode('a'))
    const studies = async () => (await queue.claim('a', one, at + 70_000)).map(({ StudyInstanceUID }) => StudyInstanceUID)
    expect([await studies(), await studies()]).toEqual([['1.2'], ['1.1']])
    await queue.recover()
    expect([await studies(), await studies(), await studies(), await studies()]).toEqual([['1.2'], ['1.1'], ['1.1'], ['1.3']])
  })

  test('lets an object go once all its nodes confirmed it, and not before', async () => {
    const { database, queue } = opened()
    const marked = () => database.sql.prepare('SELECT arrived_everywhere_at AS at FROM forward_object').get()?.['at']
    const object = anObject()
    queue.enqueue([object], toNode('a', 'b'))
    const [a] = await queue.claim('a', many, 1)
    await queue.settle([{ deliveryId: a!.deliveryId, outcome: confirmed }], 5)
    expect(marked()).toBe(null)
    const [b] = await queue.claim('b', many, 1)
    await queue.settle([{ deliveryId: b!.deliveryId, outcome: { ...confirmed, confirmed: false, verified: false } }], 6)
    expect(marked()).toBe(null)
    await queue.cancel({ nodeId: 'b' })
    expect(marked()).toBe(null)
    await queue.retry({ state: 'delivered', nodeId: 'b' }, 1)
    await queue.cancel({ nodeId: 'b' })
    expect(marked()).toBe(null)
    expect(await queue.release({ nodeId: 'b' }, 9)).toBe(1)
    expect(marked()).toBe(9)
    await queue.sendAlso(object.id, { nodeId: 'c', urgent: false })
    expect(marked()).toBe(null)
  })

  test('whatever happens in whatever order, no delivery is lost and none is given out twice at a time', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('enqueue' as const), study: fc.integer({ min: 0, max: 3 }), count: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ do: fc.constant('claim' as const), max: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ do: fc.constantFrom('arrive' as const, 'release' as const, 'refuse' as const, 'bury' as const), which: fc.nat(20) }),
      fc.record({ do: fc.constantFrom('crash' as const, 'retry' as const, 'wait' as const), which: fc.constant(0) }),
    )
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { database, queue } = aQueue()
      const sending = new Map<number, Delivery>()
      let objects = 0
      let now = 1000
      for (const one of steps) {
        if (one.do === 'enqueue') {
          queue.enqueue(Array.from({ length: one.count }, () => anObject({ StudyInstanceUID: `1.${String(one.study)}` })), toNode('a'))
          objects += one.count
        } else if (one.do === 'claim') {
          for (const delivery of await queue.claim('a', { maxObjects: one.max, maxBytes: 1e9 }, now)) {
            expect(sending.has(delivery.deliveryId)).toBe(false)
            sending.set(delivery.deliveryId, delivery)
          }
        } else if (one.do === 'crash') {
          await queue.recover()
          sending.clear()
        } else if (one.do === 'retry') await queue.retry({}, 1)
        else if (one.do === 'wait') now += 100
        else {
          const id = [...sending.keys()][one.which % Math.max(1, sending.size)]
          if (id === undefined) continue
          sending.delete(id)
          const outcome = one.do === 'arrive' ? confirmed
            : one.do === 'release' ? { kind: 'released', troubled: true, retryAt: now + 50 } as const
              : { kind: 'refused', error: refusal, retryAt: one.do === 'bury' ? 'never' : now + 50 } as const
          await queue.settle([{ deliveryId: id, outcome }], now)
        }
      }
      await queue.recover()
      await queue.retry({}, 1)
      let delivered = queue.counts().get('a')?.delivered ?? 0
      for (;;) {
        const rest = await queue.claim('a', { maxObjects: 7, maxBytes: 1e9 }, now)
        if (rest.length === 0) break
        delivered += rest.length
        await queue.settle(rest.map(({ deliveryId }) => ({ deliveryId, outcome: confirmed })), now)
      }
      expect(delivered).toBe(objects)
      database.close()
    }), { numRuns: 60 })
  })

  test('killed at any moment, has all that was enqueued and nothing that is being sent for ever', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'queue-'))
    const path = join(folder, 'spool.db')
    const known = new Set<string>()
    for (let kill = 0; kill < 8; kill++) {
      const child = fork(new URL('queue-writer.fixture.ts', import.meta.url), [path], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
      child.on('message', (ids: string[]) => { for (const id of ids) known.add(id) })
      await once(child, 'message')
      await delay(20 + kill * 17)
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    const { database, queue } = aQueue(path)
    await queue.recover()
    const total = database.sql.prepare('SELECT count(*) AS n FROM forward_object').get()!['n']
    const there = new Set(database.sql.prepare('SELECT object_id AS id FROM forward_object JOIN delivery USING (object_key)').all().map(({ id }) => String(id)))
    expect([...known].filter((id) => !there.has(id))).toEqual([])
    const { waiting, sending, delivered } = queue.counts().get('a')!
    expect({ sending, all: waiting + delivered }).toEqual({ sending: 0, all: total })
    let claimed = 0
    for (let batch = await queue.claim('a', many, 1); batch.length > 0; batch = await queue.claim('a', many, 1)) claimed += batch.length
    expect(claimed).toBe(waiting)
    database.close()
    await rm(folder, { recursive: true })
  }, 60_000)

  test('claims from a hundred thousand objects as from a few', async () => {
    const { queue } = opened()
    for (let study = 0; study < 1000; study++) queue.enqueue(Array.from({ length: 100 }, () => anObject({ StudyInstanceUID: `1.${String(study)}` })), toNode('a'))
    await queue.recover()
    globalThis.gc?.()
    const before = process.memoryUsage().heapUsed
    const start = performance.now()
    let claimed = 0
    for (let round = 0; round < 200; round++) {
      const batch = await queue.claim('a', { maxObjects: 20, maxBytes: 1e9 }, 1)
      claimed += batch.length
      await queue.settle(batch.map(({ deliveryId }) => ({ deliveryId, outcome: confirmed })), 1)
    }
    expect(claimed).toBe(4000)
    expect((performance.now() - start) / 200).toBeLessThan(50)
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(40e6)
  }, 60_000)
})
