/** What the viewer has no view of, and why (PS3.4 Annex B names the SOP classes). */
import type { Word } from '../../words.ts'

export const parametricMap = '1.2.840.10008.5.1.4.1.1.30'
export const structureSet = '1.2.840.10008.5.1.4.1.1.481.3'

/** SOP class UIDs, or their beginning, which ends with a dot. */
const reasons: readonly (readonly [uid: string, reason: Word])[] = [
  ['1.2.840.10008.5.1.4.1.1.11.', 'presentationState'],
  ['1.2.840.10008.5.1.4.1.1.481.5', 'plan'], ['1.2.840.10008.5.1.4.1.1.481.8', 'plan'],
  ['1.2.840.10008.5.1.4.1.1.481.4', 'treatmentRecord'], ['1.2.840.10008.5.1.4.1.1.481.6', 'treatmentRecord'], ['1.2.840.10008.5.1.4.1.1.481.7', 'treatmentRecord'], ['1.2.840.10008.5.1.4.1.1.481.9', 'treatmentRecord'],
  ['1.2.840.10008.5.1.4.1.1.67', 'realWorldValues'],
  ['1.2.840.10008.5.1.4.1.1.4.2', 'spectroscopy'],
  ['1.2.840.10008.5.1.4.1.1.91.1', 'annotations'],
  ['1.2.840.10008.5.1.4.1.1.9.', 'waveform'],
  ['1.2.840.10008.5.1.4.1.1.104.', 'document'],
  [parametricMap, 'parametricMap'],
  ['1.2.840.10008.5.1.4.1.1.66.4', 'unnamedImages'], ['1.2.840.10008.5.1.4.1.1.66.7', 'unnamedImages'], [structureSet, 'unnamedImages'],
  ['1.2.840.10008.5.1.4.1.1.66', 'rawData'], ['1.2.840.10008.5.1.4.1.1.66.1', 'registration'], ['1.2.840.10008.5.1.4.1.1.66.2', 'registration'], ['1.2.840.10008.5.1.4.1.1.66.3', 'registration'],
]

/** Why there is no view of an object of this class. */
export function reasonOf(SOPClassUID: string | undefined): Word {
  return reasons.find(([uid]) => uid === SOPClassUID || (uid.endsWith('.') && SOPClassUID?.startsWith(uid) === true))?.[1] ?? 'unknown'
}

/** A data set as OHIF gives it: by keyword, a sequence as a list or, of one item, as the item. */
export interface Naturalized { readonly [keyword: string]: unknown }

export const itemsOf = (sequence: unknown): readonly Naturalized[] => {
  if (Array.isArray(sequence)) return sequence as readonly Naturalized[]
  return typeof sequence === 'object' && sequence !== null ? [sequence as Naturalized] : []
}

/** SeriesInstanceUIDs of the images an object was made on: where segmentations, structure sets, maps and reports name them. */
export function referencedSeriesOf(object: Naturalized): ReadonlySet<string> {
  const series = [
    ...itemsOf(object['ReferencedSeriesSequence']),
    ...itemsOf(object['CurrentRequestedProcedureEvidenceSequence']).flatMap((study) => itemsOf(study['ReferencedSeriesSequence'])),
    ...itemsOf(object['ReferencedFrameOfReferenceSequence']).flatMap((frame) => itemsOf(frame['RTReferencedStudySequence'])).flatMap((study) => itemsOf(study['RTReferencedSeriesSequence'])),
  ]
  return new Set(series.map(({ SeriesInstanceUID }) => SeriesInstanceUID).filter((uid) => typeof uid === 'string'))
}
