/** C-ECHO and C-STORE as a provider (PS3.7 §9.1.5 and §9.1.1). */
import type { DimseMessage } from '../message/message-stream.ts'
import { dimseStatus } from '../message/status.ts'
import type { ServiceHandlers, ServiceRequest, ServiceResult } from './handlers.ts'
import { affectedInstance, respond, statusValues } from './respond.ts'
import type { Serving } from './serving.ts'

export async function serveEcho(serving: Serving, message: DimseMessage, request: ServiceRequest, handler: NonNullable<ServiceHandlers['echo']>): Promise<void> {
  const result = await serving.answerOf(message, dimseStatus.processingFailure.code, async () => ({ status: await handler(request) }))
  await respond(serving.connection, message, statusValues(result))
}

/** The answer goes out when the handler is done and the whole data set is off the line, so that a peer that sends first and reads then is not stuck. */
export async function serveStore(serving: Serving, message: DimseMessage, request: ServiceRequest, handler: NonNullable<ServiceHandlers['store']>): Promise<void> {
  const { command, dataSet } = message
  const { AffectedSOPInstanceUID, MoveOriginatorApplicationEntityTitle: AETitle, MoveOriginatorMessageID } = command
  if (!dataSet || AffectedSOPInstanceUID === undefined) throw new Error('a C-STORE request was not checked before it was served')
  const result = await serving.answerOf<ServiceResult>(message, dimseStatus.processingFailure.code, () => handler({
    ...request,
    SOPInstanceUID: AffectedSOPInstanceUID,
    priority: command.Priority,
    moveOriginator: AETitle === undefined ? undefined : { AETitle, MessageID: MoveOriginatorMessageID },
    dataSet,
  }))
  await dataSet.discard()
  await respond(serving.connection, message, { ...affectedInstance(command), ...statusValues(result) })
}

