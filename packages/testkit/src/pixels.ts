/** A grey ramp that moves by one step a frame, so that every frame differs and a mixed-up frame is seen. Little endian, colour by pixel. */
export interface PixelShape {
  readonly Rows: number
  readonly Columns: number
  readonly SamplesPerPixel: number
  /** 1 (packed across frames, PS3.5 §8.2), 8, 16 or 32. */
  readonly BitsAllocated: number
  readonly BitsStored: number
  readonly NumberOfFrames: number
}

/** Native Pixel Data of the shape, padded to an even length. */
export function somePixels(shape: PixelShape): Uint8Array {
  const samples = shape.Rows * shape.Columns * shape.SamplesPerPixel
  const bits = samples * shape.BitsAllocated * shape.NumberOfFrames
  const bytes = Buffer.alloc(Math.ceil(bits / 16) * 2)
  const levels = 2 ** Math.min(shape.BitsStored, 16)
  for (let frame = 0; frame < shape.NumberOfFrames; frame++) {
    for (let sample = 0; sample < samples; sample++) {
      writeSample(bytes, frame * samples + sample, (sample * 7 + frame * 13 + frame) % levels, shape.BitsAllocated)
    }
  }
  return bytes
}

function writeSample(bytes: Buffer, index: number, value: number, BitsAllocated: number): void {
  if (BitsAllocated === 1) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | ((value & 1) << (index & 7))
  else bytes.writeUIntLE(value, (index * BitsAllocated) / 8, BitsAllocated / 8)
}
