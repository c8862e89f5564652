import type { FrameIndex } from './frames.ts'
import type { VR } from './vr.ts'

/** Where the parts of a stored object lie that are served without reading it again: frames and bulk data. */
export interface Layout {
  /** Byte order of the data set's values; bulk data are served little endian (PS3.18 §F.2.7). */
  readonly littleEndian: boolean
  /** Offsets are those of the object with its data set inflated in place. */
  readonly inflated: boolean
  /** Where the data set begins, bytes from the start of the object. */
  readonly dataSetOffset: number
  /** Absent when the instance has no pixels, or too little is known of them. */
  readonly frames?: FrameIndex
  /** Absent when the instance has no pixels. */
  readonly pixel?: PixelLayout
  readonly bulkdata: readonly BulkdataRange[]
}

/** What the samples of a frame are; 0 or '' where the instance does not say. */
export interface PixelLayout {
  readonly Rows: number
  readonly Columns: number
  readonly SamplesPerPixel: number
  readonly BitsAllocated: number
  readonly BitsStored: number
  readonly PixelRepresentation: number
  readonly PlanarConfiguration: number
  readonly PhotometricInterpretation: string
}

/** One value left out of the metadata. Of encapsulated Pixel Data the range is the whole value field, item headers included. */
export interface BulkdataRange {
  /** Tags and 1-based item numbers joined by dots, e.g. `54000100.1.54001010`. */
  readonly path: string
  /** Bytes from the start of the object. */
  readonly offset: number
  readonly length: number
  readonly vr: VR
}
