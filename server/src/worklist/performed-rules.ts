/**
 * What PS3.4 Table F.7.2-1 asks of a Modality Performed Procedure Step, and its states (§F.7.1, §F.7.2.2.3), as data.
 * Attributes the table has with type 3 throughout have no rule: they may be there.
 */
import type { PerformedStepStatus } from '@isocenter/contracts'
import type { Keyword } from '@isocenter/dicom'

export interface AttributeRule {
  readonly keyword: Keyword
  /** 1: with a value; 2: may be empty. We do not insist on what may be empty being there at all. */
  readonly create: 1 | 2
  /** Whether N-SET may change it. */
  readonly set: boolean
  /** Needed with a value when the step ends so; the column "Requirement Type Final State". */
  readonly final?: readonly Exclude<PerformedStepStatus, 'IN PROGRESS'>[]
  /** What each item must have, when there are any. */
  readonly items?: readonly ItemRule[]
}

/** Of an attribute inside an item. */
export interface ItemRule {
  readonly keyword: Keyword
  /** With a value whenever its item is there, when the step ends, or never: then only its own items are looked at. */
  readonly neededAt: 'create' | 'final' | 'never'
  readonly items?: readonly ItemRule[]
}

const bothEnds = ['COMPLETED', 'DISCONTINUED'] as const
const reference: readonly ItemRule[] = [{ keyword: 'ReferencedSOPClassUID', neededAt: 'create' }, { keyword: 'ReferencedSOPInstanceUID', neededAt: 'create' }]

export const attributeRules: readonly AttributeRule[] = [
  // Performed Procedure Step Relationship
  { keyword: 'ScheduledStepAttributesSequence', create: 1, set: false, items: [{ keyword: 'StudyInstanceUID', neededAt: 'create' }] },
  { keyword: 'PatientName', create: 2, set: false },
  { keyword: 'PatientID', create: 2, set: false },
  { keyword: 'PatientBirthDate', create: 2, set: false },
  { keyword: 'PatientSex', create: 2, set: false },
  { keyword: 'ReferencedPatientSequence', create: 2, set: false, items: reference },
  // Performed Procedure Step Information
  { keyword: 'PerformedProcedureStepID', create: 1, set: false },
  { keyword: 'PerformedStationAETitle', create: 1, set: false },
  { keyword: 'PerformedStationName', create: 2, set: false },
  { keyword: 'PerformedLocation', create: 2, set: false },
  { keyword: 'PerformedProcedureStepStartDate', create: 1, set: false },
  { keyword: 'PerformedProcedureStepStartTime', create: 1, set: false },
  { keyword: 'PerformedProcedureStepStatus', create: 1, set: true, final: bothEnds },
  { keyword: 'PerformedProcedureStepDescription', create: 2, set: true },
  { keyword: 'PerformedProcedureTypeDescription', create: 2, set: true },
  { keyword: 'ProcedureCodeSequence', create: 2, set: true },
  { keyword: 'PerformedProcedureStepEndDate', create: 2, set: true, final: bothEnds },
  { keyword: 'PerformedProcedureStepEndTime', create: 2, set: true, final: bothEnds },
  // Image Acquisition Results
  { keyword: 'Modality', create: 1, set: false },
  { keyword: 'StudyID', create: 2, set: false },
  { keyword: 'PerformedProtocolCodeSequence', create: 2, set: true },
  {
    // Looser than the table: a step given up before there was a series may end without one, or modalities could not say so.
    keyword: 'PerformedSeriesSequence', create: 2, set: true, final: ['COMPLETED'],
    items: [
      { keyword: 'SeriesInstanceUID', neededAt: 'create' },
      { keyword: 'ProtocolName', neededAt: 'final' },
      { keyword: 'ReferencedImageSequence', neededAt: 'never', items: reference },
      { keyword: 'ReferencedNonImageCompositeSOPInstanceSequence', neededAt: 'never', items: reference },
    ],
  },
]

/** The life of a performed step: the statuses N-SET may bring it to from each. */
export const performedStates: Readonly<Record<PerformedStepStatus, readonly PerformedStepStatus[]>> = {
  'IN PROGRESS': ['IN PROGRESS', 'COMPLETED', 'DISCONTINUED'],
  COMPLETED: [],
  DISCONTINUED: [],
}
