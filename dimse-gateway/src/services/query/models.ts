/** The Query/Retrieve information models served (PS3.4 §C.3 and §C.6). */
import { sopClassUID } from '@isocenter/dicom'

export const levels = ['PATIENT', 'STUDY', 'SERIES', 'IMAGE'] as const
export type QueryLevel = typeof levels[number]

export interface InformationModel {
  readonly root: 'PATIENT' | 'STUDY'
  readonly operation: 'FIND' | 'MOVE' | 'GET'
}

/** By SOP Class UID (PS3.4 Table C.6.1-1 and following); Patient/Study Only is retired and not served. */
export const informationModels: Readonly<Record<string, InformationModel>> = {
  [sopClassUID('PatientRootQueryRetrieveInformationModelFind')]: { root: 'PATIENT', operation: 'FIND' },
  [sopClassUID('PatientRootQueryRetrieveInformationModelMove')]: { root: 'PATIENT', operation: 'MOVE' },
  [sopClassUID('PatientRootQueryRetrieveInformationModelGet')]: { root: 'PATIENT', operation: 'GET' },
  [sopClassUID('StudyRootQueryRetrieveInformationModelFind')]: { root: 'STUDY', operation: 'FIND' },
  [sopClassUID('StudyRootQueryRetrieveInformationModelMove')]: { root: 'STUDY', operation: 'MOVE' },
  [sopClassUID('StudyRootQueryRetrieveInformationModelGet')]: { root: 'STUDY', operation: 'GET' },
}

/** The key that names one entity of a level. */
export const uniqueKeys = {
  PATIENT: 'PatientID', STUDY: 'StudyInstanceUID', SERIES: 'SeriesInstanceUID', IMAGE: 'SOPInstanceUID',
} as const satisfies Record<QueryLevel, string>

/** SOP classes of the models for one operation. */
export const modelsFor = (operation: InformationModel['operation']): string[] =>
  Object.entries(informationModels).flatMap(([uid, model]) => (model.operation === operation ? [uid] : []))
