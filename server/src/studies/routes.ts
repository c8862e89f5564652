/** HTTP face of the study list. */
import {
  CaseCorrections, ColleagueShare, Problem, SavedView, SavedViewList, SavedViewParams, SavedViewRequest, SimilarStudyList, RelatedStudyParams,
  SeriesOfStudyParams, SeriesVisibility, StudyDetail, StudyListQuery, StudyPage, StudyParams,
} from '@isocenter/contracts'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { AccessLog } from '../audit/index.ts'
import { actorOf } from '../identity/index.ts'
import { versionIn } from '../organisations/index.ts'
import { noStore } from '../platform/answer-headers.ts'
import type { ApiRoutes } from '../platform/typed-routes.ts'
import type { Studies } from './studies.ts'

const Empty = Type.Null()
/** A correction is of what was looked at. */
const Looked = Type.Object({ 'if-match': Type.String({ pattern: '^"\\d{1,9}"$', description: 'caseVersion that was looked at' }) })

export const studyRoutes: ApiRoutes<{ studies: Studies; accessLog: AccessLog }> = async (app, { studies, accessLog }) => {
  const tags = ['Studies']
  app.addHook('onSend', noStore)
  const noteRead = ({ access }: FastifyRequest, action: 'study.search' | 'study.retrieve', StudyInstanceUID?: string) => {
    accessLog.accessed({ organisationId: access.organisationId, actor: actorOf(access), action, StudyInstanceUID })
  }

  app.get('/studies', {
    schema: {
      operationId: 'listStudies',
      summary: 'Studies that have arrived, the latest first; of the last day where nothing else is asked for',
      tags,
      querystring: StudyListQuery,
      response: { 200: StudyPage, '4xx': Problem },
    },
    config: { policy: 'study.view', audit: 'study.search' },
  }, async (request) => {
    const page = await studies.list(request.access, request.query)
    noteRead(request, 'study.search')
    return page
  })

  app.get('/studies/:StudyInstanceUID', {
    schema: { operationId: 'getStudy', summary: 'One study: case information, series, related studies', tags, params: StudyParams, response: { 200: StudyDetail, '4xx': Problem } },
    config: { policy: 'study.view', audit: 'study.retrieve' },
  }, async (request) => {
    const study = await studies.find(request.access, request.params.StudyInstanceUID)
    noteRead(request, 'study.retrieve', study.StudyInstanceUID)
    return study
  })

  app.get('/studies/:StudyInstanceUID/similar', {
    schema: { operationId: 'listSimilarStudies', summary: 'Cases of other patients like this one, and what they have in common', tags, params: StudyParams, response: { 200: SimilarStudyList, '4xx': Problem } },
    config: { policy: 'study.view', audit: 'study.search' },
  }, async (request) => {
    const items = await studies.similar(request.access, request.params.StudyInstanceUID)
    noteRead(request, 'study.search')
    return { items }
  })

  app.post('/studies/:StudyInstanceUID/colleague-shares', {
    schema: {
      operationId: 'shareStudyWithColleagues',
      summary: 'Tells colleagues of the same organisation of a study; they sign in to see it',
      tags,
      params: StudyParams,
      body: ColleagueShare,
      response: { 204: Empty, '4xx': Problem },
    },
    config: { policy: 'study.share_colleague', audit: 'study.share-colleague' },
  }, async ({ access, params, body }, reply) => {
    await studies.shareWithColleagues(access, params.StudyInstanceUID, body)
    return reply.code(204).send(null)
  })

  app.get('/study-views', {
    schema: { operationId: 'listStudyViews', summary: 'Views of the study list that the caller keeps in this organisation', tags, response: { 200: SavedViewList, '4xx': Problem } },
    config: { policy: 'study.view', audit: 'none' },
  }, async ({ access }) => ({ items: await studies.views.list(access) }))

  app.post('/study-views', {
    schema: { operationId: 'createStudyView', summary: 'Keeps a view of the study list under a name', tags, body: SavedViewRequest, response: { 201: SavedView, '4xx': Problem } },
    config: { policy: 'study.view', audit: 'none' },
  }, async ({ access, body }, reply) => reply.code(201).send(await studies.views.create(access, body)))

  app.put('/study-views/:viewId', {
    schema: { operationId: 'replaceStudyView', summary: 'Puts another view in the place of one', tags, params: SavedViewParams, body: SavedViewRequest, response: { 200: SavedView, '4xx': Problem } },
    config: { policy: 'study.view', audit: 'none' },
  }, ({ access, params, body }) => studies.views.replace(access, params.viewId, body))

  app.delete('/study-views/:viewId', {
    schema: { operationId: 'deleteStudyView', summary: 'Forgets a view', tags, params: SavedViewParams, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'study.view', audit: 'none' },
  }, async ({ access, params }, reply) => {
    await studies.views.remove(access, params.viewId)
    return reply.code(204).send(null)
  })

  app.patch('/studies/:StudyInstanceUID/case', {
    schema: {
      operationId: 'correctCase',
      summary: 'Corrects what is told of patient, examination and order; DICOM objects stay as they were received',
      tags,
      params: StudyParams,
      headers: Looked,
      body: CaseCorrections,
      response: { 200: StudyDetail, '4xx': Problem },
    },
    config: { policy: 'study.edit_case', audit: 'study.edit-case' },
  }, async ({ access, params, headers, body }) => {
    await studies.correct(access, params.StudyInstanceUID, body.corrections, versionIn(headers) ?? 0)
    return studies.find(access, params.StudyInstanceUID)
  })

  app.put('/studies/:StudyInstanceUID/series/:SeriesInstanceUID/visibility', {
    schema: { operationId: 'showSeries', summary: 'Shows a series to outside viewers, or keeps it from them', tags, params: SeriesOfStudyParams, body: SeriesVisibility, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'study.edit_case', audit: 'study.edit-case' },
  }, async ({ access, params, body }, reply) => {
    await studies.showSeries(access, params, body.isShown)
    return reply.code(204).send(null)
  })

  app.put('/studies/:StudyInstanceUID/related/:related', {
    schema: { operationId: 'relateStudy', summary: 'Links two studies', tags, params: RelatedStudyParams, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'study.edit_case', audit: 'study.edit-case' },
  }, async ({ access, params }, reply) => {
    await studies.relate(access, params.StudyInstanceUID, params.related)
    return reply.code(204).send(null)
  })

  app.delete('/studies/:StudyInstanceUID/related/:related', {
    schema: { operationId: 'unrelateStudy', summary: 'Takes a link between two studies away', tags, params: RelatedStudyParams, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'study.edit_case', audit: 'study.edit-case' },
  }, async ({ access, params }, reply) => {
    await studies.unrelate(access, params.StudyInstanceUID, params.related)
    return reply.code(204).send(null)
  })
}
