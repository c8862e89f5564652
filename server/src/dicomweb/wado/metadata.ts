/** Retrieve metadata: all attributes but the bulk data (PS3.18 §10.4.1.1.2). */
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Catalogue, InstanceRecord, MetadataEdition, Scope } from '../../catalogue/index.ts'
import type { Access } from '../../identity/index.ts'
import type { DicomwebDeps } from '../deps.ts'
import { acceptsGzip, sendJsonList, sendJsonStream } from '../json-answer.ts'
import { acceptableOf, contentTypeOf, dataSetOffers, dicomJson, dicomXml, negotiate } from '../media-types.ts'
import { noteRead } from '../note-read.ts'
import { instancePath, pathOf, scopeOf, seriesPath, studyPath } from '../paths.ts'
import { sizeOf } from '../series-metadata/array.ts'
import { formOf, type MetadataEncoding, type SeriesMetadata } from '../series-metadata/index.ts'
import { serviceURL } from '../service-url.ts'
import { sendXmlParts, type XmlPart } from '../xml-answer.ts'
import { clientGone } from './client-gone.ts'
import { etagOf, isNotModified, weakETagOf } from './conditional.ts'
import { missing, presenceOf } from './find.ts'
import { selectionOf, selectionText, selector } from './metadata-selection.ts'
import { wantsSourceCharset, withSourceCharset } from './source-charset.ts'

/** Up to this many instances are gathered, so that the answer has its length. */
const gatherUpTo = 8

/** What retrieving metadata needs beside the rest of the service. */
export type MetadataDeps = DicomwebDeps & { readonly seriesMetadata: SeriesMetadata }

export const metadataRoutes: FastifyPluginAsync<MetadataDeps> = async (app, deps) => {
  const { catalogue } = deps
  for (const url of [studyPath, seriesPath, instancePath]) {
    app.route<{ Params: Scope }>({
      method: ['GET', 'HEAD'], url: `${url}/metadata`,
      config: { policy: 'dicomweb:retrieve', audit: 'study.retrieve', produces: dataSetOffers.map(contentTypeOf), parameters: ['includefield', 'excludeprivate', 'charset'] },
      handler: async (request, reply) => {
        const scope = scopeOf(request.params)
        const { mediaType } = negotiate(acceptableOf(request), dataSetOffers)
        const selection = selectionOf(request)
        const service = serviceURL(deps.config, request)
        reply.header('content-location', `${service}${pathOf(scope)}/metadata`)
        const isSourceCharset = wantsSourceCharset(request)
        if (mediaType === dicomJson && !selection && !isSourceCharset && scope.SOPInstanceUID === undefined && await sendWhole(deps, request, reply, scope)) return reply

        const { revision, numberOfInstances } = await presenceOf(catalogue, request.access, scope)
        noteRead(deps, request, scope.StudyInstanceUID)
        // A strong validator tells the compressed form from the plain one (RFC 9110 §8.8.3); parts of XML have a boundary of chance.
        const validator = mediaType === dicomXml ? weakETagOf : etagOf
        if (isNotModified(request, reply, validator(revision, encodingFor(request), mediaType, selectionText(selection), ...(isSourceCharset ? ['source'] : [])))) return reply.code(304).send()
        const chosen = selection ? selector(selection) : (json: string) => json
        const signal = clientGone(reply)
        const select: Select = isSourceCharset ? (json, record) => withSourceCharset(deps.blobs, record, chosen(json), signal) : chosen
        if (mediaType === dicomXml) return sendXmlParts(request, reply, xmlParts(catalogue, request.access, scope, service, select))
        if (numberOfInstances > gatherUpTo) return sendJsonStream(request, reply, texts(catalogue, request.access, scope, select))
        return sendJsonList(request, reply, await gathered(texts(catalogue, request.access, scope, select)))
      },
    })
  }
}

const encodingFor = (request: FastifyRequest): MetadataEncoding => (acceptsGzip(request) ? 'gzip' : 'identity')

/** How often an edition may have gone before it is read; each time something was stored or deleted in between. */
const maxEditions = 4

/**
 * Answers with the ready-made metadata of a study or series. False when some of them can only be read one by one.
 * @throws noSuchStudy, noSuchSeries 404, deleted 410
 */
async function sendWhole(deps: MetadataDeps, request: FastifyRequest, reply: FastifyReply, scope: Scope): Promise<boolean> {
  const { catalogue, seriesMetadata } = deps
  const encoding = encodingFor(request)
  for (let attempt = 1; attempt <= maxEditions; attempt++) {
    const edition = await catalogue.metadataEdition(request.access, scope) ?? await missing(catalogue, request.access, scope)
    if (!edition.series.every(({ isJoinable }) => isJoinable)) return false
    if (attempt === 1) noteRead(deps, request, scope.StudyInstanceUID)
    seriesMetadata.asked(request.access, scope, edition)
    const { etag, isAlike } = validatorOf(edition, encoding)
    if (isNotModified(request, reply, etag, isAlike)) {
      void reply.code(304).send()
      return true
    }
    reply.type(dicomJson)
    if (encoding === 'gzip') reply.header('content-encoding', 'gzip')
    if (request.method === 'HEAD') {
      const { gzipBytes, textBytes } = sizeOf(edition)
      void reply.header('content-length', encoding === 'gzip' ? gzipBytes : textBytes).send()
      return true
    }
    const array = await seriesMetadata.arrayOf(edition, encoding, clientGone(reply))
    if (!array) continue
    void reply.header('content-length', array.byteLength).send(array.body)
    return true
  }
  return false
}

/**
 * A strong ETag: the edition, and, since the same text compressed at once or in pieces is other bytes, the form. Compressed forms
 * of one edition are alike.
 */
function validatorOf(edition: MetadataEdition, encoding: MetadataEncoding): { etag: string; isAlike: (etag: string) => boolean } {
  const plain = etagOf(edition.revision, encoding, dicomJson, '')
  if (encoding === 'identity') return { etag: plain, isAlike: () => false }
  const start = `${plain.slice(0, -1)}-`
  const etag = `${start}${etagOf(formOf(edition)).slice(1, 9)}"`
  return { etag, isAlike: (other) => other.length === etag.length && other.startsWith(start) }
}

type Select = (json: string, record: InstanceRecord) => string | Promise<string>

async function* texts(catalogue: Catalogue, access: Access, scope: Scope, select: Select): AsyncGenerator<string> {
  for await (const { record, json } of catalogue.metadata(access, scope)) yield select(json, record)
}

async function* xmlParts(catalogue: Catalogue, access: Access, scope: Scope, service: string, select: Select): AsyncGenerator<XmlPart> {
  for await (const { record, json } of catalogue.metadata(access, scope)) yield { json: await select(json, record), contentLocation: `${service}${pathOf(uidsOf(record))}/metadata` }
}

const uidsOf = ({ StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID }: InstanceRecord) => ({ StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID })

async function gathered(objects: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = []
  for await (const object of objects) all.push(object)
  return all
}
