import type { Configuration, Peer } from '../configuration/schema.ts'
import type { CommitmentRecord, PerformedStepRecord } from './wire/procedures.ts'
import type { DeliverySelection, InstanceRecordPage, Paging, RecordQuery, StudyRecord, StudyRecordPage, UnknownSender } from './wire/records.ts'
import type { CloudState, GatewayState, NodeTest } from './wire/state.ts'

/** The parts of the configuration that may be set, each replaced whole; what is absent stays. */
export type ConfigurationChange = Partial<Omit<Configuration, 'revision' | 'cloud'>>

/** A certificate for the DICOM service, PEM. */
export interface ServiceTlsChange {
  readonly certificate: string
  readonly key?: string | undefined
  /** Who signs the certificates of modalities. */
  readonly certificateAuthority?: string | undefined
  readonly requireClientCertificate: boolean
}

/** What changed, so that a screen asks again only for what it shows. */
export type ChangedTopic = 'state' | 'configuration' | 'records' | 'senders' | 'performedSteps' | 'commitments'

/**
 * Everything that can be seen of a gateway and done with it. The console's API and the commands of the cloud are two doors
 * to this one: neither can do what the other cannot, and both are checked by the same rules.
 */
export interface GatewayControl {
  state(): Promise<GatewayState>
  /** Calls back soon after something changed, several changes as one; answers how to stop. */
  subscribe(listener: (topics: ReadonlySet<ChangedTopic>) => void): () => void

  /** Listens for modalities; already listening is success. @throws serviceFailed 409 when it cannot, saying why */
  startService(): Promise<void>
  /** Lets associations under way end, then listens no more. Forwarding goes on. */
  stopService(): Promise<void>

  configuration(): Configuration
  /**
   * Sets parts of the configuration, durably, and puts them to use.
   * @param ifRevision what the caller changed was of this revision
   * @throws revisionOutdated 412, configurationInvalid 422
   */
  setConfiguration(change: ConfigurationChange, ifRevision?: number): Promise<Configuration>
  /**
   * Has modalities served over TLS, or, given nothing, in the clear. The private key is kept as a secret and told to nobody; one that
   * is not given is the one there is. @throws configurationInvalid 422 when key and certificate do not belong together
   */
  setServiceTls(tls: ServiceTlsChange | undefined): Promise<Configuration>
  /** Adds to the accept list; a peer of the same AE title and address is replaced. @throws configurationInvalid 422 */
  addPeer(peer: Peer): Promise<Configuration>

  /** @throws noSuchNode 404 */
  pauseNode(nodeId: string): Promise<void>
  /** @throws noSuchNode 404 */
  resumeNode(nodeId: string): Promise<void>
  /** Tries the line to a node, step by step; a line that fails is an answer, not an error. @throws noSuchNode 404 */
  testNode(nodeId: string, signal?: AbortSignal): Promise<NodeTest>

  searchStudies(query: RecordQuery, paging: Paging): Promise<StudyRecordPage>
  /** undefined when nothing of this study is recorded. */
  study(StudyInstanceUID: string): Promise<StudyRecord | undefined>
  searchInstances(StudyInstanceUID: string, query: RecordQuery, paging: Paging): Promise<InstanceRecordPage>
  /** Makes failed deliveries, and those that wait for their next attempt, due now; answers how many. */
  retryDeliveries(selection: DeliverySelection): Promise<{ readonly retried: number }>

  /** What modalities told of their procedure steps (MPPS), the newest first. */
  performedSteps(limit: number): Promise<readonly PerformedStepRecord[]>
  /** What modalities asked to be committed to, the newest first. */
  commitments(limit: number): Promise<readonly CommitmentRecord[]>

  unknownSenders(): Promise<readonly UnknownSender[]>
  /** Clears the list; whoever sends again is listed again. */
  forgetUnknownSenders(): Promise<void>

  /** Binds this gateway to the organisation whose upload code this is. @throws enrolmentRefused 409, cloudUnreachable 502 */
  enrol(enrolment: { readonly url: string; readonly uploadCode: string; readonly name: string }): Promise<CloudState>
  /** Forgets the binding here; the cloud's administrator revokes it there. */
  leaveCloud(): Promise<void>
}
