/** What failures of an association and statuses of C-STORE mean for a node and an object. */
import { statusClass, statusName, type StoreResponse } from '@isocenter/dimse'
import { associationFailureOf } from '../../nodes/association-failure.ts'
import { troubleOf, type Trouble, type Verdict } from '../attempt.ts'

/** The trouble an error of an association is; undefined for what is none of the line's and the node's. */
export function associationTrouble(error: unknown): Trouble | undefined {
  const failure = associationFailureOf(error)
  return failure && troubleOf({ code: failure.code, detail: failure.detail }, { concernsObjects: failure.wasAssociated })
}

export interface StoreVerdictOptions {
  /** Where it is not the object's own. */
  readonly sentTransferSyntaxUID: string | undefined
  /** No storage commitment is to follow: a success is all there will be. */
  readonly isProof: boolean
}

/** What a C-STORE answer says (PS3.4 Table B.2-1); trouble where the node is out of resources. */
export function storeVerdict({ status, ErrorComment }: StoreResponse, { sentTransferSyntaxUID, isProof }: StoreVerdictOptions): Verdict | Trouble {
  const kind = statusClass(status)
  // A warning is a success: the peer has the instance.
  if (kind === 'success' || kind === 'warning') return { kind: 'arrived', verified: false, confirmed: isProof, sentTransferSyntaxUID }
  const detail = `0x${status.toString(16).toUpperCase().padStart(4, '0')} ${statusName(status)}${ErrorComment === undefined ? '' : `: ${ErrorComment}`}`
  if ((status & 0xff00) === 0xa700) return troubleOf({ code: 'nodeBusy', detail })
  if (status === 0x0122) return { kind: 'refused', error: { code: 'classNotAccepted', detail }, isFinal: true }
  const isFinal = (status & 0xff00) === 0xa900 || (status & 0xf000) === 0xc000
  return { kind: 'refused', error: { code: 'refused', detail }, isFinal }
}
