/** Locking, deleting and bringing back of studies, removal for good, and what storage is used. */
import { Type, type Static } from 'typebox'
import { Id, Moment, UID } from './values.ts'

const Day = Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$', description: 'calendar day, YYYY-MM-DD' })
const Reason = Type.String({ minLength: 1, maxLength: 500, pattern: '\\S' })

/** What is deleted is hidden, and can be brought back at least so long; nothing removes it for good before that but two operators together. */
export const deletedKeptDays = 30

export const StudyParams = Type.Object({ StudyInstanceUID: UID })

/** Why something is deleted, restored or removed. */
export const ReasonRequest = Type.Object({ reason: Reason }, { additionalProperties: false })
export type ReasonRequest = Static<typeof ReasonRequest>

/** Who acted: an account with its name, or a machine. */
export const Performer = Type.Object({ actor: Type.String({ description: 'kind and id' }), name: Type.Optional(Type.String()) })
export type Performer = Static<typeof Performer>

/** A study that must not be sent for diagnosis nor deleted. */
export const StudyLock = Type.Object({
  StudyInstanceUID: Type.String(),
  lockedBy: Performer,
  lockedAt: Moment,
  actions: Type.Array(Type.Enum(['unlock']), { description: 'what the caller may do now' }),
})
export type StudyLock = Static<typeof StudyLock>

export const StudyLocksRequest = Type.Object({ studies: Type.Array(StudyParams.properties.StudyInstanceUID, { minItems: 1, maxItems: 200 }) }, { additionalProperties: false })
export const StudyLockList = Type.Object({ items: Type.Array(StudyLock, { description: 'those of the studies that are locked' }) })
export type StudyLockList = Static<typeof StudyLockList>

export const StudyDeletion = Type.Object({ deletedStudyId: Type.Optional(Id), instances: Type.Integer() })
export type StudyDeletion = Static<typeof StudyDeletion>

/** deleted → restoring → restored, or deleted → purging → purged. */
export const deletedStates = ['deleted', 'restoring', 'restored', 'purging', 'purged'] as const
export type DeletedState = typeof deletedStates[number]
export const DeletedState = Type.Enum([...deletedStates])

export const DeletedStudyParams = Type.Object({ deletedStudyId: Id })

const deletedStudy = {
  deletedStudyId: Id,
  StudyInstanceUID: Type.String(),
  SeriesInstanceUID: Type.Optional(Type.String({ description: 'where one series, or an instance of it, was deleted' })),
  SOPInstanceUID: Type.Optional(Type.String({ description: 'where one instance was deleted' })),
  deletedAt: Moment,
  instances: Type.Integer(),
  bytes: Type.Integer(),
  state: DeletedState,
  keptUntil: Type.Optional({ ...Moment, description: 'when it will be removed for good by itself; absent where it is kept until somebody removes it' }),
  isHeldApart: Type.Boolean({ description: 'it was in no study but held apart, and is so again when it is restored' }),
  isPurgeRequested: Type.Boolean({ description: 'an operator has asked for its removal, and another has still to agree' }),
}

/** What one deletion took out of the study list. */
export const DeletedStudy = Type.Object({
  ...deletedStudy,
  deletedBy: Performer,
  reason: Type.Optional(Type.String()),
  PatientID: Type.Optional(Type.String()),
  PatientName: Type.Optional(Type.String({ description: 'as DICOM writes it: components by ^, groups by =' })),
  StudyDate: Type.Optional(Type.String()),
  StudyDescription: Type.Optional(Type.String()),
  AccessionNumber: Type.Optional(Type.String()),
  ModalitiesInStudy: Type.Array(Type.String()),
  restoredAt: Type.Optional(Moment),
  notRestored: Type.Optional(Type.Integer({ description: 'instances that stayed deleted, since others are stored under their UIDs now' })),
  actions: Type.Array(Type.Enum(['restore']), { description: 'what the caller may do now' }),
})
export type DeletedStudy = Static<typeof DeletedStudy>
export const DeletedStudyPage = Type.Object({ items: Type.Array(DeletedStudy), next: Type.Optional(Type.String()) })
export type DeletedStudyPage = Static<typeof DeletedStudyPage>
export const DeletedStudyFilter = Type.Object({
  state: Type.Optional(DeletedState),
  search: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'patient name or id, accession number, StudyInstanceUID' })),
})
export type DeletedStudyFilter = Static<typeof DeletedStudyFilter>

/** As the operator sees it: nothing of the patient. */
export const DeletedStudyOfAny = Type.Object({ ...deletedStudy, organisation: Type.Object({ organisationId: Type.String(), name: Type.String() }), actions: Type.Array(Type.Enum(['requestPurge'])) })
export type DeletedStudyOfAny = Static<typeof DeletedStudyOfAny>
export const DeletedStudyOfAnyPage = Type.Object({ items: Type.Array(DeletedStudyOfAny), next: Type.Optional(Type.String()) })
export type DeletedStudyOfAnyPage = Static<typeof DeletedStudyOfAnyPage>
export const DeletedStudyOfAnyFilter = Type.Object({ state: Type.Optional(DeletedState), organisationId: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,17}$' })) })
export type DeletedStudyOfAnyFilter = Static<typeof DeletedStudyOfAnyFilter>

// ── Removal for good: asked for by one operator, agreed to by another ────────────────────────────────

export const purgeStates = ['requested', 'approved', 'declined', 'withdrawn'] as const
export type PurgeState = typeof purgeStates[number]
export const PurgeState = Type.Enum([...purgeStates])
export const PurgeParams = Type.Object({ purgeId: Id })
export const PurgeRequest = Type.Object({ deletedStudyIds: Type.Array(Id, { minItems: 1, maxItems: 500, uniqueItems: true }), reason: Reason }, { additionalProperties: false })
export type PurgeRequest = Static<typeof PurgeRequest>
export const Purge = Type.Object({
  purgeId: Id,
  state: PurgeState,
  reason: Type.String(),
  requestedBy: Performer,
  requestedAt: Moment,
  decidedBy: Type.Optional(Performer),
  decidedAt: Type.Optional(Moment),
  decisionReason: Type.Optional(Type.String()),
  studies: Type.Integer(),
  instances: Type.Integer(),
  bytes: Type.Integer(),
  youngestDays: Type.Integer({ description: 'days since the latest of its deletions' }),
  actions: Type.Array(Type.Enum(['approve', 'decline', 'withdraw'])),
})
export type Purge = Static<typeof Purge>
export const PurgePage = Type.Object({ items: Type.Array(Purge), next: Type.Optional(Type.String()) })
export type PurgePage = Static<typeof PurgePage>

// ── Storage ──────────────────────────────────────────────────────────────────────────────────────────

export const StorageQuery = Type.Object({ from: Type.Optional(Day), to: Type.Optional(Day) })
export type StorageQuery = Static<typeof StorageQuery>

const figures = {
  bytes: Type.Integer({ description: 'of what is stored and visible, with its former versions' }),
  deletedBytes: Type.Integer({ description: 'of what is deleted and can still be restored' }),
  instances: Type.Integer(),
}
/** What an organisation stored until the end of a day (UTC), and what came and went that day. */
export const StorageDay = Type.Object({ day: Day, ...figures, arrivedBytes: Type.Integer(), arrivedInstances: Type.Integer(), removedBytes: Type.Integer({ description: 'removed for good' }) })
export type StorageDay = Static<typeof StorageDay>
/** Fewest hospitals of a consortium of which the sum is told to one of them: of fewer, it would learn by difference what another one stores. */
export const fewestInStorageSum = 3
export const StorageUse = Type.Object({
  now: Type.Object({ ...figures, countedAt: Type.Optional(Moment) }),
  days: Type.Array(StorageDay),
  consortium: Type.Optional(Type.Object(
    { name: Type.String(), hospitals: Type.Integer({ minimum: fewestInStorageSum }), ...figures },
    { description: 'the sum of the hospitals whose storage the consortium is billed for, where it is billed for this hospital\'s too' },
  )),
})
export type StorageUse = Static<typeof StorageUse>

/** Use of a consortium: the whole, and for its administrators each hospital it is billed for. */
export const ConsortiumStorage = Type.Object({
  now: Type.Object(figures),
  hospitals: Type.Array(Type.Object({ organisationId: Type.String(), name: Type.String(), ...figures })),
  days: Type.Array(StorageDay),
})
export type ConsortiumStorage = Static<typeof ConsortiumStorage>

// ── Deleting a device with what it made ──────────────────────────────────────────────────────────────

/** What deleting a device would take with it, to be shown before. */
export const DeviceDeletionPreview = Type.Object({
  studies: Type.Integer(), instances: Type.Integer(),
  locked: Type.Integer({ description: 'studies that are locked: while there are any, the device cannot be deleted' }),
  isMatchedBy: Type.Array(Type.Enum(['stationName', 'aeTitle'])),
})
export type DeviceDeletionPreview = Static<typeof DeviceDeletionPreview>
export const DeviceDeletion = Type.Object({ reason: Reason, studies: Type.Integer({ minimum: 0, description: 'number of studies that go with it, typed by who confirms' }) }, { additionalProperties: false })
export type DeviceDeletion = Static<typeof DeviceDeletion>
