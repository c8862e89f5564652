/** The answers of a service provider. */
import { RESPONSE } from '../message/command-field.ts'
import { isUID, type CommandSet } from '../message/command-set.ts'
import type { CommandValues } from '../message/command-elements.ts'
import type { DimseConnection } from '../message/connection.ts'
import { DimseStatusError, type StatusDetails } from '../message/dimse-error.ts'
import type { DimseMessage } from '../message/message-stream.ts'
import type { ServiceResult } from './handlers.ts'

/** Sends one response to a request: whom it answers and what it is about is repeated from there (PS3.7 §9.3, §10.3). */
export function respond(
  connection: DimseConnection, { context, command }: DimseMessage, values: CommandValues & { readonly Status: number }, dataSet?: Uint8Array,
): Promise<void> {
  const SOPClassUID = command.AffectedSOPClassUID ?? command.RequestedSOPClassUID
  return connection.send(context.id, {
    ...(SOPClassUID !== undefined && isUID(SOPClassUID) && { AffectedSOPClassUID: SOPClassUID }),
    ...values,
    CommandField: command.CommandField | RESPONSE,
    MessageIDBeingRespondedTo: command.MessageID,
  }, dataSet)
}

/** The instance a response speaks of: the one the request named. */
export function affectedInstance(command: CommandSet): Pick<CommandValues, 'AffectedSOPInstanceUID'> {
  const SOPInstanceUID = command.AffectedSOPInstanceUID ?? command.RequestedSOPInstanceUID
  return SOPInstanceUID !== undefined && isUID(SOPInstanceUID) ? { AffectedSOPInstanceUID: SOPInstanceUID } : {}
}

/** Status and what goes with it, as a response has them. */
export function statusValues({ status, ErrorComment, OffendingElement, ErrorID }: ServiceResult): CommandValues & { readonly Status: number } {
  return {
    Status: status,
    ...(OffendingElement !== undefined && { OffendingElement }),
    ...(ErrorComment !== undefined && { ErrorComment }),
    ...(ErrorID !== undefined && { ErrorID }),
  }
}

/** The answer to a request whose handler threw: what it says where it says it in DICOM, else `otherwise` without a word of why. */
export function resultOfError(error: unknown, otherwise: number): ServiceResult {
  if (!(error instanceof DimseStatusError)) return { status: otherwise }
  const details: StatusDetails = error.details
  return { status: error.status, ...details }
}
