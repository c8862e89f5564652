/** C-STORE as a user: an instance goes out as the bytes it is (PS3.7 §9.1.1). */
import { commandFields } from '../message/command-field.ts'
import type { DimseConnection } from '../message/connection.ts'
import type { StatusDetails } from '../message/dimse-error.ts'
import type { OutgoingDataSet } from '../message/message-stream.ts'
import type { AcceptedContext } from '../upper-layer/association.ts'
import { contextFor } from './contexts.ts'
import { defaultTimeoutMs, detailsOf, MEDIUM_PRIORITY, type CallOptions } from './scu-call.ts'

export interface StoreOptions extends CallOptions {
  readonly SOPClassUID: string
  readonly SOPInstanceUID: string
  /** Of the data set's bytes, which are sent unchanged: a context that was accepted with it is used. */
  readonly transferSyntaxUID: string
  /** 0 medium, 1 high, 2 low. */
  readonly priority?: 0 | 1 | 2
  /** When a C-MOVE of another node caused it. */
  readonly moveOriginator?: { readonly AETitle: string; readonly MessageID: number } | undefined
  readonly dataSet: OutgoingDataSet
}

export interface StoreResponse extends StatusDetails {
  /** Success and warnings mean that the peer has the instance. */
  readonly status: number
}

/**
 * Sends one instance and gives the peer's answer, whatever it is. Calls made while others are under way wait, or overlap as far
 * as the association negotiated it.
 * @throws NoPresentationContext, DimseTimeout, DimseProtocolError, the signal's reason; what the association or the data set throws
 */
export async function store(connection: DimseConnection, options: StoreOptions): Promise<StoreResponse> {
  return storeIn(connection, contextFor(connection.association, options.SOPClassUID, options.transferSyntaxUID), options)
}

/** As `store`, in a context chosen by the caller. */
export async function storeIn(connection: DimseConnection, context: AcceptedContext, options: StoreOptions): Promise<StoreResponse> {
  const { SOPClassUID, SOPInstanceUID, moveOriginator, dataSet, signal, timeoutMs = defaultTimeoutMs, priority = MEDIUM_PRIORITY } = options
  const response = await connection.call(context.id, {
    CommandField: commandFields['C-STORE-RQ'],
    AffectedSOPClassUID: SOPClassUID,
    AffectedSOPInstanceUID: SOPInstanceUID,
    Priority: priority,
    ...(moveOriginator && { MoveOriginatorApplicationEntityTitle: moveOriginator.AETitle, MoveOriginatorMessageID: moveOriginator.MessageID }),
  }, dataSet, { timeoutMs, signal })
  return { status: response.Status, ...detailsOf(response) }
}
