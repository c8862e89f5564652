import type { DataElement, DataSet } from './data-set.ts'
import type { Keyword } from './dictionary.ts'
import { firstFragmentsOf } from './fragment-frames.ts'
import type { FrameIndex } from './frames.ts'
import type { FrameWarning } from './frame-warning.ts'
import { nativeFrames, type FrameGeometry } from './native-frames.ts'
import type { ParsedInstance } from './read.ts'
import { transferSyntax } from './transfer-syntax.ts'
import { vrTraits } from './vr.ts'

/** Attributes little endian, pixel values big endian: old GE archives. */
const GE_BIG_ENDIAN_PIXELS = '1.2.840.113619.5.2'
const NUMBER_OF_FRAMES = 0x00280008
/** Bits of a sample in the elements that hold pixels as floating point numbers, whatever Bits Allocated says (PS3.3 §C.7.6.24). */
const floatBits: Record<number, number> = { 0x7fe00008: 32, 0x7fe00009: 64 }

export interface IndexedFrames {
  /** Undefined when the instance has no pixels, or too little is known of them. */
  readonly frames: FrameIndex | undefined
  /** One of each code. */
  readonly warnings: readonly FrameWarning[]
}

/**
 * Where the frames of an instance lie. Never throws: what is wrong with an object costs it frames, and comes as warnings.
 * Of Pixel Data, Float Pixel Data and Double Float Pixel Data the first that is there counts; an instance has one (PS3.3 §C.7.6.3).
 */
export function buildFrameIndex({ dataSet, transferSyntaxUID }: Pick<ParsedInstance, 'dataSet' | 'transferSyntaxUID'>): IndexedFrames {
  const element = pixelDataOf(dataSet)
  if (!element) return { frames: undefined, warnings: [] }
  const warnings: FrameWarning[] = []
  const NumberOfFrames = numberOfFramesOf(dataSet, warnings)
  const frames = framesOf(dataSet, element, transferSyntaxUID, NumberOfFrames, warnings)
  return { frames, warnings: warnings.filter(({ code }, index) => warnings.findIndex((other) => other.code === code) === index) }
}

/** The element that holds an instance's pixels, with a value. */
export function pixelDataOf(dataSet: DataSet): DataElement | undefined {
  const candidates = [dataSet.get('PixelData'), dataSet.get('FloatPixelData'), dataSet.get('DoubleFloatPixelData')]
  return candidates.find((element) => element !== undefined && (element.length > 0 || element.fragments !== undefined))
}

/** A value that is a whole positive number, as a broken object need not hold it. */
export function countOf(dataSet: DataSet, keyword: Keyword): number | undefined {
  const value = dataSet.number(keyword)
  return value !== undefined && Number.isSafeInteger(value) && value >= 1 ? value : undefined
}

/** What the size of a native frame follows from; Samples per Pixel and Bits Allocated as the element implies where it does. */
export function frameGeometryOf(dataSet: DataSet, element: DataElement): FrameGeometry {
  const isFloat = floatBits[element.tag] !== undefined
  return {
    Rows: countOf(dataSet, 'Rows'),
    Columns: countOf(dataSet, 'Columns'),
    SamplesPerPixel: countOf(dataSet, 'SamplesPerPixel') ?? (isFloat ? 1 : undefined),
    BitsAllocated: floatBits[element.tag] ?? countOf(dataSet, 'BitsAllocated'),
    PhotometricInterpretation: dataSet.string('PhotometricInterpretation'),
  }
}

function framesOf(
  dataSet: DataSet,
  element: DataElement,
  transferSyntaxUID: string,
  NumberOfFrames: number | undefined,
  warnings: FrameWarning[],
): FrameIndex | undefined {
  const { fragments } = element
  // What was written decides, not what the transfer syntax announces: some senders leave pixels native under a compressed one.
  if (!fragments) return nativeFrames({ ...element, wordBytes: wordBytesOf(dataSet, element, transferSyntaxUID) }, frameGeometryOf(dataSet, element), NumberOfFrames, warnings)
  const located = { offsets: fragments.offsets, lengths: fragments.lengths }
  if (transferSyntax(transferSyntaxUID)?.video) return { kind: 'whole', fragments: located, numberOfFrames: NumberOfFrames ?? 1 }
  const extendedOffsets = dataSet.get('ExtendedOffsetTable') && dataSet.numbers('ExtendedOffsetTable')
  return { kind: 'encapsulated', fragments: located, firstFragments: firstFragmentsOf(fragments, NumberOfFrames, extendedOffsets, warnings) }
}

/**
 * A word is what the VR says (PS3.5 §7.3), also where a sample is wider: so DCMTK and GDCM read and write 32-bit samples in OW.
 */
function wordBytesOf(dataSet: DataSet, { vr }: DataElement, transferSyntaxUID: string): number {
  const isBigEndian = !dataSet.littleEndian || transferSyntaxUID === GE_BIG_ENDIAN_PIXELS
  return isBigEndian ? vrTraits(vr).bytesPerValue : 1
}

/** Number of Frames where it is a positive integer; absent it means one frame, but so does it in objects that should have it. */
function numberOfFramesOf(dataSet: DataSet, warnings: FrameWarning[]): number | undefined {
  if (!dataSet.has('NumberOfFrames')) return undefined
  const NumberOfFrames = countOf(dataSet, 'NumberOfFrames')
  if (NumberOfFrames === undefined) warnings.push({ code: 'numberOfFrames', tag: NUMBER_OF_FRAMES })
  return NumberOfFrames
}
