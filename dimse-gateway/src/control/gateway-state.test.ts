import { expect, test } from 'vitest'
import { readConfiguration } from '../configuration/schema.ts'
import type { Lingering } from '../forwarding/discard.ts'
import type { NodeForwarding } from '../forwarding/forwarding.ts'
import type { Lost } from '../forwarding/lost.ts'
import { gatewayState } from './gateway-state.ts'

const now = new Date('2026-11-22T08:00:00Z')
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000)
const current = readConfiguration({ nodes: [{ id: 'archive', name: 'Archive', kind: 'dicom', host: '10.20.0.9', port: 104, calledAETitle: 'ARCHIVE' }] })
const empty = { waiting: 0, sending: 0, delivered: 0, dead: 0, cancelled: 0, waitingBytes: 0 }

/** The state of a gateway whose one node does as given. */
function stateOf(forwarded: Partial<NodeForwarding>, { refused = 0, unreported = 0, lost = { count: 0, since: undefined }, ...lingering }: Partial<Lingering> & { readonly refused?: number; readonly unreported?: number; readonly lost?: Lost } = {}) {
  const node: NodeForwarding = { node: current.nodes[0]!, status: 'idle', attempts: 0, counts: empty, ...forwarded }
  return gatewayState({
    configuration: { current, change: () => Promise.reject(new Error('unasked')), subscribe: () => () => {} },
    reception: { status: () => ({ status: 'running', reason: undefined, port: 13_227, associations: 0 }) },
    spool: { usage: () => ({ objects: 0, bytes: 0, freeBytes: 1e9, quotaBytes: undefined, isRefusing: false }) },
    forwarding: { nodes: () => [node], counts: () => node.counts, lingering: () => ({ stranded: 0, calledOff: [], ...lingering }), lost: () => lost },
    performedSteps: { needingPerson: () => refused }, commitments: { needingPerson: () => unreported },
    records: { totals: () => ({ receivedToday: 0, arrivedToday: 0 }) },
    printing: { printers: () => [] }, alarms: { list: () => [] }, unknownSenders: { list: () => [] }, cloud: { contact: {} }, clock: () => now, version: '0.1.0', startedAt: now,
  } as unknown as Parameters<typeof gatewayState>[0])
}

test('a node out of reach is an alarm, which is critical after ten minutes', () => {
  const trouble = (since: Date) => ({ status: 'retrying', trouble: { code: 'lineDown', detail: 'connect ECONNREFUSED', at: now, since } }) as Partial<NodeForwarding>
  expect(stateOf(trouble(minutesAgo(2))).alarms).toMatchObject([{ code: 'nodeUnreachable', severity: 'warning', nodeId: 'archive' }])
  expect(stateOf(trouble(minutesAgo(11))).alarms).toMatchObject([{ code: 'nodeUnreachable', severity: 'critical', since: minutesAgo(11).toISOString() }])
  expect(stateOf({}).alarms).toEqual([])
})

test('deliveries given up are an alarm with their number', () => {
  expect(stateOf({ counts: { ...empty, dead: 3 } }).alarms).toEqual([{ code: 'deliveriesFailed', severity: 'warning', count: 3 }])
})

test('what waits is told in objects and bytes, of each node and of all', () => {
  const { queue, nodes } = stateOf({ status: 'paused', counts: { ...empty, waiting: 5, sending: 2, waitingBytes: 7000 } })
  expect(queue).toMatchObject({ waiting: 7, waitingBytes: 7000, failed: 0 })
  expect(nodes).toMatchObject([{ waiting: 7, waitingBytes: 7000 }])
})

test.each([
  ['objects that go nowhere', { stranded: 17 }, 'objectsGoNowhere', 17],
  ['procedure steps that the server refused after they were taken', { refused: 2 }, 'performedStepRefused', 2],
  ['commitments nobody could be told of', { unreported: 1 }, 'commitmentUnreported', 1],
])('%s are an alarm with their number', (_what, lingering, code, count) => {
  expect(stateOf({}, lingering).alarms).toEqual([{ code, severity: 'warning', count }])
})

test('what was lost here before it had arrived is one critical alarm, whatever its number', () => {
  expect(stateOf({}, { lost: { count: 897, since: minutesAgo(3) } }).alarms).toEqual([{ code: 'objectMissing', severity: 'critical', since: minutesAgo(3).toISOString(), count: 897 }])
})

test('deliveries called off whose objects are kept are an alarm a node, which may be there no more', () => {
  expect(stateOf({}, { calledOff: [{ nodeId: 'removed', count: 4 }] }).alarms).toEqual([{ code: 'calledOffKept', severity: 'warning', nodeId: 'removed', count: 4 }])
})
