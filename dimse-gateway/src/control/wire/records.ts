import { Type, type Static } from 'typebox'
import { Failure } from './state.ts'

const Time = Type.String({ description: 'ISO 8601 with offset' })
const Count = Type.Integer({ minimum: 0 })

/** Where one object stands on its way to one node. `dead`: given up until somebody retries; `cancelled`: its node was removed. */
export const DeliveryState = Type.Union([Type.Literal('waiting'), Type.Literal('sending'), Type.Literal('delivered'), Type.Literal('dead'), Type.Literal('cancelled')])
export type DeliveryState = Static<typeof DeliveryState>

/** What a search of the forwarding records may ask for; everything given must match. */
export const RecordQuery = Type.Object({
  /** Part of PatientID, PatientName or AccessionNumber, or a whole UID. */
  search: Type.Optional(Type.String({ maxLength: 100 })),
  state: Type.Optional(DeliveryState),
  callingAETitle: Type.Optional(Type.String({ maxLength: 16 })),
  modality: Type.Optional(Type.String({ maxLength: 16 })),
  nodeId: Type.Optional(Type.String({ maxLength: 64 })),
  receivedFrom: Type.Optional(Type.String({ format: 'date-time' })),
  receivedBefore: Type.Optional(Type.String({ format: 'date-time' })),
  goesNowhere: Type.Optional(Type.Boolean({ description: 'only what is kept here and goes nowhere' })),
  isLost: Type.Optional(Type.Boolean({ description: 'only what was lost here before it had arrived, and nobody has seen to' })),
})
export type RecordQuery = Static<typeof RecordQuery>

/** A page: `after` is the `next` of the page before. */
export const Paging = Type.Object({
  after: Type.Optional(Type.String({ maxLength: 200 })),
  limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
})
export type Paging = Static<typeof Paging>

/** How far a study is with one node, in instances. */
export const StudyDelivery = Type.Object({
  nodeId: Type.String(),
  nodeName: Type.String(),
  waiting: Count, sending: Count, delivered: Count, dead: Count, cancelled: Count,
  /** Of those delivered: the receiver told the digest of what it holds, and it is that of what was sent. */
  verified: Count,
  /** Of those waiting and sending: they have arrived before and are sent again; absent where there are none. */
  sendingAgain: Type.Optional(Count),
  /** Of those given up: they have arrived before, and could not be sent again; absent where there are none. */
  failedAgain: Type.Optional(Count),
  /** Of those called off: the copy here was lost; absent where there are none. */
  lost: Type.Optional(Count),
  lastDeliveredAt: Type.Optional(Time),
  lastFailure: Type.Optional(Failure),
})
export type StudyDelivery = Static<typeof StudyDelivery>

export const StudyRecord = Type.Object({
  StudyInstanceUID: Type.String(),
  PatientID: Type.Optional(Type.String()),
  PatientName: Type.Optional(Type.String()),
  AccessionNumber: Type.Optional(Type.String()),
  StudyDate: Type.Optional(Type.String()),
  StudyDescription: Type.Optional(Type.String()),
  modalities: Type.Array(Type.String()),
  callingAETitles: Type.Array(Type.String()),
  firstReceivedAt: Time,
  lastReceivedAt: Time,
  instances: Count,
  bytes: Count,
  /** Nothing has come for a while, so no more is expected. */
  isComplete: Type.Boolean(),
  /** Instances kept here that go nowhere; absent where there are none. */
  stranded: Type.Optional(Count),
  /** Instances that were lost here before they had arrived, and nobody has seen to; absent where there are none. */
  lost: Type.Optional(Count),
  deliveries: Type.Array(StudyDelivery),
})
export type StudyRecord = Static<typeof StudyRecord>

export const StudyRecordPage = Type.Object({
  records: Type.Array(StudyRecord),
  total: Count,
  next: Type.Optional(Type.String()),
})
export type StudyRecordPage = Static<typeof StudyRecordPage>

export const Delivery = Type.Object({
  nodeId: Type.String(),
  nodeName: Type.String(),
  state: DeliveryState,
  attempts: Count,
  nextAttemptAt: Type.Optional(Time),
  deliveredAt: Type.Optional(Time),
  /** The receiver told the digest of what it holds, and it is ours. */
  isVerified: Type.Optional(Type.Boolean()),
  lastFailure: Type.Optional(Failure),
})
export type Delivery = Static<typeof Delivery>

export const InstanceRecord = Type.Object({
  id: Type.String(),
  StudyInstanceUID: Type.String(),
  SeriesInstanceUID: Type.String(),
  SOPInstanceUID: Type.String(),
  SOPClassUID: Type.String(),
  Modality: Type.Optional(Type.String()),
  transferSyntaxUID: Type.String(),
  callingAETitle: Type.String(),
  calledAETitle: Type.String(),
  remoteAddress: Type.String(),
  receivedAt: Time,
  bytes: Count,
  /** The bytes are still on this machine. */
  isKept: Type.Boolean(),
  /** A person deleted it before it arrived anywhere. */
  isDiscarded: Type.Optional(Type.Boolean()),
  /** Its file was taken away, not by the gateway. */
  isLost: Type.Optional(Type.Boolean()),
  /** When a sender last sent the very same once more. Nodes it had arrived at less than an hour before do not get it again. */
  cameAgainAt: Type.Optional(Time),
  deliveries: Type.Array(Delivery),
})
export type InstanceRecord = Static<typeof InstanceRecord>

export const InstanceRecordPage = Type.Object({
  records: Type.Array(InstanceRecord),
  total: Count,
  next: Type.Optional(Type.String()),
})
export type InstanceRecordPage = Static<typeof InstanceRecordPage>

/** Which failed deliveries to try again at once: those of a study, of one object, to one node; all without any. */
const FailedDeliveries = Type.Object({
  StudyInstanceUID: Type.Optional(Type.String({ maxLength: 64 })),
  objectId: Type.Optional(Type.String({ maxLength: 64 })),
  nodeId: Type.Optional(Type.String({ maxLength: 64 })),
}, { additionalProperties: false })
/** What of a study has arrived, to be sent again: it was deleted where it arrived, and the modality cannot send it again, or did so less than an hour later, when nothing goes on. */
const ArrivedDeliveries = Type.Object({
  StudyInstanceUID: Type.String({ minLength: 1, maxLength: 64 }),
  nodeId: Type.Optional(Type.String({ maxLength: 64 })),
  state: Type.Literal('delivered'),
}, { additionalProperties: false })
export const DeliverySelection = Type.Union([FailedDeliveries, ArrivedDeliveries])
export type DeliverySelection = Static<typeof DeliverySelection>

/** What of a study has arrived at a node that is still set up, and how much of that can be sent there again. */
export const SendableAgain = Type.Object({
  nodeId: Type.String(),
  nodeName: Type.String(),
  /** Objects that arrived there and are still on this machine. */
  objects: Count,
  bytes: Count,
  /** Instances that arrived there and of which this machine has no copy any more. */
  gone: Count,
  /** Instances that arrived there before and are sent there again already. */
  underway: Count,
  /** What is sent again waits until somebody resumes the node. */
  isPaused: Type.Boolean(),
})
export type SendableAgain = Static<typeof SendableAgain>

/** Somebody who sent and is not on the accept list. */
export const UnknownSender = Type.Object({
  callingAETitle: Type.String(),
  calledAETitle: Type.String(),
  remoteAddress: Type.String(),
  firstSeenAt: Time,
  lastSeenAt: Time,
  attempts: Count,
  /** Whether it was refused, or let in because the gateway accepts anybody. */
  wasRefused: Type.Boolean(),
  /** Services it asked for and did not get; they are for senders on the list. */
  refusedServices: Type.Array(Type.Union([
    Type.Literal('query'), Type.Literal('retrieve'), Type.Literal('worklist'), Type.Literal('performedSteps'), Type.Literal('commitment'),
  ])),
})
export type UnknownSender = Static<typeof UnknownSender>

/** Which objects that go nowhere to delete: those of a study, one object, or what came before a moment. */
export const DiscardSelection = Type.Object({
  StudyInstanceUID: Type.Optional(Type.String({ maxLength: 64 })),
  objectId: Type.Optional(Type.String({ maxLength: 64 })),
  receivedBefore: Type.Optional(Type.String({ format: 'date-time' })),
}, { additionalProperties: false, minProperties: 1 })
export type DiscardSelection = Static<typeof DiscardSelection>

/** What was lost here before it had arrived and a person has seen to: of a study, or what was found to be lost before a moment. */
export const LostSelection = Type.Object({
  StudyInstanceUID: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  lostBefore: Type.Optional(Type.String({ format: 'date-time' })),
}, { additionalProperties: false, minProperties: 1 })
export type LostSelection = Static<typeof LostSelection>

/** Called-off deliveries that a person looked at: of one study, or of one node. */
export const ReleaseSelection = Type.Object({
  StudyInstanceUID: Type.Optional(Type.String({ maxLength: 64 })),
  nodeId: Type.Optional(Type.String({ maxLength: 64 })),
}, { additionalProperties: false, minProperties: 1 })
export type ReleaseSelection = Static<typeof ReleaseSelection>
