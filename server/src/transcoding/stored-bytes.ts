/** Reads ranges of a stored object, also of one that was stored deflated. */
import type { Readable } from 'node:stream'
import { createInflateRaw } from 'node:zlib'
import type { Layout } from '@isocenter/dicom'
import { BlobRangeInvalid, maxLentBytes, type BlobStore, type ByteRange } from '../storage/index.ts'

/** What must be known of an object to read out of it. */
export interface StoredObject {
  readonly blobKey: string
  readonly byteLength: number
  readonly layout: Pick<Layout, 'inflated' | 'dataSetOffset'>
}

/**
 * The bytes of one range of an object, offsets as its layout has them. A deflated data set is inflated as far as the range
 * needs, and never held: a range near its end costs the time to get there.
 */
export async function readStored(blobs: BlobStore, object: StoredObject, range: ByteRange, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | Iterable<Uint8Array>> {
  if (range.length === 0) return []
  const { blobKey, byteLength, layout: { inflated, dataSetOffset } } = object
  if (!inflated) return range.length <= maxLentBytes ? [await blobs.readAtOnce(blobKey, range, signal)] : blobs.read(blobKey, range, signal)
  const deflated = await blobs.read(blobKey, { offset: dataSetOffset, length: byteLength - dataSetOffset }, signal)
  return cut(inflate(deflated), range.offset - dataSetOffset, range.length, blobKey)
}

function inflate(deflated: Readable): Readable {
  const inflated = createInflateRaw()
  deflated.on('error', (error) => inflated.destroy(error))
  inflated.on('close', () => deflated.destroy())
  return deflated.pipe(inflated)
}

/** Bytes `offset` … `offset + length - 1` of a stream, which is destroyed when they have passed. */
async function* cut(stream: Readable, offset: number, length: number, blobKey: string): AsyncGenerator<Uint8Array> {
  let before = offset
  let left = length
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const from = Math.min(before, chunk.length)
    before -= from
    const wanted = chunk.subarray(from, from + left)
    left -= wanted.length
    if (wanted.length > 0) yield wanted
    if (left === 0) return
  }
  throw new BlobRangeInvalid(blobKey, { offset, length })
}

/** Ranges no further apart than this are read as one: cheaper than another request to the store. */
const joinGapBytes = 64 * 1024

/** The bytes of several ranges one after the other, ascending ranges that lie close together read at once. */
export async function* readRanges(blobs: BlobStore, object: StoredObject, ranges: readonly ByteRange[], signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (const run of runsOf(ranges)) {
    const first = run[0]
    const last = run.at(-1)
    if (!first || !last) continue
    const chunks = await readStored(blobs, object, { offset: first.offset, length: last.offset + last.length - first.offset }, signal)
    yield* pick(chunks, first.offset, run)
  }
}

function runsOf(ranges: readonly ByteRange[]): ByteRange[][] {
  const runs: ByteRange[][] = []
  let end = Number.NEGATIVE_INFINITY
  for (const range of ranges) {
    const run = runs.at(-1)
    if (run && range.offset >= end && range.offset - end <= joinGapBytes) run.push(range)
    else runs.push([range])
    end = range.offset + range.length
  }
  return runs
}

/** Of consecutive bytes that begin at `offset` those that lie in one of the ranges, which ascend. */
async function* pick(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, offset: number, ranges: readonly ByteRange[]): AsyncGenerator<Uint8Array> {
  let position = offset
  let index = 0
  for await (const chunk of chunks) {
    const end = position + chunk.length
    for (let range = ranges[index]; range && range.offset < end; range = ranges[index]) {
      const from = Math.max(range.offset, position)
      const to = Math.min(range.offset + range.length, end)
      if (to > from) yield chunk.subarray(from - position, to - position)
      if (range.offset + range.length > end) break
      index++
    }
    position = end
  }
}
