/** Colour frames to RGB of 8 bits, colour by pixel (PS3.3 §C.7.6.3.1.2). */
import { NotRenderable } from './not-renderable.ts'
import type { PixelFormat } from './pixel-format.ts'
import type { Samples } from './samples.ts'

type ToRGB = (y: number, cb: number, cr: number, put: (red: number, green: number, blue: number) => void) => void

const fullRange: ToRGB = (y, cb, cr, put) => {
  const [b, r] = [cb - 128, cr - 128]
  put(y + 1.402 * r, y - 0.344_136_3 * b - 0.714_136_3 * r, y + 1.772 * b)
}
/** Black at 16, white at 235. */
const partialRange: ToRGB = (y, cb, cr, put) => {
  const scale = 255 / 219
  const [b, r] = [(cb - 128) * (255 / 224), (cr - 128) * (255 / 224)]
  const luminance = (y - 16) * scale
  put(luminance + 1.402 * r, luminance - 0.344_136_3 * b - 0.714_136_3 * r, luminance + 1.772 * b)
}
const asItIs: ToRGB = (red, green, blue, put) => { put(red, green, blue) }

const conversions: Readonly<Record<string, ToRGB>> = {
  RGB: asItIs, YBR_FULL: fullRange, YBR_FULL_422: fullRange, YBR_PARTIAL_422: partialRange, YBR_PARTIAL_420: partialRange,
  // Decoders undo the transforms of JPEG 2000 (PS3.5 §8.2.4), so what is left is RGB.
  YBR_RCT: asItIs, YBR_ICT: asItIs, XYB: asItIs,
}

/** How many samples a frame has in its stored form. */
export function colourSamples({ Rows, Columns, SamplesPerPixel }: PixelFormat, isSubsampled: boolean): number {
  return isSubsampled ? Rows * Math.ceil(Columns / 2) * 4 : Rows * Columns * SamplesPerPixel
}

/** Whether the samples are pairs of pixels: Y, Y, Cb, Cr. Many frames called so are whole, and are known by their size. */
export function isSubsampled({ PhotometricInterpretation, Rows, Columns, BitsAllocated }: PixelFormat, byteLength: number): boolean {
  const whole = (Rows * Columns * 3 * BitsAllocated) / 8
  return PhotometricInterpretation.endsWith('_422') && byteLength < whole
}

/**
 * Three bytes a pixel.
 * @throws NotRenderable for photometric interpretations with other channels
 */
export function coloursOf(samples: Samples, format: PixelFormat, subsampled: boolean): Uint8Array {
  const toRGB = conversions[format.PhotometricInterpretation]
  if (!toRGB || format.SamplesPerPixel < 3) throw new NotRenderable(`Frames with the photometric interpretation ${known(format)} are not rendered.`)
  const bytes = samplesAsBytes(samples, format)
  const pixels = format.Rows * format.Columns
  if (toRGB === asItIs && !subsampled && format.PlanarConfiguration === 0 && format.SamplesPerPixel === 3) return bytes
  // Clamped and rounded as it is written.
  const colours = new Uint8ClampedArray(pixels * 3)
  let at = 0
  const put = (red: number, green: number, blue: number) => {
    colours[at] = red
    colours[at + 1] = green
    colours[at + 2] = blue
    at += 3
  }
  if (subsampled) {
    const perRow = Math.ceil(format.Columns / 2) * 4
    for (let row = 0; row < format.Rows; row++) {
      for (let column = 0; column < format.Columns; column++) {
        const pair = row * perRow + (column >> 1) * 4
        toRGB(bytes[pair + (column & 1)] ?? 0, bytes[pair + 2] ?? 128, bytes[pair + 3] ?? 128, put)
      }
    }
  } else {
    const [step, plane] = format.PlanarConfiguration === 1 ? [1, pixels] : [format.SamplesPerPixel, 1]
    for (let pixel = 0; pixel < pixels; pixel++) {
      const first = pixel * step
      toRGB(bytes[first] ?? 0, bytes[first + plane] ?? 0, bytes[first + 2 * plane] ?? 0, put)
    }
  }
  return new Uint8Array(colours.buffer)
}

/** Said only when it is a term: the value of a broken object could be anything. */
const known = ({ PhotometricInterpretation }: PixelFormat) => (/^[A-Z0-9_]{1,16}$/.test(PhotometricInterpretation) ? PhotometricInterpretation : 'written there')

/** The most significant 8 of the stored bits. */
function samplesAsBytes(samples: Samples, { BitsStored, HighBit }: PixelFormat): Uint8Array {
  if (samples instanceof Uint8Array && BitsStored === 8) return samples
  const mask = 2 ** BitsStored - 1
  const shift = HighBit + 1 - BitsStored
  const scale = 255 / mask
  return Uint8Array.from(samples as ArrayLike<number>, (raw) => Math.round(((raw >>> shift) & mask) * scale))
}
