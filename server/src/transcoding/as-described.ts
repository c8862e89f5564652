/** Decoded frames in the form the instance's attributes describe, for who has nothing but the metadata to go by. */
import { colourByPlane, halvedColourDifferences, type FrameFormat, type NativeFrame } from '@isocenter/codecs'

/**
 * The frame as the attributes say a native one lies (PS3.18 §8.7.3.3.2): planes where PlanarConfiguration is 1, colour
 * differences halved where the photometric interpretation is YBR_FULL_422. YBR_RCT and YBR_ICT have no native form; they stay RGB.
 */
export function asDescribed(frame: NativeFrame, described: FrameFormat): NativeFrame {
  if (described.PhotometricInterpretation === 'YBR_FULL_422' && frame.format.PhotometricInterpretation === 'YBR_FULL') return halvedColourDifferences(frame) ?? frame
  return described.PlanarConfiguration === 1 ? colourByPlane(frame) : frame
}

/** Bytes `asDescribed` gives. */
export function describedFrameBytes({ Rows, Columns, SamplesPerPixel, BitsAllocated, PhotometricInterpretation }: FrameFormat): number {
  const isHalved = PhotometricInterpretation === 'YBR_FULL_422' && SamplesPerPixel === 3 && BitsAllocated === 8 && Columns % 2 === 0
  return Math.ceil((Rows * Columns * (isHalved ? 2 : SamplesPerPixel) * BitsAllocated) / 8)
}
