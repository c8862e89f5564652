/** Reads of a stored instance what rendering needs: some frames, and the tables its metadata name by URI. */
import { decodeLayout, frameOfRange, frameRanges, vrTraits, wordsSwapped, type BulkdataRange, type FrameIndex, type Layout } from '@isocenter/dicom'
import type { Catalogue, InstanceRecord } from '../../catalogue/index.ts'
import type { Access } from '../../identity/index.ts'
import { giveBack, type BlobStore, type ByteRange } from '../../storage/index.ts'
import { readRanges, type StoredObject } from '../wado/stored-bytes.ts'
import type { Described, FrameBytes, ValueInPlace } from './render-task.ts'

export interface InstanceSource {
  readonly catalogue: Catalogue
  readonly blobs: BlobStore
}

/** An instance whose bytes are stored. Its metadata come along where the catalogue has none of it. */
export type RenderedInstance = Pick<InstanceRecord,
  | 'StudyInstanceUID' | 'SeriesInstanceUID' | 'SOPInstanceUID' | 'transferSyntaxUID' | 'blobKey' | 'byteLength' | 'layout'> & {
    readonly metadataText?: string | undefined
  }

/** Last tags of the values that the pipeline reads (PS3.3 §C.7.9, §C.9.2, §C.10.5, §C.11): tables, overlays, graphics, times, ICC profile. */
const neededValues = /(?:^|\.)(?:00283006|002812[02][123]|60[01][02468ACE]3000|00282000|00700022|00181065)$/
/** Values of one instance together; beyond this no image has tables. */
const maxValuesBytes = 32 * 1024 * 1024
const perFrameGroups = /^52009230\.(\d+)\./

/** The metadata of an instance with the long values that rendering these frames reads; undefined when the instance has gone meanwhile. */
export async function describedInstance(
  { catalogue, blobs }: InstanceSource, access: Access, record: RenderedInstance, frameNumbers: readonly number[], signal: AbortSignal,
): Promise<Described | undefined> {
  const metadataText = record.metadataText ?? await metadataTextOf(catalogue, access, record)
  if (metadataText === undefined) return undefined
  const layout = decodeLayout(record.layout)
  const object = { blobKey: record.blobKey, byteLength: record.byteLength, layout }
  const values: ValueInPlace[] = []
  let bytesLeft = maxValuesBytes
  for (const value of layout.bulkdata) {
    const frame = perFrameGroups.exec(value.path)?.[1]
    if (!neededValues.test(value.path) || value.length > bytesLeft || (frame !== undefined && !frameNumbers.includes(Number(frame)))) continue
    bytesLeft -= value.length
    values.push(await valueOf(blobs, object, layout, value, signal))
  }
  return { metadataText, values }
}

/** The DICOM JSON of one instance as text. */
export async function metadataTextOf(catalogue: Catalogue, access: Access, record: Pick<InstanceRecord, 'StudyInstanceUID' | 'SeriesInstanceUID' | 'SOPInstanceUID'>): Promise<string | undefined> {
  for await (const { json } of catalogue.metadata(access, record)) return json
  return undefined
}

async function valueOf(blobs: BlobStore, object: StoredObject, { littleEndian }: Layout, { path, vr, offset, length }: BulkdataRange, signal: AbortSignal): Promise<ValueInPlace> {
  const bytes = await gathered(blobs, object, [{ offset, length }], signal)
  return { path, vr, bytes: littleEndian ? bytes : wordsSwapped(bytes, vrTraits(vr).bytesPerValue) }
}

/** The bytes of a frame, native ones ready to be read; undefined when there is no such frame. */
export async function frameBytes(blobs: BlobStore, record: Pick<InstanceRecord, 'blobKey' | 'byteLength'>, layout: Layout, frames: FrameIndex, frameNumber: number, signal: AbortSignal): Promise<FrameBytes | undefined> {
  const ranges = frameRanges(frames, frameNumber)
  if (!ranges) return undefined
  const stored = await gathered(blobs, { blobKey: record.blobKey, byteLength: record.byteLength, layout }, ranges, signal)
  const [range] = ranges
  const bytes = frames.kind === 'native' && range ? frameOfRange(frames, range, stored) : stored
  return { frameNumber, bytes }
}

/** The bytes of the ranges in memory of their own, so that it can be handed to another thread; what they were read into is given back. */
async function gathered(blobs: BlobStore, object: StoredObject, ranges: readonly ByteRange[], signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  const all = new Uint8Array(ranges.reduce((sum, { length }) => sum + length, 0))
  let position = 0
  for await (const chunk of readRanges(blobs, object, ranges, signal)) {
    all.set(chunk, position)
    position += chunk.length
    giveBack(chunk)
  }
  return all
}
