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
  /** Only what was lost here before it had arrived, and nobody has seen to. */
  readonly isLost?: boolean | undefined
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
  /** Of those delivered: their receipt is of the bytes that were sent. */
  readonly verified: number
  /** Of those waiting and sending: they have arrived before and are sent again; absent where there are none. */
  readonly sendingAgain?: number
  /** Of those given up: they have arrived before, and could not be sent again; absent where there are none. */
  readonly failedAgain?: number
  /** Of those called off: the copy here was lost; absent where there are none. */
  readonly lost?: number
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
  /** Instances that were lost here before they had arrived, and nobody has seen to; absent where there are none. */
  readonly lost?: number
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
  /** Its file was taken away, not by the gateway; absent where it was not. */
  readonly isLost?: boolean
  /** When a sender last sent the very same once more; absent where none did. Nodes it had arrived at less than an hour before do not get it again. */
  readonly cameAgainAt?: string
  readonly deliveries: InstanceDelivery[]
}

/** What of a study has arrived at one node. */
export interface ArrivedAtNode {
  readonly nodeId: string
  /** Copies that are still here, and their bytes. */
  readonly objects: number
  readonly bytes: number
  /** Instances of which there is no copy here any more. */
  readonly gone: number
  /** Instances that arrived there before and are sent there again already. */
  readonly underway: number
}

/** What of the records is shown at a glance. */
export interface RecordTotals {
  readonly oldestWaitingAt?: string
  readonly receivedToday: number
  readonly arrivedToday: number
}
