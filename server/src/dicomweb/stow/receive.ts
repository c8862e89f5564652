/** One object on its way in: bytes to the blob store as they come, hashed and tokenised in passing, never whole in memory. */
import { DicomReadError, InstanceReader, type ParsedInstance, type StoreFailure } from '@isocenter/dicom'
import { BlobStoreFull, newBlobKey, type BlobStore, type BlobWriter } from '../../storage/index.ts'
import { ObjectDigest, type ObjectDigests } from './object-digest.ts'

/** An object whose bytes are all written but not yet visible; exactly one of its writer's `commit` and `abort` is still due. */
export interface Received extends ObjectDigests {
  readonly parsed: ParsedInstance
  readonly writer: BlobWriter
  readonly blobKey: string
  readonly byteLength: number
}

/** Why the bytes of one part were not taken; the request goes on with the next part. */
export class PartRefused extends Error {
  override readonly name = 'PartRefused'
  readonly reason: StoreFailure
  /** Names what is wrong with the bytes; never a value out of them. */
  readonly code: string
  constructor(reason: StoreFailure, code: string, options?: ErrorOptions) {
    super(`A part was refused: ${code}`, options)
    this.reason = reason
    this.code = code
  }
}

export interface ReceiveOptions {
  readonly blobs: BlobStore
  readonly organisationId: string
  readonly maxInstanceBytes: number
  readonly fallbackCharset: string | undefined
}

/**
 * Takes the bytes of one object. The blob store and the reader hold the sender back when they are slower.
 * @throws PartRefused when this object cannot be taken; whatever the body throws, with nothing left behind
 */
export async function receive(body: AsyncIterable<Uint8Array>, { blobs, organisationId, maxInstanceBytes, fallbackCharset }: ReceiveOptions): Promise<Received> {
  const blobKey = newBlobKey(organisationId, new Date())
  const reader = new InstanceReader({ fallbackCharset })
  const digest = new ObjectDigest()
  const writer = await orRefused(blobs.create(blobKey, { contentType: 'application/dicom' }))
  let byteLength = 0
  try {
    for await (const chunk of body) {
      byteLength += chunk.length
      if (byteLength > maxInstanceBytes) throw new PartRefused('outOfResources', 'instanceTooLarge')
      const read = reader.write(chunk)
      if (read) await read
      digest.update(chunk, reader.dataSetOffset)
      const written = writer.write(chunk)
      if (written) await written
    }
    const parsed = await reader.end()
    return { parsed, writer, blobKey, byteLength, ...digest.digest(parsed.dataSetOffset) }
  } catch (error) {
    await writer.abort()
    throw refusalOf(error) ?? error
  }
}

/** The refusal an error of the reader or of the store stands for; undefined for any other error. */
export function refusalOf(error: unknown): PartRefused | undefined {
  if (error instanceof PartRefused) return error
  if (error instanceof DicomReadError) return new PartRefused('cannotUnderstand', error.code, { cause: error })
  if (error instanceof BlobStoreFull) return new PartRefused('outOfResources', 'storageFull', { cause: error })
  return undefined
}

async function orRefused<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw refusalOf(error) ?? error
  }
}
