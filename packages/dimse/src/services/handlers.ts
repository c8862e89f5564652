/** What a service provider is asked, and what it answers, service by service (PS3.7 §9 and §10). */
import type { DataSet } from '@isocenter/dicom'
import type { DimseConnection } from '../message/connection.ts'
import type { StatusDetails } from '../message/dimse-error.ts'
import type { AcceptedContext, Association } from '../upper-layer/association.ts'
import type { SmallDataSet } from './identifier.ts'
import type { StoreOptions, StoreResponse } from './scu-store.ts'

export interface ServiceRequest {
  readonly association: Association
  /** To make requests of our own on the same association, e.g. N-EVENT-REPORT. */
  readonly connection: DimseConnection
  readonly context: AcceptedContext
  /** Of the data set that came, and of the one to answer with. */
  readonly transferSyntaxUID: string
  readonly MessageID: number
  readonly SOPClassUID: string
}

/** An answer that is no more than a status. */
export interface ServiceResult extends StatusDetails {
  readonly status: number
}

export interface StoreRequest extends ServiceRequest {
  readonly SOPInstanceUID: string
  readonly priority: number | undefined
  /** Who asked for this store by C-MOVE, and under which MessageID. */
  readonly moveOriginator: { readonly AETitle: string; readonly MessageID: number | undefined } | undefined
  /** The bytes exactly as they come, as fast as they are taken. What is not read is discarded before the answer goes out. */
  readonly dataSet: AsyncIterable<Uint8Array>
}

export interface QueryRequest extends ServiceRequest {
  readonly priority: number | undefined
  readonly identifier: DataSet
  /** Values of (0008,0005) of the identifier: the character sets that the caller says it can read. */
  readonly SpecificCharacterSet: readonly string[]
  /** Fires when the peer cancels, or is gone. */
  readonly signal: AbortSignal
}

export interface Match {
  /** Pending with all keys supported when absent. */
  readonly status?: 0xff00 | 0xff01
  readonly identifier: SmallDataSet
  /** Instead of the caller's, where a caller is known to read another than it says. */
  readonly SpecificCharacterSet?: readonly string[]
}

/** How far a retrieval is. Each one yielded is told to the peer while `remaining` is above 0; the last one makes the final answer. */
export interface SubOperations {
  readonly remaining: number
  readonly completed: number
  readonly failed: number
  readonly warning: number
  /** All that failed so far; only looked at in the last one. */
  readonly failedSOPInstanceUIDs?: readonly string[] | undefined
}

export interface MoveRequest extends QueryRequest {
  readonly MoveDestination: string
}

export interface GetRequest extends QueryRequest {
  /** Sends an instance to the peer as a sub-operation. @throws NoPresentationContext when the peer did not offer to take it */
  readonly storeBack: (instance: StoreOptions) => Promise<StoreResponse>
}

export interface NormalizedRequest extends ServiceRequest {
  readonly SOPInstanceUID: string
  /** Absent when the request came without one. */
  readonly dataSet: DataSet | undefined
}

export interface NormalizedResult extends ServiceResult {
  readonly dataSet?: SmallDataSet | undefined
  readonly SpecificCharacterSet?: readonly string[]
  /** Attributes the status is about, e.g. with 0x0107. */
  readonly AttributeIdentifierList?: readonly number[] | undefined
  /** Run once the answer is out, e.g. to report an event on the same association; other requests are served meanwhile. */
  readonly afterwards?: (() => Promise<void>) | undefined
}

export interface ActionRequest extends NormalizedRequest {
  readonly ActionTypeID: number
}

export interface EventReportRequest extends NormalizedRequest {
  readonly EventTypeID: number
}

export interface CreateRequest extends Omit<NormalizedRequest, 'SOPInstanceUID'> {
  /** Absent when the peer leaves it to us to name the instance. */
  readonly SOPInstanceUID: string | undefined
}

export interface CreateResult extends NormalizedResult {
  /** The UID given to the instance; must be there when the request had none and the status is success. */
  readonly SOPInstanceUID?: string | undefined
}

export interface GetAttributesRequest extends NormalizedRequest {
  /** Tags of the attributes wanted; all when empty. */
  readonly AttributeIdentifierList: readonly number[]
}

type Answer<T> = T | Promise<T>

/**
 * A handler for each service offered; a request for one that is absent is answered "unrecognized operation". A handler answers
 * with a failure by returning its status or by throwing DimseStatusError; anything else it throws becomes a failure without detail.
 */
export interface ServiceHandlers {
  echo?(request: ServiceRequest): Answer<number>
  store?(request: StoreRequest): Answer<ServiceResult>
  /** The final status is success, or cancel when the signal has fired. */
  find?(request: QueryRequest): AsyncIterable<Match>
  move?(request: MoveRequest): AsyncIterable<SubOperations>
  get?(request: GetRequest): AsyncIterable<SubOperations>
  action?(request: ActionRequest): Answer<NormalizedResult>
  eventReport?(request: EventReportRequest): Answer<NormalizedResult>
  create?(request: CreateRequest): Answer<CreateResult>
  set?(request: NormalizedRequest): Answer<NormalizedResult>
  getAttributes?(request: GetAttributesRequest): Answer<NormalizedResult>
  delete?(request: NormalizedRequest): Answer<ServiceResult>
}
