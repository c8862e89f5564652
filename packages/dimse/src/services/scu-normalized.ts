/** The DIMSE-N services as a user (PS3.7 §10.1). */
import type { DataSet } from '@isocenter/dicom'
import { commandFields } from '../message/command-field.ts'
import type { CommandSet } from '../message/command-set.ts'
import type { DimseConnection } from '../message/connection.ts'
import type { StatusDetails } from '../message/dimse-error.ts'
import type { OutgoingDataSet } from '../message/message-stream.ts'
import { contextFor } from './contexts.ts'
import { encodeSmallDataSet, readDataSet, type SmallDataSet } from './identifier.ts'
import { assertNoFailure, defaultTimeoutMs, detailsOf, type CallOptions } from './scu-call.ts'

export interface NormalizedOptions extends CallOptions {
  readonly SOPClassUID: string
  readonly SOPInstanceUID: string
  /** The abstract syntax of the context to use, where a Meta SOP Class was negotiated in place of SOPClassUID. */
  readonly abstractSyntax?: string
  /** A stream is bytes in the transfer syntax of the presentation context. */
  readonly dataSet?: SmallDataSet | OutgoingDataSet | undefined
  readonly SpecificCharacterSet?: readonly string[]
}

export interface NormalizedResponse extends StatusDetails {
  /** Success, or a warning. */
  readonly status: number
  /** As the peer names the instance; given by it where N-CREATE left it open. */
  readonly SOPInstanceUID?: string | undefined
  readonly dataSet?: DataSet | undefined
}

/**
 * Asks for an action on an instance, e.g. Storage Commitment.
 * @throws DimseStatusError when it is refused; NoPresentationContext, DimseTimeout, DimseProtocolError, the signal's reason
 */
export function action(connection: DimseConnection, options: NormalizedOptions & { readonly ActionTypeID: number }): Promise<NormalizedResponse> {
  const { ActionTypeID } = options
  return call(connection, { CommandField: commandFields['N-ACTION-RQ'], ...requested(options), ActionTypeID }, options)
}

/** Tells of an event of an instance. @throws as action */
export function eventReport(connection: DimseConnection, options: NormalizedOptions & { readonly EventTypeID: number }): Promise<NormalizedResponse> {
  const { SOPClassUID, SOPInstanceUID, EventTypeID } = options
  const command = { AffectedSOPClassUID: SOPClassUID, AffectedSOPInstanceUID: SOPInstanceUID, EventTypeID }
  return call(connection, { CommandField: commandFields['N-EVENT-REPORT-RQ'], ...command }, options)
}

/** Creates an instance, under a UID of the peer's choice when none is given. @throws as action */
export function create(
  connection: DimseConnection, options: Omit<NormalizedOptions, 'SOPInstanceUID'> & { readonly SOPInstanceUID?: string | undefined },
): Promise<NormalizedResponse> {
  const { SOPClassUID, SOPInstanceUID } = options
  const command = { AffectedSOPClassUID: SOPClassUID, ...(SOPInstanceUID !== undefined && { AffectedSOPInstanceUID: SOPInstanceUID }) }
  return call(connection, { CommandField: commandFields['N-CREATE-RQ'], ...command }, options)
}

/** Changes attributes of an instance. @throws as action */
export function set(connection: DimseConnection, options: NormalizedOptions & { readonly dataSet: SmallDataSet | OutgoingDataSet }): Promise<NormalizedResponse> {
  return call(connection, { CommandField: commandFields['N-SET-RQ'], ...requested(options) }, options)
}

/** Reads attributes of an instance, all of them when no tags are given. @throws as action */
export function getAttributes(
  connection: DimseConnection, options: Omit<NormalizedOptions, 'dataSet'> & { readonly AttributeIdentifierList?: readonly number[] },
): Promise<NormalizedResponse> {
  const { AttributeIdentifierList = [] } = options
  const command = { ...requested(options), ...(AttributeIdentifierList.length > 0 && { AttributeIdentifierList }) }
  return call(connection, { CommandField: commandFields['N-GET-RQ'], ...command }, options)
}

/** Deletes an instance. @throws as action */
export function deleteInstance(connection: DimseConnection, options: Omit<NormalizedOptions, 'dataSet'>): Promise<NormalizedResponse> {
  return call(connection, { CommandField: commandFields['N-DELETE-RQ'], ...requested(options) }, options)
}

const requested = ({ SOPClassUID, SOPInstanceUID }: { readonly SOPClassUID: string; readonly SOPInstanceUID: string }): Partial<CommandSet> =>
  ({ RequestedSOPClassUID: SOPClassUID, RequestedSOPInstanceUID: SOPInstanceUID })

async function call(connection: DimseConnection, command: CommandSet, options: Omit<NormalizedOptions, 'SOPInstanceUID'>): Promise<NormalizedResponse> {
  const { timeoutMs = defaultTimeoutMs, signal, dataSet, SpecificCharacterSet } = options
  const context = contextFor(connection.association, options.abstractSyntax ?? options.SOPClassUID)
  const bytes = dataSet && (isStream(dataSet) ? dataSet : encodeSmallDataSet(dataSet, context.transferSyntax, SpecificCharacterSet))
  const response = await connection.call(context.id, command, bytes, { timeoutMs, signal })
  assertNoFailure(response)
  const { AffectedSOPInstanceUID } = response.command
  return {
    status: response.Status,
    ...detailsOf(response),
    ...(AffectedSOPInstanceUID !== undefined && { SOPInstanceUID: AffectedSOPInstanceUID }),
    ...(response.dataSet && { dataSet: await readDataSet(response.dataSet, context.transferSyntax) }),
  }
}

const isStream = (dataSet: SmallDataSet | OutgoingDataSet): dataSet is AsyncIterable<Uint8Array> => Symbol.asyncIterator in dataSet
