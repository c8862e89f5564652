/** One scheduled procedure step as it is written: what it must have (PS3.4 Table K.6-1), and the columns it is found by. */
import { scheduledStepStatuses, type ScheduledStepStatus } from '@isocenter/contracts'
import { DicomJsonError, newUID, parseDicomJson, type DicomJson, type Keyword } from '@isocenter/dicom'
import { comparableIn, hasValue, itemsIn, keyOf, textIn } from './data-set.ts'
import { faultsIn, maxFaults, type Fault } from './faults.ts'
import { invalidWorklistItem } from './problems.ts'

/** What a worklist item is stored as. */
export interface NewItem {
  readonly attributes: DicomJson
  readonly columns: ItemColumns
}

/** Values in the form they are compared in. */
export interface ItemColumns {
  readonly study_instance_uid: string
  readonly scheduled_procedure_step_id: string
  readonly requested_procedure_id: string
  readonly accession_number: string | null
  readonly patient_id: string
  readonly patient_name_search: string
  readonly modality: string
  readonly scheduled_station_ae_titles: readonly string[]
  readonly start_date: string
  readonly start_time: string
  readonly said_status: ScheduledStepStatus
}

/** Return key type 1: an answer without a value here would not be one. StudyInstanceUID is given where it is absent. */
const needed: readonly Keyword[] = ['PatientName', 'PatientID', 'RequestedProcedureID']
const neededInStep: readonly Keyword[] = ['ScheduledStationAETitle', 'ScheduledProcedureStepStartDate', 'ScheduledProcedureStepStartTime', 'Modality', 'ScheduledProcedureStepID']
/** Type 1C: one of the two says what is to be done. */
const described: readonly (readonly [Keyword, Keyword])[] = [['RequestedProcedureDescription', 'RequestedProcedureCodeSequence']]
const describedInStep: readonly (readonly [Keyword, Keyword])[] = [['ScheduledProcedureStepDescription', 'ScheduledProtocolCodeSequence']]

/**
 * Reads a worklist item. A StudyInstanceUID is made where it has none, and a status of SCHEDULED; nothing else is.
 * @throws invalidWorklistItem 422 with `errors`, everything that is wrong
 */
export function readItem(input: unknown): NewItem {
  const dataSet = parsed(input)
  const steps = itemsIn(dataSet, 'ScheduledProcedureStepSequence')
  const [step = {}] = steps
  const faults = [
    ...faultsIn(dataSet),
    ...(steps.length === 1 ? [] : [{ path: 'ScheduledProcedureStepSequence', message: 'has not exactly one item' }]),
    ...missing(dataSet, needed, described, ''),
    ...(steps.length === 1 ? missing(step, neededInStep, describedInStep, 'ScheduledProcedureStepSequence[1].') : []),
    ...statusFault(step),
  ]
  if (faults.length > 0) throw invalid(faults)
  const StudyInstanceUID = textIn(dataSet, 'StudyInstanceUID') ?? newUID()
  const attributes: DicomJson = {
    ...dataSet,
    [keyOf('StudyInstanceUID')]: { vr: 'UI', Value: [StudyInstanceUID] },
  }
  // The text here is Unicode, whatever it was in where it came from.
  delete attributes[keyOf('SpecificCharacterSet')]
  return { attributes, columns: columnsOf(attributes, step) }
}

function parsed(input: unknown): DicomJson {
  try {
    return parseDicomJson(input)
  } catch (error) {
    if (!(error instanceof DicomJsonError)) throw error
    throw invalid([{ path: error.path, message: error.message }])
  }
}

const invalid = (errors: readonly Fault[]) => invalidWorklistItem('"errors" names what is wrong.', { errors: errors.slice(0, maxFaults) })

function missing(dataSet: DicomJson, keywords: readonly Keyword[], eitherOf: readonly (readonly [Keyword, Keyword])[], parent: string): Fault[] {
  return [
    ...keywords.filter((keyword) => !hasValue(dataSet, keyword)).map((keyword) => ({ path: parent + keyword, message: 'has no value (type 1)' })),
    ...eitherOf.filter((keywords) => !keywords.some((keyword) => hasValue(dataSet, keyword)))
      .map(([text, codes]) => ({ path: parent + text, message: `has no value, and neither has ${codes} (type 1C)` })),
  ]
}

function statusFault(step: DicomJson): Fault[] {
  const status = textIn(step, 'ScheduledProcedureStepStatus')
  return status === undefined || isStatus(status) ? [] : [{ path: 'ScheduledProcedureStepSequence[1].ScheduledProcedureStepStatus', message: `is none of ${scheduledStepStatuses.join(', ')}` }]
}

const isStatus = (text: string): text is ScheduledStepStatus => (scheduledStepStatuses as readonly string[]).includes(text)

function columnsOf(dataSet: DicomJson, step: DicomJson): ItemColumns {
  const status = textIn(step, 'ScheduledProcedureStepStatus')
  const first = (from: DicomJson, keyword: Keyword, vr: 'UI' | 'SH' | 'LO' | 'PN' | 'CS' | 'DA' | 'TM') => comparableIn(from, keyword, vr)[0] ?? ''
  return {
    study_instance_uid: first(dataSet, 'StudyInstanceUID', 'UI'),
    scheduled_procedure_step_id: first(step, 'ScheduledProcedureStepID', 'SH'),
    requested_procedure_id: first(dataSet, 'RequestedProcedureID', 'SH'),
    accession_number: comparableIn(dataSet, 'AccessionNumber', 'SH')[0] ?? null,
    patient_id: first(dataSet, 'PatientID', 'LO'),
    patient_name_search: first(dataSet, 'PatientName', 'PN'),
    modality: first(step, 'Modality', 'CS'),
    scheduled_station_ae_titles: comparableIn(step, 'ScheduledStationAETitle', 'AE'),
    start_date: first(step, 'ScheduledProcedureStepStartDate', 'DA'),
    start_time: first(step, 'ScheduledProcedureStepStartTime', 'TM'),
    said_status: status !== undefined && isStatus(status) ? status : 'SCHEDULED',
  }
}

/** The attributes with the status that is true now in their one step. */
export function withStatus(attributes: DicomJson, status: ScheduledStepStatus): DicomJson {
  const key = keyOf('ScheduledProcedureStepSequence')
  const [step = {}] = itemsIn(attributes, 'ScheduledProcedureStepSequence')
  return { ...attributes, [key]: { vr: 'SQ', Value: [{ ...step, [keyOf('ScheduledProcedureStepStatus')]: { vr: 'CS', Value: [status] } }] } }
}
