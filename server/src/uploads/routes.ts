/** The tus 1.0.0 server, and what came of uploads in JSON. */
import { Problem, Upload, UploadParams } from '@isocenter/contracts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Config } from '../config.ts'
import { receivedChunks, serviceURL } from '../dicomweb/index.ts'
import { noSuchResource, unsupportedMediaType } from '../platform/problem.ts'
import type { ApiRoutes } from '../platform/typed-routes.ts'
import { checksumAlgorithms, checksumOf, metadataOf, offsetOctetStream, requireVersion, tusExtensions, tusResumable, uploadLengthOf, uploadOffsetOf } from './tus.ts'
import type { StoredUpload } from './store.ts'
import { told, type Uploads } from './uploads.ts'

const Empty = Type.Null()
const tags = ['Uploads']
const protocol = 'Part of tus 1.0.0 (https://tus.io/protocols/resumable-upload), whose headers it takes and gives.'
/** A body is read as it comes; its length is bounded by what the upload lacks. */
const anyBodyBytes = Number.MAX_SAFE_INTEGER

export const uploadRoutes: ApiRoutes<{ uploads: Uploads; config: Pick<Config, 'PUBLIC_URL'> }> = async (app, { uploads, config }) => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => { done(null) })
  app.addHook('onSend', (_request, reply, _payload, next) => {
    reply.header('tus-resumable', tusResumable).header('cache-control', 'no-store')
    next()
  })

  for (const [url, operationId] of [['/uploads', 'describeUploads'], ['/uploads/:uploadId', 'describeUpload']] as const) {
    app.options(url, { schema: { operationId, summary: 'Tells what the upload protocol offers', description: protocol, tags }, config: { policy: 'public', audit: 'none' } }, (_request, reply) => reply.code(204).headers({
      'tus-version': tusResumable, 'tus-extension': tusExtensions, 'tus-max-size': String(uploads.maxBytes), 'tus-checksum-algorithm': checksumAlgorithms.join(','),
    }).send())
  }

  const append = async (request: FastifyRequest, uploadId: string, byteOffset: number): Promise<StoredUpload> =>
    uploads.append(request.access, uploadId, { byteOffset, checksum: checksumOf(request.headers), body: receivedChunks(request.raw) })

  app.post('/uploads', {
    bodyLimit: anyBodyBytes,
    schema: {
      operationId: 'createUpload',
      summary: 'Begins a resumable upload of one DICOM object, or of a file that becomes one',
      description: `${protocol} Upload-Metadata holds "kind", and as JSON "describes" (FileDescription, with kind file) and "corrections" (UploadCorrections).`,
      tags,
      response: { 201: Empty, '4xx': Problem },
    },
    config: { policy: 'upload', audit: 'study.store' },
  }, async (request, reply) => {
    requireVersion(request.headers)
    const byteLength = uploadLengthOf(request.headers)
    const metadata = metadataOf(request.headers)
    const hasBody = request.headers['content-type'] !== undefined
    if (hasBody) requireOffsetOctets(request)
    let upload = await uploads.create(request.access, { byteLength, metadata, serviceURL: serviceURL(config, request) })
    // Without scheme and host, whose proxy the client may know better than we do.
    reply.code(201).header('location', `/api/uploads/${upload.uploadId}`)
    if (hasBody && byteLength > 0) upload = await append(request, upload.uploadId, 0)
    return describe(reply, upload).send() as never
  })

  const patch = async (request: FastifyRequest, reply: FastifyReply, uploadId: string): Promise<FastifyReply> => {
    requireVersion(request.headers)
    requireOffsetOctets(request)
    const upload = await append(request, uploadId, uploadOffsetOf(request.headers))
    return describe(reply.code(204), upload).send()
  }
  const remove = async (request: FastifyRequest, reply: FastifyReply, uploadId: string): Promise<FastifyReply> => {
    requireVersion(request.headers)
    await uploads.remove(request.access, uploadId)
    return reply.code(204).send()
  }

  app.patch('/uploads/:uploadId', {
    bodyLimit: anyBodyBytes,
    schema: {
      operationId: 'appendToUpload', summary: 'Adds bytes to an upload; with the last one its object is stored', description: protocol, tags,
      params: UploadParams, consumes: offsetOctetStream, response: { 204: Empty, '4xx': Problem },
    },
    config: { policy: 'upload', audit: 'study.store' },
  }, (request, reply) => patch(request, reply, request.params.uploadId) as never)

  app.delete('/uploads/:uploadId', {
    schema: { operationId: 'deleteUpload', summary: 'Gives an upload up', description: protocol, tags, params: UploadParams, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'upload', audit: 'study.store' },
  }, (request, reply) => remove(request, reply, request.params.uploadId) as never)

  // For clients behind proxies that let only GET and POST through.
  app.post('/uploads/:uploadId', {
    bodyLimit: anyBodyBytes,
    schema: { operationId: 'overrideUploadMethod', summary: 'What X-HTTP-Method-Override says: PATCH or DELETE', description: protocol, tags, params: UploadParams, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'upload', audit: 'study.store' },
  }, (request, reply) => {
    const method = request.headers['x-http-method-override']
    if (method === 'PATCH') return patch(request, reply, request.params.uploadId) as never
    if (method === 'DELETE') return remove(request, reply, request.params.uploadId) as never
    throw noSuchResource('X-HTTP-Method-Override is neither PATCH nor DELETE.')
  })

  app.head('/uploads/:uploadId', {
    schema: { operationId: 'headUpload', summary: 'Tells where an upload goes on', description: protocol, tags, params: UploadParams, response: { 200: Empty, '4xx': Problem } },
    config: { policy: 'upload', audit: 'study.store' },
  }, async (request, reply) => {
    requireVersion(request.headers)
    const upload = await uploads.find(request.access, request.params.uploadId)
    describe(reply, upload).header('upload-length', String(upload.byteLength))
    if (upload.metadata !== '') reply.header('upload-metadata', upload.metadata)
    return reply.send(undefined as never)
  })

  app.get('/uploads/:uploadId', {
    exposeHeadRoute: false,
    schema: { operationId: 'getUpload', summary: 'An upload and what came of it', tags, params: UploadParams, response: { 200: Upload, '4xx': Problem } },
    config: { policy: 'upload', audit: 'study.store' },
  }, async (request, reply) => {
    const upload = await uploads.find(request.access, request.params.uploadId)
    if (upload.state === 'complete') reply.header('retry-after', '2')
    return reply.send(told(upload))
  })
}

const describe = (reply: FastifyReply, upload: StoredUpload): FastifyReply =>
  reply.header('upload-offset', String(upload.byteOffset)).header('upload-expires', upload.expiresAt.toUTCString())

function requireOffsetOctets({ headers }: FastifyRequest): void {
  if (headers['content-type']?.trim().toLowerCase() !== offsetOctetStream) throw unsupportedMediaType(`Bytes come as ${offsetOctetStream}.`, { accepted: [offsetOctetStream] }, { connection: 'close' })
}
