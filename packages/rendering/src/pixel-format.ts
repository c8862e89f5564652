import { type DicomJson } from '@isocenter/dicom'
import { numberOf, textOf } from './attributes.ts'
import { NotRenderable } from './not-renderable.ts'

/** What the samples of a frame are (PS3.3 §C.7.6.3). */
export interface PixelFormat {
  readonly Rows: number
  readonly Columns: number
  readonly SamplesPerPixel: number
  readonly BitsAllocated: number
  readonly BitsStored: number
  readonly HighBit: number
  /** 1: two's complement. */
  readonly PixelRepresentation: number
  /** 1: all of one channel, then all of the next. */
  readonly PlanarConfiguration: number
  readonly PhotometricInterpretation: string
  /** `float`: Float or Double Float Pixel Data (PS3.3 §C.7.6.24, §C.7.6.25). */
  readonly sampleKind: 'integer' | 'float'
}

/** Largest frame that is rendered, pixels: an RGB raster of it and its encoder fit into memory. */
const maxPixels = 50_000_000

/**
 * The format of an instance's frames as its attributes say it.
 * @throws NotRenderable where no pixels are described, or more than are rendered
 */
export function pixelFormatOf(json: DicomJson): PixelFormat {
  const Rows = numberOf(json, 'Rows') ?? 0
  const Columns = numberOf(json, 'Columns') ?? 0
  const sampleKind = isFloat(json) ? 'float' : 'integer'
  const BitsAllocated = numberOf(json, 'BitsAllocated') ?? ('7FE00009' in json ? 64 : 32)
  const SamplesPerPixel = numberOf(json, 'SamplesPerPixel') ?? 1
  if (Rows < 1 || Columns < 1) throw new NotRenderable('The instance has no pixels.')
  if (Rows * Columns > maxPixels) throw new NotRenderable(`Frames of more than ${maxPixels} pixels are not rendered.`)
  const BitsStored = within(numberOf(json, 'BitsStored') ?? BitsAllocated, 1, BitsAllocated)
  return {
    Rows, Columns, SamplesPerPixel, BitsAllocated, BitsStored, sampleKind,
    // High Bit is wrong in the field more often than it is other than Bits Stored - 1.
    HighBit: within(numberOf(json, 'HighBit') ?? BitsStored - 1, BitsStored - 1, BitsAllocated - 1),
    PixelRepresentation: numberOf(json, 'PixelRepresentation') === 1 ? 1 : 0,
    PlanarConfiguration: numberOf(json, 'PlanarConfiguration') === 1 ? 1 : 0,
    PhotometricInterpretation: (textOf(json, 'PhotometricInterpretation') ?? (SamplesPerPixel === 3 ? 'RGB' : 'MONOCHROME2')).toUpperCase(),
  }
}

const isFloat = (json: DicomJson) => '7FE00008' in json || '7FE00009' in json
const within = (value: number, least: number, most: number) => Math.max(least, Math.min(most, value))

/** Bytes of one native frame. */
export function frameBytes({ Rows, Columns, SamplesPerPixel, BitsAllocated, PhotometricInterpretation }: PixelFormat): number {
  // Two luminances share a pair of chrominances (PS3.3 §C.7.6.3.1.2).
  const samples = PhotometricInterpretation === 'YBR_FULL_422' || PhotometricInterpretation === 'YBR_PARTIAL_422' ? 2 : SamplesPerPixel
  return Math.ceil((Rows * Columns * samples * BitsAllocated) / 8)
}
