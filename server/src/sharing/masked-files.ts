/** DICOM files of anonymised links (PS3.10): the de-identified data set written anew, with the pixels and other long values that stay put in as they are read. */
import {
  decodeLayout, DicomWriteError, ExplicitVRLittleEndian, frameRanges, addressableFrames, instancePieces, vrTraits, wholeRanges,
  type BulkPiece, type DicomJson, type Layout,
} from '@isocenter/dicom'
import type { Catalogue, InstanceRecord } from '../catalogue/index.ts'
import { applicationDicom, storedFiles, type Files } from '../dicomweb/index.ts'
import { noSuchResource } from '../platform/problem.ts'
import type { BlobStore } from '../storage/index.ts'
import { readStored, swapped } from '../transcoding/index.ts'
import { transferSyntax } from '@isocenter/dicom'

const pixelData = '7FE00010'

/** Files of visitors: the stored ones of a link that is not anonymised, and ones written anew of one that is, in one form each. */
export const sharedFiles: Files = {
  offers: (access, record, multipart) => (access.share?.maskSecret === undefined
    ? storedFiles.offers(access, record, multipart)
    : [{ mediaType: applicationDicom, multipart, transferSyntaxUID: syntaxOf(record) }]),
  open: async (deps, access, record, offer, signal) => (access.share?.maskSecret === undefined
    ? storedFiles.open(deps, access, record, offer, signal)
    : maskedFile(deps, await metadataOf(deps.catalogue, access, record), record, signal)),
}

/** Compressed pixels stay as they are; everything else is written as Explicit VR Little Endian. */
function syntaxOf({ transferSyntaxUID, layout }: InstanceRecord): string {
  const kind = decodeLayout(layout).frames?.kind
  return (kind === 'encapsulated' || kind === 'whole') && transferSyntax(transferSyntaxUID)?.encapsulated === true ? transferSyntaxUID : ExplicitVRLittleEndian
}

async function metadataOf(catalogue: Catalogue, access: Parameters<Catalogue['metadata']>[0], record: InstanceRecord): Promise<DicomJson> {
  for await (const { json } of catalogue.metadata(access, record)) return JSON.parse(json) as DicomJson
  throw noSuchResource('The instance has gone.')
}

function maskedFile({ blobs }: { readonly blobs: BlobStore }, dataSet: DicomJson, record: InstanceRecord, signal: AbortSignal) {
  const layout = decodeLayout(record.layout)
  const transferSyntaxUID = syntaxOf(record)
  const isEncapsulated = transferSyntaxUID !== ExplicitVRLittleEndian
  const bulkdata = new Map(layout.bulkdata.filter(({ path }) => !isEncapsulated || path !== pixelData).map(({ path, offset, length }) => [path, { source: path, offset, length }]))
  const pieces = written(dataSet, transferSyntaxUID, bulkdata, isEncapsulated ? framesOf(layout) : undefined)
  const object = { blobKey: record.blobKey, byteLength: record.byteLength, layout }
  const chunks = async function* () {
    for (const piece of pieces) {
      if (piece instanceof Uint8Array) yield piece
      else yield* swapped(await readStored(blobs, object, piece, signal), wordBytesOf(layout, piece.source))
    }
  }
  return { length: pieces.reduce((sum, { length }) => sum + length, 0), chunks: chunks(), close: () => {} }
}

/** @throws noSuchResource 404 for an object so broken that it cannot be written: it is not given out as it is */
function written(dataSet: DicomJson, transferSyntaxUID: string, bulkdata: ReadonlyMap<string, BulkPiece>, frames: readonly (readonly BulkPiece[])[] | undefined) {
  try {
    return instancePieces(dataSet, { transferSyntaxUID, bulkdata, ...(frames && { pixelData: { frames } }) })
  } catch (error) {
    if (error instanceof DicomWriteError) throw noSuchResource('The instance cannot be written without what identifies it.')
    throw error
  }
}

function framesOf({ frames }: Layout): BulkPiece[][] {
  const pieceOf = ({ offset, length }: { readonly offset: number; readonly length: number }) => ({ source: pixelData, offset, length })
  if (frames?.kind === 'whole') return [wholeRanges(frames).map(pieceOf)]
  return frames ? Array.from({ length: addressableFrames(frames) }, (_, index) => (frameRanges(frames, index + 1) ?? []).map(pieceOf)) : []
}

function wordBytesOf({ frames, littleEndian, bulkdata }: Layout, path: string): number {
  if (path === pixelData && frames?.kind === 'native') return frames.wordBytes
  const vr = bulkdata.find((value) => value.path === path)?.vr
  return littleEndian || vr === undefined ? 1 : vrTraits(vr).bytesPerValue
}
