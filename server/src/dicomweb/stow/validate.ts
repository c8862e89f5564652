/** What a received object must have to be stored, and what is odd about it but kept (PS3.18 §10.5.2, PS3.5 §6.2). */
import { formatTag, isReadableUID, isSurelySound, valueFault, vrTraits, type DataElement, type DataSet, type FrameWarning, type ParsedInstance } from '@isocenter/dicom'
import type { FailedResult } from './response.ts'

export interface Identity {
  readonly StudyInstanceUID: string
  readonly SeriesInstanceUID: string
  readonly SOPInstanceUID: string
  readonly SOPClassUID: string
}

const identifying = ['StudyInstanceUID', 'SeriesInstanceUID', 'SOPInstanceUID', 'SOPClassUID'] as const

/**
 * The UIDs an instance is addressed by, or why it cannot be: one is missing, or is no UID (PS3.5 §9.1). Components that begin
 * with a needless zero are forgiven and remarked on: old modalities made them of dates and times.
 */
export function identityOf({ dataSet }: Pick<ParsedInstance, 'dataSet'>): Identity | FailedResult {
  const [StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID, SOPClassUID] = identifying.map((keyword) => addressable(dataSet.string(keyword)))
  if (StudyInstanceUID === undefined || SeriesInstanceUID === undefined || SOPInstanceUID === undefined || SOPClassUID === undefined) {
    return { kind: 'failed', reason: 'notIdentified', SOPInstanceUID, SOPClassUID }
  }
  return { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID, SOPClassUID }
}

const addressable = (uid: string | undefined): string | undefined => (uid !== undefined && isReadableUID(uid) ? uid : undefined)

/** One thing odd about an object; names attributes, never values. */
export interface Remark {
  readonly code: string
  readonly tag?: string | undefined
}

const maxRemarks = 100

/** Everything odd about an object that is stored as it came, at most a hundred remarks. */
export function remarksOn(parsed: ParsedInstance, frameWarnings: readonly FrameWarning[]): Remark[] {
  const remarks: Remark[] = [...frameWarnings, ...parsed.warnings].slice(0, maxRemarks).map(({ code, tag }) => ({ code, tag: tag === undefined ? undefined : formatTag(tag) }))
  if (contradictsFileMeta(parsed)) remarks.push({ code: 'fileMetaMismatch', tag: '00020003' })
  for (const element of parsed.dataSet.elements) {
    if (remarks.length >= maxRemarks) break
    const code = oddValue(element, parsed.dataSet)
    if (code !== undefined) remarks.push({ code, tag: formatTag(element.tag) })
  }
  return remarks
}

function contradictsFileMeta({ fileMeta, dataSet }: ParsedInstance): boolean {
  const announced = fileMeta?.string('MediaStorageSOPInstanceUID')
  return announced !== undefined && announced !== dataSet.string('SOPInstanceUID')
}

/** Why a value is not of its VR, or undefined. Long binary values and text that was not kept are not looked at. */
function oddValue(element: DataElement, dataSet: DataSet): string | undefined {
  const { vr, value } = element
  if (value === undefined || value.length === 0) return undefined
  const { isText, bytesPerValue } = vrTraits(vr)
  if (!isText) return value.length % bytesPerValue === 0 ? undefined : 'valueLength'
  if (vr !== 'UI' && value.includes(0)) return 'nulPadding'
  if (isSurelySound(vr, value.length)) return undefined
  for (const text of dataSet.strings(element.tag)) {
    const fault = valueFault(vr, text)
    if (fault) return fault
  }
  return undefined
}
