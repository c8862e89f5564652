/** Colour by plane and colour by pixel (PS3.3 §C.7.6.3.1.3). */
import type { FrameFormat, NativeFrame } from './frame-format.ts'

/** A native frame with the samples of each pixel side by side; the same bytes when they are already. */
export function colourByPixel(pixels: Uint8Array, format: FrameFormat): NativeFrame {
  const { SamplesPerPixel, PlanarConfiguration } = format
  if (SamplesPerPixel === 1 || PlanarConfiguration !== 1 || format.PhotometricInterpretation === 'YBR_FULL_422') return { pixels, format: { ...format, PlanarConfiguration: 0 } }
  return { pixels: rearranged(pixels, format, true), format: { ...format, PlanarConfiguration: 0 } }
}

/** A frame that is colour by pixel as three planes, one behind the other. */
export function colourByPlane({ pixels, format }: NativeFrame): NativeFrame {
  if (format.SamplesPerPixel === 1) return { pixels, format }
  return { pixels: rearranged(pixels, format, false), format: { ...format, PlanarConfiguration: 1 } }
}

function rearranged(pixels: Uint8Array, { Rows, Columns, SamplesPerPixel, BitsAllocated }: FrameFormat, byPixel: boolean): Uint8Array {
  const sampleBytes = BitsAllocated / 8
  const count = Rows * Columns
  const result = new Uint8Array(pixels.length)
  for (let sample = 0; sample < SamplesPerPixel; sample++) {
    for (let pixel = 0; pixel < count; pixel++) {
      const inPlane = (sample * count + pixel) * sampleBytes
      const inPixel = (pixel * SamplesPerPixel + sample) * sampleBytes
      for (let byte = 0; byte < sampleBytes; byte++) {
        if (byPixel) result[inPixel + byte] = pixels[inPlane + byte] ?? 0
        else result[inPlane + byte] = pixels[inPixel + byte] ?? 0
      }
    }
  }
  return result
}
