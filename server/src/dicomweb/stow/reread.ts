/** Reading again what is stored: to check it, to describe it anew, to store it once more. */
import { createHash } from 'node:crypto'
import { describeInstance, DicomReadError, InstanceReader, type ParsedInstance } from '@isocenter/dicom'
import type { BlobStore } from '../../storage/index.ts'
import { pathOf } from '../paths.ts'
import { servicePath } from '../service-url.ts'
import { ingest, type Ingest } from './ingest.ts'
import { ObjectDigest } from './object-digest.ts'
import { identityOf, type Identity } from './validate.ts'

/** What a blob's bytes are found to be. */
export interface Reread {
  readonly byteLength: number
  readonly sha256: Buffer
  /** of the data set alone */
  readonly dataSetSha256: Buffer
  /** SHA-256 of all bytes as they come: what version 0.1 kept in the place of `sha256`. */
  readonly plainSha256: Buffer
  /** What the object says it is; undefined when the bytes are no readable DICOM object or lack one of the four UIDs. */
  readonly identity: Identity | undefined
  readonly parsed: ParsedInstance | undefined
}

/** True when a digest kept in the catalogue is of these very bytes. */
export const isDigestOf = (kept: Uint8Array, { sha256, plainSha256 }: Pick<Reread, 'sha256' | 'plainSha256'>): boolean => sha256.equals(kept) || plainSha256.equals(kept)

/**
 * Reads a whole blob, streaming.
 * @throws BlobNotFound, BlobStoreUnavailable
 */
export async function reread(blobs: BlobStore, blobKey: string, fallbackCharset?: string): Promise<Reread> {
  const plain = createHash('sha256')
  const digest = new ObjectDigest()
  const reader = new InstanceReader({ fallbackCharset })
  let isDicom = true
  const read = async <T>(step: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return isDicom ? await step() : undefined
    } catch (error) {
      if (!(error instanceof DicomReadError)) throw error
      isDicom = false
      return undefined
    }
  }
  let byteLength = 0
  for await (const chunk of await blobs.read(blobKey) as AsyncIterable<Uint8Array>) {
    byteLength += chunk.length
    plain.update(chunk)
    await read(() => reader.write(chunk))
    // Of what is no DICOM object a digest that no instance has.
    digest.update(chunk, isDicom ? reader.dataSetOffset : 0)
  }
  const parsed = await read(() => reader.end())
  const identity = parsed && identityOf(parsed)
  return { byteLength, ...digest.digest(parsed?.dataSetOffset ?? 0), plainSha256: plain.digest(), parsed, identity: identity && 'kind' in identity ? undefined : identity }
}

/** The text `/metadata` answers for an instance. */
export function metadataTextOf(parsed: ParsedInstance, identity: Identity): string {
  const bulkdata = `${servicePath}${pathOf(identity)}/bulkdata/`
  return describeInstance(parsed, { bulkDataURI: (path) => bulkdata + path }).metadataText
}

/** Stores the object of a blob again, as if it had just been received; true when it then is there. */
export async function storeAgain(blobKey: string, options: Omit<Ingest, 'StudyInstanceUID' | 'maxInstanceBytes'>): Promise<boolean> {
  const parts = async function* () {
    yield { claimsDicom: true, body: await options.blobs.read(blobKey) as AsyncIterable<Uint8Array> }
  }
  const { results, interrupted } = await ingest(parts(), { ...options, StudyInstanceUID: undefined, maxInstanceBytes: Number.MAX_SAFE_INTEGER })
  if (interrupted !== undefined) throw interrupted
  return results.every(({ kind }) => kind === 'stored')
}
