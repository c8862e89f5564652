import { afterEach, describe, expect, test } from 'vitest'
import { systemClock } from '../platform/clock.ts'
import { createLog } from '../platform/log.ts'
import { troubleOf, type Attempt, type Sendable } from './attempt.ts'
import type { Delivery } from './delivery.ts'
import { until, settingsOf } from './forwarding.fixture.ts'
import { createNodeWorker, type NodeWorker } from './node-worker.ts'
import { unknownPaceHoldMs } from './reception-first.ts'

let worker: NodeWorker | undefined
afterEach(() => worker?.stop(0))

const node = settingsOf({ nodes: [{ id: 'pacs', name: 'PACS', kind: 'dicomweb', url: 'http://192.0.2.1', concurrency: 1, default: true }] }).nodes[0]!
const delivery = (deliveryId: number, troubles: number): Delivery => ({
  deliveryId, troubles, nodeId: 'pacs', urgent: false, attempts: 0, uploadUrl: undefined, objectId: String(deliveryId), StudyInstanceUID: '1', SOPClassUID: '1', SOPInstanceUID: `1.${String(deliveryId)}`,
  transferSyntaxUID: '1.2.840.10008.1.2.1', dataSetOffset: 0, byteLength: 1, dataSetSha256: '',
})
const failing: Attempt = { verdicts: new Map(), trouble: troubleOf({ code: 'nodeFailing' }, { concernsObjects: true }) }

/** A worker that is given these, one at a time. */
function aWorker(queued: Delivery[], send: (object: Sendable) => Attempt): { readonly sent: number[]; readonly states: Set<string | undefined> } {
  const sent: number[] = []
  const states = new Set<string | undefined>()
  worker = createNodeWorker(node, {
    queue: { claim: () => Promise.resolve(queued.splice(0, 1)), settle: () => Promise.resolve(), nextDueAt: () => undefined } as unknown as Parameters<typeof createNodeWorker>[1]['queue'],
    prepare: (one) => Promise.resolve({ delivery: one } as Sendable), look: () => Promise.resolve(true),
    createSender: () => Promise.resolve({
      send: ([object]) => {
        sent.push(object!.delivery.deliveryId)
        return Promise.resolve(send(object!))
      },
      close: () => Promise.resolve(),
    }),
    clock: systemClock, log: createLog('silent'), onChange: () => { states.add(worker?.state().status) },
  })
  return { sent, states }
}

test('an object that met trouble time and again delays itself alone', async () => {
  const { sent, states } = aWorker([delivery(1, 2), delivery(1, 3), delivery(1, 4), delivery(2, 0)], ({ delivery: { deliveryId } }) => (
    deliveryId === 1 ? failing : { verdicts: new Map([[2, { kind: 'arrived', verified: false, confirmed: true }]]) }
  ))
  await until(() => sent.length === 4)
  await until(() => worker?.state().lastArrivalAt !== undefined)
  expect(states).not.toContain('retrying')
})

test('the first time it may be the node, which is left alone for a while', async () => {
  aWorker([delivery(1, 0)], () => failing)
  await until(() => worker?.state().status === 'retrying')
})

test('many objects that fail each alone are a node that fails', async () => {
  aWorker([1, 2, 3, 4].map((id) => delivery(id, 5)), () => failing)
  await until(() => worker?.state().status === 'retrying')
  expect(worker?.state().trouble).toMatchObject({ code: 'nodeFailing' })
})

test('what one lane gives back in trouble is taken by the first, though that had nothing to do before', async () => {
  let sent = 0
  let claims = 0
  let waiting = 1
  worker = createNodeWorker({ ...node, concurrency: 2 }, {
    queue: {
      // The first lane finds nothing, since the second has it.
      claim: () => Promise.resolve(++claims === 1 || waiting === 0 ? [] : [delivery(waiting--, 0)]),
      settle: () => {
        waiting = 1
        return Promise.resolve()
      },
      nextDueAt: () => undefined,
    } as unknown as Parameters<typeof createNodeWorker>[1]['queue'],
    prepare: (one) => Promise.resolve({ delivery: one } as Sendable), look: () => Promise.resolve(true),
    createSender: () => Promise.resolve({
      send: async () => {
        await new Promise((resolve) => { setTimeout(resolve, 50) })
        sent++
        return failing
      },
      close: () => Promise.resolve(),
    }),
    clock: systemClock, log: createLog('silent'), onChange: () => undefined,
  })
  await until(() => sent === 2, 4_000)
})

describe('while objects keep arriving', () => {
  const ordinary = { objects: 1, isAnyUrgent: false }

  /** Waits with what a queue would give out: urgent ones alone where nothing else is asked for. */
  function aBusyWorker(waiting: { ordinary: number; urgent: number }): { readonly claims: string[] } {
    const claims: string[] = []
    let id = 0
    const take = (kind: 'ordinary' | 'urgent', how: string): Delivery[] => {
      if (waiting[kind] === 0) return []
      const taken = Array.from({ length: waiting[kind] }, () => delivery(++id, 0))
      waiting[kind] = 0
      claims.push(`${String(taken.length)} ${kind} ${how}`)
      return taken
    }
    worker = createNodeWorker(node, {
      queue: {
        claim: (_: string, { urgentOnly = false }: { urgentOnly?: boolean }) => Promise.resolve(
          [...take('urgent', urgentOnly ? 'before all' : 'with all'), ...(urgentOnly ? [] : take('ordinary', 'together'))]),
        settle: () => Promise.resolve(), nextDueAt: () => undefined,
      } as unknown as Parameters<typeof createNodeWorker>[1]['queue'],
      prepare: (one) => Promise.resolve({ delivery: one } as Sendable), look: () => Promise.resolve(true),
      createSender: () => Promise.resolve({
        send: (objects) => Promise.resolve({ verdicts: new Map(objects.map((object) => [object.delivery.deliveryId, { kind: 'arrived', verified: false, confirmed: true }])) }),
        close: () => Promise.resolve(),
      }),
      clock: systemClock, log: createLog('silent'), onChange: () => undefined,
    })
    return { claims }
  }

  test('the first goes at once, those after it together, urgent ones before them', async () => {
    const waiting = { ordinary: 0, urgent: 0 }
    const { claims } = aBusyWorker(waiting)
    waiting.ordinary++
    worker?.arrived(ordinary)
    await until(() => claims.length === 1)
    for (let more = 0; more < 5; more++) {
      waiting.ordinary++
      worker?.arrived(ordinary)
    }
    waiting.urgent++
    worker?.arrived({ objects: 1, isAnyUrgent: true })
    await until(() => claims.length === 3)
    expect(claims).toEqual(['1 ordinary together', '1 urgent before all', '5 ordinary together'])
  })

  test('what a person wants now goes now', async () => {
    const waiting = { ordinary: 0, urgent: 0 }
    const { claims } = aBusyWorker(waiting)
    worker?.arrived(ordinary)
    worker?.arrived(ordinary)
    const more = setInterval(() => { worker?.arrived(ordinary) }, 10)
    try {
      await new Promise(setImmediate)
      const start = performance.now()
      waiting.ordinary = 3
      worker?.tryNow()
      await until(() => claims.length === 1)
      expect(performance.now() - start).toBeLessThan(unknownPaceHoldMs / 2)
    } finally {
      clearInterval(more)
    }
  })
})
