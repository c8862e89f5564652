/** The Store Instances Response Module (PS3.18 Table I.1-1) and the status that goes with it. */
import { formatTag, storeFailures, storeWarnings, tagOf, type DicomJson, type DicomJsonAttribute, type Keyword, type StoreFailure } from '@isocenter/dicom'
import { pathOf } from '../paths.ts'
import { digestText } from './data-set-digest.ts'

/** What became of one part of a request. */
export type StoreResult = StoredResult | FailedResult

export interface StoredResult {
  readonly kind: 'stored'
  readonly StudyInstanceUID: string
  readonly SeriesInstanceUID: string
  readonly SOPInstanceUID: string
  readonly SOPClassUID: string
  /** Something is odd and was kept as received. */
  readonly isDirty: boolean
  /** The very same was there already; or it is kept, but apart from its study, which is of another patient. */
  readonly disposition?: 'alreadyThere' | 'heldApart' | undefined
  /** Of the data set that is held, whether this request brought it or it was there. */
  readonly dataSetSha256: Uint8Array
}

export interface FailedResult {
  readonly kind: 'failed'
  readonly reason: StoreFailure
  /** As far as the part could be read. */
  readonly SOPInstanceUID?: string | undefined
  readonly SOPClassUID?: string | undefined
  /** What the reason alone does not say; never a value out of the object. */
  readonly comment?: string | undefined
}

/**
 * Private attributes of this service, in group 0009 (PS3.5 §7.8). The receipt lets a sender delete its own copy: what is held is what it sent.
 * The disposition says of what is stored what success alone does not. A comment stands here because Error Comment (0000,0902) belongs to commands.
 */
const privateCreator: DicomJson = { '00090010': { vr: 'LO', Value: ['ISOCENTER'] } }
const privateTags = { receipt: '00091001', comment: '00091002', disposition: '00091004' } as const

/** One DICOM JSON object; FailedSOPSequence, ReferencedSOPSequence and OtherFailuresSequence are there when they have items (type 1C). */
export function storeResponse(results: readonly StoreResult[], service: string): DicomJson {
  const stored = results.filter((result) => result.kind === 'stored')
  const failed = results.filter((result) => result.kind === 'failed')
  const studies = [...new Set(stored.filter(isInStudy).map((result) => result.StudyInstanceUID))]
  // RetrieveURL is of one study; of several there is none to give (type 2).
  const RetrieveURL = studies.length === 1 ? [`${service}${pathOf({ StudyInstanceUID: studies[0] ?? '' })}`] : []
  return attributes({
    RetrieveURL: { vr: 'UR', ...(RetrieveURL.length > 0 && { Value: RetrieveURL }) },
    FailedSOPSequence: sequence(failed.filter(isIdentified).map(failedItem)),
    ReferencedSOPSequence: sequence(stored.map((result) => storedItem(result, service))),
    OtherFailuresSequence: sequence(failed.filter((result) => !isIdentified(result)).map(failedItem)),
  })
}

/** PS3.18 §10.5.3.1: all stored 200, some or with remarks 202, none 409; none for want of resources or parts too large 503 and 413. */
export function storeStatus(results: readonly StoreResult[], allTooLarge: boolean, hasLeftovers: boolean): 200 | 202 | 409 | 413 | 503 {
  const failed = results.filter((result) => result.kind === 'failed')
  if (failed.length === 0) return hasLeftovers || results.some((result) => result.kind === 'stored' && (result.isDirty || !isInStudy(result))) ? 202 : 200
  if (failed.length < results.length) return 202
  if (allTooLarge) return 413
  return failed.every(({ reason }) => reason === 'outOfResources' || reason === 'processingFailure') ? 503 : 409
}

/** What the Warning header recommended by PS3.18 §10.5.3.2 says. */
export function warningsOf(results: readonly StoreResult[], service: string, unreferenced: number): string[] {
  const dirty = results.filter((result) => result.kind === 'stored' && result.isDirty).length
  const apart = results.filter((result) => result.kind === 'stored' && !isInStudy(result)).length
  const failed = results.filter((result) => result.kind === 'failed').length
  return [
    ...(dirty > 0 ? [`299 ${service}: ${dirty} instances were stored with remarks`] : []),
    ...(apart > 0 ? [`299 ${service}: ${apart} instances are held apart from their study, which is of another patient`] : []),
    ...(failed > 0 ? [`299 ${service}: ${failed} instances were not stored`] : []),
    ...(unreferenced > 0 ? [`299 ${service}: ${unreferenced} parts of bulk data are named by no instance and were not stored`] : []),
  ]
}

const isInStudy = ({ disposition }: StoredResult): boolean => disposition !== 'heldApart'

function storedItem(result: StoredResult, service: string): DicomJson {
  const { SOPClassUID, SOPInstanceUID, isDirty, disposition, dataSetSha256 } = result
  const warning = isInStudy(result) ? isDirty ? storeWarnings.doesNotMatchClass : undefined : storeWarnings.otherPatient
  return attributes({
    ReferencedSOPClassUID: { vr: 'UI', Value: [SOPClassUID] },
    ReferencedSOPInstanceUID: { vr: 'UI', Value: [SOPInstanceUID] },
    // Type 2: what is held apart cannot be retrieved.
    RetrieveURL: { vr: 'UR', ...(isInStudy(result) && { Value: [service + pathOf(result)] }) },
    ...(warning && { WarningReason: { vr: 'US', Value: [warning.code] } }),
  }, { receipt: digestText(dataSetSha256), ...(disposition !== undefined && { disposition }) })
}

function failedItem({ SOPClassUID, SOPInstanceUID, reason, comment }: FailedResult): DicomJson {
  return attributes({
    ...(SOPClassUID !== undefined && { ReferencedSOPClassUID: { vr: 'UI', Value: [SOPClassUID] } }),
    ...(SOPInstanceUID !== undefined && { ReferencedSOPInstanceUID: { vr: 'UI', Value: [SOPInstanceUID] } }),
    FailureReason: { vr: 'US', Value: [storeFailures[reason].code] },
  }, comment === undefined ? {} : { comment })
}

const isIdentified = (result: FailedResult): boolean => result.SOPInstanceUID !== undefined || result.SOPClassUID !== undefined

function sequence(items: readonly DicomJson[]): DicomJsonAttribute | undefined {
  return items.length === 0 ? undefined : { vr: 'SQ', Value: items }
}

function attributes(byKeyword: Partial<Record<Keyword, DicomJsonAttribute | undefined>>, ours: Partial<Record<keyof typeof privateTags, string>> = {}): DicomJson {
  const entries = Object.entries(byKeyword).flatMap(([keyword, attribute]) => (attribute ? [[formatTag(tagOf(keyword as Keyword)), attribute] as const] : []))
  const texts = Object.entries(ours).map(([name, text]): (typeof entries)[number] => [privateTags[name as keyof typeof privateTags], { vr: 'UT', Value: [text] }])
  if (texts.length > 0) entries.push(...Object.entries(privateCreator), ...texts)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}
