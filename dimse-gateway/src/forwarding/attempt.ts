/** What one attempt to send a few objects came to, whatever they were sent by. */
import type { Delivery } from './delivery.ts'
import type { DeliveryError } from './delivery-states.ts'
import type { Arrived } from './settle.ts'

/** An object as it is sent: from the spool as it came, or recompressed. */
export interface Sendable {
  readonly delivery: Delivery
  readonly transferSyntaxUID: string
  /** Of the Part 10 file. */
  readonly byteLength: number
  readonly dataSetOffset: number
  /** Hex; of the data set that is sent. */
  readonly dataSetSha256: string
  /** The file's bytes from an offset. */
  readonly read: (from?: number) => AsyncIterable<Uint8Array>
  /** The object in Explicit VR Little Endian, for a node that takes it in no other form; undefined where that cannot be made. Absent where it cannot be tried. */
  readonly asExplicitLittleEndian?: ((signal: AbortSignal) => Promise<Sendable | undefined>) | undefined
  /** When it is no longer needed. */
  readonly dispose?: (() => Promise<void>) | undefined
}

/** The gateway's own copy cannot be read. */
export class ObjectUnreadable extends Error {
  override readonly name = 'ObjectUnreadable'
  readonly deliveryId: number
  constructor(deliveryId: number, options?: ErrorOptions) {
    super('the object cannot be read from the spool', options)
    this.deliveryId = deliveryId
  }
}

/** What the node said of one object; `isFinal`: asking again would give the same answer. */
export type Verdict = Arrived | { readonly kind: 'refused'; readonly error: DeliveryError; readonly isFinal: boolean }

/** The line or the node was in trouble; says nothing of an object. */
export interface Trouble {
  readonly error: DeliveryError
  /** How long the node asks to be left alone. */
  readonly retryAfterMs?: number | undefined
  /** Objects were on the line: one of them may have brought it. */
  readonly concernsObjects: boolean
  /** The one that was, where that is known. */
  readonly concernsOnly?: number | undefined
  /** Nothing is wrong: the connection had grown old. */
  readonly isHarmless: boolean
  /** Fewer or smaller objects at a time might go. */
  readonly wantsLess: boolean
}

export interface Attempt {
  /** By delivery id; those without a verdict go back into the queue. */
  readonly verdicts: ReadonlyMap<number, Verdict>
  readonly trouble?: Trouble | undefined
}

/** Sends to one node. */
export interface Sender {
  /** Never throws but for defects: whatever happens on the line is in the answer. */
  readonly send: (objects: readonly Sendable[], signal: AbortSignal) => Promise<Attempt>
  readonly close: () => Promise<void>
}

export const troubleOf = (error: DeliveryError, more: Partial<Omit<Trouble, 'error'>> = {}): Trouble =>
  ({ error, concernsObjects: false, isHarmless: false, wantsLess: false, ...more })
