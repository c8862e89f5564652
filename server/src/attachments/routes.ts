/** HTTP face of attachments. */
import { Readable } from 'node:stream'
import { Attachment, AttachmentList, AttachmentParams, AttachmentQuery, AttachmentVisibility, Problem, StudyParams } from '@isocenter/contracts'
import { Type } from 'typebox'
import type { AccessLog } from '../audit/index.ts'
import { actorOf } from '../identity/index.ts'
import { noStore } from '../platform/answer-headers.ts'
import { badRequest } from '../platform/problem.ts'
import type { ApiRoutes } from '../platform/typed-routes.ts'
import type { Attachments } from './attachments.ts'
import { fileNameIn } from './names.ts'
import { sendAttachment } from './sending.ts'

const Empty = Type.Null()
const bytesType = 'application/octet-stream'
/** Documentation only: what comes is a stream. */
const FileBytes = Type.Unsafe<unknown>({ description: 'the bytes of the file: pdf, jpg, png, docx or mp4, told by its content' })
const Named = Type.Object({ 'content-disposition': Type.String({ maxLength: 2_000, description: 'attachment; filename*=UTF-8\'\'… : the name of the file, percent-encoded (RFC 6266)' }) })

export const attachmentRoutes: ApiRoutes<{ attachments: Attachments; accessLog: AccessLog }> = async (app, { attachments, accessLog }) => {
  const tags = ['Attachments']
  app.addContentTypeParser(bytesType, (_request, body, done) => { done(null, body) })
  app.addHook('onSend', noStore)

  app.get('/studies/:StudyInstanceUID/attachments', {
    schema: { operationId: 'listAttachments', summary: 'Files that were added to a study', tags, params: StudyParams, querystring: AttachmentQuery, response: { 200: AttachmentList, '4xx': Problem } },
    config: { policy: 'study.view', audit: 'study.retrieve' },
  }, async ({ access, params: { StudyInstanceUID }, query }) => {
    const list = await attachments.list(access, StudyInstanceUID, { withDeleted: query.deleted === true })
    accessLog.accessed({ organisationId: access.organisationId, actor: actorOf(access), action: 'study.retrieve', StudyInstanceUID })
    return list
  })

  app.post('/studies/:StudyInstanceUID/attachments', {
    // As it comes, a stream, which counts for itself; the bound here is on what the request says of its length.
    bodyLimit: attachments.maxBytes,
    schema: {
      operationId: 'addAttachment',
      summary: 'Adds a file to a study; it is kept encrypted, and from outside viewers until it is shown to them',
      tags,
      params: StudyParams,
      headers: Named,
      consumes: bytesType,
      body: FileBytes,
      response: { 201: Attachment, '4xx': Problem, 503: Problem },
    },
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
    ['content', 'viewAttachment', 'The file to look at, or the part of it a Range asks for', 'attachment.view'],
    ['download', 'downloadAttachment', 'The file to keep under its name, or the part of it a Range asks for', 'attachment.download'],
  ] as const) {
    app.get(`/studies/:StudyInstanceUID/attachments/:attachmentId/${as}`, {
      // Whoever asks for the headers alone would have the whole file read.
      exposeHeadRoute: false,
      schema: { operationId, summary, tags, params: AttachmentParams, description: 'Served at /o/{organisationId}/api/… too, for what a browser fetches by itself.' },
      config: { policy: 'study.view', audit },
    }, async ({ access, params, headers }, reply) => {
      const file = await attachments.open(access, params)
      // A video is asked for in many parts: they are one look.
      accessLog.accessed({ organisationId: access.organisationId, actor: actorOf(access), action: audit, StudyInstanceUID: params.StudyInstanceUID })
      return sendAttachment(reply, file, { as, headers })
    })
  }
}
