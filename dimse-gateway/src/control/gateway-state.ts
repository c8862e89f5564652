import { networkInterfaces } from 'node:os'
import type { NodeForwarding } from '../forwarding/forwarding.ts'
import type { Configuration } from '../configuration/schema.ts'
import type { GatewayParts } from './gateway-control.ts'
import type { Alarm, CloudState, Failure, GatewayState, NodeState } from './wire/state.ts'

/** What is known of the line to the cloud. */
export interface CloudContact {
  readonly lastContactAt?: Date
  readonly lastFailure?: { readonly at: Date; readonly reason: Failure['reason']; readonly text: string }
}

/** A node out of reach this long is no hiccup any more. */
const criticalAfterMs = 10 * 60_000

type Looked = Pick<GatewayParts, 'configuration' | 'reception' | 'spool' | 'forwarding' | 'records' | 'alarms' | 'unknownSenders' | 'performedSteps' | 'commitments' | 'printing' | 'cloud' | 'clock' | 'version'> & { readonly startedAt: Date }

/** The gateway at a glance: every part asked once. */
export function gatewayState({ configuration, reception, spool, forwarding, records, alarms, unknownSenders, performedSteps, commitments, printing, cloud, clock, version, startedAt }: Looked): GatewayState {
  const now = clock()
  const { current } = configuration
  const { status, reason, port, associations } = reception.status()
  const { objects, bytes, freeBytes, quotaBytes, isRefusing } = spool.usage()
  const counts = forwarding.counts()
  const totals = records.totals()
  const forwarded = forwarding.nodes()
  const nodes = current.nodes.map((node) => nodeState(node, forwarded.find((one) => one.node.id === node.id)))
  const { stranded, calledOff } = forwarding.lingering()
  const lost = forwarding.lost()
  const bond = cloudState(current.cloud, cloud.contact)
  return {
    version,
    startedAt: startedAt.toISOString(),
    now: now.toISOString(),
    service: {
      status, aeTitle: current.service.aeTitle, port, addresses: addressesOfThisMachine(), tls: current.service.tls !== undefined,
      associations, maxAssociations: current.service.maxAssociations, ...(reason !== undefined && { reason }),
    },
    spool: { objects, bytes, freeBytes, refusing: isRefusing, ...(quotaBytes !== undefined && { quotaBytes }) },
    queue: {
      waiting: counts.waiting + counts.sending, waitingBytes: counts.waitingBytes, failed: counts.dead, ...totals,
    },
    nodes,
    printers: printing.printers(),
    ...(bond && { cloud: bond }),
    alarms: [
      ...alarms.list().map(({ code, severity, since, subject }): Alarm => ({ code: code as Alarm['code'], severity, since: since.toISOString(), ...(subject !== undefined && { nodeId: subject }) })),
      ...(lost.count > 0 ? [{ code: 'objectMissing', severity: 'critical', count: lost.count, ...(lost.since && { since: lost.since.toISOString() }) } as const] : []),
      ...nodeAlarms(nodes, forwarded, now),
      ...(counts.dead > 0 ? [{ code: 'deliveriesFailed', severity: 'warning', count: counts.dead } as const] : []),
      ...(nodes.length === 0 ? [{ code: 'noNodes', severity: 'warning' } as const] : []),
      ...(bond?.lastFailure ? [{ code: 'cloudUnreachable', severity: 'warning', since: bond.lastFailure.at } as const] : []),
      // Without any node everything goes nowhere, which `noNodes` says.
      ...countAlarm('objectsGoNowhere', nodes.length === 0 ? 0 : stranded),
      ...calledOff.map(({ nodeId, count }) => ({ code: 'calledOffKept', severity: 'warning', nodeId, count } as const)),
      ...countAlarm('performedStepRefused', performedSteps.needingPerson()),
      ...countAlarm('commitmentUnreported', commitments.needingPerson()),
      ...countAlarm('unknownSenders', unknownSenders.list().filter(({ wasRefused, refusedServices }) => wasRefused || refusedServices.length > 0).length),
    ],
  }
}

function nodeState({ id, name, kind, paused }: Configuration['nodes'][number], forwarded: NodeForwarding | undefined): NodeState {
  const base = { id, name, kind }
  // Just added: its worker has not begun.
  if (!forwarded) return { ...base, status: paused ? 'paused' : 'idle', waiting: 0, waitingBytes: 0, failed: 0 }
  const { status, counts, lastArrivalAt, nextAttemptAt, trouble } = forwarded
  return {
    ...base, status, waiting: counts.waiting + counts.sending, waitingBytes: counts.waitingBytes, failed: counts.dead,
    ...(lastArrivalAt && { lastArrivalAt: lastArrivalAt.toISOString() }),
    ...(nextAttemptAt && { nextAttemptAt: nextAttemptAt.toISOString() }),
    ...(trouble && { lastFailure: { reason: trouble.code, at: trouble.at.toISOString(), ...(trouble.detail !== undefined && { text: trouble.detail }) } }),
  }
}

function nodeAlarms(nodes: readonly NodeState[], forwarded: readonly NodeForwarding[], now: Date): Alarm[] {
  return nodes.flatMap(({ id, status, waiting }): Alarm[] => {
    const since = forwarded.find(({ node }) => node.id === id)?.trouble?.since
    if (since) return [{ code: 'nodeUnreachable', severity: now.getTime() - since.getTime() >= criticalAfterMs ? 'critical' : 'warning', since: since.toISOString(), nodeId: id }]
    return status === 'paused' && waiting > 0 ? [{ code: 'nodePaused', severity: 'warning', nodeId: id, count: waiting }] : []
  })
}

const countAlarm = (code: Alarm['code'], count: number): Alarm[] => (count === 0 ? [] : [{ code, severity: 'warning', count }])

function cloudState(cloud: Configuration['cloud'], { lastContactAt, lastFailure }: CloudContact): CloudState | undefined {
  if (!cloud) return undefined
  const { url, gatewayId, organisation } = cloud
  return {
    url, gatewayId, organisation,
    ...(lastContactAt && { lastContactAt: lastContactAt.toISOString() }),
    ...(lastFailure && { lastFailure: { reason: lastFailure.reason, text: lastFailure.text, at: lastFailure.at.toISOString() } }),
  }
}

/** Where a modality can reach this machine: not loopback, and not link-local IPv6, which works with a zone only. IPv4 first, as modalities have it. */
function addressesOfThisMachine(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((found = []) => found).filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
  return addresses.toSorted((one, other) => one.family.localeCompare(other.family)).map(({ address }) => address)
}
