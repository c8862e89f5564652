/** The life of a delivery: one object on its way to one node. */

export const deliveryStates = ['waiting', 'sending', 'delivered', 'dead', 'cancelled'] as const
export type DeliveryState = (typeof deliveryStates)[number]
export type DeliveryEvent = 'claim' | 'arrive' | 'release' | 'bury' | 'retry' | 'cancel'

/**
 * Event → next state; an absent event is refused. `release` gives an object back untried or to be tried again, as a crash does;
 * `bury` leaves it to a person (dead letter); what was delivered and the node does not commit to goes the same ways. Paused nodes and hours are no states: they hold a node, and with it all that waits for it.
 */
export const deliveryLife: Record<DeliveryState, Partial<Record<DeliveryEvent, DeliveryState>>> = {
  waiting: { claim: 'sending', retry: 'waiting', cancel: 'cancelled' },
  sending: { arrive: 'delivered', release: 'waiting', bury: 'dead' },
  delivered: { retry: 'waiting', release: 'waiting', bury: 'dead' },
  dead: { retry: 'waiting', cancel: 'cancelled' },
  cancelled: { retry: 'waiting' },
}

/** The states an event leads out of. */
export function statesThatTake(event: DeliveryEvent): DeliveryState[] {
  return deliveryStates.filter((state) => deliveryLife[state][event] !== undefined)
}

/** Why a delivery has not arrived, for screens to translate. */
export type DeliveryErrorCode =
  /** No connection: refused, cut, unreachable, name unknown, timed out. */
  | 'lineDown' | 'timedOut' | 'tlsFailed'
  /** The node as a whole cannot take anything now. */
  | 'nodeBusy' | 'nodeFailing' | 'notAuthorised' | 'wrongAddress' | 'badAnswer'
  /** The node does not take this object. */
  | 'refused' | 'tooLarge' | 'classNotAccepted' | 'transferSyntaxNotAccepted'
  /** The receipt is of other bytes than were sent, or the instance is not in the answer. */
  | 'receiptDiffers' | 'notAnswered'
  /** The gateway's own copy cannot be read. */
  | 'objectUnreadable'

export interface DeliveryError {
  readonly code: DeliveryErrorCode
  /** The node's own words, where it has any. */
  readonly detail?: string | undefined
}
