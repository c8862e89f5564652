/** The DIMSE-N services as a provider (PS3.7 §10.1). */
import { collect } from '../message/collect.ts'
import type { CommandValues } from '../message/command-elements.ts'
import type { DimseMessage } from '../message/message-stream.ts'
import { dimseStatus } from '../message/status.ts'
import type { CreateResult, NormalizedRequest, NormalizedResult, ServiceHandlers, ServiceRequest } from './handlers.ts'
import { encodeSmallDataSet, readDataSet } from './identifier.ts'
import { affectedInstance, respond, statusValues } from './respond.ts'
import type { Serving } from './serving.ts'

type Handler<Name extends keyof ServiceHandlers> = NonNullable<ServiceHandlers[Name]>

/** Takes the data set whole, asks the handler, and answers with what it says and `echoed`, which repeats a part of the request. */
async function serveNormalized(
  serving: Serving, message: DimseMessage, request: ServiceRequest, echoed: CommandValues, handle: (request: NormalizedRequest) => CreateResult | Promise<CreateResult>,
): Promise<void> {
  const { connection } = serving
  const { command } = message
  const bytes = message.dataSet && (await collect(message.dataSet, connection.maxIdentifierBytes))
  let answered: Uint8Array | undefined
  const result: CreateResult = await serving.answerOf<CreateResult>(message, dimseStatus.processingFailure.code, async () => {
    const dataSet = bytes && (await readDataSet(bytes, request.transferSyntaxUID))
    const SOPInstanceUID = command.RequestedSOPInstanceUID ?? command.AffectedSOPInstanceUID ?? ''
    const answer = await handle({ ...request, SOPInstanceUID, dataSet })
    const charset = answer.SpecificCharacterSet ?? dataSet?.strings('SpecificCharacterSet')
    if (answer.dataSet) answered = encodeSmallDataSet(answer.dataSet, request.transferSyntaxUID, charset)
    return answer
  })
  const { SOPInstanceUID, AttributeIdentifierList, afterwards } = result
  await respond(connection, message, {
    ...affectedInstance(command),
    ...(SOPInstanceUID !== undefined && { AffectedSOPInstanceUID: SOPInstanceUID }),
    ...(AttributeIdentifierList !== undefined && { AttributeIdentifierList }),
    ...echoed,
    ...statusValues(result),
  }, answered)
  if (afterwards) serving.runAfterwards(message, afterwards)
}

export function serveAction(serving: Serving, message: DimseMessage, request: ServiceRequest, handler: Handler<'action'>): Promise<void> {
  const { ActionTypeID = 0 } = message.command
  return serveNormalized(serving, message, request, { ActionTypeID }, (normalized) => handler({ ...normalized, ActionTypeID }))
}

export function serveEventReport(serving: Serving, message: DimseMessage, request: ServiceRequest, handler: Handler<'eventReport'>): Promise<void> {
  const { EventTypeID = 0 } = message.command
  return serveNormalized(serving, message, request, { EventTypeID }, (normalized) => handler({ ...normalized, EventTypeID }))
}

/** Without an instance named by either side a success would answer nothing, so it becomes a processing failure (PS3.7 §10.1.5.1). */
export function serveCreate(serving: Serving, message: DimseMessage, request: ServiceRequest, handler: Handler<'create'>): Promise<void> {
  return serveNormalized(serving, message, request, {}, async (normalized) => {
    const named = normalized.SOPInstanceUID || undefined
    const result = await handler({ ...normalized, SOPInstanceUID: named })
    if (result.status === dimseStatus.success.code && named === undefined && result.SOPInstanceUID === undefined) {
      throw new Error('an instance was created without a SOPInstanceUID')
    }
    return result
  })
}

export function serveSet(serving: Serving, message: DimseMessage, request: ServiceRequest, handler: Handler<'set'>): Promise<void> {
  return serveNormalized(serving, message, request, {}, handler)
}

export function serveGetAttributes(serving: Serving, message: DimseMessage, request: ServiceRequest, handler: Handler<'getAttributes'>): Promise<void> {
  const { AttributeIdentifierList = [] } = message.command
  return serveNormalized(serving, message, request, {}, (normalized) => handler({ ...normalized, AttributeIdentifierList }))
}

export function serveDelete(serving: Serving, message: DimseMessage, request: ServiceRequest, handler: Handler<'delete'>): Promise<void> {
  return serveNormalized(serving, message, request, {}, async (normalized): Promise<NormalizedResult> => handler(normalized))
}
