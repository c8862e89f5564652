import { AssociationAborted, AssociationLost, AssociationRejected, AssociationTimedOut, ConnectionFailed, DimseProtocolError, DimseTimeout } from '@isocenter/dimse'
import { lineErrorCodeOf, wordsOf, type LineErrorCode } from './line-error.ts'

export interface AssociationFailure {
  readonly code: LineErrorCode | 'nodeBusy' | 'notAuthorised' | 'wrongAddress' | 'nodeFailing' | 'badAnswer'
  readonly detail: string
  /** An association stood when it happened. */
  readonly wasAssociated: boolean
}

/** What an error of an association says of the line and the node; undefined for what is neither's fault. */
export function associationFailureOf(error: unknown): AssociationFailure | undefined {
  const detail = wordsOf(error)
  if (error instanceof ConnectionFailed) {
    const { cause } = error
    return { code: cause === undefined ? 'timedOut' : lineErrorCodeOf(cause), detail: cause === undefined ? detail : wordsOf(cause), wasAssociated: false }
  }
  if (error instanceof AssociationRejected) return { code: rejectionCode(error), detail, wasAssociated: false }
  if (error instanceof AssociationTimedOut || error instanceof DimseTimeout) return { code: 'timedOut', detail, wasAssociated: true }
  if (error instanceof AssociationLost || error instanceof AssociationAborted) return { code: 'lineDown', detail, wasAssociated: true }
  if (error instanceof DimseProtocolError) return { code: 'badAnswer', detail, wasAssociated: true }
  return undefined
}

/** PS3.8 Table 9-21: reasons 3 and 7 of the service user are that it does not know the calling, and the called AE title. */
function rejectionCode({ isTransient, source, reason }: AssociationRejected): AssociationFailure['code'] {
  if (isTransient) return 'nodeBusy'
  if (source === 1 && reason === 3) return 'notAuthorised'
  if (source === 1 && reason === 7) return 'wrongAddress'
  return 'nodeFailing'
}
