/** Objects that came for a study of another patient: held apart until somebody decides (decision 0054). */
import { Type, type Static } from 'typebox'
import { Performer, ReasonRequest } from './maintenance.ts'
import { Id, Moment } from './values.ts'

/** What objects say of a patient; what hidden identities are (study.view_identity) is not told to who may not see them. */
export const QuarantinePatient = Type.Object({
  PatientID: Type.Optional(Type.String()),
  IssuerOfPatientID: Type.Optional(Type.String()),
  PatientName: Type.Optional(Type.String({ description: 'as DICOM writes it: components by ^, groups by =' })),
  PatientBirthDate: Type.Optional(Type.String({ description: 'for who holds study.view_identity' })),
  PatientSex: Type.Optional(Type.String()),
})
export type QuarantinePatient = Static<typeof QuarantinePatient>

/** What came of one patient for a study of another. */
export const Quarantine = Type.Object({
  quarantineId: Id,
  StudyInstanceUID: Type.String(),
  there: Type.Optional(Type.Object({
    ...QuarantinePatient.properties, StudyDate: Type.Optional(Type.String()), StudyDescription: Type.Optional(Type.String()), instances: Type.Integer(),
  }, { description: 'the study that is there; absent where it has been deleted since' })),
  came: QuarantinePatient,
  ModalitiesInStudy: Type.Array(Type.String(), { description: 'of what came' }),
  instances: Type.Integer(),
  bytes: Type.Integer(),
  firstReceivedAt: Moment,
  lastReceivedAt: Moment,
  receivedBy: Performer,
  actions: Type.Array(Type.Enum(['accept', 'delete']), { description: 'what the caller may do now' }),
})
export type Quarantine = Static<typeof Quarantine>
export const QuarantinePage = Type.Object({ items: Type.Array(Quarantine), next: Type.Optional(Type.String()) })
export type QuarantinePage = Static<typeof QuarantinePage>
export const QuarantineFilter = Type.Object({ search: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'patient name or id, StudyInstanceUID' })) })
export type QuarantineFilter = Static<typeof QuarantineFilter>

export const QuarantineParams = Type.Object({ quarantineId: Id })
export const QuarantineDecisionRequest = ReasonRequest
/** What is accepted goes into the study lot by lot, one to a request. */
export const QuarantineAcceptanceRequest = Type.Object(
  {
    ...ReasonRequest.properties,
    cursor: Type.Optional(Type.String({ maxLength: 100, description: '`next` of the lot before; without it the newest objects are the first' })),
  },
  { additionalProperties: false },
)
export type QuarantineAcceptanceRequest = Static<typeof QuarantineAcceptanceRequest>
/** How many objects a decision was carried out for, and how many stay: when it is done, of those the study holds other bytes under the same UIDs by now. */
export const QuarantineOutcome = Type.Object({
  instances: Type.Integer(), remaining: Type.Integer(),
  next: Type.Optional(Type.String({ description: 'of an acceptance that is not done: `cursor` of the next request. Without that one the others stay held apart, and can be accepted at any time.' })),
})
export type QuarantineOutcome = Static<typeof QuarantineOutcome>

/** Most objects that can be asked for at once. */
export const mostHeldInstances = 100
export const HeldInstancesQuery = Type.Object({
  SOPInstanceUID: Type.String({
    pattern: `^[0-9.]{1,64}(,[0-9.]{1,64}){0,${String(mostHeldInstances - 1)}}$`,
    maxLength: mostHeldInstances * 65,
    description: `UIDs, ${String(mostHeldInstances)} at most, with commas between them`,
  }),
})
export const HeldInstances = Type.Object({ items: Type.Array(Type.Object({ SOPInstanceUID: Type.String(), SOPClassUID: Type.String() }), { description: 'those of them that are held apart' }) })
export type HeldInstances = Static<typeof HeldInstances>
