import type { Keyword } from '@isocenter/dicom'

/**
 * Which attributes a search answers with at each level (PS3.18 Tables 10.6.3-3 to 10.6.3-5).
 * `always`: there even when empty. `known`: there when the object has a value. `more`: kept for includefield;
 * of an instance everything can be asked for, so it needs no list.
 */
export const studyAttributes = {
  always: ['StudyDate', 'StudyTime', 'AccessionNumber', 'ReferringPhysicianName', 'PatientName', 'PatientID',
    'PatientBirthDate', 'PatientSex', 'StudyInstanceUID', 'StudyID'],
  known: ['TimezoneOffsetFromUTC', 'StudyDescription', 'IssuerOfPatientID'],
  // PS3.3 C.7.1 (patient) and C.7.2 (study, patient study, clinical trial study), and what the older editions placed there.
  more: ['TypeOfPatientID', 'IssuerOfPatientIDQualifiersSequence', 'SourcePatientGroupIdentificationSequence',
    'GroupOfPatientsIdentificationSequence', 'PatientBirthTime', 'PatientBirthDateInAlternativeCalendar',
    'PatientDeathDateInAlternativeCalendar', 'PatientAlternativeCalendar', 'QualityControlSubject', 'StrainDescription',
    'StrainNomenclature', 'StrainStockSequence', 'StrainAdditionalInformation', 'StrainCodeSequence',
    'GeneticModificationsSequence', 'OtherPatientNames', 'OtherPatientIDsSequence', 'OtherPatientIDs', 'EthnicGroup',
    'PatientComments', 'PatientSpeciesDescription', 'PatientSpeciesCodeSequence', 'PatientBreedDescription',
    'PatientBreedCodeSequence', 'BreedRegistrationSequence', 'ResponsiblePerson', 'ResponsiblePersonRole',
    'ResponsibleOrganization', 'PatientIdentityRemoved', 'DeidentificationMethod', 'DeidentificationMethodCodeSequence',
    'ReferencedPatientSequence', 'ReferencedPatientPhotoSequence', 'ClinicalTrialSponsorName', 'ClinicalTrialProtocolID',
    'ClinicalTrialProtocolName', 'ClinicalTrialSiteID', 'ClinicalTrialSiteName', 'ClinicalTrialSubjectID',
    'ClinicalTrialSubjectReadingID', 'ClinicalTrialProtocolEthicsCommitteeName',
    'ClinicalTrialProtocolEthicsCommitteeApprovalNumber', 'PatientBirthName', 'PatientMotherBirthName', 'PatientAddress',
    'PatientTelephoneNumbers', 'ConfidentialityConstraintOnPatientDataDescription', 'MilitaryRank', 'BranchOfService',
    'CountryOfResidence', 'RegionOfResidence', 'PatientReligiousPreference', 'PatientPrimaryLanguageCodeSequence',
    'PatientInstitutionResidence', 'CurrentPatientLocation',
    'ReferringPhysicianIdentificationSequence', 'ConsultingPhysicianName', 'ConsultingPhysicianIdentificationSequence',
    'IssuerOfAccessionNumberSequence', 'PhysiciansOfRecord', 'PhysiciansOfRecordIdentificationSequence',
    'NameOfPhysiciansReadingStudy', 'PhysiciansReadingStudyIdentificationSequence', 'RequestingServiceCodeSequence',
    'RequestingService', 'RequestingPhysician', 'ReferencedStudySequence', 'ProcedureCodeSequence',
    'ReasonForPerformedProcedureCodeSequence', 'AdmittingDiagnosesDescription', 'AdmittingDiagnosesCodeSequence',
    'PatientAge', 'PatientSize', 'PatientWeight', 'PatientBodyMassIndex', 'MeasuredAPDimension', 'MeasuredLateralDimension',
    'PatientSizeCodeSequence', 'MedicalAlerts', 'Allergies', 'SmokingStatus', 'PregnancyStatus', 'LastMenstrualDate',
    'PatientState', 'Occupation', 'AdditionalPatientHistory', 'AdmissionID', 'IssuerOfAdmissionIDSequence', 'ServiceEpisodeID',
    'IssuerOfServiceEpisodeIDSequence', 'ServiceEpisodeDescription', 'PatientSexNeutered', 'ReasonForVisit',
    'ReasonForVisitCodeSequence', 'ClinicalTrialTimePointID', 'ClinicalTrialTimePointDescription',
    'LongitudinalTemporalOffsetFromEvent', 'LongitudinalTemporalEventType', 'ConsentForClinicalTrialUseSequence'],
} satisfies LevelAttributes

export const seriesAttributes = {
  always: ['Modality', 'StudyInstanceUID', 'SeriesInstanceUID', 'SeriesNumber'],
  known: ['SeriesDate', 'SeriesTime', 'SeriesDescription', 'BodyPartExamined', 'PerformedProcedureStepStartDate',
    'PerformedProcedureStepStartTime', 'RequestAttributesSequence'],
  // PS3.3 C.7.3 (general series, clinical trial series), C.7.4 (frame of reference) and C.7.5 (general equipment).
  more: ['TimezoneOffsetFromUTC', 'Laterality', 'ProtocolName', 'OperatorsName', 'OperatorIdentificationSequence',
    'PerformingPhysicianName', 'PerformingPhysicianIdentificationSequence', 'SeriesDescriptionCodeSequence',
    'RelatedSeriesSequence', 'PatientPosition', 'SmallestPixelValueInSeries', 'LargestPixelValueInSeries',
    'PerformedProcedureStepID', 'PerformedProcedureStepDescription', 'PerformedProcedureStepEndDate',
    'PerformedProcedureStepEndTime', 'PerformedProtocolCodeSequence', 'CommentsOnThePerformedProcedureStep',
    'ReferencedPerformedProcedureStepSequence', 'TreatmentSessionUID', 'AnatomicalOrientationType',
    'ClinicalTrialCoordinatingCenterName', 'ClinicalTrialSeriesID', 'ClinicalTrialSeriesDescription', 'Manufacturer',
    'InstitutionName', 'InstitutionAddress', 'StationName', 'InstitutionalDepartmentName',
    'InstitutionalDepartmentTypeCodeSequence', 'ManufacturerModelName', 'DeviceSerialNumber', 'SoftwareVersions', 'GantryID',
    'FrameOfReferenceUID', 'PositionReferenceIndicator', 'SynchronizationFrameOfReferenceUID'],
} satisfies LevelAttributes

export const instanceAttributes = {
  always: ['SOPClassUID', 'SOPInstanceUID', 'StudyInstanceUID', 'SeriesInstanceUID', 'InstanceNumber'],
  known: ['NumberOfFrames', 'Rows', 'Columns', 'BitsAllocated'],
  more: [],
} satisfies LevelAttributes

export interface LevelAttributes {
  readonly always: readonly Keyword[]
  readonly known: readonly Keyword[]
  readonly more: readonly Keyword[]
}
