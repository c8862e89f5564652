/** Softcopy Presentation States: how their images are to be seen (PS3.3 §C.11, PS3.4 §N.2). */
import { type DicomJson } from '@isocenter/dicom'
import { itemsOf, numberOf, numbersOf, textOf } from './attributes.ts'
import type { Turn } from './geometry.ts'
import { lookUp, lookupTableOf } from './lookup-table.ts'
import type { Transform } from './modality.ts'
import type { PresentedGreys } from './presentation-greys.ts'
import { voiOf } from './voi.ts'

/** One image, or some of its frames. */
export interface ReferencedImage {
  readonly SeriesInstanceUID: string
  readonly SOPInstanceUID: string
  /** counted from 1; empty for all */
  readonly frameNumbers: readonly number[]
}

const presentationStateClasses = new Set(['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11'].map((suffix) => `1.2.840.10008.5.1.4.1.1.11.${suffix}`))

/** Whether a SOP Class is one of the presentation states. */
export function isPresentationState(SOPClassUID: string): boolean {
  return presentationStateClasses.has(SOPClassUID)
}

/** The images a presentation state is about, in its order (PS3.3 §C.11.11). */
export function referencedImages(state: DicomJson): ReferencedImage[] {
  return itemsOf(state, 'ReferencedSeriesSequence').flatMap((series) => itemsOf(series, 'ReferencedImageSequence').flatMap((image) => {
    const SOPInstanceUID = textOf(image, 'ReferencedSOPInstanceUID')
    const SeriesInstanceUID = textOf(series, 'SeriesInstanceUID')
    return SOPInstanceUID !== undefined && SeriesInstanceUID !== undefined ? [{ SeriesInstanceUID, SOPInstanceUID, frameNumbers: frameNumbersOf(image) }] : []
  }))
}

const frameNumbersOf = (image: DicomJson) => numbersOf(image, 'ReferencedFrameNumber').filter(Number.isInteger)

/** Of items that may each be for some images only, those for this frame (PS3.3 §C.11.8, §C.10.4, §C.10.5). */
export function itemsFor(items: readonly DicomJson[], SOPInstanceUID: string, frameNumber: number): DicomJson[] {
  return items.filter((item) => {
    const images = itemsOf(item, 'ReferencedImageSequence')
    return images.length === 0 || images.some((image) => {
      const frames = frameNumbersOf(image)
      return textOf(image, 'ReferencedSOPInstanceUID') === SOPInstanceUID && (frames.length === 0 || frames.includes(frameNumber))
    })
  })
}

/** What a state says of the greys of a frame. The photometric interpretation has no part in it: the state's Presentation LUT has. */
export function presentedGreys(state: DicomJson, SOPInstanceUID: string, frameNumber: number): PresentedGreys {
  const canBeNegative = (numberOf(state, 'RescaleIntercept') ?? 0) < 0
  const [softcopy] = itemsFor(itemsOf(state, 'SoftcopyVOILUTSequence'), SOPInstanceUID, frameNumber)
  return { modality: state, voi: softcopy && voiOf(softcopy, canBeNegative), display: presentationLut(state) }
}

/** Presentation LUT Sequence or Shape (PS3.3 §C.11.4). */
function presentationLut(state: DicomJson): Transform {
  const [lut] = itemsOf(state, 'PresentationLUTSequence')
  const table = lut && lookupTableOf(lut, false)
  if (table) return (value) => lookUp(table, table.first + value * (table.entries.length - 1)) / table.maximum
  return textOf(state, 'PresentationLUTShape') === 'INVERSE' ? (value) => 1 - value : (value) => value
}

/** Rotation and flip (PS3.3 §C.10.6); a rotation by anything but quarters is left out. */
export function spatialTransform(state: DicomJson): Turn {
  const degrees = (((numberOf(state, 'ImageRotation') ?? 0) % 360) + 360) % 360
  return {
    degrees: degrees === 90 || degrees === 180 || degrees === 270 ? degrees : 0,
    flipsHorizontally: textOf(state, 'ImageHorizontalFlip') === 'Y',
    flipsVertically: false,
  }
}

/** The part of a frame that is to be displayed, in pixels of the image, and how many times higher than wide its pixels are. */
export interface DisplayedArea {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly pixelAspect: number | undefined
}

/** Larger than any image by far: a wrong corner must not become gigabytes of black. */
const maxAreaSide = 16_384

/** The displayed area of a frame (PS3.3 §C.10.4); undefined for the whole. Its corners may lie outside the image. */
export function displayedArea(state: DicomJson, SOPInstanceUID: string, frameNumber: number): DisplayedArea | undefined {
  const [item] = itemsFor(itemsOf(state, 'DisplayedAreaSelectionSequence'), SOPInstanceUID, frameNumber)
  if (!item) return undefined
  const [x1, y1] = numbersOf(item, 'DisplayedAreaTopLeftHandCorner')
  const [x2, y2] = numbersOf(item, 'DisplayedAreaBottomRightHandCorner')
  if (x1 === undefined || y1 === undefined || x2 === undefined || y2 === undefined) return undefined
  // Top left as it is displayed: after a rotation the first corner may be any of the four. Pixels count from 1, both included.
  const [left, top] = [Math.min(x1, x2) - 1, Math.min(y1, y2) - 1]
  const [width, height] = [Math.abs(x2 - x1) + 1, Math.abs(y2 - y1) + 1]
  if (![left, top, width, height].every(Number.isInteger) || width > maxAreaSide || height > maxAreaSide) return undefined
  return { left, top, width, height, pixelAspect: aspectOf(item) }
}

function aspectOf(item: DicomJson): number | undefined {
  const [vertical = 0, horizontal = 0] = numbersOf(item, 'PresentationPixelSpacing')
  const [ratioVertical = 0, ratioHorizontal = 0] = numbersOf(item, 'PresentationPixelAspectRatio')
  if (vertical > 0 && horizontal > 0) return vertical / horizontal
  return ratioVertical > 0 && ratioHorizontal > 0 ? ratioVertical / ratioHorizontal : undefined
}

/** The overlay groups a state shows: those with an Overlay Activation Layer (PS3.3 §C.11.7). */
export function activeOverlays(state: DicomJson): ReadonlySet<number> {
  const groups = new Set<number>()
  for (let group = 0x6000; group <= 0x601e; group += 2) if (state[`${group.toString(16).toUpperCase()}1001`]?.Value?.[0]) groups.add(group)
  return groups
}
