/** C-FIND and C-MOVE as a user (PS3.7 §9.1.2 and §9.1.4). */
import type { DataSet } from '@isocenter/dicom'
import { commandFields } from '../message/command-field.ts'
import type { CommandSet } from '../message/command-set.ts'
import type { DimseConnection } from '../message/connection.ts'
import { DimseProtocolError, type StatusDetails } from '../message/dimse-error.ts'
import type { DimseResponse } from '../message/invocation.ts'
import { dimseStatus, isPending } from '../message/status.ts'
import type { AcceptedContext } from '../upper-layer/association.ts'
import { contextFor } from './contexts.ts'
import type { SubOperations } from './handlers.ts'
import { encodeSmallDataSet, readDataSet, type SmallDataSet } from './identifier.ts'
import { assertNoFailure, defaultTimeoutMs, detailsOf, MEDIUM_PRIORITY, type CallOptions } from './scu-call.ts'

export interface QueryOptions extends CallOptions {
  /** The information model, e.g. Study Root - FIND. */
  readonly SOPClassUID: string
  readonly identifier: SmallDataSet
  /** Character sets the keys are written in, and answers are wished for in. */
  readonly SpecificCharacterSet?: readonly string[]
  readonly priority?: 0 | 1 | 2
}

export interface MoveOptions extends QueryOptions {
  readonly MoveDestination: string
}

export interface RetrieveProgress extends Partial<SubOperations>, StatusDetails {
  /** Pending, until the last one: success, warning (some failed) or cancel. */
  readonly status: number
  readonly failedSOPInstanceUIDs?: readonly string[] | undefined
}

/**
 * The matches, each as it comes. Until they are at an end they keep the turn: another call on the connection made meanwhile waits,
 * unless more operations at once were agreed. Breaking off, or the signal, sends C-CANCEL and takes what still comes until the peer says it has stopped.
 * @throws DimseStatusError when the query fails, the signal's reason when it fired; NoPresentationContext, DimseTimeout, DimseProtocolError
 */
export async function* find(connection: DimseConnection, options: QueryOptions): AsyncGenerator<DataSet, void, undefined> {
  const context = contextFor(connection.association, options.SOPClassUID)
  for await (const response of query(connection, context, { CommandField: commandFields['C-FIND-RQ'] }, options)) {
    assertNoFailure(response)
    if (!isPending(response.Status)) return
    if (!response.dataSet) throw new DimseProtocolError('badMessage', 'a pending C-FIND-RSP has no identifier')
    yield await readDataSet(response.dataSet, context.transferSyntax)
  }
}

/**
 * Has the peer send instances to another node, and tells how far it is. Breaking off, or the signal, cancels.
 * @throws as find
 */
export async function* move(connection: DimseConnection, options: MoveOptions): AsyncGenerator<RetrieveProgress, void, undefined> {
  const context = contextFor(connection.association, options.SOPClassUID)
  const command = { CommandField: commandFields['C-MOVE-RQ'], MoveDestination: options.MoveDestination }
  for await (const response of query(connection, context, command, options)) yield progressOf(response, context)
}

/** What one answer of a retrieval says. @throws DimseStatusError when it failed altogether */
export async function progressOf(response: DimseResponse, context: AcceptedContext): Promise<RetrieveProgress> {
  assertNoFailure(response)
  const { command, Status: status } = response
  const failed = response.dataSet && (await readDataSet(response.dataSet, context.transferSyntax)).strings('FailedSOPInstanceUIDList')
  return {
    status,
    ...detailsOf(response),
    ...numbered('remaining', command.NumberOfRemainingSuboperations),
    ...numbered('completed', command.NumberOfCompletedSuboperations),
    ...numbered('failed', command.NumberOfFailedSuboperations),
    ...numbered('warning', command.NumberOfWarningSuboperations),
    ...(failed?.length && { failedSOPInstanceUIDs: failed }),
  }
}

const numbered = (name: keyof SubOperations, value: number | undefined): Partial<SubOperations> => (value === undefined ? {} : { [name]: value })

/** The responses to a query, pending ones and the last; leaving early or the signal cancels. */
export async function* query(
  connection: DimseConnection, context: AcceptedContext, command: CommandSet, options: QueryOptions,
): AsyncGenerator<DimseResponse, void, undefined> {
  const { SOPClassUID, identifier, SpecificCharacterSet, signal, timeoutMs = defaultTimeoutMs, priority: Priority = MEDIUM_PRIORITY } = options
  const dataSet = encodeSmallDataSet(identifier, context.transferSyntax, SpecificCharacterSet)
  using invocation = await connection.begin(context.id, { ...command, AffectedSOPClassUID: SOPClassUID, Priority }, dataSet, { timeoutMs, signal })
  let isOver = false
  const next = async (): Promise<DimseResponse> => {
    isOver = true
    const response = await invocation.next(timeoutMs)
    isOver = !isPending(response.Status)
    return response
  }
  const cancel = (): Promise<void> => connection.send(context.id, {
    CommandField: commandFields['C-CANCEL-RQ'], MessageIDBeingRespondedTo: invocation.MessageID,
  })
  const cancelBySignal = (): void => void cancel().catch((error: unknown) => invocation.fail(error))
  signal?.addEventListener('abort', cancelBySignal)
  // It may have fired while the request was sent.
  if (signal?.aborted) cancelBySignal()
  try {
    while (!isOver) {
      const response = await next()
      if (response.Status === dimseStatus.cancel.code) signal?.throwIfAborted()
      if (!signal?.aborted || isOver) yield response
    }
  } finally {
    signal?.removeEventListener('abort', cancelBySignal)
    if (!isOver) {
      if (!signal?.aborted) await cancel()
      while (!isOver) await next()
    }
  }
}
