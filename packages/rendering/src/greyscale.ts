/** The greyscale pipeline: stored values → modality → VOI → presentation → 8 bits (PS3.4 §N.2). */
import { type DicomJson } from '@isocenter/dicom'
import { numberOf, textOf } from './attributes.ts'
import { modalityTransform, type Transform } from './modality.ts'
import type { PixelFormat } from './pixel-format.ts'
import type { PresentedGreys } from './presentation-greys.ts'
import type { Samples } from './samples.ts'
import { storedVoi, throughVoi, type Voi } from './voi.ts'
import { type Window } from './window.ts'

export interface GreyscaleOptions {
  /** counted from 1 */
  readonly frameNumber: number
  /** In place of the stored VOI. */
  readonly window?: Window | undefined
  /** What a presentation state says of the greys of this frame. */
  readonly presented?: PresentedGreys | undefined
}

/** One byte a pixel, 0 black to 255 white. Padding pixels are black, whatever the photometric interpretation. */
export function greysOf(samples: Samples, format: PixelFormat, json: DicomJson, options: GreyscaleOptions): Uint8Array {
  const stored = storedValue(format)
  const isPadding = paddingTest(json, format)
  const modality = modalityTransform(json, options.frameNumber, format.PixelRepresentation === 1, options.presented?.modality)
  const voi = voiFor(json, format, options)
  const display = options.presented?.display ?? (isInverse(json, format) ? inverse : identity)
  const isNarrow = format.sampleKind === 'integer' && format.BitsAllocated <= 16
  const range = () => (isNarrow ? rangeOfNarrow : rangeOfWide)(samples, format, stored, isPadding, modality)
  const throughStages = throughVoi(voi, range)
  const greyOf = (value: number) => (isPadding(value) ? 0 : Math.round(255 * display(throughStages(modality(value)))))
  if (!isNarrow) return Uint8Array.from(samples as ArrayLike<number>, (raw) => greyOf(stored(raw)))

  const { shift, mask } = fieldOf(format)
  const table = new Uint8Array(mask + 1)
  for (let field = 0; field <= mask; field++) table[field] = greyOf(stored(field << shift))
  const greys = new Uint8Array(samples.length)
  for (let index = 0; index < greys.length; index++) greys[index] = table[((samples[index] ?? 0) >> shift) & mask] ?? 0
  return greys
}

const blackOrWhite: Window = { center: 0.5, width: 1, function: 'linear-exact' }
const identity: Transform = (value) => value
const inverse: Transform = (value) => 1 - value

function voiFor(json: DicomJson, format: PixelFormat, { window, presented, frameNumber }: GreyscaleOptions): Voi {
  if (window) return { kind: 'window', window }
  // What a state leaves out is not the image's to say (PS3.4 §N.2.2).
  if (presented) return presented.voi ?? { kind: 'fullRange' }
  // Black and white need no window, and those of labels and masks are often nonsense.
  if (format.BitsStored === 1 && format.sampleKind === 'integer') return { kind: 'window', window: blackOrWhite }
  return storedVoi(json, frameNumber, format.PixelRepresentation === 1 || modalityTransform(json, frameNumber, false)(0) < 0)
}

/** Whether small values are bright: Presentation LUT Shape where it is given, else the photometric interpretation (PS3.3 §C.11.6.1). */
function isInverse(json: DicomJson, { PhotometricInterpretation }: PixelFormat): boolean {
  const shape = textOf(json, 'PresentationLUTShape')
  return shape === undefined ? PhotometricInterpretation === 'MONOCHROME1' : shape === 'INVERSE'
}

/** Where the stored value lies in an allocated word. */
function fieldOf({ HighBit, BitsStored }: PixelFormat): { shift: number; mask: number } {
  return { shift: HighBit + 1 - BitsStored, mask: 2 ** BitsStored - 1 }
}

/** From an allocated word to the stored value: unused bits dropped, the sign extended (PS3.5 §8.1.1). */
export function storedValue(format: PixelFormat): Transform {
  if (format.sampleKind === 'float') return (raw) => raw
  const { shift, mask } = fieldOf(format)
  const signed = format.PixelRepresentation === 1
  const signBit = 2 ** (format.BitsStored - 1)
  return (raw) => {
    const value = mask === 0xffff_ffff ? raw : (raw >>> shift) & mask
    return signed && value >= signBit ? value - 2 * signBit : value
  }
}

/** Pixel Padding Value, with its Range Limit (PS3.3 §C.7.5.1.1.2). */
function paddingTest(json: DicomJson, format: PixelFormat): (value: number) => boolean {
  // The background of a segmentation is a value like others: beside it a single label would have no contrast.
  if (textOf(json, 'Modality') === 'SEG') return () => false
  const written = numberOf(json, 'PixelPaddingValue') ?? numberOf(json, 'FloatPixelPaddingValue') ?? numberOf(json, 'DoubleFloatPixelPaddingValue')
  if (written === undefined) return () => false
  const limit = numberOf(json, 'PixelPaddingRangeLimit') ?? numberOf(json, 'FloatPixelPaddingRangeLimit') ?? numberOf(json, 'DoubleFloatPixelPaddingRangeLimit') ?? written
  const [one, other] = [asStored(written, format), asStored(limit, format)]
  const [least, most] = [Math.min(one, other), Math.max(one, other)]
  return (value) => value >= least && value <= most
}

/** A padding value written as US in an image of signed values, and the other way round, means the same bits. */
function asStored(value: number, { sampleKind, PixelRepresentation, BitsAllocated }: PixelFormat): number {
  if (sampleKind === 'float' || BitsAllocated > 16) return value
  const bits = value & (2 ** BitsAllocated - 1)
  return PixelRepresentation === 1 && bits >= 2 ** (BitsAllocated - 1) ? bits - 2 ** BitsAllocated : bits
}

type RangeOf = (samples: Samples, format: PixelFormat, stored: Transform, isPadding: (value: number) => boolean, modality: Transform) => [number, number]

/** The smallest and largest modality values of pixels that are no padding. */
const rangeOfWide: RangeOf = (samples, _format, stored, isPadding, modality) => {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let index = 0; index < samples.length; index++) {
    const value = stored(samples[index] ?? 0)
    if (isPadding(value) || !Number.isFinite(value)) continue
    const shown = modality(value)
    if (shown < least) least = shown
    if (shown > most) most = shown
  }
  return least <= most ? [least, most] : [0, 0]
}

/** The same, each value looked at once. */
const rangeOfNarrow: RangeOf = (samples, format, stored, isPadding, modality) => {
  const { shift, mask } = fieldOf(format)
  const isThere = new Uint8Array(mask + 1)
  for (let index = 0; index < samples.length; index++) isThere[((samples[index] ?? 0) >> shift) & mask] = 1
  const fields = Float64Array.from({ length: mask + 1 }, (_, field) => field * 2 ** shift).filter((_, field) => isThere[field] === 1)
  return rangeOfWide(fields, format, stored, isPadding, modality)
}
