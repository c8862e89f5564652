/**
 * What a compressed object carries of the one it was made of, in the private information of its File Meta Information (PS3.10 Table 7.1-1): enough to
 * have that back, byte for byte, where no row tells of it: the database is older than the object.
 */
import { describeInstance, type FileMeta, type ParsedInstance } from '@isocenter/dicom'
import { CodecError } from '@isocenter/codecs'
import { reread, type Reread } from '../dicomweb/index.ts'
import { newBlobKey, type BlobStore } from '../storage/index.ts'
import { aroundPixels, bytesBeside, deflatedRest, pixelValueOf, type OriginalDeps } from './original-bytes.ts'
import { writeBlob } from './write-blob.ts'

/** Says that the private information is this; another one for another form of it. */
const creatorUID = '2.25.218913347528410093341174083626310087925'
/** Where the pixels were and how long the rest is, four bytes each. */
const headerBytes = 8

/** The header of compressed Pixel Data: tag, VR and an undefined length (PS3.5 §A.4). */
const pixelDataHeaderBytes = 12

/** What an object is to carry. The bytes of its own data set before Pixel Data say nearly the same as the rest. */
export function carriedOriginal(pixelsOffset: number, rest: Uint8Array, beforePixels: Uint8Array): FileMeta['PrivateInformation'] {
  const deflated = deflatedRest(rest, beforePixels)
  const value = Buffer.alloc(headerBytes + deflated.length + (deflated.length % 2))
  value.writeUInt32LE(pixelsOffset, 0)
  value.writeUInt32LE(deflated.length, 4)
  deflated.copy(value, headerBytes)
  return { creatorUID, value }
}

/** An object as it was received, under a key of its own. */
export interface ReceivedAgain extends Reread {
  readonly blobKey: string
}

/**
 * Writes the object that a compressed one carries; undefined, with nothing written, where it carries none or cannot be decoded. Whether it is what
 * was received the digests tell.
 * @throws BlobStoreError
 */
export async function receivedAgain(deps: OriginalDeps, organisationId: string, copyKey: string, signal: AbortSignal): Promise<ReceivedAgain | undefined> {
  const { blobs } = deps
  const { parsed, byteLength, sha256 } = await reread(blobs, copyKey)
  const information = parsed && await carriedBy(blobs, copyKey, parsed)
  if (!parsed || !information) return undefined
  const { layout } = describeInstance(parsed, { bulkDataURI: (path) => path })
  const copy = { blobKey: copyKey, byteLength, sha256, transferSyntaxUID: parsed.transferSyntaxUID, layout }
  const pixels = pixelValueOf(layout)
  const beside = pixels && await bytesBeside(blobs, copy, pixels, signal)
  if (!beside) return undefined
  const dictionary = beside.subarray(layout.dataSetOffset, pixels.offset - pixelDataHeaderBytes)
  const pixelsOffset = information.readUInt32LE(0)
  const rest = information.subarray(headerBytes, headerBytes + information.readUInt32LE(4))
  const blobKey = newBlobKey(organisationId, new Date())
  try {
    await writeBlob(blobs, blobKey, aroundPixels(deps, copy, { rest, pixelsOffset, dictionary }, signal))
  } catch (error) {
    if (error instanceof CodecError || isOfZlib(error)) return undefined
    throw error
  }
  return { ...await reread(blobs, blobKey), blobKey }
}

/** Read from the blob: a long value is not among those a reader keeps. */
async function carriedBy(blobs: BlobStore, blobKey: string, { fileMeta }: ParsedInstance): Promise<Buffer | undefined> {
  const element = fileMeta?.get('PrivateInformation')
  if (!element || element.length < headerBytes || fileMeta?.string('PrivateInformationCreatorUID') !== creatorUID) return undefined
  const chunks: Buffer[] = []
  for await (const chunk of await blobs.read(blobKey, { offset: element.offset, length: element.length }) as AsyncIterable<Buffer>) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

const isOfZlib = (error: unknown): boolean => error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_')
