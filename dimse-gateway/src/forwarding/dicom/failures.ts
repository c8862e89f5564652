/** What failures of an association and statuses of C-STORE mean for a node and an object. */
import { AssociationAborted, AssociationLost, AssociationRejected, AssociationTimedOut, ConnectionFailed, DimseProtocolError, DimseTimeout, statusClass, statusName, type StoreResponse } from '@isocenter/dimse'
import { lineErrorCodeOf, wordsOf } from '../../nodes/line-error.ts'
import { troubleOf, type Trouble, type Verdict } from '../attempt.ts'

/** The trouble an error of an association is; undefined for what is none of the line's and the node's. */
export function associationTrouble(error: unknown): Trouble | undefined {
  const detail = wordsOf(error)
  if (error instanceof ConnectionFailed) return troubleOf({ code: error.cause === undefined ? 'timedOut' : lineErrorCodeOf(error.cause), detail: error.cause instanceof Error ? wordsOf(error.cause) : detail })
  if (error instanceof AssociationRejected) return troubleOf({ code: rejectionCode(error), detail })
  if (error instanceof AssociationTimedOut || error instanceof DimseTimeout) return troubleOf({ code: 'timedOut', detail }, { concernsObjects: true })
  if (error instanceof AssociationLost || error instanceof AssociationAborted) return troubleOf({ code: 'lineDown', detail }, { concernsObjects: true })
  if (error instanceof DimseProtocolError) return troubleOf({ code: 'badAnswer', detail }, { concernsObjects: true })
  return undefined
}

/** PS3.8 Table 9-21. */
function rejectionCode({ isTransient, source, reason }: AssociationRejected): 'nodeBusy' | 'notAuthorised' | 'wrongAddress' | 'nodeFailing' {
  if (isTransient) return 'nodeBusy'
  if (source === 1 && reason === 3) return 'notAuthorised'
  if (source === 1 && reason === 7) return 'wrongAddress'
  return 'nodeFailing'
}

/** What a C-STORE answer says (PS3.4 Table B.2-1); trouble where the node is out of resources. */
export function storeVerdict({ status, ErrorComment }: StoreResponse, sentTransferSyntaxUID: string | undefined): Verdict | Trouble {
  const kind = statusClass(status)
  // A warning is a success: the peer has the instance.
  if (kind === 'success' || kind === 'warning') return { kind: 'arrived', verified: false, confirmed: true, sentTransferSyntaxUID }
  const detail = `0x${status.toString(16).toUpperCase().padStart(4, '0')} ${statusName(status)}${ErrorComment === undefined ? '' : `: ${ErrorComment}`}`
  if ((status & 0xff00) === 0xa700) return troubleOf({ code: 'nodeBusy', detail })
  if (status === 0x0122) return { kind: 'refused', error: { code: 'classNotAccepted', detail }, isFinal: true }
  const isFinal = (status & 0xff00) === 0xa900 || (status & 0xf000) === 0xc000
  return { kind: 'refused', error: { code: 'refused', detail }, isFinal }
}
