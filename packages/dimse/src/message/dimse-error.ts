/** What can go wrong in the exchange of messages. No message holds a value of a data set. */
import { statusClass, statusName } from './status.ts'

export type DimseProtocolErrorCode =
  /** Bytes that are no command set (PS3.7 §6.3). */
  | 'badCommandSet'
  /** A command set longer than any can be. */
  | 'commandTooLong'
  /** An element a message must have is missing, or may not be there. */
  | 'badMessage'
  /** A data set came that no command announced, or a command where a data set was due. */
  | 'unexpectedFragment'
  /** A data set that has to be taken whole is larger than allowed. */
  | 'dataSetTooLong'
  /** The association ended in the middle of a message, or before the answer. */
  | 'ended'

/** The peer (or our own caller) broke the rules of PS3.7; the association cannot go on. */
export class DimseProtocolError extends Error {
  override readonly name = 'DimseProtocolError'
  readonly code: DimseProtocolErrorCode

  constructor(code: DimseProtocolErrorCode, problem: string) {
    super(problem)
    this.code = code
  }
}

/** The peer did not answer, or its turn did not come, within the time given; the association has been aborted if a request was under way. */
export class DimseTimeout extends Error {
  override readonly name = 'DimseTimeout'
  readonly timeoutMs: number

  constructor(message: string, timeoutMs: number) {
    super(`${message} within ${timeoutMs} ms`)
    this.timeoutMs = timeoutMs
  }
}

/** No accepted presentation context carries what was asked for. */
export class NoPresentationContext extends Error {
  override readonly name = 'NoPresentationContext'
  readonly abstractSyntax: string
  readonly transferSyntaxUID: string | undefined

  constructor(abstractSyntax: string, transferSyntaxUID?: string) {
    super(`no presentation context was accepted for ${abstractSyntax}${transferSyntaxUID === undefined ? '' : ` in ${transferSyntaxUID}`}`)
    this.abstractSyntax = abstractSyntax
    this.transferSyntaxUID = transferSyntaxUID
  }
}

export interface StatusDetails {
  /** At most 64 characters reach the peer; never a value of a data set. */
  readonly ErrorComment?: string | undefined
  /** Tags of the elements that are at fault. */
  readonly OffendingElement?: readonly number[] | undefined
  readonly ErrorID?: number | undefined
}

/**
 * A status that is no success: thrown by a handler to answer with it, and by a requestor's function when the peer answered with it.
 */
export class DimseStatusError extends Error {
  override readonly name = 'DimseStatusError'
  readonly status: number
  readonly details: StatusDetails

  constructor(status: number, details: StatusDetails = {}, options?: ErrorOptions) {
    super(`${statusClass(status)} 0x${status.toString(16).toUpperCase().padStart(4, '0')} (${statusName(status)})`, options)
    this.status = status
    this.details = details
  }
}
