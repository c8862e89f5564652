/** Which directory record stands for which storage SOP class, and the keys it carries (PS3.3 §F.5). */
import type { Keyword } from './dictionary.ts'
import { sopClass } from './sop-class.ts'

/** Type of a directory record below a series (PS3.3 Table F.4-1). */
export type InstanceRecordType =
  | 'IMAGE' | 'RT DOSE' | 'RT STRUCTURE SET' | 'RT PLAN' | 'RT TREAT RECORD' | 'PRESENTATION' | 'WAVEFORM' | 'SR DOCUMENT' | 'KEY OBJECT DOC'
  | 'SPECTROSCOPY' | 'RAW DATA' | 'REGISTRATION' | 'FIDUCIAL' | 'ENCAP DOC' | 'VALUE MAP' | 'STEREOMETRIC' | 'PLAN' | 'MEASUREMENT' | 'SURFACE' | 'SURFACE SCAN' | 'TRACT' | 'ASSESSMENT' | 'RADIOTHERAPY'
  | 'ANNOTATION'

export const patientKeys: readonly Keyword[] = ['PatientName', 'PatientID']
export const studyKeys: readonly Keyword[] = ['StudyDate', 'StudyTime', 'AccessionNumber', 'StudyDescription', 'StudyInstanceUID', 'StudyID']
export const seriesKeys: readonly Keyword[] = ['Modality', 'SeriesInstanceUID', 'SeriesNumber']

const dated: readonly Keyword[] = ['ContentDate', 'ContentTime', 'InstanceNumber']
const labelled: readonly Keyword[] = ['ContentDate', 'ContentTime', 'InstanceNumber', 'ContentLabel', 'ContentDescription', 'ContentCreatorName']

/** Keys of each record besides its references: those of Type 1 and 2, and 1C where they are attributes of the instance itself. */
const instanceKeys: Readonly<Record<InstanceRecordType, readonly Keyword[]>> = {
  'IMAGE': ['InstanceNumber'],
  'RT DOSE': ['InstanceNumber', 'DoseSummationType'],
  'RT STRUCTURE SET': ['InstanceNumber', 'StructureSetLabel', 'StructureSetDate', 'StructureSetTime'],
  'RT PLAN': ['InstanceNumber', 'RTPlanLabel', 'RTPlanDate', 'RTPlanTime'],
  'RT TREAT RECORD': ['InstanceNumber', 'TreatmentDate', 'TreatmentTime'],
  'PRESENTATION': ['InstanceNumber', 'ContentLabel', 'ContentDescription', 'PresentationCreationDate', 'PresentationCreationTime', 'ContentCreatorName', 'ReferencedSeriesSequence'],
  'WAVEFORM': dated,
  'SR DOCUMENT': ['InstanceNumber', 'CompletionFlag', 'VerificationFlag', 'ContentDate', 'ContentTime', 'VerificationDateTime', 'ConceptNameCodeSequence'],
  'KEY OBJECT DOC': ['InstanceNumber', 'ContentDate', 'ContentTime', 'ConceptNameCodeSequence'],
  'SPECTROSCOPY': ['ImageType', 'ContentDate', 'ContentTime', 'InstanceNumber', 'NumberOfFrames', 'Rows', 'Columns', 'DataPointRows', 'DataPointColumns'],
  'RAW DATA': dated,
  'REGISTRATION': labelled,
  'FIDUCIAL': labelled,
  'ENCAP DOC': ['ContentDate', 'ContentTime', 'InstanceNumber', 'DocumentTitle', 'HL7InstanceIdentifier', 'ConceptNameCodeSequence', 'MIMETypeOfEncapsulatedDocument'],
  'VALUE MAP': labelled,
  'STEREOMETRIC': [],
  'PLAN': [],
  'MEASUREMENT': labelled,
  'ANNOTATION': labelled,
  'SURFACE': labelled,
  'SURFACE SCAN': dated,
  'TRACT': labelled,
  'ASSESSMENT': ['InstanceNumber', 'InstanceCreationDate', 'InstanceCreationTime'],
  'RADIOTHERAPY': ['InstanceNumber', 'UserContentLabel', 'UserContentLongLabel', 'ContentDescription', 'ContentCreatorName'],
}

/** By the SOP class's keyword in PS3.6, the first that fits. */
const typesByKeyword: readonly (readonly [pattern: RegExp, type: InstanceRecordType])[] = [
  [/^KeyObjectSelection/, 'KEY OBJECT DOC'],
  [/PresentationState|^BasicStructuredDisplay/, 'PRESENTATION'],
  [/^Encapsulated/, 'ENCAP DOC'],
  [/^RTDose/, 'RT DOSE'],
  [/^RTStructureSet/, 'RT STRUCTURE SET'],
  [/^RT(Ion)?PlanStorage/, 'RT PLAN'],
  [/Treatment(Summary)?Record/, 'RT TREAT RECORD'],
  [/^(RTPhysicianIntent|RTSegmentAnnotation|RTRadiation|RTPatientPosition|RTTreatmentPreparation|CArm|Tomotherapeutic|Robotic)/, 'RADIOTHERAPY'],
  [/SRStorage|^ProcedureLog|ReportStorage/, 'SR DOCUMENT'],
  [/WaveformStorage/, 'WAVEFORM'],
  [/Spectroscopy/, 'SPECTROSCOPY'],
  [/^RawData/, 'RAW DATA'],
  [/Registration/, 'REGISTRATION'],
  [/Fiducials/, 'FIDUCIAL'],
  [/^RealWorldValueMapping/, 'VALUE MAP'],
  [/^StereometricRelationship/, 'STEREOMETRIC'],
  [/^SurfaceScan/, 'SURFACE SCAN'],
  [/^SurfaceSegmentation/, 'SURFACE'],
  [/^TractographyResults/, 'TRACT'],
  [/Measurements|IntraocularLensCalculations/, 'MEASUREMENT'],
  [/^(RTBeamsDelivery|RTBrachyApplication)/, 'PLAN'],
  [/^ContentAssessment/, 'ASSESSMENT'],
  [/^MicroscopyBulkSimpleAnnotations/, 'ANNOTATION'],
]

/** The record of an instance of this class; IMAGE for images and for classes that PS3.6 does not know. */
export function instanceRecordType(SOPClassUID: string): InstanceRecordType {
  const keyword = sopClass(SOPClassUID)?.keyword ?? ''
  return typesByKeyword.find(([pattern]) => pattern.test(keyword))?.[1] ?? 'IMAGE'
}

/** The keys such a record carries. */
export function instanceRecordKeys(type: InstanceRecordType): readonly Keyword[] {
  return instanceKeys[type]
}
