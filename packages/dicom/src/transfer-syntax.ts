/** Transfer syntaxes (PS3.5 Annex A) and the media types their frames travel as (PS3.18 §8.7.3.3). */

export interface TransferSyntax {
  readonly uid: string
  readonly name: string
  readonly littleEndian: boolean
  readonly explicitVR: boolean
  /** The whole data set is one deflate stream (PS3.5 §A.5). */
  readonly deflated: boolean
  /** Pixel Data is a sequence of fragments (PS3.5 §A.4); false also when the pixels are elsewhere (JPIP). */
  readonly encapsulated: boolean
  /** Media type of one frame, or of the whole for video; absent when PS3.18 names none. */
  readonly mediaType?: string
  /** Decoding may give other sample values than were encoded. */
  readonly lossy: boolean
  /** All frames are one stream, which cannot be cut into frames. */
  readonly video: boolean
  readonly codec: Codec
  readonly retired: boolean
}

export type Codec =
  | 'native' | 'jpeg' | 'jpeg-ls' | 'jpeg-2000' | 'htj2k' | 'jpeg-xl' | 'rle' | 'deflate' | 'mpeg-2' | 'h264' | 'h265' | 'jpip' | 'other'

export const ImplicitVRLittleEndian = '1.2.840.10008.1.2'
export const ExplicitVRLittleEndian = '1.2.840.10008.1.2.1'
export const ExplicitVRBigEndian = '1.2.840.10008.1.2.2'
export const DeflatedExplicitVRLittleEndian = '1.2.840.10008.1.2.1.99'

const syntaxes = new Map<string, TransferSyntax>()

type Traits = Partial<Omit<TransferSyntax, 'uid' | 'name'>>

function define(uid: string, name: string, traits: Traits): void {
  const uncompressed = {
    littleEndian: true, explicitVR: true, deflated: false, encapsulated: false, lossy: false, video: false, codec: 'native', retired: false,
  } as const
  syntaxes.set(uid, { uid, name, ...uncompressed, ...traits })
}

function defineCompressed(suffix: string, name: string, traits: Traits): void {
  define(`1.2.840.10008.1.2.${suffix}`, name, { encapsulated: true, ...traits })
}

const octets = 'application/octet-stream'
define(ImplicitVRLittleEndian, 'Implicit VR Little Endian', { explicitVR: false, mediaType: octets })
define(ExplicitVRLittleEndian, 'Explicit VR Little Endian', { mediaType: octets })
define(DeflatedExplicitVRLittleEndian, 'Deflated Explicit VR Little Endian', { deflated: true, mediaType: octets })
define(ExplicitVRBigEndian, 'Explicit VR Big Endian', { littleEndian: false, mediaType: octets, retired: true })
define('1.2.840.10008.1.20', 'Papyrus 3 Implicit VR Little Endian', { explicitVR: false, mediaType: octets, retired: true })
// Old GE archives: attributes as in the default syntax, pixel values big endian.
define('1.2.840.113619.5.2', 'GE Private Implicit VR Little Endian with Big Endian Pixel Data', { explicitVR: false })

defineCompressed('1.98', 'Encapsulated Uncompressed Explicit VR Little Endian', { mediaType: octets })
defineCompressed('8.1', 'Deflated Image Frame Compression', { codec: 'deflate' })
defineCompressed('5', 'RLE Lossless', { codec: 'rle', mediaType: 'image/dicom-rle' })

const jpeg = { codec: 'jpeg', mediaType: 'image/jpeg' } as const
const jpegLossy = { ...jpeg, lossy: true }
defineCompressed('4.50', 'JPEG Baseline (Process 1)', jpegLossy)
defineCompressed('4.51', 'JPEG Extended (Process 2 and 4)', jpegLossy)
defineCompressed('4.52', 'JPEG Extended (Process 3 and 5)', { ...jpegLossy, retired: true })
defineCompressed('4.53', 'JPEG Spectral Selection, Non-Hierarchical (Process 6 and 8)', { ...jpegLossy, retired: true })
defineCompressed('4.54', 'JPEG Spectral Selection, Non-Hierarchical (Process 7 and 9)', { ...jpegLossy, retired: true })
defineCompressed('4.55', 'JPEG Full Progression, Non-Hierarchical (Process 10 and 12)', { ...jpegLossy, retired: true })
defineCompressed('4.56', 'JPEG Full Progression, Non-Hierarchical (Process 11 and 13)', { ...jpegLossy, retired: true })
defineCompressed('4.57', 'JPEG Lossless, Non-Hierarchical (Process 14)', jpeg)
defineCompressed('4.58', 'JPEG Lossless, Non-Hierarchical (Process 15)', { ...jpeg, retired: true })
defineCompressed('4.59', 'JPEG Extended, Hierarchical (Process 16 and 18)', { ...jpegLossy, retired: true })
defineCompressed('4.60', 'JPEG Extended, Hierarchical (Process 17 and 19)', { ...jpegLossy, retired: true })
defineCompressed('4.61', 'JPEG Spectral Selection, Hierarchical (Process 20 and 22)', { ...jpegLossy, retired: true })
defineCompressed('4.62', 'JPEG Spectral Selection, Hierarchical (Process 21 and 23)', { ...jpegLossy, retired: true })
defineCompressed('4.63', 'JPEG Full Progression, Hierarchical (Process 24 and 26)', { ...jpegLossy, retired: true })
defineCompressed('4.64', 'JPEG Full Progression, Hierarchical (Process 25 and 27)', { ...jpegLossy, retired: true })
defineCompressed('4.65', 'JPEG Lossless, Hierarchical (Process 28)', { ...jpeg, retired: true })
defineCompressed('4.66', 'JPEG Lossless, Hierarchical (Process 29)', { ...jpeg, retired: true })
defineCompressed('4.70', 'JPEG Lossless, Non-Hierarchical, First-Order Prediction (Process 14 [Selection Value 1])', jpeg)
defineCompressed('4.80', 'JPEG-LS Lossless Image Compression', { codec: 'jpeg-ls', mediaType: 'image/jls' })
defineCompressed('4.81', 'JPEG-LS Lossy (Near-Lossless) Image Compression', { codec: 'jpeg-ls', mediaType: 'image/jls', lossy: true })

const jpeg2000 = { codec: 'jpeg-2000' } as const
defineCompressed('4.90', 'JPEG 2000 Image Compression (Lossless Only)', { ...jpeg2000, mediaType: 'image/jp2' })
defineCompressed('4.91', 'JPEG 2000 Image Compression', { ...jpeg2000, mediaType: 'image/jp2', lossy: true })
defineCompressed('4.92', 'JPEG 2000 Part 2 Multi-component Image Compression (Lossless Only)', { ...jpeg2000, mediaType: 'image/jpx' })
defineCompressed('4.93', 'JPEG 2000 Part 2 Multi-component Image Compression', { ...jpeg2000, mediaType: 'image/jpx', lossy: true })
const htj2k = { codec: 'htj2k', mediaType: 'image/jphc' } as const
defineCompressed('4.201', 'High-Throughput JPEG 2000 Image Compression (Lossless Only)', htj2k)
defineCompressed('4.202', 'High-Throughput JPEG 2000 with RPCL Options Image Compression (Lossless Only)', htj2k)
defineCompressed('4.203', 'High-Throughput JPEG 2000 Image Compression', { ...htj2k, lossy: true })
const jpegXL = { codec: 'jpeg-xl', mediaType: 'image/jxl' } as const
defineCompressed('4.110', 'JPEG XL Lossless', jpegXL)
// Recompressing keeps every coefficient of a JPEG image, which had lost already.
defineCompressed('4.111', 'JPEG XL JPEG Recompression', { ...jpegXL, lossy: true })
defineCompressed('4.112', 'JPEG XL', { ...jpegXL, lossy: true })

// JPIP: the object holds an address, (0028,7FE0), in place of Pixel Data.
define('1.2.840.10008.1.2.4.94', 'JPIP Referenced', { codec: 'jpip', lossy: true })
define('1.2.840.10008.1.2.4.95', 'JPIP Referenced Deflate', { codec: 'jpip', lossy: true, deflated: true })
define('1.2.840.10008.1.2.4.204', 'JPIP HTJ2K Referenced', { codec: 'jpip', lossy: true })
define('1.2.840.10008.1.2.4.205', 'JPIP HTJ2K Referenced Deflate', { codec: 'jpip', lossy: true, deflated: true })

const mpeg2 = { codec: 'mpeg-2', mediaType: 'video/mpeg', lossy: true, video: true } as const
const h264 = { codec: 'h264', mediaType: 'video/mp4', lossy: true, video: true } as const
const h265 = { codec: 'h265', mediaType: 'video/mp4', lossy: true, video: true } as const
for (const [suffix, name, traits] of [
  ['100', 'MPEG2 Main Profile / Main Level', mpeg2],
  ['101', 'MPEG2 Main Profile / High Level', mpeg2],
  ['102', 'MPEG-4 AVC/H.264 High Profile / Level 4.1', h264],
  ['103', 'MPEG-4 AVC/H.264 BD-compatible High Profile / Level 4.1', h264],
  ['104', 'MPEG-4 AVC/H.264 High Profile / Level 4.2 For 2D Video', h264],
  ['105', 'MPEG-4 AVC/H.264 High Profile / Level 4.2 For 3D Video', h264],
  ['106', 'MPEG-4 AVC/H.264 Stereo High Profile / Level 4.2', h264],
] as const) {
  defineCompressed(`4.${suffix}`, name, traits)
  defineCompressed(`4.${suffix}.1`, `Fragmentable ${name}`, traits)
}
defineCompressed('4.107', 'HEVC/H.265 Main Profile / Level 5.1', h265)
defineCompressed('4.108', 'HEVC/H.265 Main 10 Profile / Level 5.1', h265)

/**
 * A transfer syntax of an object's data set. Undefined for private and later UIDs: PS3.5 Annex A gives every standard
 * one since 1993 but two Explicit VR Little Endian, so a reader may assume that, and find out from Pixel Data itself
 * whether it is encapsulated.
 */
export function transferSyntax(uid: string): TransferSyntax | undefined {
  return syntaxes.get(uid)
}

/** Every transfer syntax `transferSyntax` knows. */
export function allTransferSyntaxes(): readonly TransferSyntax[] {
  return [...syntaxes.values()]
}
