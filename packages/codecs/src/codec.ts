import type { FrameFormat, NativeFrame } from './frame-format.ts'

/** What an encoder is asked; each one reads what concerns it. */
export interface EncodeOptions {
  /** JPEG with losses: 1 (smallest) to 100; 90 where absent. */
  readonly jpegQuality?: number
  /** JPEG-LS near-lossless: the most a sample may differ; 2 where absent. */
  readonly nearLossless?: number
  /** JPEG 2000 with losses: uncompressed bytes to compressed bytes; 10 where absent. */
  readonly jpeg2000Ratio?: number
  /** HTJ2K with losses: quantization step as a fraction of the sample range; 0.002 where absent. */
  readonly quantizationStep?: number
}

/** A compressed frame, and what the attributes beside it must say. */
export interface EncodedFrame {
  readonly bytes: Uint8Array
  /** As the frame that was encoded, but for the photometric interpretation some codecs change. */
  readonly format: FrameFormat
}

/** One family of codestreams. */
export interface Codec {
  /** Whether frames of this format can be decoded, as far as that shows without their bytes. */
  readonly decodes: (format: FrameFormat) => boolean
  /** Whether frames of this format can be encoded in the transfer syntax, which is one of the family's. */
  readonly encodes: (format: FrameFormat, transferSyntaxUID: string) => boolean
  /** @throws CodecError */
  readonly decode: (bytes: Uint8Array, format: FrameFormat) => NativeFrame | Promise<NativeFrame>
  /** @throws CodecError */
  readonly encode: (frame: NativeFrame, transferSyntaxUID: string, options: EncodeOptions) => EncodedFrame | Promise<EncodedFrame>
}
