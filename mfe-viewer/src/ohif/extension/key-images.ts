/** Images marked as of interest: a Key Object Selection Document (PS3.3 §A.35.4, PS3.16 TID 2010) that refers to one, and what such documents name. */
import type { ShownImage } from '@isocenter/contracts/viewer'
import { itemsOf, type Naturalized } from './objects/kinds.ts'

export const keyObjectClass = '1.2.840.10008.5.1.4.1.1.88.59'

export interface KeyImage {
  readonly SeriesInstanceUID: string
  readonly SOPInstanceUID: string
  /** Counts from 1; absent where the whole instance is meant. */
  readonly frameNumber?: number | undefined
}

/** A UID of no registered root, out of random bits (PS3.5 §B.2). */
export const newUID = (): string => `2.25.${BigInt(`0x${crypto.randomUUID().replaceAll('-', '')}`).toString()}`

const code = (CodeValue: string, CodeMeaning: string, CodingSchemeDesignator = 'DCM') => [{ CodeValue, CodingSchemeDesignator, CodeMeaning }]
const two = (value: number) => String(value).padStart(2, '0')

/**
 * The document that marks an image.
 * @param instance the image's data set, whose patient and study the document belongs to
 */
export function keyObjectOf(instance: Naturalized, { SeriesInstanceUID, SOPInstanceUID, frameNumber }: Pick<ShownImage, 'SeriesInstanceUID' | 'SOPInstanceUID' | 'frameNumber'>, now: Date): Naturalized {
  const { SOPClassUID, StudyInstanceUID } = instance
  const isMultiFrame = Number(instance['NumberOfFrames'] ?? 1) > 1
  const reference = { ReferencedSOPClassUID: SOPClassUID, ReferencedSOPInstanceUID: SOPInstanceUID }
  const date = `${String(now.getFullYear())}${two(now.getMonth() + 1)}${two(now.getDate())}`
  const time = `${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`
  const of = (keyword: string) => ({ [keyword]: instance[keyword] ?? '' })
  return {
    _meta: {}, _vrMap: {},
    SpecificCharacterSet: 'ISO_IR 192',
    ...of('PatientName'), ...of('PatientID'), ...of('PatientBirthDate'), ...of('PatientSex'),
    ...of('StudyDate'), ...of('StudyTime'), ...of('StudyID'), ...of('AccessionNumber'), ...of('ReferringPhysicianName'), StudyInstanceUID,
    ...(typeof instance['IssuerOfPatientID'] === 'string' ? of('IssuerOfPatientID') : {}),
    Modality: 'KO', SeriesInstanceUID: newUID(), SeriesNumber: 9000, SeriesDescription: 'Key images', ReferencedPerformedProcedureStepSequence: [],
    Manufacturer: 'Isocenter',
    SOPClassUID: keyObjectClass, SOPInstanceUID: newUID(), InstanceNumber: 1, ContentDate: date, ContentTime: time,
    CurrentRequestedProcedureEvidenceSequence: [{ StudyInstanceUID, ReferencedSeriesSequence: [{ SeriesInstanceUID, ReferencedSOPSequence: [reference] }] }],
    ValueType: 'CONTAINER', ConceptNameCodeSequence: code('113000', 'Of Interest'), ContinuityOfContent: 'SEPARATE',
    ContentTemplateSequence: [{ MappingResource: 'DCMR', TemplateIdentifier: '2010' }],
    ContentSequence: [{ RelationshipType: 'CONTAINS', ValueType: 'IMAGE', ReferencedSOPSequence: [{ ...reference, ...(isMultiFrame ? { ReferencedFrameNumber: frameNumber } : {}) }] }],
  }
}

/** The images a document names. */
export function keyImagesOf(document: Naturalized): readonly KeyImage[] {
  const seriesOf = new Map(itemsOf(document['CurrentRequestedProcedureEvidenceSequence']).flatMap((study) => itemsOf(study['ReferencedSeriesSequence'])).flatMap((series) =>
    itemsOf(series['ReferencedSOPSequence']).map((instance) => [instance['ReferencedSOPInstanceUID'], series['SeriesInstanceUID']] as const)))
  return itemsOf(document['ContentSequence']).filter(({ ValueType }) => ValueType === 'IMAGE').flatMap((item) => itemsOf(item['ReferencedSOPSequence'])).flatMap((reference) => {
    const SOPInstanceUID = reference['ReferencedSOPInstanceUID']
    const SeriesInstanceUID = seriesOf.get(SOPInstanceUID)
    if (typeof SOPInstanceUID !== 'string' || typeof SeriesInstanceUID !== 'string') return []
    const frames = reference['ReferencedFrameNumber']
    const numbers = (Array.isArray(frames) ? frames as readonly unknown[] : [frames]).map(Number).filter((number) => number >= 1)
    return (numbers.length === 0 ? [undefined] : numbers).map((frameNumber) => ({ SeriesInstanceUID, SOPInstanceUID, frameNumber }))
  })
}
