/** The modality worklist and performed procedure steps, as the product API tells them; modalities and gateways use DICOM's own (PS3.18 §14, §15). */
import { Type, type Static } from 'typebox'
import { Id, Moment, UID } from './values.ts'

/** One data set in DICOM JSON (PS3.18 Annex F); text is Unicode. */
export const DicomDataSet = Type.Record(Type.String(), Type.Unknown(), { description: 'DICOM JSON (PS3.18 Annex F): attributes by tag, eight hexadecimal digits' })
export type DicomDataSet = Static<typeof DicomDataSet>

/** The longest worklist item or performed step accepted, bytes of JSON. */
export const maxDataSetBytes = 1024 * 1024

/** ScheduledProcedureStepStatus (0040,0020): the terms of PS3.3 §C.4.10, and how a performed step ended. */
export const scheduledStepStatuses = ['SCHEDULED', 'ARRIVED', 'READY', 'STARTED', 'DEPARTED', 'COMPLETED', 'DISCONTINUED'] as const
export type ScheduledStepStatus = typeof scheduledStepStatuses[number]

/** One scheduled procedure step. */
export const WorklistItem = Type.Object({
  worklistItemId: Id,
  version: Type.Integer({ minimum: 1, description: 'rises with every change by PUT; what If-Match compares' }),
  status: Type.Enum([...scheduledStepStatuses], { description: 'what performed steps make of it, else what the information system says' }),
  attributes: DicomDataSet,
  createdAt: Moment,
  updatedAt: Moment,
})
export type WorklistItem = Static<typeof WorklistItem>

export const WorklistPage = Type.Object({ items: Type.Array(WorklistItem), next: Type.Optional(Type.String()) })
export type WorklistPage = Static<typeof WorklistPage>

export const WorklistItemParams = Type.Object({ worklistItemId: Id })

/** PerformedProcedureStepStatus (0040,0252), PS3.3 §C.4.14. */
export const performedStepStatuses = ['IN PROGRESS', 'COMPLETED', 'DISCONTINUED'] as const
export type PerformedStepStatus = typeof performedStepStatuses[number]

/** One performed procedure step, and what it has to do with what was scheduled and what has come. */
export const PerformedStep = Type.Object({
  SOPInstanceUID: UID,
  status: Type.Enum([...performedStepStatuses]),
  attributes: DicomDataSet,
  schedule: Type.Array(Type.Object({
    StudyInstanceUID: UID,
    ScheduledProcedureStepID: Type.Optional(Type.String({ description: 'absent where the step was not scheduled' })),
    worklistItemId: Type.Optional(Id),
    numberOfInstances: Type.Integer({ description: 'instances of the study that are stored; 0 when none has come' }),
  }), { description: 'what it performs, in the order of ScheduledStepAttributesSequence' }),
  createdAt: Moment,
  updatedAt: Moment,
})
export type PerformedStep = Static<typeof PerformedStep>

export const PerformedStepPage = Type.Object({ items: Type.Array(PerformedStep), next: Type.Optional(Type.String()) })
export type PerformedStepPage = Static<typeof PerformedStepPage>
