import { commandFields } from '../message/command-field.ts'
import type { DimseConnection } from '../message/connection.ts'
import { contextFor } from './contexts.ts'
import { assertNoFailure, defaultTimeoutMs, type CallOptions } from './scu-call.ts'

export const VerificationSOPClass = '1.2.840.10008.1.1'

/**
 * Asks the peer whether it is there, by C-ECHO (PS3.4 Annex A).
 * @throws DimseStatusError when it says no; NoPresentationContext, DimseTimeout, the signal's reason, what the association throws
 */
export async function echo(connection: DimseConnection, { timeoutMs = defaultTimeoutMs, signal }: CallOptions = {}): Promise<void> {
  const context = contextFor(connection.association, VerificationSOPClass)
  const command = { CommandField: commandFields['C-ECHO-RQ'], AffectedSOPClassUID: VerificationSOPClass }
  assertNoFailure(await connection.call(context.id, command, undefined, { timeoutMs, signal }))
}
