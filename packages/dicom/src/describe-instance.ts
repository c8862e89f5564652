import type { DataElement, DataSet } from './data-set.ts'
import { buildFrameIndex, countOf, frameGeometryOf, pixelDataOf } from './frame-index.ts'
import type { FrameWarning } from './frame-warning.ts'
import { writeDicomJson } from './json.ts'
import type { BulkdataRange, Layout, PixelLayout } from './layout.ts'
import type { ParsedInstance } from './read.ts'

export interface DescribeOptions {
  /** The URI under which the bulk data of a path will be served. */
  readonly bulkDataURI: (path: string) => string
}

export interface InstanceDescription {
  /** The instance's metadata as DICOM JSON text (PS3.18 Annex F). */
  readonly metadataText: string
  /** Where its frames and every value that the metadata names by URI lie. */
  readonly layout: Layout
  /** What is wrong with its frames. */
  readonly warnings: readonly FrameWarning[]
}

/**
 * What is kept of an instance beside its bytes: metadata and layout, made in one walk so that every BulkDataURI the metadata
 * give has its range in the layout.
 */
export function describeInstance(instance: ParsedInstance, { bulkDataURI }: DescribeOptions): InstanceDescription {
  const { dataSet } = instance
  const bulkdata: BulkdataRange[] = []
  const metadataText = writeDicomJson(dataSet, {
    bulkDataURI: (path, { offset, length, vr, fragments }) => {
      bulkdata.push({ path, offset, length, vr: fragments ? 'OB' : vr })
      return bulkDataURI(path)
    },
  })
  const { frames, warnings } = buildFrameIndex(instance)
  const pixelData = pixelDataOf(dataSet)
  const layout: Layout = {
    littleEndian: dataSet.littleEndian,
    inflated: instance.inflated,
    dataSetOffset: instance.dataSetOffset,
    ...(frames === undefined ? {} : { frames }),
    ...(pixelData === undefined ? {} : { pixel: pixelLayoutOf(dataSet, pixelData) }),
    bulkdata,
  }
  return { metadataText, layout, warnings }
}

function pixelLayoutOf(dataSet: DataSet, element: DataElement): PixelLayout {
  const { Rows = 0, Columns = 0, SamplesPerPixel = 0, BitsAllocated = 0, PhotometricInterpretation = '' } = frameGeometryOf(dataSet, element)
  return {
    Rows,
    Columns,
    SamplesPerPixel,
    BitsAllocated,
    BitsStored: countOf(dataSet, 'BitsStored') ?? 0,
    PixelRepresentation: countOf(dataSet, 'PixelRepresentation') ?? 0,
    PlanarConfiguration: countOf(dataSet, 'PlanarConfiguration') ?? 0,
    PhotometricInterpretation,
  }
}
