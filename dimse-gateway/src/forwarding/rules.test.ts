import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isWithinHours } from '../configuration/hours.ts'
import { backoffMs } from '../platform/backoff.ts'
import { createBandwidthLimit, paced, pacedWriteBytes } from './bandwidth.ts'
import { deliveryLife, deliveryStates } from './delivery-states.ts'
import { destinationsOf, type Routable } from './rules.ts'

const object: Routable = { receivedAt: new Date(2026, 10, 23, 10, 30), callingAETitle: 'CT1', calledAETitle: 'GATEWAY', Modality: 'CT', SOPClassUID: '1.2' }
const nodes = [{ id: 'cloud', default: true }, { id: 'pacs', default: false }, { id: 'ward', default: false }]
const rule = (when: object, to: string[], urgent = false) => ({ id: to.join('-'), name: 'rule', when, to, urgent })

describe('the nodes of an object', () => {
  test('are the default ones where no rule matches', () => {
    expect(destinationsOf(object, { nodes, rules: [rule({ modalities: ['MR'] }, ['pacs'])] })).toEqual([{ nodeId: 'cloud', urgent: false }])
  })
  test('are those of all rules that match, once each, urgent when one is', () => {
    const rules = [rule({ modalities: ['CT', 'MR'] }, ['pacs', 'gone']), rule({ callingAETitles: ['CT1 '], calledAETitles: ['GATEWAY'] }, ['pacs', 'ward'], true)]
    expect(destinationsOf(object, { nodes, rules })).toEqual([{ nodeId: 'pacs', urgent: true }, { nodeId: 'ward', urgent: true }])
  })
  test('are none where a rule says so', () => {
    expect(destinationsOf(object, { nodes, rules: [rule({ SOPClassUIDs: ['1.2'] }, [])] })).toEqual([])
  })
  test('depend on the hour of arrival', () => {
    const rules = [rule({ hours: [{ from: '10:00', to: '11:00', days: [1] }] }, ['pacs'])]
    expect(destinationsOf(object, { nodes, rules })[0]?.nodeId).toBe('pacs')
    expect(destinationsOf({ ...object, receivedAt: new Date(2026, 10, 24, 10, 30) }, { nodes, rules })[0]?.nodeId).toBe('cloud')
  })
})

test('hours over midnight belong to the day they begin on', () => {
  const night = [{ from: '22:00', to: '06:00', days: [5] }]
  expect(isWithinHours(night, new Date(2026, 10, 27, 23, 0))).toBe(true)
  expect(isWithinHours(night, new Date(2026, 10, 28, 5, 59))).toBe(true)
  expect(isWithinHours(night, new Date(2026, 10, 28, 6, 0))).toBe(false)
  expect(isWithinHours(night, new Date(2026, 10, 27, 5, 0))).toBe(false)
  expect(isWithinHours([], new Date())).toBe(true)
})

test('a wait is never longer than the cap, nor than twice the last', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 1000 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (failures, random) => {
    const wait = backoffMs(failures, { baseMs: 100, capMs: 5000, random: () => random })
    expect(wait).toBeGreaterThanOrEqual(0)
    expect(wait).toBeLessThanOrEqual(Math.min(5000, 100 * 2 ** (failures - 1)))
  }))
})

test('no delivery leaves the queue but by arriving, being given up, or being called off', () => {
  for (const state of deliveryStates) for (const next of Object.values(deliveryLife[state])) expect(deliveryStates).toContain(next)
  expect(Object.keys(deliveryLife.sending)).toEqual(['arrive', 'release', 'bury'])
})

test('a limit on bandwidth lets no more through than it says, whoever asks, and changes while it is waited for', async () => {
  const limit = createBandwidthLimit(100_000)
  const start = performance.now()
  await Promise.all(Array.from({ length: 10 }, () => limit.take(5_000)))
  expect(performance.now() - start).toBeGreaterThan(300)
  const slow = createBandwidthLimit(10)
  await slow.take(1000)
  const waiting = slow.take(1000)
  slow.set(undefined)
  await waiting
  const called = new AbortController()
  const strict = createBandwidthLimit(1)
  await strict.take(100)
  const off = strict.take(1, called.signal)
  called.abort(new Error('off'))
  await expect(off).rejects.toThrow('off')
})

test('bytes leave in the pieces they came in, and in small ones from the moment a limit is set', async () => {
  const limit = createBandwidthLimit(undefined)
  const given = new Uint8Array(3 * pacedWriteBytes)
  const lengths: number[] = []
  async function* twice(): AsyncGenerator<Uint8Array> {
    yield given
    limit.set(1e9)
    yield given
  }
  for await (const piece of paced(twice(), limit)) lengths.push(piece.length)
  expect(lengths).toEqual([given.length, pacedWriteBytes, pacedWriteBytes, pacedWriteBytes])
})
