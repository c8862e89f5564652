import { Type, type Static } from 'typebox'

const Time = Type.String({ description: 'ISO 8601 with offset' })
const Count = Type.Integer({ minimum: 0 })
const UID = Type.String({ pattern: '^[0-9]+(\\.[0-9]+)*$', maxLength: 64 })
/** Matched as it stands (PS3.4 §C.2.2.2): `*` and `?` stand for anything. No backslash: it would make two values of one. */
const Matched = (maxLength: number) => Type.Optional(Type.String({ minLength: 1, maxLength, pattern: '^[^\\\\]*$' }))

/** What studies are looked for by; everything given must match. */
export const ArchiveFilter = Type.Object({
  PatientName: Matched(324),
  PatientID: Matched(64),
  AccessionNumber: Matched(16),
  ModalitiesInStudy: Matched(16),
  StudyDate: Type.Optional(Type.String({ pattern: '^([0-9]{8}|[0-9]{8}-|-[0-9]{8}|[0-9]{8}-[0-9]{8})$', description: 'a day, or a range of days (PS3.4 §C.2.2.2.5)' })),
}, { additionalProperties: false, minProperties: 1 })
export type ArchiveFilter = Static<typeof ArchiveFilter>

/** A study as an archive tells it. */
export const ArchiveStudy = Type.Object({
  StudyInstanceUID: Type.String(),
  PatientName: Type.Optional(Type.String()),
  PatientID: Type.Optional(Type.String()),
  StudyDate: Type.Optional(Type.String()),
  StudyTime: Type.Optional(Type.String()),
  StudyDescription: Type.Optional(Type.String()),
  AccessionNumber: Type.Optional(Type.String()),
  ModalitiesInStudy: Type.Array(Type.String()),
  NumberOfStudyRelatedInstances: Type.Optional(Type.Number()),
  /** Instances of this study that the gateway has received, from wherever. */
  received: Count,
})
export type ArchiveStudy = Static<typeof ArchiveStudy>

export const ArchiveSearch = Type.Object({
  studies: Type.Array(ArchiveStudy),
  /** The archive has more than is shown of one search. */
  hasMore: Type.Boolean(),
})
export type ArchiveSearch = Static<typeof ArchiveSearch>

/** A study to fetch; what else is said of it is kept so that somebody knows it in the list. */
export const WantedStudy = Type.Object({
  StudyInstanceUID: UID,
  PatientName: Type.Optional(Type.String({ maxLength: 324 })),
  PatientID: Type.Optional(Type.String({ maxLength: 64 })),
  StudyDate: Type.Optional(Type.String({ maxLength: 18 })),
  StudyDescription: Type.Optional(Type.String({ maxLength: 64 })),
}, { additionalProperties: false })
export type WantedStudy = Static<typeof WantedStudy>

/** Either these studies, or whatever the archive has of a filter. */
export const FetchRequest = Type.Union([
  Type.Object({ nodeId: Type.String({ maxLength: 64 }), studies: Type.Array(WantedStudy, { minItems: 1, maxItems: 1000 }) }, { additionalProperties: false }),
  Type.Object({ nodeId: Type.String({ maxLength: 64 }), matching: ArchiveFilter }, { additionalProperties: false }),
])
export type FetchRequest = Static<typeof FetchRequest>

export const FetchesAdded = Type.Object({
  /** Studies that now wait; those that waited already are not counted again. */
  added: Count,
  /** The archive has more than is fetched at one time. */
  hasMore: Type.Boolean(),
})
export type FetchesAdded = Static<typeof FetchesAdded>

/** One study on its way from an archive. */
export const FetchedStudy = Type.Object({
  id: Type.Integer(),
  nodeId: Type.String(),
  nodeName: Type.String(),
  StudyInstanceUID: Type.String(),
  PatientName: Type.Optional(Type.String()),
  PatientID: Type.Optional(Type.String()),
  StudyDate: Type.Optional(Type.String()),
  StudyDescription: Type.Optional(Type.String()),
  askedAt: Time,
  state: Type.Union([Type.Literal('waiting'), Type.Literal('moving'), Type.Literal('done'), Type.Literal('failed'), Type.Literal('cancelled')]),
  attempts: Count,
  /** By the archive's own count: instances sent, not sent, and still to send. */
  completed: Count,
  failed: Count,
  remaining: Type.Optional(Count),
  settledAt: Type.Optional(Time),
  reason: Type.Optional(Type.String()),
})
export type FetchedStudy = Static<typeof FetchedStudy>
