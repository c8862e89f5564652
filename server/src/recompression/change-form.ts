/** One instance compressed without loss, or put back as it was received; proven before a row says so. */
import { decodeLayout, describeInstance, encodeLayout, type Layout } from '@isocenter/dicom'
import { CodecError } from '@isocenter/codecs'
import { announceBlob, changeForm, forgetObsoleteBlobs, organisationById, sayTheSame, type FormCandidate, type OriginalForm, type StoredForm } from '../catalogue/index.ts'
import { metadataTextOf, ObjectDigest, reread } from '../dicomweb/index.ts'
import type { Db } from '../platform/db.ts'
import { newBlobKey, type BlobStore } from '../storage/index.ts'
import { readStored, targetsOf, transcodedObject, type StoredInstance, type Transcoding } from '../transcoding/index.ts'
import { carriedOriginal } from './carried-original.ts'
import { bytesBeside, deflatedRest, originalBytes, pixelValueOf, type PixelRange } from './original-bytes.ts'
import { writeBlob } from './write-blob.ts'

export const HTJ2KLossless = '1.2.840.10008.1.2.4.201'

export interface FormDeps {
  readonly db: Db
  readonly blobs: BlobStore
  readonly transcoding: Transcoding
}

/** What came of one instance. `left`: it stays as it is, for it would not be smaller, or could not be proven the same. */
export type Outcome = { readonly kind: 'changed'; readonly savedBytes: number } | { readonly kind: 'left'; readonly because: string }

const left = (because: string): Outcome => ({ kind: 'left', because })
const actor = 'command:recompress'

/**
 * Compresses the frames of an instance to HTJ2K. What is stored then is read again: decoded and with the rest that is kept it must give the very bytes that
 * were received, by their digests, and its other attributes must say the same. Only then the row names it.
 * @throws BlobStoreError, CodecError closed or overloaded, and of the database: nothing has changed then
 */
export async function recompress(deps: FormDeps, candidate: FormCandidate, signal: AbortSignal): Promise<Outcome> {
  const { db, blobs } = deps
  const instance = { ...candidate, layout: decodeLayout(candidate.layout) }
  const pixels = contiguousPixels(instance.layout)
  if (!pixels || !targetsOf(instance).includes(HTJ2KLossless)) return left('no codec for its pixels')
  const rest = await bytesBeside(blobs, candidate, pixels, signal)
  if (!rest) return left('too many bytes beside its pixels')
  return withNewBlob(deps, candidate, async (blobKey) => {
    const encoded = await transcodedObject(deps, instance, HTJ2KLossless, signal, (beforePixels) => carriedOriginal(pixels.offset, rest, beforePixels))
    await writeBlob(blobs, blobKey, encoded.chunks)
    const form = await describe(deps, candidate.organisationId, blobKey)
    const before = await describe(deps, candidate.organisationId, candidate.blobKey)
    if (!form || !before) return left('not readable')
    if (form.byteLength >= candidate.byteLength) return left('not smaller')
    const made = { ...candidate, ...form, layout: form.described }
    const value = pixelValueOf(form.described)
    const dictionary = value && await bytesBeside(blobs, made, value, signal)
    if (!dictionary) return left('too many bytes beside its pixels')
    if (!sayTheSame(before.metadataText, form.metadataText) || !await sameBulkdata(blobs, instance, made, signal)) return left('its attributes would change')
    const original: OriginalForm = {
      transferSyntaxUID: candidate.transferSyntaxUID, byteLength: candidate.byteLength, sha256: candidate.sha256, dataSetSha256: candidate.dataSetSha256,
      pixelsOffset: pixels.offset, rest: deflatedRest(rest, dictionary),
    }
    if (!await gives(originalBytes(deps, made, original, signal), original, instance.layout.dataSetOffset)) return left('its bytes could not be had back')
    const event = { actor, action: 'study.recompress', detail: { SOPInstanceUID: candidate.SOPInstanceUID, transferSyntaxUID: HTJ2KLossless } } as const
    return await changeForm(db, candidate, form, original, event) ? { kind: 'changed', savedBytes: candidate.byteLength - form.byteLength } : left('changed meanwhile')
  })
}

/**
 * Puts an instance back as it was received, byte for byte.
 * @throws as `recompress`
 */
export async function reverse(deps: FormDeps, candidate: FormCandidate, original: OriginalForm, signal: AbortSignal): Promise<Outcome> {
  const instance = { ...candidate, layout: decodeLayout(candidate.layout) }
  return withNewBlob(deps, candidate, async (blobKey) => {
    await writeBlob(deps.blobs, blobKey, originalBytes(deps, instance, original, signal))
    const form = await describe(deps, candidate.organisationId, blobKey)
    if (!form || !isOriginal(form, original)) return left('its bytes could not be had back')
    const event = { actor, action: 'study.recompress', detail: { SOPInstanceUID: candidate.SOPInstanceUID, transferSyntaxUID: original.transferSyntaxUID, reversed: true } } as const
    const isChanged = await changeForm(deps.db, candidate, { ...form, transferSyntaxUID: original.transferSyntaxUID }, undefined, event)
    return isChanged ? { kind: 'changed', savedBytes: candidate.byteLength - original.byteLength } : left('changed meanwhile')
  })
}

/** Pixels that lie frame behind frame as a decoder gives them. */
function contiguousPixels(layout: Layout): PixelRange | undefined {
  const { frames, pixel, inflated } = layout
  const value = pixelValueOf(layout)
  if (frames?.kind !== 'native' || !value || !pixel || inflated || frames.wordBytes !== 1 || frames.frameBits % 8 !== 0 || frames.offset !== value.offset) return undefined
  if (pixel.SamplesPerPixel > 1 && pixel.PlanarConfiguration !== 0) return undefined
  return { offset: frames.offset, length: (frames.frameBits / 8) * frames.numberOfFrames }
}

/** Works on a blob that is announced, and takes it away again unless a row has come to name it. */
async function withNewBlob({ db, blobs }: FormDeps, { organisationId }: FormCandidate, work: (blobKey: string) => Promise<Outcome>): Promise<Outcome> {
  const blobKey = newBlobKey(organisationId, new Date())
  await announceBlob(db, organisationId, blobKey)
  const forget = async () => {
    await blobs.delete(blobKey)
    await forgetObsoleteBlobs(db, [blobKey])
  }
  try {
    const outcome = await work(blobKey)
    if (outcome.kind === 'left') await forget()
    return outcome
  } catch (error) {
    // What a codec that stops, or has too much to do, could not do now it can do later.
    if (!(error instanceof CodecError) || error.code === 'closed' || error.code === 'overloaded') throw error
    await forget()
    return left(error.code)
  }
}

/** What lies under a key, read from its first byte to its last; undefined where it is no object. */
async function describe({ db, blobs }: FormDeps, organisationId: string, blobKey: string): Promise<(StoredForm & { readonly described: Layout }) | undefined> {
  const organisation = await organisationById(db, organisationId)
  const { byteLength, sha256, dataSetSha256, parsed, identity } = await reread(blobs, blobKey, organisation?.fallbackCharset)
  if (!parsed || !identity) return undefined
  const { layout } = describeInstance(parsed, { bulkDataURI: (path) => path })
  return {
    transferSyntaxUID: parsed.transferSyntaxUID, blobKey, byteLength, sha256, dataSetSha256,
    layout: encodeLayout(layout), described: layout, metadataText: metadataTextOf(parsed, identity),
  }
}

const isOriginal = (found: Pick<OriginalForm, 'byteLength'> & { readonly sha256: Uint8Array; readonly dataSetSha256: Uint8Array }, original: OriginalForm): boolean =>
  found.byteLength === original.byteLength && original.sha256.equals(found.sha256) && original.dataSetSha256.equals(found.dataSetSha256)

/** Whether bytes are the original's. */
async function gives(bytes: AsyncIterable<Uint8Array>, original: OriginalForm, dataSetOffset: number): Promise<boolean> {
  const digest = new ObjectDigest()
  let byteLength = 0
  for await (const chunk of bytes) {
    digest.update(chunk, dataSetOffset)
    byteLength += chunk.length
  }
  return isOriginal({ byteLength, ...digest.digest(dataSetOffset) }, original)
}

/** Whether the long values that metadata only name are the same bytes in both. */
async function sameBulkdata(blobs: BlobStore, one: StoredInstance, other: StoredInstance, signal: AbortSignal): Promise<boolean> {
  const values = ({ layout }: StoredInstance) => layout.bulkdata.filter(({ path }) => path !== '7FE00010')
  const [first, second] = [values(one), values(other)]
  if (first.length !== second.length) return false
  for (const [index, value] of first.entries()) {
    const twin = second[index]
    if (twin?.path !== value.path || twin.length !== value.length) return false
    const [left, right] = await Promise.all([digestOf(await readStored(blobs, one, value, signal)), digestOf(await readStored(blobs, other, twin, signal))])
    if (!left.equals(right)) return false
  }
  return true
}

async function digestOf(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Buffer> {
  const digest = new ObjectDigest()
  for await (const chunk of chunks) digest.update(chunk, 0)
  return digest.digest(0).sha256
}
