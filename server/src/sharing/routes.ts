/** HTTP face of share links: of those who make them, and of who holds one. */
import {
  defaultPageSize, NewShareLink, Problem, SharedAttachmentList, SharedAttachmentParams, ShareLink, ShareLinkPage, ShareLinkParams, ShareLinkQuery,
  ShareLinkRequest, ShareRiskList, ShareRiskQuery, ShareView, ShareViewRequest,
} from '@isocenter/contracts'
import { sendAttachment, type Attachments } from '../attachments/index.ts'
import type { AccessLog } from '../audit/index.ts'
import { actorOf } from '../identity/index.ts'
import { noStore } from '../platform/answer-headers.ts'
import { addressKey, createRateLimit } from '../platform/rate-limit.ts'
import type { ApiRoutes } from '../platform/typed-routes.ts'
import { assertHasAttachments, sharedAttachments } from './attachments.ts'
import type { Sharing } from './links.ts'

const bodyLimit = 8 * 1024
const tags = ['Sharing']
/** A link is for who was sent it: for no search engine, and for nobody a page sends its visitors to. */
const visitorHeaders = { 'x-robots-tag': 'noindex, nofollow', 'referrer-policy': 'no-referrer' } as const

export const sharingRoutes: ApiRoutes<{ sharing: Sharing; attachments: Attachments; accessLog: AccessLog }> = async (app, { sharing, attachments, accessLog }) => {
  // Of one address: more is guessing.
  const openings = createRateLimit({ burst: 30, refillMs: 5_000 })
  app.addHook('onSend', noStore)

  app.get('/share-risks', {
    schema: { operationId: 'getShareRisks', summary: 'What de-identification would leave in the pictures of studies', tags, querystring: ShareRiskQuery, response: { 200: ShareRiskList, '4xx': Problem } },
    config: { policy: 'study.share', audit: 'study.retrieve' },
  }, async ({ access, query }) => {
    const risks = await sharing.risks(access, query.studies.split(','))
    const shown = await attachments.countShown(access, risks.map(({ StudyInstanceUID }) => StudyInstanceUID))
    for (const { StudyInstanceUID } of risks) accessLog.accessed({ organisationId: access.organisationId, actor: actorOf(access), action: 'study.retrieve', StudyInstanceUID })
    return { items: risks.map((one) => ({ ...one, attachments: shown.get(one.StudyInstanceUID) ?? 0 })) }
  })

  app.post('/share-links', {
    bodyLimit,
    schema: { operationId: 'createShareLink', summary: 'Makes a link that shows one to five studies to whoever holds it', tags, body: ShareLinkRequest, response: { 201: NewShareLink, '4xx': Problem } },
    config: { policy: 'study.share', audit: 'share.create' },
  }, async ({ access, body }, reply) => reply.code(201).send(await sharing.create(access, body)))

  app.get('/share-links', {
    schema: { operationId: 'listShareLinks', summary: 'Links the caller has made, the latest first', tags, querystring: ShareLinkQuery, response: { 200: ShareLinkPage, '4xx': Problem } },
    config: { policy: 'study.share', audit: 'study.search' },
  }, async ({ access, query: { cursor, limit = defaultPageSize } }) => {
    const page = await sharing.list(access, { cursor, limit })
    // It names patients, as the study list does.
    accessLog.accessed({ organisationId: access.organisationId, actor: actorOf(access), action: 'study.search' })
    return page
  })

  app.delete('/share-links/:linkId', {
    schema: { operationId: 'revokeShareLink', summary: 'Ends a link; who looks through it sees nothing more', tags, params: ShareLinkParams, response: { 200: ShareLink, '4xx': Problem } },
    config: { policy: 'study.share', audit: 'share.revoke' },
  }, ({ access, params }) => sharing.revoke(access, params.linkId))

  app.post('/shared/:linkId/views', {
    bodyLimit,
    schema: {
      operationId: 'openShareLink',
      summary: 'Opens a link: a cookie for its DICOMweb service, /s/{linkId}/dicom-web',
      tags,
      params: ShareLinkParams,
      body: ShareViewRequest,
      response: { 201: ShareView, '4xx': Problem },
    },
    config: { policy: 'public', audit: 'share.view' },
  }, async (request, reply) => {
    const place = addressKey(request.ip)
    openings.check(place)
    openings.use(place)
    const { linkId } = request.params
    const { view, secret, maxAgeSeconds } = await sharing.open(linkId, request.body)
    return reply.code(201).headers({ 'set-cookie': sharing.cookie.set(request, linkId, secret, maxAgeSeconds), 'x-robots-tag': 'noindex, nofollow' }).send(view)
  })

  app.get('/shared/:linkId/attachments', {
    schema: {
      operationId: 'listSharedAttachments',
      summary: 'Files of the shared studies that are shown to outside viewers',
      tags,
      params: ShareLinkParams,
      response: { 200: SharedAttachmentList, '4xx': Problem },
      description: 'Served to who has opened the link, at /s/{linkId}/attachments; an anonymised link has none.',
    },
    config: { policy: 'dicomweb:retrieve', audit: 'study.retrieve' },
  }, async ({ access, params: { linkId } }, reply) => {
    assertHasAttachments(access, linkId)
    const shown = await sharing.studies(access, linkId)
    // Where all were deleted it was looked at, too.
    for (const StudyInstanceUID of shown.length === 0 ? [undefined] : shown.map((study) => study.StudyInstanceUID)) {
      accessLog.accessed({ organisationId: access.organisationId, actor: `share:${linkId}`, action: 'study.retrieve', StudyInstanceUID })
    }
    return reply.headers(visitorHeaders).send(await sharedAttachments(attachments, access, shown))
  })

  for (const [as, operationId, summary, audit] of [
    ['content', 'viewSharedAttachment', 'The file to look at, or the part of it a Range asks for', 'attachment.view'],
    ['download', 'downloadSharedAttachment', 'The file to keep under its name, or the part of it a Range asks for', 'attachment.download'],
  ] as const) {
    app.get(`/shared/:linkId/studies/:StudyInstanceUID/attachments/:attachmentId/${as}`, {
      // As those of insiders.
      exposeHeadRoute: false,
      schema: { operationId, summary, tags, params: SharedAttachmentParams, description: `Served to who has opened the link, at /s/{linkId}/studies/…/${as}; an anonymised link has none.` },
      config: { policy: 'dicomweb:retrieve', audit },
    }, async ({ access, params: { linkId, ...place }, headers }, reply) => {
      assertHasAttachments(access, linkId)
      const file = await attachments.open(access, place)
      accessLog.accessed({ organisationId: access.organisationId, actor: `share:${linkId}`, action: audit, StudyInstanceUID: place.StudyInstanceUID })
      return sendAttachment(reply.headers(visitorHeaders), file, { as, headers })
    })
  }
}
