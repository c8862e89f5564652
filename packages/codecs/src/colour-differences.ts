/** YBR_FULL_422: two pixels as Y1 Y2 CB CR (PS3.3 §C.7.6.3.1.2), the only native form with fewer colour samples than pixels. */
import type { FrameFormat, NativeFrame } from './frame-format.ts'

/** The frame as YBR_FULL, both pixels with the colour differences they share; other frames as they are. */
export function fullColourDifferences(frame: NativeFrame): NativeFrame {
  const { pixels, format } = frame
  if (!isHalved(format)) return frame
  const { Rows, Columns } = format
  const result = new Uint8Array(Rows * Columns * 3)
  const rowBytes = Math.ceil(Columns / 2) * 4
  for (let row = 0, target = 0; row < Rows; row++) {
    for (let column = 0; column < Columns; column++, target += 3) {
      const pair = row * rowBytes + (column >> 1) * 4
      result[target] = pixels[pair + (column & 1)] ?? 0
      result[target + 1] = pixels[pair + 2] ?? 0
      result[target + 2] = pixels[pair + 3] ?? 0
    }
  }
  return { pixels: result, format: { ...format, PhotometricInterpretation: 'YBR_FULL' } }
}

/**
 * A YBR_FULL frame of 8 bits as YBR_FULL_422, each pair with the mean of its colour differences; undefined where the
 * native form cannot hold it (an odd number of columns).
 */
export function halvedColourDifferences({ pixels, format }: NativeFrame): NativeFrame | undefined {
  const { Rows, Columns, BitsAllocated, SamplesPerPixel } = format
  if (BitsAllocated !== 8 || SamplesPerPixel !== 3 || Columns % 2 === 1) return undefined
  const result = new Uint8Array(Rows * Columns * 2)
  for (let source = 0, target = 0; source < Rows * Columns * 3; source += 6, target += 4) {
    result[target] = pixels[source] ?? 0
    result[target + 1] = pixels[source + 3] ?? 0
    result[target + 2] = ((pixels[source + 1] ?? 0) + (pixels[source + 4] ?? 0) + 1) >> 1
    result[target + 3] = ((pixels[source + 2] ?? 0) + (pixels[source + 5] ?? 0) + 1) >> 1
  }
  return { pixels: result, format: { ...format, PhotometricInterpretation: 'YBR_FULL_422' } }
}

/** A YBR_FULL frame of 8 bits as RGB (PS3.3 §C.7.6.3.1.2, the inverse of its equations), rounded and clamped; other frames as they are. */
export function rgb(frame: NativeFrame): NativeFrame {
  const { pixels, format } = frame
  if (format.PhotometricInterpretation !== 'YBR_FULL' || format.BitsAllocated !== 8) return frame
  // A clamped array rounds and clamps on assignment.
  const result = new Uint8ClampedArray(pixels.length)
  for (let at = 0; at < pixels.length; at += 3) {
    const luminance = pixels[at] ?? 0
    const blue = (pixels[at + 1] ?? 0) - 128
    const red = (pixels[at + 2] ?? 0) - 128
    result[at] = luminance + 1.402 * red
    result[at + 1] = luminance - 0.344_136 * blue - 0.714_136 * red
    result[at + 2] = luminance + 1.772 * blue
  }
  return { pixels: new Uint8Array(result.buffer), format: { ...format, PhotometricInterpretation: 'RGB' } }
}

const isHalved = ({ PhotometricInterpretation, SamplesPerPixel, BitsAllocated }: FrameFormat): boolean =>
  PhotometricInterpretation === 'YBR_FULL_422' && SamplesPerPixel === 3 && BitsAllocated === 8
