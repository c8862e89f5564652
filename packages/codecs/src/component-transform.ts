/** What JPEG 2000's component transforms mean for the photometric interpretation (PS3.5 §8.2.4). */
import type { CodestreamHeader } from './codestream.ts'
import type { FrameFormat } from './frame-format.ts'

/** Of decoded samples: the decoder has undone the transform, so YBR_RCT and YBR_ICT are RGB. */
export function afterComponentTransform(format: FrameFormat, { hasComponentTransform }: CodestreamHeader): FrameFormat {
  const { PhotometricInterpretation, SamplesPerPixel } = format
  const isTransformed = PhotometricInterpretation === 'YBR_RCT' || PhotometricInterpretation === 'YBR_ICT'
  // Some writers say YBR_FULL of what they transformed; what comes out is RGB nevertheless.
  const isRGB = SamplesPerPixel === 3 && (isTransformed || hasComponentTransform)
  return { ...format, PhotometricInterpretation: isRGB ? 'RGB' : PhotometricInterpretation, PlanarConfiguration: 0 }
}

/** Of a stream made of samples in `format`. */
export function beforeComponentTransform(format: FrameFormat, { hasComponentTransform, isReversible }: CodestreamHeader): FrameFormat {
  if (!hasComponentTransform) return format
  return { ...format, PhotometricInterpretation: isReversible ? 'YBR_RCT' : 'YBR_ICT' }
}
