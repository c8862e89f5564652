/** Reading attributes of DICOM JSON by keyword. */
import { comparableValues, formatTag, tagOf, textOf, type DicomJson, type DicomJsonAttribute, type Keyword, type VR } from '@isocenter/dicom'

export const keyOf = (keyword: Keyword): string => formatTag(tagOf(keyword))

export const attributeOf = (dataSet: DicomJson, keyword: Keyword): DicomJsonAttribute | undefined => dataSet[keyOf(keyword)]

/** The first value as text; undefined where there is none. */
export const textIn = (dataSet: DicomJson, keyword: Keyword): string | undefined => textOf(attributeOf(dataSet, keyword)?.Value?.[0])

/** Every value in the form it is compared in. */
export const comparableIn = (dataSet: DicomJson, keyword: Keyword, vr: VR): string[] => comparableValues(vr, attributeOf(dataSet, keyword))

/** Items of a sequence; none where it is absent or empty. */
export const itemsIn = (dataSet: DicomJson, keyword: Keyword): readonly DicomJson[] =>
  (attributeOf(dataSet, keyword)?.Value ?? []).filter((value): value is DicomJson => typeof value === 'object' && value !== null)

/** True when an attribute has a value: one that says something, an item, or bytes. */
export function hasValue(dataSet: DicomJson, keyword: Keyword): boolean {
  const member = attributeOf(dataSet, keyword)
  if (member === undefined) return false
  if (member.vr === 'SQ') return itemsIn(dataSet, keyword).length > 0
  return member.InlineBinary !== undefined || member.BulkDataURI !== undefined || (member.Value ?? []).some((value) => textOf(value) !== undefined)
}
