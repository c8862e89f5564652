/** What a received object must have to be stored, and what is odd about it but kept (PS3.18 §10.5.2, PS3.5 §6.2). */
import { formatTag, vrTraits, type DataElement, type DataSet, type FrameWarning, type ParsedInstance, type VR } from '@isocenter/dicom'
import { isReadableUID } from '../paths.ts'
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

/** The longest value, characters (PS3.5 Table 6.2-1); of PN one component group. */
const maxCharacters: Partial<Record<VR, number>> = {
  AE: 16, AS: 4, CS: 16, DA: 8, DS: 16, DT: 26, IS: 12, LO: 64, LT: 10_240, PN: 64, SH: 16, ST: 1024, TM: 14, UI: 64,
}

/** What a value looks like (PS3.5 Table 6.2-1). Dates and times only as far as digits go; nobody's calendar is checked. */
const forms: Partial<Record<VR, RegExp>> = {
  AS: /^\d{3}[DWMY]$/,
  CS: /^[A-Z0-9 _]*$/,
  DA: /^\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/,
  DS: /^ *[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)? *$/,
  DT: /^\d{4}(\d{2}){0,5}(\.\d{1,6})?([+-]\d{4})?$/,
  IS: /^ *[+-]?\d+ *$/,
  TM: /^([01]\d|2[0-3])([0-5]\d(([0-5]\d|60)(\.\d{1,6})?)?)?$/,
  UI: /^(0|[1-9]\d*)(\.(0|[1-9]\d*))*$/,
}

/** Why a value is not of its VR, or undefined. Long binary values and text that was not kept are not looked at. */
function oddValue(element: DataElement, dataSet: DataSet): string | undefined {
  const { vr, value } = element
  if (value === undefined || value.length === 0) return undefined
  const { isText, bytesPerValue } = vrTraits(vr)
  if (!isText) return value.length % bytesPerValue === 0 ? undefined : 'valueLength'
  if (vr !== 'UI' && value.includes(0)) return 'nulPadding'
  const max = maxCharacters[vr]
  const form = forms[vr]
  if (form === undefined && (max === undefined || value.length <= max)) return undefined
  for (const text of dataSet.strings(element.tag)) {
    if (form !== undefined && text !== '' && !form.test(text)) return 'valueForm'
    if (max !== undefined && longest(text, vr) > max) return 'valueTooLong'
  }
  return undefined
}

function longest(text: string, vr: VR): number {
  return vr === 'PN' ? Math.max(...text.split('=').map((group) => [...group].length)) : [...text].length
}
