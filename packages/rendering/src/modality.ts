/** The Modality LUT stage: from stored values to those of the modality, as Hounsfield units (PS3.3 §C.11.1). */
import { type DicomJson } from '@isocenter/dicom'
import { itemsOf, numberOf, textOf } from './attributes.ts'
import { functionalGroup } from './functional-groups.ts'
import { lookUp, lookupTableOf } from './lookup-table.ts'

export type Transform = (value: number) => number

const identity: Transform = (value) => value
/** Their Modality LUT leads back to X-ray intensity and is not for display (PS3.4 §N.2.1.1). */
const projectionsWithLogValues = new Set(['1.2.840.10008.5.1.4.1.1.12.1', '1.2.840.10008.5.1.4.1.1.12.2'])

/**
 * The Modality LUT of a frame, counted from 1. `presentation`, a presentation state, replaces what the image says where it
 * says something (PS3.3 §C.11.6).
 */
export function modalityTransform(json: DicomJson, frameNumber: number, isSigned: boolean, presentation?: DicomJson): Transform {
  const own = presentation && transformOf(presentation, isSigned)
  if (own) return own
  if (isForIntensityOnly(json)) return identity
  const group = functionalGroup(json, frameNumber, 'PixelValueTransformationSequence')
  return (group && transformOf(group, isSigned)) ?? transformOf(json, isSigned) ?? identity
}

function transformOf(item: DicomJson, isSigned: boolean): Transform | undefined {
  const [lut] = itemsOf(item, 'ModalityLUTSequence')
  const table = lut && lookupTableOf(lut, isSigned)
  if (table) return (value) => lookUp(table, value)
  const slope = numberOf(item, 'RescaleSlope')
  const intercept = numberOf(item, 'RescaleIntercept')
  if (slope === undefined && intercept === undefined) return undefined
  // A slope of 0 would make one value of all; it is a sender's empty field.
  const factor = slope === undefined || slope === 0 ? 1 : slope
  const offset = intercept ?? 0
  return (value) => value * factor + offset
}

function isForIntensityOnly(json: DicomJson): boolean {
  return projectionsWithLogValues.has(textOf(json, 'SOPClassUID') ?? '') && ['LOG', 'DISP'].includes(textOf(json, 'PixelIntensityRelationship') ?? '')
}
