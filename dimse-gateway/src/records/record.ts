/** What became of what was received: shapes of the records. Times are ISO 8601 with offset, as screens and the cloud take them. */
import type { DeliveryErrorCode, DeliveryState } from '../forwarding/delivery-states.ts'

/** What a search asks for; everything given must match. */
export interface RecordQuery {
  /** Part of PatientID, PatientName or AccessionNumber, or a whole UID. */
  readonly search?: string | undefined
  readonly state?: DeliveryState | undefined
  readonly callingAETitle?: string | undefined
  readonly modality?: string | undefined
  readonly nodeId?: string | undefined
  readonly receivedFrom?: string | undefined
  readonly receivedBefore?: string | undefined
  /** Only what is kept here and goes nowhere. */
  readonly goesNowhere?: boolean | undefined
}

/** `after` is the `next` of the page before. */
export interface Paging {
  readonly after?: string | undefined
  readonly limit: number
}

export interface RecordPage<R> {
  readonly records: R[]
  readonly total: number
  readonly next?: string
}

export interface RecordedFailure {
  readonly reason: DeliveryErrorCode
  readonly text?: string
}

/** How far a study is with one node, in instances. */
export interface StudyDelivery extends Record<DeliveryState, number> {
  readonly nodeId: string
  readonly nodeName: string
  /** Instances whose receipt is of the bytes that were sent. */
  readonly verified: number
  readonly lastDeliveredAt?: string
  readonly lastFailure?: RecordedFailure
}

export interface StudyRecord {
  readonly StudyInstanceUID: string
  readonly PatientID?: string
  readonly PatientName?: string
  readonly AccessionNumber?: string
  readonly StudyDate?: string
  readonly StudyDescription?: string
  readonly modalities: string[]
  readonly callingAETitles: string[]
  readonly firstReceivedAt: string
  readonly lastReceivedAt: string
  readonly instances: number
  readonly bytes: number
  /** Nothing has come for a while, so no more is expected. */
  readonly isComplete: boolean
  /** Instances kept here that go nowhere; absent where there are none. */
  readonly stranded?: number
  readonly deliveries: StudyDelivery[]
}

export interface InstanceDelivery {
  readonly nodeId: string
  readonly nodeName: string
  readonly state: DeliveryState
  readonly attempts: number
  readonly nextAttemptAt?: string
  readonly deliveredAt?: string
  /** The receiver told the digest of what it holds, and it is that of what was sent; absent until it has arrived. */
  readonly isVerified?: boolean
  readonly lastFailure?: RecordedFailure
}

export interface InstanceRecord {
  readonly id: string
  readonly StudyInstanceUID: string
  readonly SeriesInstanceUID: string
  readonly SOPInstanceUID: string
  readonly SOPClassUID: string
  readonly Modality?: string
  readonly transferSyntaxUID: string
  readonly callingAETitle: string
  readonly calledAETitle: string
  readonly remoteAddress: string
  readonly receivedAt: string
  readonly bytes: number
  /** The bytes are still on this machine. */
  readonly isKept: boolean
  /** A person deleted it before it arrived anywhere; absent where nobody did. */
  readonly isDiscarded?: boolean
  readonly deliveries: InstanceDelivery[]
}

/** What of the records is shown at a glance. */
export interface RecordTotals {
  readonly oldestWaitingAt?: string
  readonly receivedToday: number
  readonly arrivedToday: number
}
