/** What all calls to a service provider have in common. */
import { DimseStatusError, type StatusDetails } from '../message/dimse-error.ts'
import type { DimseResponse } from '../message/invocation.ts'
import { statusClass } from '../message/status.ts'

export interface CallOptions {
  /** How long to wait for each response, and for the turn of the call; then the association is aborted. */
  readonly timeoutMs?: number | undefined
  /** Queries and retrievals are cancelled by it (C-CANCEL); every other call aborts the association. */
  readonly signal?: AbortSignal | undefined
}

/** Archives have been seen to take most of a minute for an answer. */
export const defaultTimeoutMs = 60_000
/** Priority (0000,0700) as everyone sends it. */
export const MEDIUM_PRIORITY = 0

/** What a response says about its status. */
export function detailsOf({ command: { ErrorComment, OffendingElement, ErrorID } }: DimseResponse): StatusDetails {
  return {
    ...(ErrorComment !== undefined && { ErrorComment }),
    ...(OffendingElement !== undefined && { OffendingElement }),
    ...(ErrorID !== undefined && { ErrorID }),
  }
}

/** @throws DimseStatusError when the response is a failure */
export function assertNoFailure(response: DimseResponse): void {
  if (statusClass(response.Status) === 'failure') throw new DimseStatusError(response.Status, detailsOf(response))
}
