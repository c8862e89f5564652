import type { PrintOutcome } from '@isocenter/contracts'
import type { NodeTls } from '../configuration/nodes.ts'
import type { Configuration, Peer } from '../configuration/schema.ts'
import type { ArchiveFilter, ArchiveSearch, FetchedStudy, FetchesAdded, WantedStudy } from './wire/fetches.ts'
import type { CommitmentRecord, PerformedStepRecord } from './wire/procedures.ts'
import type { DeliverySelection, DiscardSelection, LostSelection, ReleaseSelection, InstanceRecordPage, Paging, RecordQuery, SendableAgain, StudyRecord, StudyRecordPage, UnknownSender } from './wire/records.ts'
import type { CloudState, GatewayState, NodeTest, PrinterTest } from './wire/state.ts'

/** The parts of the configuration that may be set, each replaced whole; what is absent stays. */
export type ConfigurationChange = Partial<Omit<Configuration, 'revision' | 'cloud'>>

/** Whether what has not arrived at a node that is removed is called off. */
export interface RemovalOptions {
  readonly callOff?: boolean | undefined
}

/** A node as it is set: secrets are given beside it and never told again. */
export type NodeChange = { readonly id: string; readonly name: string; readonly kind: string; readonly tls?: NodeTls | undefined; readonly authorization?: { readonly scheme: string } | undefined }

export interface NodeSecrets {
  /** Password or bearer token; the one there is where absent. */
  readonly credential?: string | undefined
  /** Private key of the certificate, PEM; the one there is where absent. */
  readonly key?: string | undefined
}

export interface CloudEnrolment {
  readonly url: string
  readonly uploadCode: string
  /** What administrators see. */
  readonly name: string
  /** Over which the cloud is reached, where it is not reached straight. */
  readonly proxy?: string | undefined
  /** Who signs the certificate of the cloud where no public authority does, PEM. */
  readonly certificateAuthority?: string | undefined
}

/** A certificate for the DICOM service, PEM. */
export interface ServiceTlsChange {
  readonly certificate: string
  readonly key?: string | undefined
  /** Who signs the certificates of modalities. */
  readonly certificateAuthority?: string | undefined
  readonly requireClientCertificate: boolean
}

/** What changed, so that a screen asks again only for what it shows. */
export type ChangedTopic = 'state' | 'configuration' | 'records' | 'senders' | 'performedSteps' | 'commitments' | 'fetches'

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
   * A node for which something has not arrived goes only where `callOff` says so: what it was to get is called off then, and kept here
   * until somebody releases it.
   * @param ifRevision what the caller changed was of this revision
   * @throws revisionOutdated 412, configurationInvalid 422, deliveriesWaiting 409
   */
  setConfiguration(change: ConfigurationChange, ifRevision?: number, options?: RemovalOptions): Promise<Configuration>
  /**
   * Has modalities served over TLS, or, given nothing, in the clear. The private key is kept as a secret and told to nobody; one that
   * is not given is the one there is. @throws configurationInvalid 422 when key and certificate do not belong together
   */
  setServiceTls(tls: ServiceTlsChange | undefined): Promise<Configuration>
  /** Adds to the accept list; a peer of the same AE title and address is replaced. @throws configurationInvalid 422 */
  addPeer(peer: Peer): Promise<Configuration>

  /** @throws configurationInvalid 422 */
  addNode(node: NodeChange, secrets: NodeSecrets): Promise<Configuration>
  /** Sets a node whole; secrets that are not given stay. @throws noSuchNode 404, configurationInvalid 422 */
  replaceNode(node: NodeChange, secrets: NodeSecrets): Promise<Configuration>
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
  /** Deletes objects that are kept here and go nowhere, for good; their records stay and say so. */
  discardObjects(selection: DiscardSelection): Promise<{ readonly discarded: number }>
  /** Lets go of objects kept because a delivery of theirs was called off: retention may delete them once they arrived elsewhere. */
  releaseDeliveries(selection: ReleaseSelection): Promise<{ readonly released: number }>
  /** A person has seen to objects that were lost here before they had arrived; their records stay. */
  acknowledgeLost(selection: LostSelection): Promise<{ readonly seen: number }>
  /**
   * What of a study has arrived at each node that is set up and could be sent there again, after a look at the files; undefined when nothing of
   * this study is recorded.
   */
  sendableAgain(StudyInstanceUID: string): Promise<readonly SendableAgain[] | undefined>
  /**
   * Makes failed deliveries, and those that wait for their next attempt, due now; with `state` `delivered`, what has arrived of a study
   * and is still here is due once more, at nodes that are set up. Answers how many. @throws noSuchNode 404 where what has arrived is to go to a node that is not
   */
  retryDeliveries(selection: DeliverySelection): Promise<{ readonly retried: number }>

  /** What modalities told of their procedure steps (MPPS), the newest first. */
  performedSteps(limit: number): Promise<readonly PerformedStepRecord[]>
  /** What modalities asked to be committed to, the newest first. */
  commitments(limit: number): Promise<readonly CommitmentRecord[]>
  /** A person has seen what became of these messages; one that waits for a former organisation is given up by that. */
  acknowledgePerformedSteps(ids: readonly number[]): Promise<{ readonly seen: number }>
  /** A person has seen that these could not be reported. */
  acknowledgeCommitments(ids: readonly number[]): Promise<{ readonly seen: number }>

  /** What an archive, a DICOM node, has of a filter. @throws noSuchArchive 404, archiveFailed 502 */
  searchArchive(nodeId: string, filter: ArchiveFilter, signal?: AbortSignal): Promise<ArchiveSearch>
  /** Has these studies sent here, one after another; from here they go the way of everything received. @throws noSuchArchive 404 */
  fetchStudies(nodeId: string, studies: readonly WantedStudy[]): Promise<FetchesAdded>
  /** Has sent here whatever the archive has of a filter, as of a day. @throws noSuchArchive 404, archiveFailed 502 */
  fetchMatching(nodeId: string, filter: ArchiveFilter, signal?: AbortSignal): Promise<FetchesAdded>
  /** The newest first. */
  fetches(limit: number): Promise<readonly FetchedStudy[]>
  /** Calls off those that have not begun, of one archive or of all. */
  cancelFetches(nodeId?: string): Promise<{ readonly cancelled: number }>

  /** Reads an order of the cloud's and prints it; a printer that would not is an answer, not an error. */
  printFilms(printerId: string, jobId: string): Promise<PrintOutcome>
  /** Asks a film printer how it is; one that does not answer is an answer. @throws noSuchPrinter 404 */
  testPrinter(printerId: string, signal?: AbortSignal): Promise<PrinterTest>

  unknownSenders(): Promise<readonly UnknownSender[]>
  /** Clears the list; whoever sends again is listed again. */
  forgetUnknownSenders(): Promise<void>

  /** Binds this gateway to the organisation whose upload code this is. @throws enrolmentRefused 409, cloudUnreachable 502 */
  enrol(enrolment: CloudEnrolment): Promise<CloudState>
  /** Forgets the binding here; the cloud's administrator revokes it there. */
  leaveCloud(): Promise<void>
}
