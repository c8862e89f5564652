/** Frames between transfer syntaxes: which codec is whose, and what holds for all of them. */
import { ExplicitVRLittleEndian, transferSyntax } from '@isocenter/dicom'
import type { Codec, EncodedFrame, EncodeOptions } from './codec.ts'
import { CodecError } from './codec-error.ts'
import { fullColourDifferences } from './colour-differences.ts'
import { colourByPixel } from './colour-planes.ts'
import { deflatedFrame } from './deflated-frame.ts'
import { checkedFormat, nativeFrameBytes, type FrameFormat, type NativeFrame } from './frame-format.ts'
import { htj2k } from './htj2k.ts'
import { jpeg } from './jpeg.ts'
import { jpeg2000 } from './jpeg-2000.ts'
import { jpegLS } from './jpeg-ls.ts'
import { rle } from './rle.ts'

/** Frames as they lie in Pixel Data that are not compressed, once little endian. */
const native: Codec = {
  decodes: () => true,
  encodes: (_format, transferSyntaxUID) => transferSyntaxUID === ExplicitVRLittleEndian,
  decode(bytes, format) {
    const length = nativeFrameBytes(format)
    if (bytes.length < length) throw new CodecError('mismatch', 'the frame has fewer bytes than its attributes say')
    return colourByPixel(bytes.subarray(0, length), format)
  },
  encode: ({ pixels, format }) => ({ bytes: pixels, format }),
}

/** JPEG processes no decoder here has: hierarchical ones, and spectral selection of retired syntaxes with arithmetic coding. */
const undecodableJPEG = /\.4\.(52|54|56|58|59|6\d)$/

function codecOf(transferSyntaxUID: string): Codec | undefined {
  switch (transferSyntax(transferSyntaxUID)?.codec) {
    case 'native': return native
    case 'rle': return rle
    case 'deflate': return deflatedFrame
    case 'jpeg': return undecodableJPEG.test(transferSyntaxUID) ? undefined : jpeg
    case 'jpeg-ls': return jpegLS
    case 'jpeg-2000': return /\.4\.9[01]$/.test(transferSyntaxUID) ? jpeg2000 : undefined
    case 'htj2k': return htj2k
    default: return undefined
  }
}

/** Whether frames of this format can be decoded from the transfer syntax, as far as that shows without their bytes. */
export function canDecode(transferSyntaxUID: string, format: FrameFormat): boolean {
  return isFrameFormat(format) && codecOf(transferSyntaxUID)?.decodes(format) === true
}

/** Whether native frames of this format can be encoded in the transfer syntax. */
export function canEncode(transferSyntaxUID: string, format: FrameFormat): boolean {
  if (!isFrameFormat(format) || codecOf(transferSyntaxUID)?.encodes(format, transferSyntaxUID) !== true) return false
  return !isLossyTarget(transferSyntaxUID) || standsLosses(format)
}

/** Whether encoding in the transfer syntax loses: what `encodeFrame` makes of one that may, does. */
export function isLossyTarget(transferSyntaxUID: string): boolean {
  return transferSyntax(transferSyntaxUID)?.lossy === true
}

/** An index into a palette or a bit must not come out as another one (PS3.5 §8.2.1). */
const standsLosses = ({ BitsAllocated, PhotometricInterpretation }: FrameFormat): boolean => BitsAllocated !== 1 && PhotometricInterpretation !== 'PALETTE COLOR'

/**
 * One frame without compression. `bytes` is the whole frame: fragments joined, native ones little endian and beginning at
 * the first bit. YBR_RCT and YBR_ICT come out as RGB, JPEG's YBR_FULL_422 as YBR_FULL; `format` says which.
 * @throws CodecError unsupported, malformed, mismatch, tooLarge; WebAssembly.RuntimeError when a codec traps
 */
export async function decodeFrame(bytes: Uint8Array, transferSyntaxUID: string, format: FrameFormat): Promise<NativeFrame> {
  const codec = codecOf(transferSyntaxUID)
  if (!codec?.decodes(checkedFormat(format))) throw new CodecError('unsupported', 'no codec decodes frames of this kind')
  return codec.decode(bytes, codec === native || codec === deflatedFrame ? format : withFullColourDifferences(format))
}

/** Compressed frames have all samples, whatever JPEG kept of them: YBR_FULL_422 lies halved in native frames alone. */
function withFullColourDifferences(format: FrameFormat): FrameFormat {
  return format.PhotometricInterpretation === 'YBR_FULL_422' ? { ...format, PhotometricInterpretation: 'YBR_FULL' } : format
}

/**
 * One frame in a transfer syntax. Lossless ones keep every bit that is allocated; `format` says what the attributes beside
 * the result must say (JPEG makes YBR_FULL of RGB, JPEG 2000 YBR_RCT or YBR_ICT).
 * @throws CodecError unsupported, mismatch, tooLarge; WebAssembly.RuntimeError when a codec traps
 */
export async function encodeFrame(pixels: Uint8Array, format: FrameFormat, transferSyntaxUID: string, options: EncodeOptions = {}): Promise<EncodedFrame> {
  const codec = codecOf(transferSyntaxUID)
  if (!codec || !canEncode(transferSyntaxUID, checkedFormat(format))) throw new CodecError('unsupported', 'no codec encodes frames of this kind')
  if (pixels.length !== nativeFrameBytes(format)) throw new CodecError('mismatch', 'the frame has another number of bytes than its attributes say')
  const frame = colourByPixel(pixels, format)
  return codec.encode(codec === native || codec === deflatedFrame ? frame : fullColourDifferences(frame), transferSyntaxUID, options)
}

function isFrameFormat(format: FrameFormat): boolean {
  try {
    checkedFormat(format)
    return true
  } catch (error) {
    if (error instanceof CodecError) return false
    throw error
  }
}
