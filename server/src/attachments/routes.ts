/** HTTP face of attachments. */
import { Readable } from 'node:stream'
import { Attachment, AttachmentList, AttachmentParams, AttachmentQuery, AttachmentVisibility, Problem, StudyParams, type AttachmentType } from '@isocenter/contracts'
import { Type } from 'typebox'
import type { AccessLog } from '../audit/index.ts'
import { rangeNotSatisfiable, requestedRange } from '../dicomweb/index.ts'
import { disposition } from '../platform/file-names.ts'
import { badRequest } from '../platform/problem.ts'
import type { ApiRoutes } from '../platform/typed-routes.ts'
import type { Attachments } from './attachments.ts'
import { fileNameIn } from './names.ts'

const Empty = Type.Null()
const bytesType = 'application/octet-stream'
/** Documentation only: what comes is a stream. */
const FileBytes = Type.Unsafe<unknown>({ description: 'the bytes of the file: pdf, jpg, png, docx or mp4, told by its content' })
const Named = Type.Object({ 'content-disposition': Type.String({ maxLength: 2_000, description: 'attachment; filename*=UTF-8\'\'… : the name of the file, percent-encoded (RFC 6266)' }) })

/**
 * For a person to look at, never for a page of ours to run. A browser shows a PDF in a program of its own, which a sandbox keeps from starting; it is what it says by
 * its first bytes, and nothing else may be loaded.
 */
const policyOf = (type: AttachmentType): string => (type === 'application/pdf' ? "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'" : "sandbox; default-src 'none'; frame-ancestors 'self'")

export const attachmentRoutes: ApiRoutes<{ attachments: Attachments; accessLog: AccessLog }> = async (app, { attachments, accessLog }) => {
  const tags = ['Attachments']
  app.addContentTypeParser(bytesType, (_request, body, done) => { done(null, body) })
  app.addHook('onSend', (_request, reply, _payload, next) => { reply.header('cache-control', 'no-store'); next() })

  app.get('/studies/:StudyInstanceUID/attachments', {
    schema: { operationId: 'listAttachments', summary: 'Files that were added to a study', tags, params: StudyParams, querystring: AttachmentQuery, response: { 200: AttachmentList, '4xx': Problem } },
    config: { policy: 'study.view', audit: 'study.retrieve' },
  }, async ({ access, params: { StudyInstanceUID }, query }) => {
    const list = await attachments.list(access, StudyInstanceUID, { withDeleted: query.deleted === true })
    accessLog.accessed({ organisationId: access.organisationId, actor: `${access.actor.kind}:${access.actor.id}`, action: 'study.retrieve', StudyInstanceUID })
    return list
  })

  app.post('/studies/:StudyInstanceUID/attachments', {
    // As it comes, a stream, which counts for itself; the bound here is on what the request says of its length.
    bodyLimit: attachments.maxBytes,
    schema: { operationId: 'addAttachment', summary: 'Adds a file to a study; it is kept encrypted, and from outside viewers until it is shown to them', tags, params: StudyParams, headers: Named, consumes: bytesType, body: FileBytes, response: { 201: Attachment, '4xx': Problem, 503: Problem } },
    config: { policy: 'study.edit_case', audit: 'study.edit-case' },
  }, async ({ access, params, headers, body }, reply) => {
    const fileName = fileNameIn(headers['content-disposition'])
    if (fileName === undefined) throw badRequest('"Content-Disposition" does not name the file.')
    if (!(body instanceof Readable)) throw badRequest('The body must be the bytes of a file.')
    return reply.code(201).send(await attachments.add(access, params.StudyInstanceUID, fileName, body))
  })

  app.put('/studies/:StudyInstanceUID/attachments/:attachmentId/visibility', {
    schema: { operationId: 'showAttachment', summary: 'Shows a file to outside viewers, or keeps it from them', tags, params: AttachmentParams, body: AttachmentVisibility, response: { 200: Attachment, '4xx': Problem } },
    config: { policy: 'study.edit_case', audit: 'study.edit-case' },
  }, ({ access, params, body }) => attachments.show(access, params, body.isShown))

  app.delete('/studies/:StudyInstanceUID/attachments/:attachmentId', {
    schema: { operationId: 'deleteAttachment', summary: 'Deletes a file softly: an administrator can bring it back', tags, params: AttachmentParams, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'study.edit_case', audit: 'study.edit-case' },
  }, async ({ access, params }, reply) => {
    await attachments.remove(access, params)
    return reply.code(204).send(null)
  })

  app.post('/studies/:StudyInstanceUID/attachments/:attachmentId/restoration', {
    schema: { operationId: 'restoreAttachment', summary: 'Brings a deleted file back', tags, params: AttachmentParams, response: { 200: Attachment, '4xx': Problem } },
    config: { policy: 'admin.data_maintain', audit: 'study.edit-case' },
  }, ({ access, params }) => attachments.restore(access, params))

  for (const [as, operationId, summary, audit] of [
    ['content', 'viewAttachment', 'The file to look at, or the part of it a Range asks for', 'attachment.view'], ['download', 'downloadAttachment', 'The file to keep under its name, or the part of it a Range asks for', 'attachment.download'],
  ] as const) {
    app.get(`/studies/:StudyInstanceUID/attachments/:attachmentId/${as}`, {
      // Whoever asks for the headers alone would have the whole file read.
      exposeHeadRoute: false,
      schema: { operationId, summary, tags, params: AttachmentParams, description: 'Served at /o/{organisationId}/api/… too, for what a browser fetches by itself.' },
      config: { policy: 'study.view', audit },
    }, async ({ access, params, headers }, reply) => {
      const { fileName, contentType, byteLength, etag, read } = await attachments.open(access, params)
      // A video is asked for in many parts: they are one look.
      accessLog.accessed({ organisationId: access.organisationId, actor: `${access.actor.kind}:${access.actor.id}`, action: audit, StudyInstanceUID: params.StudyInstanceUID })
      reply.type(contentType).headers({
        'content-disposition': disposition(as === 'download' ? 'attachment' : 'inline', fileName), 'accept-ranges': 'bytes', etag, 'x-content-type-options': 'nosniff',
        'content-security-policy': policyOf(contentType), 'cross-origin-resource-policy': 'same-origin',
      })
      const wanted = requestedRange(headers.range, String(headers['if-range'] ?? etag), etag, byteLength)
      if (wanted === 'unsatisfiable') throw rangeNotSatisfiable(`The file has ${String(byteLength)} bytes.`, {}, { 'content-range': `bytes */${String(byteLength)}` })
      if (wanted === 'whole') return reply.header('content-length', byteLength).send(await read())
      const { offset, length } = wanted
      return reply.code(206).headers({ 'content-length': length, 'content-range': `bytes ${String(offset)}-${String(offset + length - 1)}/${String(byteLength)}` }).send(await read(wanted))
    })
  }
}
