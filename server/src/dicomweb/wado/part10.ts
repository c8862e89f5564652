/** A stored object as the DICOM file that is sent (PS3.10), in its stored transfer syntax or as Explicit VR Little Endian. */
import { decodeLayout, encodeFileMeta, explicitLittleEndian, lengthOfPieces } from '@isocenter/dicom'
import type { InstanceRecord } from '../../catalogue/index.ts'
import { maxLentBytes, type BlobStore } from '../../storage/index.ts'
import { parseStored, sentPieces } from '../../transcoding/index.ts'
import { unacceptable } from '../media-types.ts'
import type { ByteSource } from './byte-source.ts'

export { swapped } from '../../transcoding/index.ts'

const prefixOffset = 128
const prefix = 'DICM'

/**
 * The object as it was received, byte for byte. One that came without preamble or File Meta Information gets them put
 * before its untouched data set: without them it would be no DICOM file (PS3.10 §7.1). So does one whose File Meta Information names
 * a transfer syntax that its data set is not in.
 */
export async function storedFile(blobs: BlobStore, record: InstanceRecord, signal: AbortSignal): Promise<ByteSource> {
  const { dataSetOffset } = decodeLayout(record.layout)
  const { head, rest, close } = await opened(blobs, record, dataSetOffset, signal)
  const chunks = rest ? following(head, rest, close) : [head]
  const isFile = head.toString('latin1', prefixOffset, prefixOffset + prefix.length) === prefix
  if (isFile && !contradicts(head.subarray(prefixOffset, dataSetOffset), record.transferSyntaxUID)) return { length: record.byteLength, chunks, isOurs: true, close }
  const header = encodeFileMeta({ MediaStorageSOPClassUID: record.SOPClassUID, MediaStorageSOPInstanceUID: record.SOPInstanceUID, TransferSyntaxUID: record.transferSyntaxUID })
  const withHeader = async function* () {
    yield header
    yield* without(chunks, dataSetOffset)
  }
  return { length: header.length + record.byteLength - dataSetOffset, chunks: withHeader(), isOurs: true, close }
}

/** The header of the element Transfer Syntax UID (0002,0010). */
const transferSyntaxElement = Buffer.from([0x02, 0x00, 0x10, 0x00, 0x55, 0x49])

/** Whether a File Meta Information, as far as it is here, names another transfer syntax. */
function contradicts(fileMeta: Buffer, transferSyntaxUID: string): boolean {
  const at = fileMeta.indexOf(transferSyntaxElement)
  if (at < 0 || at + 8 > fileMeta.length) return false
  const value = fileMeta.subarray(at + 8, at + 8 + fileMeta.readUInt16LE(at + 6))
  const named = value.toString('latin1').replace(/[\0 ]+$/, '')
  return /^[0-9.]{1,64}$/.test(named) && named !== transferSyntaxUID
}

interface Opened {
  /** As many bytes as hold all before the data set, where that is not too much to hold; else the prefix at least. */
  readonly head: Buffer
  /** What follows; absent where the head is all. */
  readonly rest?: AsyncIterator<Buffer, undefined>
  readonly close: () => void
}

async function opened(blobs: BlobStore, { blobKey, byteLength }: InstanceRecord, dataSetOffset: number, signal: AbortSignal): Promise<Opened> {
  if (byteLength > 0 && byteLength <= maxLentBytes) return { head: await blobs.readAtOnce(blobKey, { offset: 0, length: byteLength }, signal), close: () => {} }
  const stream = await blobs.read(blobKey, undefined, signal)
  const rest = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>
  return { head: await beginning(rest, Math.max(prefixOffset + prefix.length, Math.min(dataSetOffset, maxHeadBytes))), rest, close: () => { stream.destroy() } }
}

/** Transfer Syntax UID is among the first elements of the File Meta Information (PS3.10 Table 7.1-1); what a sender keeps there for itself is behind it. */
const maxHeadBytes = 64 * 1024

/** The first chunks, as many as hold so many bytes. */
async function beginning(chunks: AsyncIterator<Buffer, undefined>, bytes: number): Promise<Buffer> {
  let head: Buffer = Buffer.alloc(0)
  while (head.length < bytes) {
    const next = await chunks.next()
    if (next.done === true) break
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value])
  }
  return head
}

async function* following(head: Buffer, rest: AsyncIterator<Buffer, undefined>, close: () => void): AsyncGenerator<Buffer> {
  try {
    yield head
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
  } finally {
    close()
  }
}

async function* without(chunks: AsyncIterable<Buffer> | Iterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  let before = bytes
  for await (const chunk of chunks) {
    const from = Math.min(before, chunk.length)
    before -= from
    if (from < chunk.length) yield chunk.subarray(from)
  }
}

/**
 * The object in Explicit VR Little Endian. It is read twice: once for its structure, of which long values are left out,
 * and once for those values, which are passed on as they are read.
 * @throws notAcceptable 406 when its pixel data are compressed after all, whatever its transfer syntax says
 */
export async function explicitLittleEndianFile(blobs: BlobStore, record: InstanceRecord, signal: AbortSignal): Promise<ByteSource> {
  const parsed = await parseStored(blobs, record.blobKey, signal)
  const pieces = explicitLittleEndian(parsed, record)
  if (!pieces) throw unacceptable([{ mediaType: 'application/dicom', multipart: true, transferSyntaxUID: record.transferSyntaxUID }])
  const object = { blobKey: record.blobKey, byteLength: record.byteLength, layout: { inflated: parsed.inflated, dataSetOffset: parsed.dataSetOffset } }
  return { length: lengthOfPieces(pieces), chunks: sentPieces(blobs, object, pieces, signal), isOurs: true, close: () => {} }
}
