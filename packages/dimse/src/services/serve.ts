/** The provider's side of DIMSE on one association: requests to handlers, one at a time, in the order in which they came. */
import { commandElements, type CommandKeyword } from '../message/command-elements.ts'
import { isUID } from '../message/command-set.ts'
import { messageName } from '../message/command-field.ts'
import { DimseConnection } from '../message/connection.ts'
import { DimseProtocolError } from '../message/dimse-error.ts'
import { faultOf } from '../message/message-rules.ts'
import type { DimseMessage } from '../message/message-stream.ts'
import { dimseStatus, type DimseStatus } from '../message/status.ts'
import type { Association } from '../upper-layer/association.ts'
import type { ServiceHandlers, ServiceRequest } from './handlers.ts'
import { respond } from './respond.ts'
import { serveAction, serveCreate, serveDelete, serveEventReport, serveGetAttributes, serveSet } from './serve-normalized.ts'
import { serveFind, serveGet, serveMove } from './serve-query.ts'
import { serveEcho, serveStore } from './serve-store.ts'
import { Serving, type ServeOptions } from './serving.ts'

/**
 * Serves an association that was accepted until the peer asks for release; answering that is the acceptor's. Give a
 * DimseConnection to serve one that was requested, or to make requests of one's own meanwhile.
 * @throws DimseProtocolError after aborting the association, and what the association throws
 */
export async function serveServices(over: Association | DimseConnection, handlers: ServiceHandlers, options: ServeOptions = {}): Promise<void> {
  const connection = over instanceof DimseConnection ? over : new DimseConnection(over, { operationsWindow: over.asyncOperations?.performed ?? 1 })
  await serveRequests(new Serving(connection, options), handlers, options.signal)
}

/** As serveServices, until the association ends or `signal` fires. */
export async function serveRequests(serving: Serving, handlers: ServiceHandlers, signal?: AbortSignal): Promise<void> {
  const { connection } = serving
  try {
    for await (const message of connection.requests(signal)) await serveRequest(serving, message, handlers)
  } catch (error) {
    if (error instanceof DimseProtocolError) await connection.association.abort()
    throw error
  } finally {
    await serving.settled()
  }
}

async function serveRequest(serving: Serving, message: DimseMessage, handlers: ServiceHandlers): Promise<void> {
  const { command } = message
  if (command.MessageID === undefined) throw new DimseProtocolError('badMessage', 'a request without MessageID cannot be answered')
  const refusal = refusalOf(message)
  if (refusal) return refuse(serving, message, refusal)
  const request: ServiceRequest = {
    association: serving.connection.association,
    connection: serving.connection,
    context: message.context,
    transferSyntaxUID: message.context.transferSyntax,
    MessageID: command.MessageID,
    SOPClassUID: command.AffectedSOPClassUID ?? command.RequestedSOPClassUID ?? '',
  }
  const served = dispatch(serving, message, request, handlers)
  await (served ?? refuse(serving, message, { status: dimseStatus.unrecognizedOperation }))
}

/** Hands a request to its service; undefined when nobody offers it. */
function dispatch(serving: Serving, message: DimseMessage, request: ServiceRequest, handlers: ServiceHandlers): Promise<void> | undefined {
  const serve = <Handler>(
    handler: Handler | undefined,
    service: (serving: Serving, message: DimseMessage, request: ServiceRequest, handler: Handler) => Promise<void>,
  ): Promise<void> | undefined => (handler === undefined ? undefined : service(serving, message, request, handler))

  switch (messageName(message.command.CommandField)) {
    case 'C-ECHO-RQ': return serve(handlers.echo?.bind(handlers), serveEcho)
    case 'C-STORE-RQ': return serve(handlers.store?.bind(handlers), serveStore)
    case 'C-FIND-RQ': return serve(handlers.find?.bind(handlers), serveFind)
    case 'C-MOVE-RQ': return serve(handlers.move?.bind(handlers), serveMove)
    case 'C-GET-RQ': return serve(handlers.get?.bind(handlers), serveGet)
    case 'N-ACTION-RQ': return serve(handlers.action?.bind(handlers), serveAction)
    case 'N-EVENT-REPORT-RQ': return serve(handlers.eventReport?.bind(handlers), serveEventReport)
    case 'N-CREATE-RQ': return serve(handlers.create?.bind(handlers), serveCreate)
    case 'N-SET-RQ': return serve(handlers.set?.bind(handlers), serveSet)
    case 'N-GET-RQ': return serve(handlers.getAttributes?.bind(handlers), serveGetAttributes)
    case 'N-DELETE-RQ': return serve(handlers.delete?.bind(handlers), serveDelete)
    default: return undefined
  }
}

interface Refusal {
  readonly status: DimseStatus
  readonly element?: CommandKeyword
  readonly comment?: string
}

/** Why a request cannot be served whatever it is: something is missing, or what should be a UID is none and must not get into a file's name. */
function refusalOf({ command, dataSet }: DimseMessage): Refusal | undefined {
  const fault = faultOf(command, dataSet !== undefined)
  if (fault) return { status: dimseStatus.mistypedArgument, element: fault.keyword, comment: fault.problem }
  for (const element of ['AffectedSOPClassUID', 'RequestedSOPClassUID'] as const) {
    if (command[element] && !isUID(command[element])) return { status: dimseStatus.noSuchSOPClass, element }
  }
  for (const element of ['AffectedSOPInstanceUID', 'RequestedSOPInstanceUID'] as const) {
    if (command[element] && !isUID(command[element])) return { status: dimseStatus.invalidSOPInstance, element }
  }
  return undefined
}

async function refuse({ connection }: Serving, message: DimseMessage, { status, element, comment }: Refusal): Promise<void> {
  await message.dataSet?.discard()
  await respond(connection, message, {
    Status: status.code,
    ...(element && { OffendingElement: [commandElements[element][0]] }),
    ErrorComment: comment ?? status.name,
  })
}
