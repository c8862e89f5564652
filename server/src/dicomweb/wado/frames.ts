/** Retrieve frames (PS3.18 §10.4.1.1.6, §8.7.3.5). */
import { addressableFrames, decodeLayout, frameOfRange, frameRanges, isStoredAsServed, transferSyntax, type FrameRange, type Layout } from '@isocenter/dicom'
import type { FastifyPluginAsync } from 'fastify'
import type { InstanceRecord } from '../../catalogue/index.ts'
import type { DicomwebDeps } from '../deps.ts'
import { acceptableOf, ExplicitVRLittleEndian, frameMediaTypes, negotiate, octetStream, partTypeOf, type Offer } from '../media-types.ts'
import { noteRead } from '../note-read.ts'
import { instancePath, pathOf, scopeOf, type InstanceUIDs } from '../paths.ts'
import { invalidFrameList, noSuchFrame } from '../problems.ts'
import { serviceURL } from '../service-url.ts'
import { bytesOfSource, sendSource, sourceOf, type ByteSource } from './byte-source.ts'
import { clientGone } from './client-gone.ts'
import { etagOf, isNotModified } from './conditional.ts'
import { instanceAt } from './find.ts'
import { madeFrameOffers, sendMade } from './made-frames.ts'
import { sendMultipart, type AnswerPart } from './multipart-answer.ts'
import { readRanges } from './stored-bytes.ts'

/** Frames one request may name; a list longer than this does not fit into a URL anyway. */
const maxFrames = 20_000

export const frameRoutes: FastifyPluginAsync<DicomwebDeps> = async (app, deps) => {
  app.route<{ Params: InstanceUIDs & { frameList: string } }>({
    method: ['GET', 'HEAD'], url: `${instancePath}/frames/:frameList`,
    config: { policy: 'dicomweb:retrieve', audit: 'study.retrieve', produces: frameMediaTypes },
    handler: async (request, reply) => {
      const { frameList, ...uids } = scopeOf(request.params)
      const frameNumbers = parseFrameList(frameList)
      const record = await instanceAt(deps.catalogue, request.access, uids)
      const layout = decodeLayout(record.layout)
      const frames = frameNumbers.map((frameNumber) => ({ frameNumber, ranges: rangesOf(layout, frameNumber) }))
      const acceptable = acceptableOf(request)
      const stored = frameOffers(record, layout, frames.length === 1)
      const offer = negotiate(acceptable, [...stored, ...madeFrameOffers({ ...record, layout }, frames.length === 1)])
      noteRead(deps, request, uids.StudyInstanceUID)
      const instanceURL = serviceURL(deps.config, request) + pathOf(uids)
      reply.header('content-location', `${instanceURL}/frames/${frameNumbers.join(',')}`)
      if (isNotModified(request, reply, etagOf(record.sha256, frameNumbers.join(','), offer.transferSyntaxUID ?? '', String(offer.multipart)))) return reply.code(304).send()

      const signal = clientGone(reply)
      const object = { blobKey: record.blobKey, byteLength: record.byteLength, layout }
      if (offer.isMade === true) return sendMade(deps, request, reply, { ...record, layout }, { offer, stored, frameNumbers, instanceURL, signal })
      const parts = frames.map(({ frameNumber, ranges }): AnswerPart & { length: number } => ({
        contentType: partTypeOf(offer),
        contentLocation: `${instanceURL}/frames/${frameNumber}`,
        length: lengthOf(layout, ranges),
        open: () => openFrame(layout, ranges, readRanges(deps.blobs, object, ranges, signal)),
      }))
      const [only] = parts
      if (offer.multipart || !only) return sendMultipart(request, reply, offer.mediaType, parts)
      reply.header('content-type', partTypeOf(offer))
      return request.method === 'HEAD' ? reply.header('content-length', only.length).send() : sendSource(request, reply, await only.open())
    },
  })
}

/**
 * The frame numbers of a path, from 1 (PS3.18 §10.1.1): digits and commas, no frame twice.
 * @throws invalidFrameList 400
 */
export function parseFrameList(text: string): number[] {
  if (!/^[0-9]+(,[0-9]+)*$/.test(text)) throw invalidFrameList('Frames are numbers from 1, with commas between them.')
  const frameNumbers = text.split(',').map(Number)
  if (frameNumbers.length > maxFrames || new Set(frameNumbers).size < frameNumbers.length) throw invalidFrameList('The list names a frame twice, or too many of them.')
  return frameNumbers
}

/** @throws noSuchFrame 404, also where the frames are one video stream and none of them can be had alone */
function rangesOf({ frames }: Layout, frameNumber: number): readonly FrameRange[] {
  if (!frames) throw noSuchFrame('The instance has no frames.')
  if (frames.kind === 'whole') throw noSuchFrame('The frames of a video cannot be had one by one; its stream is served as the bulk data 7FE00010.')
  const ranges = frameRanges(frames, frameNumber)
  if (!ranges) throw noSuchFrame(`The instance has frames 1 to ${addressableFrames(frames)}.`)
  return ranges
}

/** Native frames as little endian bytes, compressed ones as they are stored, under their own media type; one of them also single-part. */
export function frameOffers({ transferSyntaxUID }: InstanceRecord, { frames }: Layout, isSingle: boolean): Offer[] {
  const form = frames?.kind === 'native'
    ? { mediaType: octetStream, transferSyntaxUID: ExplicitVRLittleEndian }
    : { mediaType: transferSyntax(transferSyntaxUID)?.mediaType ?? octetStream, transferSyntaxUID }
  return [{ ...form, multipart: true }, ...(isSingle ? [{ ...form, multipart: false }] : [])]
}

function lengthOf({ frames }: Layout, ranges: readonly FrameRange[]): number {
  if (frames?.kind === 'native') return Math.ceil(frames.frameBits / 8)
  return ranges.reduce((sum, { length }) => sum + length, 0)
}

/** Frames that must be shifted to begin at a byte, or swapped, are held while that is done; others are passed on as they are read. */
async function openFrame(layout: Layout, ranges: readonly FrameRange[], chunks: AsyncGenerator<Uint8Array>): Promise<ByteSource> {
  const { frames } = layout
  const source = { length: lengthOf(layout, ranges), chunks, isOurs: true, close: () => { void chunks.return(undefined) } }
  const [range] = ranges
  if (frames?.kind !== 'native' || !range || isStoredAsServed(frames, range)) return source
  return sourceOf(frameOfRange(frames, range, await bytesOfSource(source)))
}
