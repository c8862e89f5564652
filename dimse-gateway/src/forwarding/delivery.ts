/** What a worker is given to send. */

/** An object in the spool, as far as sending it needs to know. */
export interface QueuedObject {
  readonly objectId: string
  readonly StudyInstanceUID: string
  readonly SOPClassUID: string
  readonly SOPInstanceUID: string
  readonly transferSyntaxUID: string
  /** Where the data set begins in the file, bytes. */
  readonly dataSetOffset: number
  /** Bytes of the whole file. */
  readonly byteLength: number
  /** SHA-256 of the data set's bytes, hex. */
  readonly dataSetSha256: string
}

export interface Delivery extends QueuedObject {
  readonly deliveryId: number
  readonly nodeId: string
  readonly urgent: boolean
  /** Refusals so far. */
  readonly attempts: number
  /** Times the line or the node failed while it was being sent. */
  readonly troubles: number
  /** An upload of it that was begun and can be continued. */
  readonly uploadUrl: string | undefined
}
