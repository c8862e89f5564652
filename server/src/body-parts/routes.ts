/** HTTP face of body parts, their tags and what is recognised of a study. */
import {
  BodyPart, BodyPartParams, BodyPartRequest, maxPartSheetBytes, PartCategory, PartCategoryEmptying, PartCategoryList, PartCategoryParams, PartCategoryPatch, PartCategoryRequest, PartExportQuery, PartImport,
  PartTag, PartTagList, PartTagOrder, PartTagParams, PartTagRequest, Problem, StudyParams, StudyParts, StudyTagList, TagTest, TagTestRequest,
} from '@isocenter/contracts'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { AccessLog } from '../audit/index.ts'
import { spreadsheetTypes } from '../exports/index.ts'
import { actorOf, forbidden } from '../identity/index.ts'
import { etagOf, IfMatch, versionIn } from '../organisations/index.ts'
import { noStore } from '../platform/answer-headers.ts'
import { badRequest } from '../platform/problem.ts'
import type { ApiRoutes } from '../platform/typed-routes.ts'
import type { BodyParts } from './body-parts.ts'

const bodyLimit = 64 * 1024
const Empty = Type.Null()
/** Documentation only: what comes is a buffer. */
const Spreadsheet = Type.Unsafe<unknown>({ description: 'an .xlsx workbook; its first sheet is read' })

function asFile(body: unknown): Buffer {
  if (!Buffer.isBuffer(body)) throw badRequest('The body must be a spreadsheet.')
  return body
}

export const bodyPartRoutes: ApiRoutes<{ bodyParts: BodyParts; accessLog: AccessLog }> = async (app, { bodyParts: { parts, tags: partTags, matching, spreadsheets }, accessLog }) => {
  const tags = ['Body parts']
  const changes = { policy: 'admin.exam_attr', audit: 'body-part.change' } as const
  app.addHook('onSend', noStore)
  // Excel's older ones too: they are told what they are, which a media type that is not known would not be.
  app.addContentTypeParser([spreadsheetTypes.xlsx, 'application/vnd.ms-excel', 'application/octet-stream'], { parseAs: 'buffer', bodyLimit: maxPartSheetBytes }, (_request, body, done) => { done(null, body) })
  const noteRead = ({ access }: FastifyRequest, StudyInstanceUID: string) => {
    accessLog.accessed({ organisationId: access.organisationId, actor: actorOf(access), action: 'study.retrieve', StudyInstanceUID })
  }

  app.get('/body-parts', {
    schema: { operationId: 'listBodyParts', summary: 'Categories with their parts, by type of devices', tags, response: { 200: PartCategoryList, '4xx': Problem } },
    config: { policy: 'organisation:read', audit: 'none' },
  }, ({ access }) => parts.list(access))

  app.post('/part-categories', {
    bodyLimit,
    schema: { operationId: 'createPartCategory', summary: 'Adds a category under a type of devices', tags, body: PartCategoryRequest, response: { 201: PartCategory, '4xx': Problem } },
    config: changes,
  }, async ({ access, body }, reply) => {
    const category = await parts.addCategory(access, body)
    return reply.code(201).header('etag', etagOf(category)).send(category)
  })

  app.patch('/part-categories/:categoryId', {
    bodyLimit,
    schema: { operationId: 'renamePartCategory', summary: 'Renames a category', tags, params: PartCategoryParams, headers: IfMatch, body: PartCategoryPatch, response: { 200: PartCategory, '4xx': Problem } },
    config: changes,
  }, async ({ access, params, body, headers }, reply) => {
    const category = await parts.renameCategory(access, params.categoryId, body, versionIn(headers))
    return reply.header('etag', etagOf(category)).send(category)
  })

  app.delete('/part-categories/:categoryId', {
    schema: { operationId: 'deletePartCategory', summary: 'Deletes a category that has no parts', tags, params: PartCategoryParams, response: { 204: Empty, '4xx': Problem } },
    config: changes,
  }, async ({ access, params }, reply) => {
    await parts.removeCategory(access, params.categoryId)
    return reply.code(204).send(null)
  })

  app.post('/part-categories/:categoryId/emptying', {
    bodyLimit,
    schema: {
      operationId: 'emptyPartCategory',
      summary: 'Deletes all parts of a category, where they are as many as was said',
      tags,
      params: PartCategoryParams,
      body: PartCategoryEmptying,
      response: { 200: PartCategory, '4xx': Problem },
    },
    config: changes,
  }, ({ access, params, body }) => parts.emptyCategory(access, params.categoryId, body.parts))

  app.post('/part-categories/:categoryId/parts', {
    bodyLimit,
    schema: { operationId: 'createBodyPart', summary: 'Adds a part to a category', tags, params: PartCategoryParams, body: BodyPartRequest, response: { 201: BodyPart, '4xx': Problem } },
    config: changes,
  }, async ({ access, params, body }, reply) => {
    const part = await parts.add(access, params.categoryId, body)
    return reply.code(201).header('etag', etagOf(part)).send(part)
  })

  app.put('/body-parts/:partId', {
    bodyLimit,
    schema: { operationId: 'replaceBodyPart', summary: 'Changes name, part count and tags of a part', tags, params: BodyPartParams, headers: IfMatch, body: BodyPartRequest, response: { 200: BodyPart, '4xx': Problem } },
    config: changes,
  }, async ({ access, params, body, headers }, reply) => {
    const part = await parts.replace(access, params.partId, body, versionIn(headers))
    return reply.header('etag', etagOf(part)).send(part)
  })

  app.delete('/body-parts/:partId', {
    schema: { operationId: 'deleteBodyPart', summary: 'Offers a part no more; what was asked for with it keeps its name', tags, params: BodyPartParams, response: { 204: Empty, '4xx': Problem } },
    config: changes,
  }, async ({ access, params }, reply) => {
    await parts.remove(access, params.partId)
    return reply.code(204).send(null)
  })

  app.get('/body-parts/export', {
    // A HEAD would make the whole file.
    exposeHeadRoute: false,
    schema: { operationId: 'exportBodyParts', summary: 'Parts of all categories, or of those named, as XLSX that can be imported again', tags, querystring: PartExportQuery },
    config: { policy: 'admin.exam_attr', audit: 'list.export' },
  }, async ({ access, query: { language, categoryId } }, reply) => {
    const file = await spreadsheets.write(access, language, typeof categoryId === 'string' ? [categoryId] : categoryId)
    return reply.type(spreadsheetTypes.xlsx).header('content-disposition', 'attachment; filename="body-parts.xlsx"').header('x-content-type-options', 'nosniff').send(file)
  })

  app.post('/body-parts/import/check', {
    bodyLimit: maxPartSheetBytes,
    schema: {
      operationId: 'checkBodyPartImport',
      summary: 'Says what would come of a spreadsheet, row by row, and changes nothing',
      tags,
      consumes: spreadsheetTypes.xlsx,
      body: Spreadsheet,
      response: { 200: PartImport, '4xx': Problem },
    },
    config: { policy: 'admin.exam_attr', audit: 'none' },
  }, ({ access, body }) => spreadsheets.check(access, asFile(body)))

  app.post('/body-parts/import', {
    bodyLimit: maxPartSheetBytes,
    schema: {
      operationId: 'importBodyParts',
      summary: 'Adds and changes parts by a spreadsheet, merged by type of devices, category and name: all rows or none',
      tags,
      consumes: spreadsheetTypes.xlsx,
      body: Spreadsheet,
      response: { 200: PartImport, '4xx': Problem },
    },
    config: changes,
  }, ({ access, body }) => spreadsheets.take(access, asFile(body)))

  app.get('/part-tags', {
    schema: { operationId: 'listPartTags', summary: 'Tags with their rules, in the order they are tried', tags, response: { 200: PartTagList, '4xx': Problem } },
    config: { policy: 'admin.exam_attr', audit: 'none' },
  }, ({ access }) => partTags.list(access))

  app.post('/part-tags', {
    bodyLimit,
    schema: { operationId: 'createPartTag', summary: 'Adds a tag, tried last', tags, body: PartTagRequest, response: { 201: PartTag, '4xx': Problem } },
    config: changes,
  }, async ({ access, body }, reply) => {
    const tag = await partTags.create(access, body)
    return reply.code(201).header('etag', etagOf(tag)).send(tag)
  })

  app.put('/part-tags/order', {
    bodyLimit,
    schema: { operationId: 'orderPartTags', summary: 'Puts the tags into the order they are tried', tags, body: PartTagOrder, response: { 200: PartTagList, '4xx': Problem } },
    config: changes,
  }, ({ access, body }) => partTags.order(access, body))

  app.post('/part-tags/test', {
    bodyLimit,
    schema: { operationId: 'testPartTags', summary: 'Which tags a study has, or would have with one that is not kept yet, and why', tags, body: TagTestRequest, response: { 200: TagTest, '4xx': Problem } },
    config: { policy: 'admin.exam_attr', audit: 'study.retrieve' },
  }, async (request) => {
    if (!request.access.permissions.has('study.view')) throw forbidden('What a study says is for who may see studies.', { missing: 'study.view' })
    const test = await matching.test(request.access, request.body)
    noteRead(request, request.body.StudyInstanceUID)
    return test
  })

  app.put('/part-tags/:tagId', {
    bodyLimit,
    schema: { operationId: 'replacePartTag', summary: 'Changes name and rules of a tag', tags, params: PartTagParams, headers: IfMatch, body: PartTagRequest, response: { 200: PartTag, '4xx': Problem } },
    config: changes,
  }, async ({ access, params, body, headers }, reply) => {
    const tag = await partTags.replace(access, params.tagId, body, versionIn(headers))
    return reply.header('etag', etagOf(tag)).send(tag)
  })

  app.delete('/part-tags/:tagId', {
    schema: { operationId: 'deletePartTag', summary: 'Deletes a tag; parts it was a tag of stay', tags, params: PartTagParams, response: { 204: Empty, '4xx': Problem } },
    config: changes,
  }, async ({ access, params }, reply) => {
    await partTags.remove(access, params.tagId)
    return reply.code(204).send(null)
  })

  app.get('/study-tags', {
    schema: { operationId: 'listStudyTags', summary: 'Names of the tags studies can be found by', tags, response: { 200: StudyTagList, '4xx': Problem } },
    config: { policy: 'study.view', audit: 'none' },
  }, ({ access }) => partTags.names(access))

  app.get('/studies/:StudyInstanceUID/parts', {
    schema: { operationId: 'getStudyParts', summary: 'Tags of a study as it is now, with the rule each holds by, and the parts they suggest', tags, params: StudyParams, response: { 200: StudyParts, '4xx': Problem } },
    config: { policy: 'study.view', audit: 'study.retrieve' },
  }, async (request) => {
    const found = await matching.studyParts(request.access, request.params.StudyInstanceUID)
    noteRead(request, request.params.StudyInstanceUID)
    return found
  })
}
