/** How asking for an association, or using one, can fail. */
import { abortMeaning, rejectionMeaning } from './meanings.ts'

/** No transport connection: refused, unreachable, not in time, or TLS failed; `cause` tells which. */
export class ConnectionFailed extends Error {
  override readonly name = 'ConnectionFailed'
}

/** The peer answered with A-ASSOCIATE-RJ. */
export class AssociationRejected extends Error {
  override readonly name = 'AssociationRejected'
  readonly result: number
  readonly source: number
  readonly reason: number

  constructor(rejection: { result: number; source: number; reason: number }) {
    super(`The association was ${rejectionMeaning(rejection)}.`)
    this.result = rejection.result
    this.source = rejection.source
    this.reason = rejection.reason
  }

  /** It may be asked for again later. */
  get isTransient(): boolean {
    return this.result === 2
  }
}

/** The association was aborted, by the peer or by us. */
export class AssociationAborted extends Error {
  override readonly name = 'AssociationAborted'
  readonly by: 'peer' | 'us'
  readonly source: number
  readonly reason: number

  constructor(abort: { by: 'peer' | 'us'; source: number; reason: number; detail?: string | undefined }) {
    const who = abort.by === 'peer' ? 'The peer aborted the association' : 'The association was aborted here'
    super(`${who}, ${abortMeaning(abort)}${abort.detail === undefined ? '' : ` (${abort.detail})`}.`)
    this.by = abort.by
    this.source = abort.source
    this.reason = abort.reason
  }
}

/** The transport connection closed under the association. */
export class AssociationLost extends Error {
  override readonly name = 'AssociationLost'

  constructor(cause?: Error) {
    super('The connection closed before the association was released.', cause ? { cause } : undefined)
  }
}

export type AssociationTimer = 'artim' | 'idle' | 'pdu' | 'write'
const timerMeanings: Readonly<Record<AssociationTimer, string>> = {
  artim: 'the peer did not answer or close in time',
  idle: 'nothing was exchanged for too long',
  pdu: 'a PDU was begun and not completed in time',
  write: 'the peer did not take what was sent in time',
}

export class AssociationTimedOut extends Error {
  override readonly name = 'AssociationTimedOut'
  readonly timer: AssociationTimer

  constructor(timer: AssociationTimer) {
    super(`The association ended because ${timerMeanings[timer]}.`)
    this.timer = timer
  }
}

/** Something was asked of the association that its state does not allow, such as data after a release. */
export class AssociationStateError extends Error {
  override readonly name = 'AssociationStateError'
}
