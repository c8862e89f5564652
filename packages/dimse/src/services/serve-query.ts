/** C-FIND, C-MOVE and C-GET as a provider (PS3.7 §9.1.2 to §9.1.4, PS3.4 Annex C). */
import type { DicomJson } from '@isocenter/dicom'
import { collect } from '../message/collect.ts'
import type { CommandValues } from '../message/command-elements.ts'
import type { DimseMessage } from '../message/message-stream.ts'
import { dimseStatus } from '../message/status.ts'
import { contextForStoreBack } from './contexts.ts'
import type { QueryRequest, ServiceHandlers, ServiceRequest, ServiceResult, SubOperations } from './handlers.ts'
import { encodeSmallDataSet, queryLimits, readDataSet } from './identifier.ts'
import { respond, statusValues } from './respond.ts'
import { storeIn } from './scu-store.ts'
import type { Serving } from './serving.ts'

type Ending = ServiceResult & { readonly values?: CommandValues; readonly dataSet?: Uint8Array }

/** Reads the identifier, lets the service run while cancellations are listened for, and sends the final response. */
async function serveQuery(
  serving: Serving, message: DimseMessage, request: ServiceRequest, run: (query: QueryRequest) => Promise<Ending>,
): Promise<void> {
  const { connection } = serving
  if (!message.dataSet) throw new Error('a query was not checked before it was served')
  const bytes = await collect(message.dataSet, Math.min(connection.maxIdentifierBytes, queryLimits.maxBytes))
  using performance = connection.perform(message)
  const { signal } = performance
  const ending: Ending = await serving.answerOf<Ending>(message, dimseStatus.cannotUnderstand.code, async () => {
    const identifier = await readDataSet(bytes, request.transferSyntaxUID, queryLimits.maxElements)
    return run({ ...request, priority: message.command.Priority, identifier, SpecificCharacterSet: identifier.strings('SpecificCharacterSet'), signal })
  })
  await respond(connection, message, { ...ending.values, ...statusValues(ending) }, ending.dataSet)
}

export function serveFind(serving: Serving, message: DimseMessage, request: ServiceRequest, handler: NonNullable<ServiceHandlers['find']>): Promise<void> {
  return serveQuery(serving, message, request, async (query) => {
    try {
      for await (const match of handler(query)) {
        if (query.signal.aborted) break
        const { status = dimseStatus.pending.code, identifier, SpecificCharacterSet = query.SpecificCharacterSet } = match
        await respond(serving.connection, message, { Status: status }, encodeSmallDataSet(identifier, query.transferSyntaxUID, SpecificCharacterSet))
      }
    } catch (error) {
      if (!query.signal.aborted) throw error
    }
    return { status: query.signal.aborted ? dimseStatus.cancel.code : dimseStatus.success.code }
  })
}

export function serveMove(serving: Serving, message: DimseMessage, request: ServiceRequest, handler: NonNullable<ServiceHandlers['move']>): Promise<void> {
  const { MoveDestination = '' } = message.command
  return serveQuery(serving, message, request, (query) => retrieve(serving, message, query, handler({ ...query, MoveDestination })))
}

export function serveGet(serving: Serving, message: DimseMessage, request: ServiceRequest, handler: NonNullable<ServiceHandlers['get']>): Promise<void> {
  const { connection } = serving
  return serveQuery(serving, message, request, (query) => retrieve(serving, message, query, handler({
    ...query,
    storeBack: async (instance) => storeIn(connection, contextForStoreBack(connection.association, instance.SOPClassUID, instance.transferSyntaxUID), instance),
  })))
}

/** Tells the peer of progress until the sub-operations are over, and makes the final answer of the last report. */
async function retrieve(serving: Serving, message: DimseMessage, query: QueryRequest, reports: AsyncIterable<SubOperations>): Promise<Ending> {
  let last: SubOperations = { remaining: 0, completed: 0, failed: 0, warning: 0 }
  try {
    for await (const report of reports) {
      last = report
      if (query.signal.aborted) break
      if (report.remaining > 0) await respond(serving.connection, message, { Status: dimseStatus.pending.code, ...counts(report, true) })
    }
  } catch (error) {
    if (!query.signal.aborted) throw error
  }
  if (query.signal.aborted) return ending(dimseStatus.cancel.code, last, query)
  return ending(finalStatus(last), last, query)
}

/** Remaining sub-operations are told in pending and cancelled answers alone (PS3.7 §9.1.3.1). */
function counts({ remaining, completed, failed, warning }: SubOperations, withRemaining: boolean): CommandValues {
  return {
    ...(withRemaining && { NumberOfRemainingSuboperations: told(remaining) }),
    NumberOfCompletedSuboperations: told(completed),
    NumberOfFailedSuboperations: told(failed),
    NumberOfWarningSuboperations: told(warning),
  }
}

/** The elements have 16 bits: a retrieval of more instances tells as many as they can say. */
const told = (count: number): number => Math.min(count, 0xffff)

/** PS3.4 Tables C.4-2 and C.4-3: nothing went wrong, something did, or nothing went right. */
function finalStatus({ completed, failed, warning }: SubOperations): number {
  if (failed === 0 && warning === 0) return dimseStatus.success.code
  return completed + warning > 0 ? dimseStatus.coercionOfDataElements.code : dimseStatus.unableToPerformSuboperations.code
}

function ending(status: number, report: SubOperations, query: QueryRequest): Ending {
  const { failedSOPInstanceUIDs = [] } = report
  const values = counts(report, status === dimseStatus.cancel.code)
  if (failedSOPInstanceUIDs.length === 0) return { status, values }
  const list: DicomJson = { '00080058': { vr: 'UI', Value: failedSOPInstanceUIDs } }
  return { status, values, dataSet: encodeSmallDataSet(list, query.transferSyntaxUID) }
}
