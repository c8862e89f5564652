/** Frames in other transfer syntaxes than they are stored in (PS3.18 §8.7.3.3.2). */
import { ExplicitVRLittleEndian, transferSyntax } from '@isocenter/dicom'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { asDescribed, describedFrameBytes, formatOf, targetsOf, type StoredInstance } from '../../transcoding/index.ts'
import type { DicomwebDeps } from '../deps.ts'
import { octetStream, partTypeOf, type Offer } from '../media-types.ts'
import { sendSource, sourceOf, type ByteSource } from './byte-source.ts'
import { codecProblem } from './codec-problem.ts'
import { sendMultipart, type AnswerPart } from './multipart-answer.ts'

interface MadeOffer extends Offer { readonly transferSyntaxUID: string }

/** The forms frames can be brought into, least work first; those that PS3.18 names no media type for are had in whole instances alone. */
export function madeFrameOffers(instance: StoredInstance, isSingle: boolean): MadeOffer[] {
  return targetsOf(instance).flatMap((transferSyntaxUID) => {
    const mediaType = transferSyntaxUID === ExplicitVRLittleEndian ? octetStream : transferSyntax(transferSyntaxUID)?.mediaType
    if (mediaType === undefined) return []
    const form = { mediaType, transferSyntaxUID, isMade: true }
    return [{ ...form, multipart: true }, ...(isSingle ? [{ ...form, multipart: false }] : [])]
  })
}

export interface MadeFrames {
  readonly offer: Offer
  /** What the frames can be had as without codecs. */
  readonly stored: readonly Offer[]
  readonly frameNumbers: readonly number[]
  readonly instanceURL: string
  readonly signal: AbortSignal
}

/**
 * Answers with frames as they are made. The first one is there before the answer begins, so that what cannot be decoded has a status.
 * @throws notAcceptable 406 where a frame cannot be brought into the form, unavailable 503 where too much waits for codecs
 */
export async function sendMade(
  deps: DicomwebDeps, request: FastifyRequest, reply: FastifyReply, instance: StoredInstance, { offer, stored, frameNumbers, instanceURL, signal }: MadeFrames,
): Promise<FastifyReply> {
  const { transferSyntaxUID = ExplicitVRLittleEndian } = offer
  const parts = frameNumbers.map((frameNumber): AnswerPart => ({
    contentType: partTypeOf(offer), contentLocation: `${instanceURL}/frames/${frameNumber}`,
    ...nativeLength(instance, transferSyntaxUID), open: () => madeFrame(deps, instance, frameNumber, transferSyntaxUID, signal),
  }))
  const [first] = parts
  if (offer.multipart || !first) {
    // Kept meanwhile, or made again: either way it can be made.
    if (first && request.method !== 'HEAD') (await first.open().catch((error: unknown) => { throw codecProblem(error, stored) })).close()
    return sendMultipart(request, reply, offer.mediaType, parts)
  }
  reply.header('content-type', partTypeOf(offer))
  if (request.method === 'HEAD') return (first.length === undefined ? reply : reply.header('content-length', first.length)).send()
  return sendSource(request, reply, await first.open().catch((error: unknown) => { throw codecProblem(error, stored) }))
}

/** One frame in another transfer syntax than it is stored in. @throws CodecError and what the pool refuses with: codecProblem says what they mean */
export async function madeFrame({ transcoding }: Pick<DicomwebDeps, 'transcoding'>, instance: StoredInstance, frameNumber: number, transferSyntaxUID: string, signal: AbortSignal): Promise<ByteSource> {
  const described = formatOf(instance.layout)
  if (transferSyntaxUID !== ExplicitVRLittleEndian || !described) return sourceOf((await transcoding.frame(instance, frameNumber, transferSyntaxUID, signal)).bytes)
  return sourceOf(asDescribed(await transcoding.nativeFrame(instance, frameNumber, signal), described).pixels)
}

/** Native frames are all of one length; of compressed ones nobody knows before. */
export function nativeLength({ layout }: StoredInstance, transferSyntaxUID: string): { length?: number } {
  const described = formatOf(layout)
  return described && transferSyntaxUID === ExplicitVRLittleEndian ? { length: describedFrameBytes(described) } : {}
}
