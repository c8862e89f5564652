/** One frame as people see it: from its native bytes to 8 bits a channel. */
import { type DicomJson } from '@isocenter/dicom'
import { textOf } from './attributes.ts'
import { colourSamples, coloursOf, isSubsampled } from './colour.ts'
import { greysOf, storedValue } from './greyscale.ts'
import { drawOverlays, overlaysOf } from './overlay.ts'
import { paletteOf, putColour, type Palette } from './palette.ts'
import { pixelFormatOf, type PixelFormat } from './pixel-format.ts'
import type { PresentedGreys } from './presentation-greys.ts'
import { samplesOf, type Samples } from './samples.ts'
import type { Window } from './window.ts'

export interface Raster {
  readonly width: number
  readonly height: number
  /** 1: greys, 3: sRGB, or the colours of the instance's own ICC profile. */
  readonly channels: 1 | 3
  readonly data: Uint8Array
}

/** A frame with what is known of its instance. */
export interface FrameSource {
  /** Metadata with the values of look-up tables and overlays in place. */
  readonly metadata: DicomJson
  /** counted from 1 */
  readonly frameNumber: number
  /** Native, little endian; or decoded, then `decoded` says how. */
  readonly pixels: Uint8Array
  /** What decoding changed of the format the metadata says. */
  readonly decoded?: Partial<PixelFormat> | undefined
}

export interface RasterOptions {
  /** In place of the stored VOI; for greyscale only. */
  readonly window?: Window | undefined
  /** Overlay groups to draw; none when absent. */
  readonly overlays?: ReadonlySet<number> | 'all' | undefined
  readonly presented?: PresentedGreys | undefined
}

/**
 * The raster of a frame.
 * @throws NotRenderable where the instance describes nothing that can be shown
 */
export function rasterOf({ metadata, frameNumber, pixels, decoded }: FrameSource, { window, overlays, presented }: RasterOptions = {}): Raster {
  const format = { ...pixelFormatOf(metadata), ...decoded }
  const subsampled = isSubsampled(format, pixels.length)
  const samples = samplesOf(pixels, format, colourSamples(format, subsampled))
  const shape = { width: format.Columns, height: format.Rows }
  const raster = ((): Raster => {
    if (format.PhotometricInterpretation === 'PALETTE COLOR') return { ...shape, channels: 3, data: throughPalette(samples, format, paletteOf(metadata, format.PixelRepresentation === 1)) }
    if (format.SamplesPerPixel > 1) return { ...shape, channels: 3, data: coloursOf(samples, format, subsampled) }
    const greys = greysOf(samples, format, metadata, { frameNumber, window, presented })
    return hasSupplementalPalette(metadata)
      ? { ...shape, channels: 3, data: throughSupplementalPalette(samples, greys, format, paletteOf(metadata, format.PixelRepresentation === 1)) }
      : { ...shape, channels: 1, data: greys }
  })()
  if (overlays) drawOverlays(overlaysOf(metadata, frameNumber, { samples, format }, overlays === 'all' ? undefined : overlays), raster)
  return raster
}

function throughPalette(samples: Samples, format: PixelFormat, palette: Palette): Uint8Array {
  const stored = storedValue(format)
  const colours = new Uint8Array(samples.length * 3)
  for (let index = 0; index < samples.length; index++) putColour(palette, stored(samples[index] ?? 0), colours, index * 3)
  return colours
}

/** Greyscale whose upper values are colours (PS3.3 §C.7.6.19). */
function hasSupplementalPalette(json: DicomJson): boolean {
  const presentation = textOf(json, 'PixelPresentation')
  return (presentation === 'COLOR' || presentation === 'MIXED') && '00281101' in json
}

/** Values from the palette's first on are colours, those below greys. */
function throughSupplementalPalette(samples: Samples, greys: Uint8Array, format: PixelFormat, palette: Palette): Uint8Array {
  const stored = storedValue(format)
  const colours = new Uint8Array(samples.length * 3)
  for (let index = 0; index < samples.length; index++) {
    const value = stored(samples[index] ?? 0)
    if (value >= palette.first) putColour(palette, value, colours, index * 3)
    else colours.fill(greys[index] ?? 0, index * 3, index * 3 + 3)
  }
  return colours
}
