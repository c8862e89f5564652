import { setTimeout as wait } from 'node:timers/promises'
import { ConfigurationInvalid, readConfiguration, type Configuration } from '../configuration/schema.ts'
import type { ChangedTopic, GatewayControl, NodeChange, NodeSecrets } from './actions.ts'
import { archiveOf, fetchesOf, matchesArchiveFilter } from './archive.fixture.ts'
import { archiveFailed, configurationInvalid, enrolmentRefused, noSuchArchive, noSuchNode, revisionOutdated } from './problems.ts'
import type { FetchedStudy } from './wire/fetches.ts'
import type { Delivery, InstanceRecord, RecordQuery, StudyDelivery, StudyRecord, UnknownSender } from './wire/records.ts'
import type { Alarm, CloudState, GatewayState, NodeState } from './wire/state.ts'

/** The upload code that the cloud of this gateway takes. */
export const goodUploadCode = 'ABCD-EFGH'

/** A gateway in memory, so that its control interface can be seen in every state without making a disk full or a line fail. */
export interface PretendedGateway extends GatewayControl {
  /** What it would say of itself; changed by who tests. */
  status: GatewayState['service']['status']
  alarms: Alarm[]
  senders: UnknownSender[]
  studies: StudyRecord[]
  cloud: CloudState | undefined
  /** How many of a study's instances, the first ones, have no copy here any more. */
  readonly gone: Map<string, number>
  /** Studies on their way from archives, the newest first. */
  fetched: FetchedStudy[]
  readonly retried: object[]
  readonly released: object[]
  readonly discarded: object[]
  readonly seenLost: object[]
  /** Messages on procedure steps and commitments that a person has seen. */
  readonly seen: number[]
  /** Of nodes that were set, in that order. */
  readonly givenSecrets: NodeSecrets[]
  tell(...topics: ChangedTopic[]): void
  readonly listeners: number
}

const minute = 60_000

export function pretendGateway({ now = () => new Date(), isEmpty = false }: { readonly now?: () => Date; readonly isEmpty?: boolean } = {}): PretendedGateway {
  const listeners = new Set<(topics: ReadonlySet<ChangedTopic>) => void>()
  const ago = (minutes: number) => new Date(now().getTime() - minutes * minute).toISOString()
  let configuration = readConfiguration(isEmpty ? {} : fullConfiguration)
  const startedAt = ago(3 * 24 * 60)

  function set(change: object): Configuration {
    try {
      configuration = readConfiguration({ ...configuration, ...change, revision: configuration.revision + 1 })
    } catch (error) {
      if (!(error instanceof ConfigurationInvalid)) throw error
      throw configurationInvalid('See errors.', { errors: error.mistakes })
    }
    gateway.tell('configuration', 'state')
    return configuration
  }

  function setPaused(nodeId: string, paused: boolean): void {
    if (!configuration.nodes.some(({ id }) => id === nodeId)) throw noSuchNode('No node has this id.')
    set({ nodes: configuration.nodes.map((node) => (node.id === nodeId ? { ...node, paused } : node)) })
  }

  const nodeState = ({ id, name, kind, paused }: Configuration['nodes'][number]): NodeState => ({
    id, name, kind,
    ...(paused
      ? { status: 'paused', waiting: 12, waitingBytes: 6_300_000, failed: 0 }
      : id === 'archive'
        ? { status: 'retrying', waiting: 310, waitingBytes: 163_000_000, failed: 3, nextAttemptAt: ago(-2), lastFailure: { reason: 'lineDown', text: 'connect ECONNREFUSED 10.20.0.9:104', at: ago(1) } }
        : { status: 'idle', waiting: 0, waitingBytes: 0, failed: 0, lastArrivalAt: ago(1) }),
  })

  const goneOf = (StudyInstanceUID: string): number => gateway.gone.get(StudyInstanceUID) ?? 0

  /** What has arrived of a study and is still here waits once more; answers how many deliveries. */
  function sendAgain(StudyInstanceUID: string, nodeId: string | undefined): number {
    let retried = 0
    const again = (delivery: StudyDelivery): StudyDelivery => {
      if (nodeId !== undefined && nodeId !== delivery.nodeId) return delivery
      const delivered = Math.min(delivery.delivered, goneOf(StudyInstanceUID))
      const again = delivery.delivered - delivered
      retried += again
      return { ...delivery, delivered, verified: Math.min(delivery.verified, delivered), waiting: delivery.waiting + again, ...(again > 0 && { sendingAgain: (delivery.sendingAgain ?? 0) + again }) }
    }
    gateway.studies = gateway.studies.map((record) => (record.StudyInstanceUID === StudyInstanceUID ? { ...record, deliveries: record.deliveries.map(again) } : record))
    return retried
  }

  const gateway: PretendedGateway = {
    status: 'running',
    alarms: isEmpty ? [] : [
      { code: 'nodeUnreachable', severity: 'critical', since: ago(42), nodeId: 'archive' },
      { code: 'deliveriesFailed', severity: 'warning', since: ago(120), count: 3 },
      { code: 'unknownSenders', severity: 'warning', count: 1 },
      { code: 'objectsGoNowhere', severity: 'warning', count: 12 },
      { code: 'calledOffKept', severity: 'warning', nodeId: 'old-pacs', count: 4 },
      { code: 'performedStepRefused', severity: 'warning', count: 1 },
    ],
    senders: isEmpty ? [] : [{ callingAETitle: 'US_ROOM4', calledAETitle: 'ANY-SCP', remoteAddress: '10.20.4.31', firstSeenAt: ago(200), lastSeenAt: ago(6), attempts: 14, wasRefused: true, refusedServices: ['query'] }],
    studies: isEmpty ? [] : Array.from({ length: 60 }, (_, index) => study(index, ago)),
    cloud: isEmpty ? undefined : { url: 'https://cloud.example.org', gatewayId: '0b3f…', organisation: { slug: 'north', name: 'North Hospital' }, lastContactAt: ago(1) },
    gone: new Map(),
    fetched: isEmpty ? [] : fetchesOf(ago),
    retried: [],
    released: [],
    discarded: [],
    seenLost: [],
    seen: [],
    givenSecrets: [],
    get listeners() { return listeners.size },
    tell(...topics) { for (const listener of listeners) listener(new Set(topics)) },

    async state() {
      const nodes = configuration.nodes.map(nodeState)
      return {
        version: '0.1.0', startedAt, now: now().toISOString(),
        service: {
          status: gateway.status, aeTitle: configuration.service.aeTitle, port: configuration.service.port, addresses: ['10.20.0.5', 'fd00:20::5'], tls: configuration.service.tls !== undefined,
          associations: gateway.status === 'running' ? 2 : 0, maxAssociations: configuration.service.maxAssociations,
          ...(gateway.status === 'failed' && { reason: `Port ${configuration.service.port} is in use by another program.` }),
        },
        spool: isEmpty ? { objects: 0, bytes: 0, freeBytes: 53e9, refusing: false } : { objects: 4120, bytes: 2.31e9, quotaBytes: 100e9, freeBytes: 53e9, refusing: false },
        queue: {
          waiting: sum(nodes, 'waiting'), waitingBytes: sum(nodes, 'waitingBytes'), failed: sum(nodes, 'failed'),
          receivedToday: isEmpty ? 0 : 4120, arrivedToday: isEmpty ? 0 : 3810, ...(!isEmpty && { oldestWaitingAt: ago(42) }),
        },
        nodes,
        printers: configuration.printers.map(({ id, name, colour, filmSizes, mediumTypes, maxCopies }) => ({ printerId: id, name, colour, filmSizes, mediumTypes, maxCopies })),
        ...(gateway.cloud && { cloud: gateway.cloud }),
        alarms: gateway.alarms,
      }
    },
    printFilms: async () => ({ sheets: 1, warnings: [] }),
    testPrinter: async () => ({ state: { PrinterStatus: 'NORMAL' } }),
    subscribe(listener) {
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    },
    async startService() {
      gateway.status = 'running'
      gateway.tell('state')
    },
    async stopService() {
      gateway.status = 'stopped'
      gateway.tell('state')
    },
    configuration: () => configuration,
    async setConfiguration(change, ifRevision) {
      if (ifRevision !== undefined && ifRevision !== configuration.revision) throw revisionOutdated('Read the configuration again.')
      return set(change)
    },
    async setServiceTls(tls) {
      const { tls: _before, ...service } = configuration.service
      return set({ service: tls ? { ...service, tls: { certificate: tls.certificate, keySecret: 'service-tls.key', requireClientCertificate: tls.requireClientCertificate } } : service })
    },
    async addPeer(peer) {
      const { service } = configuration
      const others = service.peers.filter(({ aeTitle, address }) => aeTitle !== peer.aeTitle || address !== peer.address)
      gateway.senders = gateway.senders.filter(({ callingAETitle }) => callingAETitle !== peer.aeTitle)
      gateway.tell('senders')
      return set({ service: { ...service, peers: [...others, peer] } })
    },
    async addNode(node, secrets) {
      gateway.givenSecrets.push(secrets)
      return set({ nodes: [...configuration.nodes, withSecretNames(node)] })
    },
    async replaceNode(node, secrets) {
      if (!configuration.nodes.some(({ id }) => id === node.id)) throw noSuchNode('No node has this id.')
      gateway.givenSecrets.push(secrets)
      return set({ nodes: configuration.nodes.map((one) => (one.id === node.id ? withSecretNames(node) : one)) })
    },
    async pauseNode(nodeId) { setPaused(nodeId, true) },
    async resumeNode(nodeId) { setPaused(nodeId, false) },
    async testNode(nodeId) {
      const node = configuration.nodes.find(({ id }) => id === nodeId)
      if (!node) throw noSuchNode('No node has this id.')
      await wait(50)
      return node.id === 'archive'
        ? { at: now().toISOString(), succeeded: false, steps: [{ name: 'resolve', milliseconds: 1.2 }, { name: 'connect', milliseconds: 3, failure: { reason: 'lineDown', text: 'connect ECONNREFUSED 10.20.0.9:104' } }] }
        : { at: now().toISOString(), succeeded: true, latencyMs: 23.4, steps: [{ name: 'resolve', milliseconds: 4 }, { name: 'connect', milliseconds: 11 }, { name: 'tls', milliseconds: 31 }, { name: 'answer', milliseconds: 23.4 }, { name: 'authorise', milliseconds: 25 }] }
    },
    async searchStudies(query, { after = '0', limit }) {
      const found = gateway.studies.filter((record) => matches(record, query))
      const from = Number(after)
      return { records: found.slice(from, from + limit), total: found.length, ...(from + limit < found.length && { next: String(from + limit) }) }
    },
    async study(StudyInstanceUID) { return gateway.studies.find((record) => record.StudyInstanceUID === StudyInstanceUID) },
    async searchInstances(StudyInstanceUID, _query, { after = '0', limit }) {
      const record = gateway.studies.find((one) => one.StudyInstanceUID === StudyInstanceUID)
      const all = record ? Array.from({ length: record.instances }, (_, index) => instance(record, index, goneOf(StudyInstanceUID))) : []
      const from = Number(after)
      return { records: all.slice(from, from + limit), total: all.length, ...(from + limit < all.length && { next: String(from + limit) }) }
    },
    async discardObjects(selection) {
      gateway.discarded.push(selection)
      const isMeant = ({ StudyInstanceUID }: StudyRecord) => selection.StudyInstanceUID === undefined || selection.StudyInstanceUID === StudyInstanceUID
      const discarded = gateway.studies.filter(isMeant).reduce((sum, { stranded = 0 }) => sum + stranded, 0)
      gateway.studies = gateway.studies.map((record) => { const { stranded: _stranded, ...rest } = record; return isMeant(record) ? rest : record })
      gateway.tell('records', 'state')
      return { discarded }
    },
    async acknowledgeLost(selection) {
      gateway.seenLost.push(selection)
      const isMeant = ({ StudyInstanceUID }: StudyRecord) => selection.StudyInstanceUID === undefined || selection.StudyInstanceUID === StudyInstanceUID
      const seen = gateway.studies.filter(isMeant).reduce((sum, { lost = 0 }) => sum + lost, 0)
      gateway.studies = gateway.studies.map((record) => { const { lost: _lost, ...rest } = record; return isMeant(record) ? rest : record })
      const left = gateway.studies.reduce((sum, { lost = 0 }) => sum + lost, 0)
      gateway.alarms = gateway.alarms.flatMap((alarm) => (alarm.code !== 'objectMissing' ? [alarm] : left > 0 ? [{ ...alarm, count: left }] : []))
      gateway.tell('records', 'state')
      return { seen }
    },
    async releaseDeliveries(selection) {
      gateway.released.push(selection)
      gateway.alarms = gateway.alarms.filter(({ code }) => code !== 'calledOffKept')
      gateway.tell('records', 'state')
      return { released: 4 }
    },
    async sendableAgain(StudyInstanceUID) {
      const record = gateway.studies.find((one) => one.StudyInstanceUID === StudyInstanceUID)
      return record?.deliveries.flatMap(({ nodeId, nodeName, delivered, sendingAgain: underway = 0 }) => {
        const node = configuration.nodes.find(({ id }) => id === nodeId)
        const gone = Math.min(delivered, goneOf(StudyInstanceUID))
        return node && delivered + underway > 0 ? [{ nodeId, nodeName, objects: delivered - gone, bytes: (delivered - gone) * instanceBytes, gone, underway, isPaused: node.paused }] : []
      })
    },
    async retryDeliveries(selection) {
      gateway.retried.push(selection)
      const retried = 'state' in selection ? sendAgain(selection.StudyInstanceUID, selection.nodeId) : 3
      gateway.tell('records', 'state')
      return { retried }
    },
    async performedSteps() {
      return isEmpty ? [] : [
        { id: 3, SOPInstanceUID: '2.25.901', operation: 'set', callingAETitle: 'CT_ROOM1', receivedAt: ago(3), PerformedProcedureStepStatus: 'COMPLETED', state: 'waiting', needsPerson: false },
        { id: 2, SOPInstanceUID: '2.25.901', operation: 'create', callingAETitle: 'CT_ROOM1', receivedAt: ago(24), PerformedProcedureStepStatus: 'IN PROGRESS', state: 'sent', settledAt: ago(24), needsPerson: false },
        { id: 1, SOPInstanceUID: '2.25.900', operation: 'create', callingAETitle: 'MR_ROOM2', receivedAt: ago(90), PerformedProcedureStepStatus: 'IN PROGRESS', state: 'refused', reason: 'Duplicate SOP Instance', settledAt: ago(80), needsPerson: !gateway.seen.includes(1) },
      ]
    },
    async commitments() {
      return isEmpty ? [] : [{ id: 1, TransactionUID: '2.25.902', callingAETitle: 'MR_ROOM2', requestedAt: ago(9), instances: 124, committed: 123, failed: 1, state: 'reported', settledAt: ago(8), needsPerson: false }]
    },
    async acknowledgePerformedSteps(ids) {
      gateway.seen.push(...ids)
      gateway.tell('performedSteps', 'state')
      return { seen: ids.length }
    },
    async acknowledgeCommitments(ids) {
      gateway.seen.push(...ids)
      gateway.tell('commitments', 'state')
      return { seen: ids.length }
    },
    async searchArchive(nodeId, filter) {
      if (!configuration.nodes.some(({ id, kind }) => id === nodeId && kind === 'dicom')) throw noSuchArchive('No DICOM node has this id.')
      if (filter.PatientID === 'DOWN') throw archiveFailed('connect ECONNREFUSED 10.20.0.9:104', { failure: { reason: 'lineDown', text: 'connect ECONNREFUSED 10.20.0.9:104' } })
      return { studies: archiveOf().filter((study) => matchesArchiveFilter(study, filter)), hasMore: filter.PatientName === '*' }
    },
    async fetchStudies(nodeId, studies) {
      const nodeName = configuration.nodes.find(({ id, kind }) => id === nodeId && kind === 'dicom')?.name
      if (nodeName === undefined) throw noSuchArchive('No DICOM node has this id.')
      const wanted = studies.map((study, index): FetchedStudy => ({ ...study, id: 100 + gateway.fetched.length + index, nodeId, nodeName, askedAt: ago(0), state: 'waiting', attempts: 0, completed: 0, failed: 0 }))
      gateway.fetched = [...wanted, ...gateway.fetched]
      gateway.tell('fetches')
      return { added: wanted.length, hasMore: false }
    },
    async fetchMatching(nodeId, filter) {
      const { studies } = await gateway.searchArchive(nodeId, filter)
      return gateway.fetchStudies(nodeId, studies.map(({ StudyInstanceUID, PatientName }) => ({ StudyInstanceUID, ...(PatientName !== undefined && { PatientName }) })))
    },
    async fetches(limit) { return gateway.fetched.slice(0, limit) },
    async cancelFetches(nodeId) {
      const isMeant = (study: FetchedStudy) => study.state === 'waiting' && (nodeId === undefined || study.nodeId === nodeId)
      const cancelled = gateway.fetched.filter(isMeant).length
      gateway.fetched = gateway.fetched.map((study) => (isMeant(study) ? { ...study, state: 'cancelled', settledAt: ago(0) } : study))
      gateway.tell('fetches')
      return { cancelled }
    },
    async unknownSenders() { return gateway.senders },
    async forgetUnknownSenders() {
      gateway.senders = []
      gateway.tell('senders')
    },
    async enrol({ url, uploadCode }) {
      if (uploadCode !== goodUploadCode) throw enrolmentRefused('No organisation has this upload code.')
      gateway.cloud = { url, gatewayId: '0b3f…', organisation: { slug: 'north', name: 'North Hospital' } }
      gateway.tell('state')
      return gateway.cloud
    },
    async leaveCloud() {
      gateway.cloud = undefined
      gateway.tell('state')
    },
  }
  return gateway
}

/** A node as the configuration holds it: secrets by name. */
const withSecretNames = ({ authorization, tls, ...node }: NodeChange): object => ({
  ...node, ...(authorization && { authorization: { ...authorization, secret: 'node-1.secret' } }), ...(tls && { tls: { ...tls, ...(tls.certificate !== undefined && { keySecret: 'node-2.secret' }) } }),
})

const sum = (nodes: readonly NodeState[], member: 'waiting' | 'waitingBytes' | 'failed') => nodes.reduce((total, node) => total + (node[member] ?? 0), 0)

const fullConfiguration = {
  revision: 7,
  service: { peers: [{ aeTitle: 'CT_ROOM1', address: '10.20.4.11', port: 104, note: 'CT, ground floor' }, { aeTitle: 'MR_ROOM2', address: '10.20.4.0/24' }] },
  nodes: [
    { id: 'cloud', name: 'Cloud', kind: 'cloud', url: 'https://cloud.example.org', accelerated: true },
    { id: 'archive', name: 'Archive', kind: 'dicom', host: '10.20.0.9', port: 104, calledAETitle: 'ARCHIVE' },
    { id: 'research', name: 'Research PACS', kind: 'dicomweb', url: 'https://research.example.org/dicom-web', paused: true, default: false },
  ],
  rules: [{ id: 'emergency', name: 'Emergency CT', when: { callingAETitles: ['CT_ROOM1'], modalities: ['CT'], hours: [{ from: '18:00', to: '07:00' }] }, to: ['cloud'], urgent: true }],
}

/** Synthetic: nobody has these names and numbers. */
const people = [['ZHANG^WEI=张^伟', 'P000184'], ['LINDQVIST^ASTRID', 'P000231'], ['TANAKA^YUI=田中^結衣', 'P000377'], ['OKAFOR^CHIDI', 'P000402'], [undefined, undefined]] as const

const instanceBytes = 526_000

function study(index: number, ago: (minutes: number) => string): StudyRecord {
  const [PatientName, PatientID] = people[index % people.length] ?? []
  const instances = index === 0 ? 124 : 40 + (index * 37) % 500
  const isLate = index % 6 === 1
  return {
    StudyInstanceUID: `2.25.${3000 + index}`,
    ...(PatientName !== undefined && { PatientName }), ...(PatientID !== undefined && { PatientID, AccessionNumber: `A26${11200 + index}` }),
    StudyDate: '20261122', StudyDescription: index % 2 === 0 ? 'CT CHEST ROUTINE' : 'MR BRAIN W/O CONTRAST',
    modalities: [index % 2 === 0 ? 'CT' : 'MR'], callingAETitles: [index % 2 === 0 ? 'CT_ROOM1' : 'MR_ROOM2'],
    firstReceivedAt: ago(10 + index * 17), lastReceivedAt: ago(index * 17), instances, bytes: instances * instanceBytes, isComplete: index > 0, ...(index % 20 === 2 && { stranded: 4 }),
    deliveries: [
      { ...noDeliveries('cloud', 'Cloud'), delivered: index === 0 ? 80 : instances, verified: index === 0 ? 80 : instances, waiting: index === 0 ? 42 : 0, sending: index === 0 ? 2 : 0, lastDeliveredAt: ago(index * 17) },
      isLate
        ? { ...noDeliveries('archive', 'Archive'), delivered: instances - 3, dead: 3, lastFailure: { reason: 'classNotAccepted', text: 'no presentation context for 1.2.840.10008.5.1.4.1.1.66.4' } }
        : { ...noDeliveries('archive', 'Archive'), delivered: instances, lastDeliveredAt: ago(index * 17) },
    ],
  }
}

const noDeliveries = (nodeId: string, nodeName: string): StudyDelivery => ({ nodeId, nodeName, waiting: 0, sending: 0, delivered: 0, dead: 0, cancelled: 0, verified: 0 })

function instance(record: StudyRecord, index: number, gone: number): InstanceRecord {
  const isLost = record.deliveries.some(({ delivered, lost = 0 }) => index >= delivered && lost > 0)
  const deliveries = record.deliveries.map(({ nodeId, nodeName, dead, delivered, lastFailure }): Delivery => index < delivered
    ? { nodeId, nodeName, state: 'delivered', attempts: 1, deliveredAt: record.lastReceivedAt, isVerified: nodeId === 'cloud' }
    : isLost ? { nodeId, nodeName, state: 'cancelled', attempts: 0, lastFailure: { reason: 'objectUnreadable' } } : { nodeId, nodeName, state: dead > 0 ? 'dead' : 'waiting', attempts: dead > 0 ? 5 : 0, ...(lastFailure && { lastFailure }) })
  return {
    id: `${record.StudyInstanceUID}-${index}`, StudyInstanceUID: record.StudyInstanceUID, SeriesInstanceUID: `${record.StudyInstanceUID}.1`, SOPInstanceUID: `${record.StudyInstanceUID}.1.${index + 1}`,
    SOPClassUID: '1.2.840.10008.5.1.4.1.1.2', Modality: record.modalities[0] ?? '', transferSyntaxUID: '1.2.840.10008.1.2.1', callingAETitle: record.callingAETitles[0] ?? '', calledAETitle: 'ANY-SCP',
    remoteAddress: '10.20.4.11', receivedAt: record.lastReceivedAt, bytes: instanceBytes, isKept: index >= gone && !isLost, ...(isLost && { isLost }), ...(index === 1 && { cameAgainAt: new Date(Date.parse(record.lastReceivedAt) + 20 * 60_000).toISOString() }), deliveries,
  }
}

function matches(record: StudyRecord, { search = '', goesNowhere, isLost, state, modality, callingAETitle, nodeId }: RecordQuery): boolean {
  const text = [record.PatientName, record.PatientID, record.AccessionNumber, record.StudyInstanceUID].join(' ').toLowerCase()
  const deliveries = record.deliveries.filter((delivery) => nodeId === undefined || delivery.nodeId === nodeId)
  return text.includes(search.toLowerCase()) && deliveries.length > 0 && (goesNowhere !== true || record.stranded !== undefined) && (isLost !== true || record.lost !== undefined)
    && (state === undefined || deliveries.some((delivery) => delivery[state] > 0))
    && (modality === undefined || record.modalities.includes(modality))
    && (callingAETitle === undefined || record.callingAETitles.includes(callingAETitle))
}
