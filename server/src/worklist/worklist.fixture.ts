/** Scheduled and performed steps as information systems and modalities write them. */
import { attribute, type DicomJson, type Keyword } from '@isocenter/dicom'
import { aUID } from '@isocenter/testkit'

type Values = Partial<Record<Keyword, string | readonly string[] | readonly DicomJson[] | null>>

/** A data set out of values by keyword; null leaves an attribute out, '' and [] leave it empty. */
export function dataSet(values: Values): DicomJson {
  return Object.fromEntries(Object.entries(values).flatMap(([keyword, value]) => {
    const known = attribute(keyword as Keyword)
    if (value === null || value === undefined || !known) return []
    const list = [value].flat().filter((one) => one !== '')
    const vr = known.vr[0] ?? 'UN'
    const Value = vr === 'PN' ? list.map((name) => nameOf(String(name))) : list
    return [[known.tag.toString(16).toUpperCase().padStart(8, '0'), Value.length === 0 ? { vr } : { vr, Value }]]
  }))
}

function nameOf(text: string): object {
  const [Alphabetic, Ideographic] = text.split('=')
  return { ...(Alphabetic && { Alphabetic }), ...(Ideographic && { Ideographic }) }
}

/** A scheduled CT of the head; `step` changes what is in its one step. */
export const aScheduledStep = (values: Values = {}, step: Values = {}): DicomJson => dataSet({
  PatientName: 'Wang^XiaoMing=王^小明', PatientID: 'P-1', PatientBirthDate: '19700101', PatientSex: 'M',
  StudyInstanceUID: aUID(), RequestedProcedureID: 'RP-1', RequestedProcedureDescription: 'CT head', AccessionNumber: 'A-1',
  ScheduledProcedureStepSequence: [dataSet({
    ScheduledStationAETitle: 'CT01', ScheduledProcedureStepStartDate: '20261122', ScheduledProcedureStepStartTime: '0930', Modality: 'CT',
    ScheduledProcedureStepID: 'SPS-1', ScheduledProcedureStepDescription: '头颅平扫', ScheduledPerformingPhysicianName: '',
    ...step,
  })],
  ...values,
})

/** What a CT says when it begins. */
export const aBegunStep = (StudyInstanceUID: string, values: Values = {}, scheduled: Values = {}): DicomJson => dataSet({
  ScheduledStepAttributesSequence: [dataSet({ StudyInstanceUID, AccessionNumber: 'A-1', RequestedProcedureID: 'RP-1', ScheduledProcedureStepID: 'SPS-1', ...scheduled })],
  PatientName: 'Wang^XiaoMing=王^小明', PatientID: 'P-1', PatientBirthDate: '', PatientSex: '',
  PerformedProcedureStepID: 'PPS-1', PerformedStationAETitle: 'CT01', PerformedStationName: '', PerformedLocation: '',
  PerformedProcedureStepStartDate: '20261122', PerformedProcedureStepStartTime: '093512', PerformedProcedureStepStatus: 'IN PROGRESS',
  PerformedProcedureStepDescription: '', PerformedProcedureTypeDescription: '', ProcedureCodeSequence: [],
  PerformedProcedureStepEndDate: '', PerformedProcedureStepEndTime: '',
  Modality: 'CT', StudyID: '', PerformedProtocolCodeSequence: [], PerformedSeriesSequence: [],
  ...values,
})

/** What it says when it has ended. */
export const anEnd = (status: 'COMPLETED' | 'DISCONTINUED', values: Values = {}): DicomJson => dataSet({
  PerformedProcedureStepStatus: status, PerformedProcedureStepEndDate: '20261122', PerformedProcedureStepEndTime: '094100',
  PerformedSeriesSequence: [dataSet({ SeriesInstanceUID: aUID(), ProtocolName: 'Head', RetrieveAETitle: '', ReferencedImageSequence: [] })],
  ...values,
})
