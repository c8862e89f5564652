/** A gateway's control for tests: keeps what it was asked to do, answers as a small gateway would. */
import type { ConfigurationChange } from '../control/actions.ts'
import { ConfigurationInvalid, readConfiguration, type Configuration } from '../configuration/schema.ts'
import type { GatewayState, NodeTest } from '../control/wire/state.ts'
import type { CommandedControl } from './commands.ts'
import type { ReportedControl } from './report.ts'

export interface TestControl extends ReportedControl, CommandedControl {
  readonly done: string[]
  readonly overrides: { state: Partial<GatewayState>; senders: Awaited<ReturnType<ReportedControl['unknownSenders']>> }
}

export const aGatewayState = (more: Partial<GatewayState> = {}): GatewayState => ({
  version: '0.1.0', startedAt: '2026-11-22T04:00:00.000Z', now: new Date().toISOString(),
  service: { status: 'running', aeTitle: 'USTCFQ-Transfer', port: 13_227, addresses: ['192.0.2.7'], tls: false, associations: 0, maxAssociations: 50 },
  spool: { objects: 2, bytes: 1_000_000, freeBytes: 5_000_000_000, refusing: false },
  queue: { waiting: 2, waitingBytes: 1_000_000, failed: 0, receivedToday: 12, arrivedToday: 10 },
  nodes: [], printers: [], alarms: [], ...more,
})

export function aControl(): TestControl {
  let configuration = readConfiguration({ nodes: [{ id: 'cloud', name: 'Cloud', kind: 'cloud', url: 'https://cloud.example' }] })
  const done: string[] = []
  const overrides: TestControl['overrides'] = { state: {}, senders: [] }
  const set = async (change: ConfigurationChange): Promise<Configuration> => {
    const { cloud, ...sections } = { ...configuration, ...change, revision: configuration.revision + 1 }
    configuration = readConfiguration(cloud ? { ...sections, cloud } : sections)
    return configuration
  }
  const doing = async (what: string): Promise<void> => { done.push(what) }
  return {
    done, overrides,
    state: async () => aGatewayState({ ...overrides.state, now: new Date().toISOString() }),
    unknownSenders: async () => overrides.senders,
    configuration: () => configuration,
    startService: () => doing('startService'),
    stopService: () => doing('stopService'),
    setConfiguration: async (change, ifRevision) => {
      if (ifRevision !== undefined && ifRevision !== configuration.revision) throw new Error(`The configuration has changed; its revision is ${String(configuration.revision)} now.`)
      done.push('setConfiguration')
      return set(change)
    },
    addPeer: async (peer) => {
      done.push(`addPeer ${peer.aeTitle}`)
      return set({ service: { ...configuration.service, peers: [...configuration.service.peers, peer] } })
    },
    pauseNode: async (nodeId) => {
      if (!configuration.nodes.some(({ id }) => id === nodeId)) throw new ConfigurationInvalid([{ path: '/nodes', message: 'has no such node' }])
      await doing(`pauseNode ${nodeId}`)
    },
    resumeNode: (nodeId) => doing(`resumeNode ${nodeId}`),
    testNode: async (nodeId): Promise<NodeTest> => {
      done.push(`testNode ${nodeId}`)
      return { at: new Date().toISOString(), succeeded: true, latencyMs: 12, steps: [{ name: 'connect', milliseconds: 3 }] }
    },
    printFilms: async (printerId, jobId) => {
      done.push(`printFilms ${printerId} ${jobId}`)
      return { sheets: 1, warnings: [] }
    },
    testPrinter: async (printerId) => {
      done.push(`testPrinter ${printerId}`)
      return { failure: { reason: 'nodeFailing', text: 'DOE^JANE is on the film' } }
    },
    fetchStudies: async (nodeId, studies) => {
      done.push(`fetchStudies ${nodeId} ${studies.map(({ StudyInstanceUID }) => StudyInstanceUID).join()}`)
      return { added: studies.length, hasMore: false }
    },
    fetchMatching: async (nodeId, filter) => {
      done.push(`fetchMatching ${nodeId} ${JSON.stringify(filter)}`)
      return { added: 2, hasMore: false }
    },
    cancelFetches: async (nodeId = 'all') => {
      done.push(`cancelFetches ${nodeId}`)
      return { cancelled: 1 }
    },
    retryDeliveries: async (selection) => {
      done.push(`retryDeliveries ${JSON.stringify(selection)}`)
      return { retried: 3 }
    },
  }
}
