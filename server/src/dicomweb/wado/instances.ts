/** Retrieve a study, a series or an instance as DICOM files (PS3.18 §10.4.1.1.1). */
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Catalogue, InstanceRecord, Scope } from '../../catalogue/index.ts'
import type { Access } from '../../identity/index.ts'
import type { DicomwebDeps } from '../deps.ts'
import { acceptableOf, applicationDicom, chooseOffer, contentTypeOf, fileMediaTypes, negotiate, partTypeOf, unacceptable, type Acceptable, type Offer } from '../media-types.ts'
import { noteRead } from '../note-read.ts'
import { instancePath, pathOf, scopeOf, seriesPath, studyPath, type InstanceUIDs } from '../paths.ts'
import { serviceURL } from '../service-url.ts'
import { sendSource } from './byte-source.ts'
import { clientGone } from './client-gone.ts'
import { etagOf, isNotModified, weakETagOf } from './conditional.ts'
import { storedFiles, type FileOffer, type Files } from './file-offers.ts'
import { instanceAt, presenceOf } from './find.ts'
import { sendMultipart, type AnswerPart } from './multipart-answer.ts'
import { applicationZip, prefersZip, sendZip } from './zip.ts'

const config = { policy: 'dicomweb:retrieve', audit: 'study.retrieve', produces: [...fileMediaTypes, applicationZip] } as const

export const instanceRoutes: FastifyPluginAsync<DicomwebDeps> = async (app, deps) => {
  for (const url of [studyPath, seriesPath]) {
    app.route<{ Params: Scope }>({ method: ['GET', 'HEAD'], url, config, handler: (request, reply) => sendAll(deps, request, reply) })
  }
  app.route<{ Params: InstanceUIDs }>({ method: ['GET', 'HEAD'], url: instancePath, config, handler: (request, reply) => sendInstanceFile(deps, request, reply, scopeOf(request.params)) })
}

/** Answers with one instance as a file, in a part or alone. @throws notAcceptable 406, noSuchInstance 404, deleted 410 */
export async function sendInstanceFile(deps: DicomwebDeps, request: FastifyRequest, reply: FastifyReply, uids: InstanceUIDs): Promise<FastifyReply> {
  if (prefersZip(acceptableOf(request))) return sendZip(deps, request, reply, uids)
  const { files = storedFiles } = deps
  const record = await instanceAt(deps.catalogue, request.access, uids)
  const offer = negotiate(acceptableOf(request), [...files.offers(request.access, record, true), ...files.offers(request.access, record, false)])
  noteRead(deps, request, uids.StudyInstanceUID)
  const contentLocation = serviceURL(deps.config, request) + pathOf(uids)
  reply.header('content-location', contentLocation)
  if (isNotModified(request, reply, etagOf(record.sha256, offer.transferSyntaxUID, String(offer.multipart)))) return reply.code(304).send()
  const signal = clientGone(reply)
  if (request.method === 'HEAD' && offer.isMade === true) return reply.header('content-type', offer.multipart ? contentTypeOf(offer) : partTypeOf(offer)).send()
  const source = await files.open(deps, request.access, record, offer, signal)
  if (!offer.multipart) return sendSource(request, reply.header('content-type', partTypeOf(offer)), source)
  const part: AnswerPart = { contentType: partTypeOf(offer), contentLocation, ...(source.length !== undefined && { length: source.length }), open: () => Promise.resolve(source) }
  if (request.method === 'HEAD') source.close()
  return sendMultipart(request, reply, applicationDicom, [part])
}

async function sendAll(deps: DicomwebDeps, request: FastifyRequest<{ Params: Scope }>, reply: FastifyReply): Promise<FastifyReply> {
  const { catalogue, files = storedFiles } = deps
  const scope = scopeOf(request.params)
  const acceptable = acceptableOf(request)
  if (prefersZip(acceptable)) return sendZip(deps, request, reply, scope)
  const { revision } = await presenceOf(catalogue, request.access, scope)
  const { served, left, available, chosen } = await survey(catalogue, files, request.access, scope, acceptable)
  if (served === 0) throw unacceptable(available)
  noteRead(deps, request, scope.StudyInstanceUID)
  const service = serviceURL(deps.config, request)
  reply.header('content-location', service + pathOf(scope))
  // PS3.18 §10.4.3.1: some of it is no full answer, and says so.
  if (left > 0) reply.code(206).header('warning', `299 ${service}: ${left} instances cannot be had in a form the request accepts`)
  else if (isNotModified(request, reply, weakETagOf(revision, JSON.stringify(acceptable)))) return reply.code(304).send()
  return sendMultipart(request, reply, applicationDicom, partsOf(deps, request.access, chosen ?? choices(catalogue, files, request.access, scope, acceptable), service, clientGone(reply)))
}

/** Records kept from the survey, so that they need not be read again: some megabytes with their layouts. */
const maxKeptRecords = 2048
const maxKeptLayoutBytes = 2 * 1024 * 1024

/** An instance and the form it is sent in. */
interface Choice { readonly record: InstanceRecord; readonly offer: FileOffer }

interface Survey {
  readonly served: number
  readonly left: number
  readonly available: Offer[]
  /** What is served, where that is little enough to be kept. */
  readonly chosen: readonly Choice[] | undefined
}

/** How many instances there are in a form that is accepted, how many in none, and the forms there are. */
async function survey(catalogue: Catalogue, files: Files, access: Access, scope: Scope, acceptable: Acceptable): Promise<Survey> {
  const chosen: Choice[] = []
  let layoutBytes = 0
  const forms = new Map<string, { offers: FileOffer[]; offer: FileOffer | undefined }>()
  let served = 0
  let left = 0
  for await (const record of catalogue.instances(access, scope)) {
    const offers = files.offers(access, record, true)
    const key = offers.map(({ transferSyntaxUID }) => transferSyntaxUID).join()
    const form = forms.get(key) ?? { offers, offer: chooseOffer(acceptable, offers) }
    forms.set(key, form)
    if (!form.offer) {
      left++
      continue
    }
    served++
    layoutBytes += record.layout.byteLength
    if (served <= maxKeptRecords && layoutBytes <= maxKeptLayoutBytes) chosen.push({ record, offer: form.offer })
  }
  const available = [...forms.values()].flatMap(({ offers }) => offers)
  return { served, left, available, chosen: chosen.length === served ? chosen : undefined }
}

/** The same once more, of the instances there are now. */
async function* choices(catalogue: Catalogue, files: Files, access: Access, scope: Scope, acceptable: Acceptable): AsyncGenerator<Choice> {
  for await (const record of catalogue.instances(access, scope)) {
    const offer = chooseOffer(acceptable, files.offers(access, record, true))
    if (offer) yield { record, offer }
  }
}

async function* partsOf(deps: DicomwebDeps, access: Access, chosen: Iterable<Choice> | AsyncIterable<Choice>, service: string, signal: AbortSignal): AsyncGenerator<AnswerPart> {
  for await (const { record, offer } of chosen) {
    yield { contentType: partTypeOf(offer), contentLocation: service + pathOf(uidsOf(record)), open: () => (deps.files ?? storedFiles).open(deps, access, record, offer, signal) }
  }
}

const uidsOf = ({ StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID }: InstanceRecord) => ({ StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID })
