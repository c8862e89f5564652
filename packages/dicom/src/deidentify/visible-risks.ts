/** What removing attributes does not remove: writing in the picture, and a face that can be made of slices (PS3.15 §E.3.1, §E.3.2). */
import type { DicomJson } from '../json.ts'

export type VisibleRisk =
  /** The object says that its pixels have identifying writing in them. */
  | 'burnedInAnnotation'
  /** Objects of this kind often have, and this one does not say. */
  | 'possibleAnnotation'
  /** The object says that the face can be recognised, or slices of a head are such that it can be made of them. */
  | 'recognisableFeatures'

/** PS3.4 Table B.5-1: secondary capture, ultrasound, endoscopy and photographs, screenshots of reports. */
const oftenAnnotated = [
  '1.2.840.10008.5.1.4.1.1.7', '1.2.840.10008.5.1.4.1.1.6.', '1.2.840.10008.5.1.4.1.1.3.', '1.2.840.10008.5.1.4.1.1.77.1.', '1.2.840.10008.5.1.4.1.1.104.',
]
const modalitiesOftenAnnotated = new Set(['US', 'ES', 'OT', 'XC', 'SC', 'GM', 'IVUS', 'DOC', 'ECG', 'BMD', 'OP', 'RF'])
const volumes = new Set(['CT', 'MR', 'PT'])
const head = /HEAD|BRAIN|SKULL|FACE|ORBIT|SINUS|NECK|JAW|MAXILL|头|颅|脑|面|眼|鼻|颌/i

const textOf = (dataSet: DicomJson, key: string): string => {
  const [value] = dataSet[key]?.Value ?? []
  return typeof value === 'string' ? value : ''
}

/** What the maker of an anonymous copy is to be warned of, by the attributes of one instance. */
export function visibleRisks(dataSet: DicomJson): VisibleRisk[] {
  const SOPClassUID = textOf(dataSet, '00080016')
  const Modality = textOf(dataSet, '00080060')
  const BurnedInAnnotation = textOf(dataSet, '00280301')
  const isDerived = textOf(dataSet, '00080008') === 'DERIVED' && textOf(dataSet, '00080064') !== ''
  const isOften = oftenAnnotated.some((uid) => SOPClassUID === uid || (uid.endsWith('.') && SOPClassUID.startsWith(uid)) || SOPClassUID.startsWith(`${uid}.`))
  const risks: VisibleRisk[] = []
  if (BurnedInAnnotation === 'YES') risks.push('burnedInAnnotation')
  else if (BurnedInAnnotation !== 'NO' && (isOften || isDerived || modalitiesOftenAnnotated.has(Modality))) risks.push('possibleAnnotation')
  const region = ['00180015', '00081030', '0008103E', '00181030'].map((key) => textOf(dataSet, key)).join(' ')
  if (textOf(dataSet, '00280302') === 'YES' || (textOf(dataSet, '00280302') !== 'NO' && volumes.has(Modality) && head.test(region))) risks.push('recognisableFeatures')
  return risks
}
