/** The forms in which an instance can be had as a DICOM file, and the file in one of them. */
import { decodeLayout, transferSyntax } from '@isocenter/dicom'
import type { Catalogue, InstanceRecord } from '../../catalogue/index.ts'
import type { Access } from '../../identity/index.ts'
import type { BlobStore } from '../../storage/index.ts'
import { targetsOf, transcodedObject, transcodesWhole, type Transcoding } from '../../transcoding/index.ts'
import { applicationDicom, ExplicitVRLittleEndian, type Offer } from '../media-types.ts'
import type { ByteSource } from './byte-source.ts'
import { codecProblem } from './codec-problem.ts'
import { explicitLittleEndianFile, storedFile } from './part10.ts'

export interface FileOffer extends Offer { readonly transferSyntaxUID: string }

interface FileDeps { readonly blobs: BlobStore; readonly catalogue: Catalogue; readonly transcoding: Transcoding }

/** Where the files that are answered come from. */
export interface Files {
  /** The forms an instance can be had in, the best first. */
  readonly offers: (access: Access, record: InstanceRecord, multipart: boolean) => FileOffer[]
  /** An instance as a file of the form on offer. @throws notAcceptable 406 and unavailable 503 where codecs fail */
  readonly open: (deps: FileDeps, access: Access, record: InstanceRecord, offer: FileOffer, signal: AbortSignal) => Promise<ByteSource>
}

/** The objects as they are stored. */
export const storedFiles: Files = {
  offers: (_access, record, multipart) => fileOffers(record, multipart),
  open: (deps, _access, record, offer, signal) => openFile(deps, record, offer, signal),
}

async function openFile(deps: FileDeps, record: InstanceRecord, { transferSyntaxUID, isMade }: FileOffer, signal: AbortSignal): Promise<ByteSource> {
  const { blobs, catalogue } = deps
  if (transferSyntaxUID === record.transferSyntaxUID) return storedFile(blobs, record, signal)
  if (isMade !== true) return explicitLittleEndianFile(blobs, record, signal)
  const isLossy = transferSyntax(transferSyntaxUID)?.lossy === true
  const instance = { ...record, layout: decodeLayout(record.layout), ...(isLossy && { receivedSha256: await catalogue.receivedDigest(record) }) }
  const { length, chunks } = await transcodedObject(deps, instance, transferSyntaxUID, signal).catch((error: unknown) => { throw codecProblem(error, storedOffers(record, true)) })
  return { length, chunks, close: () => {} }
}

/** The transfer syntaxes an instance can be had in: what is stored and needs no codec, then what its pixels can be brought into. */
function fileOffers(record: InstanceRecord, multipart: boolean): FileOffer[] {
  const stored = storedOffers(record, multipart)
  const instance = { ...record, layout: decodeLayout(record.layout) }
  const made = targetsOf(instance).filter((uid) => !stored.some(({ transferSyntaxUID }) => transferSyntaxUID === uid) && transcodesWhole(instance, uid))
  return [...stored, ...made.map((transferSyntaxUID) => ({ mediaType: applicationDicom, multipart, transferSyntaxUID, isMade: true }))]
}

/**
 * What is stored first. Implicit VR and big endian never leave (PS3.18 §8.7.3); everything not compressed can be had as
 * Explicit VR Little Endian.
 */
function storedOffers({ transferSyntaxUID }: InstanceRecord, multipart: boolean): FileOffer[] {
  const stored = transferSyntax(transferSyntaxUID)
  const mayLeave = stored === undefined || (stored.explicitVR && stored.littleEndian)
  const isUncompressed = stored?.codec === 'native' && !stored.encapsulated
  const uids = [...(mayLeave ? [transferSyntaxUID] : []), ...(isUncompressed && transferSyntaxUID !== ExplicitVRLittleEndian ? [ExplicitVRLittleEndian] : [])]
  return uids.map((uid) => ({ mediaType: applicationDicom, multipart, transferSyntaxUID: uid }))
}
