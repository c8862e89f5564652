import { CloudRefused, NotTheCloud } from '../cloud/index.ts'
import type { Cloud, Configuration } from '../configuration/schema.ts'
import { ConfigurationInvalid } from '../configuration/schema.ts'
import { RevisionOutdated, type ConfigurationStore } from '../configuration/store.ts'
import type { FilmPrinting } from '../film/printing.ts'
import type { Selection } from '../forwarding/by-hand.ts'
import type { Forwarding } from '../forwarding/forwarding.ts'
import { LineError } from '../nodes/line-error.ts'
import type { Alarms } from '../platform/alarms.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import type { SecretStore } from '../platform/secrets.ts'
import type { Records } from '../records/records.ts'
import type { Reception, UnknownSenders } from '../reception/index.ts'
import type { Commitments, PerformedSteps } from '../services/index.ts'
import type { Spool } from '../spool/index.ts'
import type { ConfigurationChange, GatewayControl, NodeChange, NodeSecrets, RemovalOptions } from './actions.ts'
import { createChanges } from './changes.ts'
import { createFetchControl, type FetchParts } from './fetches.ts'
import { gatewayState, type CloudContact } from './gateway-state.ts'
import { keepNodeSecrets, secretsOf } from './node-secrets.ts'
import { toCommitment, toPerformedStep } from './procedure-records.ts'
import { sendableAgain } from './sendable-again.ts'
import { forgetServiceTls, keepServiceTls } from './service-tls.ts'
import { cloudUnreachable, configurationInvalid, deliveriesWaiting, enrolmentRefused, noSuchNode, noSuchPrinter, revisionOutdated, serviceFailed } from './problems.ts'
import type { DeliverySelection } from './wire/records.ts'

/** The parts of a gateway that its control reaches. */
export interface GatewayParts {
  readonly configuration: ConfigurationStore
  readonly reception: Pick<Reception, 'status' | 'start' | 'subscribe'>
  readonly spool: Pick<Spool, 'usage' | 'look' | 'subscribe'>
  readonly forwarding: Pick<Forwarding, 'nodes' | 'counts' | 'retry' | 'cancel' | 'release' | 'discard' | 'lingering' | 'lost' | 'acknowledgeLost' | 'subscribe'>
  readonly records: Records
  /** Tries the line to a node as it is configured. */
  readonly testNode: (node: Configuration['nodes'][number], signal?: AbortSignal) => ReturnType<GatewayControl['testNode']>
  readonly printing: Pick<FilmPrinting, 'printers' | 'print' | 'test'>
  readonly unknownSenders: Pick<UnknownSenders, 'list' | 'forget' | 'clear' | 'subscribe'>
  readonly performedSteps: Pick<PerformedSteps, 'list' | 'needingPerson' | 'acknowledge' | 'subscribe'>
  readonly commitments: Pick<Commitments, 'list' | 'needingPerson' | 'acknowledge' | 'subscribe'>
  readonly pulls: FetchParts['pulls']
  readonly alarms: Pick<Alarms, 'list' | 'subscribe'>
  readonly cloud: {
    readonly contact: CloudContact
    enrol(enrolment: Parameters<GatewayControl['enrol']>[0]): Promise<Cloud>
    leave(): Promise<void>
  }
  readonly secrets: SecretStore
  readonly clock: Clock
  readonly log: Log
  readonly version: string
}

/** The control of a gateway that runs; `close` ends telling of changes. */
export function createGatewayControl(parts: GatewayParts): GatewayControl & { readonly close: () => void } {
  const { configuration, reception, spool, forwarding, records, unknownSenders, cloud, clock } = parts
  const startedAt = clock()
  const changes = createChanges(parts)
  const state = async () => gatewayState({ ...parts, startedAt })

  async function change(what: Parameters<ConfigurationStore['change']>[0], ifRevision?: number, { callOff = false }: RemovalOptions = {}): Promise<Configuration> {
    let before = configuration.current
    try {
      const now = await configuration.change((current) => {
        before = current
        const changed = typeof what === 'function' ? what(current) : what
        if (!callOff) assertNothingWaits(removedNodes(current, { ...current, ...changed }))
        return changed
      }, ifRevision)
      await callOffRemoved(before, now)
      return now
    } catch (error) {
      throw asProblem(error)
    }
  }

  /** @throws deliveriesWaiting when something has not arrived at one of them */
  function assertNothingWaits(nodeIds: readonly string[]): void {
    const counts = forwarding.nodes().filter(({ node }) => nodeIds.includes(node.id)).map((one) => one.counts)
    const deliveries = counts.reduce((sum, { waiting, sending, dead }) => sum + waiting + sending + dead, 0)
    if (deliveries > 0) throw deliveriesWaiting('Call off what has not arrived there, or wait until it has.', { deliveries })
  }

  /** What waits for a node that was removed would wait for ever; secrets that nothing names any more have no use. */
  async function callOffRemoved(before: Configuration, now: Configuration): Promise<void> {
    for (const id of removedNodes(before, now)) await forwarding.cancel({ nodeId: id })
    for (const name of secretsOf(before.nodes).difference(secretsOf(now.nodes))) await parts.secrets.remove(name)
  }

  async function setNode(node: NodeChange, given: NodeSecrets, put: (nodes: Configuration['nodes'], kept: Configuration['nodes'][number]) => Configuration['nodes']): Promise<Configuration> {
    const { node: kept, written } = await keepNodeSecrets(node, given, configuration.current.nodes.find(({ id }) => id === node.id), parts.secrets)
    try {
      return await change(({ nodes }) => ({ nodes: put(nodes, kept) }))
    } catch (error) {
      for (const name of written) await parts.secrets.remove(name)
      throw error
    }
  }

  const setPaused = async (nodeId: string, paused: boolean): Promise<void> => {
    await change(({ nodes }) => {
      if (!nodes.some(({ id }) => id === nodeId)) throw noSuchNode('No node has this id.')
      return { nodes: nodes.map((node) => (node.id === nodeId ? { ...node, paused } : node)) }
    })
  }

  /** Nobody would ever take what has arrived at a node that was removed since, and it would be kept for that. @throws noSuchNode */
  function toNodesThere(selection: DeliverySelection): Selection {
    if (!('state' in selection)) return selection
    const nodeIds = configuration.current.nodes.map(({ id }) => id)
    if (selection.nodeId !== undefined && !nodeIds.includes(selection.nodeId)) throw noSuchNode('No node has this id.')
    return { ...selection, nodeIds }
  }

  return {
    state,
    subscribe: changes.subscribe,

    async startService() {
      await change(({ service }) => ({ service: { ...service, running: true } }))
      await reception.start()
      const { status, reason = '' } = reception.status()
      if (status === 'failed') throw serviceFailed(reason)
    },
    async stopService() {
      await change(({ service }) => ({ service: { ...service, running: false } }))
    },

    configuration: () => configuration.current,
    setConfiguration: (what: ConfigurationChange, ifRevision, options) => change(what, ifRevision, options),
    async setServiceTls(tls) {
      const kept = tls && await keepServiceTls(tls, parts.secrets)
      const now = await change(({ service: { tls: _before, ...service } }) => ({ service: { ...service, ...(kept && { tls: kept }) } }))
      if (!kept) await forgetServiceTls(parts.secrets)
      return now
    },
    async addPeer(peer) {
      const now = await change(({ service }) => {
        const others = service.peers.filter(({ aeTitle, address }) => aeTitle !== peer.aeTitle || address !== peer.address)
        return { service: { ...service, peers: [...others, peer] } }
      })
      unknownSenders.forget(peer.aeTitle)
      return now
    },

    addNode: (node, secrets) => setNode(node, secrets, (nodes, kept) => [...nodes, kept]),
    replaceNode: (node, secrets) => setNode(node, secrets, (nodes, kept) => {
      if (!nodes.some(({ id }) => id === kept.id)) throw noSuchNode('No node has this id.')
      return nodes.map((one) => (one.id === kept.id ? kept : one))
    }),
    pauseNode: (nodeId) => setPaused(nodeId, true),
    resumeNode: (nodeId) => setPaused(nodeId, false),
    async testNode(nodeId, signal) {
      const node = configuration.current.nodes.find(({ id }) => id === nodeId)
      if (!node) throw noSuchNode('No node has this id.')
      return parts.testNode(node, signal)
    },

    searchStudies: async (query, paging) => records.studies(query, paging),
    study: async (StudyInstanceUID) => records.study(StudyInstanceUID),
    searchInstances: async (StudyInstanceUID, query, paging) => records.instances(StudyInstanceUID, query, paging),
    discardObjects: async ({ receivedBefore, ...selection }) => ({
      discarded: await forwarding.discard({ ...selection, ...(receivedBefore !== undefined && { receivedBefore: new Date(receivedBefore) }) }),
    }),
    releaseDeliveries: async (selection) => ({ released: await forwarding.release(selection) }),
    acknowledgeLost: async ({ lostBefore, ...selection }) => ({ seen: await forwarding.acknowledgeLost({ ...selection, ...(lostBefore !== undefined && { lostBefore: new Date(lostBefore) }) }) }),
    sendableAgain: (StudyInstanceUID) => sendableAgain({ records, spool, nodes: configuration.current.nodes }, StudyInstanceUID),
    retryDeliveries: async (selection) => ({ retried: await forwarding.retry(toNodesThere(selection)) }),

    performedSteps: async (limit) => parts.performedSteps.list(limit).map(toPerformedStep),
    commitments: async (limit) => parts.commitments.list(limit).map(toCommitment),

    acknowledgePerformedSteps: async (ids) => ({ seen: await parts.performedSteps.acknowledge(ids) }),
    acknowledgeCommitments: async (ids) => ({ seen: await parts.commitments.acknowledge(ids) }),

    ...createFetchControl({ pulls: parts.pulls, records, configuration: () => configuration.current }),

    printFilms: (printerId, jobId) => parts.printing.print(printerId, jobId),
    async testPrinter(printerId, signal) {
      const printer = configuration.current.printers.find(({ id }) => id === printerId)
      if (!printer) throw noSuchPrinter('No printer has this id.')
      return parts.printing.test(printer, signal)
    },

    unknownSenders: async () => unknownSenders.list().map((sender) => ({ ...sender, refusedServices: [...sender.refusedServices], firstSeenAt: sender.firstSeenAt.toISOString(), lastSeenAt: sender.lastSeenAt.toISOString() })),
    async forgetUnknownSenders() { unknownSenders.clear() },

    async enrol(enrolment) {
      try {
        const { url, gatewayId, organisation } = await cloud.enrol(enrolment)
        return { url, gatewayId, organisation }
      } catch (error) {
        throw asProblem(error)
      }
    },
    leaveCloud: () => cloud.leave(),
    close: changes.close,
  }
}

/** What is no list of nodes is refused where all settings are checked. */
function removedNodes(before: Configuration, now: Partial<Configuration>): string[] {
  const left = Array.isArray(now.nodes) ? new Set(now.nodes.map((node) => (node as Configuration['nodes'][number] | null)?.id)) : new Set(before.nodes.map(({ id }) => id))
  return before.nodes.map(({ id }) => id).filter((id) => !left.has(id))
}

/** What a failure of the parts means to who asked; any other stays what it is. */
function asProblem(error: unknown): unknown {
  if (error instanceof ConfigurationInvalid) return configurationInvalid('See errors.', { errors: error.mistakes })
  if (error instanceof RevisionOutdated) return revisionOutdated(error.message, { revision: error.revision })
  if (error instanceof CloudRefused) return error.status >= 500 ? cloudUnreachable(error.message) : enrolmentRefused(error.message)
  if (error instanceof NotTheCloud || error instanceof LineError) return cloudUnreachable(error.message)
  return error
}
