/** HTTP face of share links: of those who make them, and of who holds one. */
import { defaultPageSize, NewShareLink, Problem, ShareLink, ShareLinkPage, ShareLinkParams, ShareLinkQuery, ShareLinkRequest, ShareRiskList, ShareRiskQuery, ShareView, ShareViewRequest } from '@isocenter/contracts'
import type { AccessLog } from '../audit/index.ts'
import { addressKey, createRateLimit } from '../platform/rate-limit.ts'
import type { ApiRoutes } from '../platform/typed-routes.ts'
import type { Sharing } from './links.ts'

const bodyLimit = 8 * 1024
const tags = ['Sharing']

export const sharingRoutes: ApiRoutes<{ sharing: Sharing; accessLog: AccessLog }> = async (app, { sharing, accessLog }) => {
  // Of one address: more is guessing.
  const openings = createRateLimit({ burst: 30, refillMs: 5_000 })
  app.addHook('onSend', (_request, reply, _payload, next) => { reply.header('cache-control', 'no-store'); next() })

  app.get('/share-risks', {
    schema: { operationId: 'getShareRisks', summary: 'What de-identification would leave in the pictures of studies', tags, querystring: ShareRiskQuery, response: { 200: ShareRiskList, '4xx': Problem } },
    config: { policy: 'study.share', audit: 'study.retrieve' },
  }, async ({ access, query }) => {
    const risks = await sharing.risks(access, query.studies.split(','))
    for (const { StudyInstanceUID } of risks.items) accessLog.accessed({ organisationId: access.organisationId, actor: `${access.actor.kind}:${access.actor.id}`, action: 'study.retrieve', StudyInstanceUID })
    return risks
  })

  app.post('/share-links', {
    bodyLimit,
    schema: { operationId: 'createShareLink', summary: 'Makes a link that shows one to five studies to whoever holds it', tags, body: ShareLinkRequest, response: { 201: NewShareLink, '4xx': Problem } },
    config: { policy: 'study.share', audit: 'share.create' },
  }, async ({ access, body }, reply) => reply.code(201).send(await sharing.create(access, body)))

  app.get('/share-links', {
    schema: { operationId: 'listShareLinks', summary: 'Links the caller has made, the latest first', tags, querystring: ShareLinkQuery, response: { 200: ShareLinkPage, '4xx': Problem } },
    config: { policy: 'study.share', audit: 'none' },
  }, ({ access, query: { cursor, limit = defaultPageSize } }) => sharing.list(access, { cursor, limit }))

  app.delete('/share-links/:linkId', {
    schema: { operationId: 'revokeShareLink', summary: 'Ends a link; who looks through it sees nothing more', tags, params: ShareLinkParams, response: { 200: ShareLink, '4xx': Problem } },
    config: { policy: 'study.share', audit: 'share.revoke' },
  }, ({ access, params }) => sharing.revoke(access, params.linkId))

  app.post('/shared/:linkId/views', {
    bodyLimit,
    schema: { operationId: 'openShareLink', summary: 'Opens a link: a cookie for its DICOMweb service, /s/{linkId}/dicom-web', tags, params: ShareLinkParams, body: ShareViewRequest, response: { 201: ShareView, '4xx': Problem } },
    config: { policy: 'public', audit: 'share.view' },
  }, async (request, reply) => {
    const place = addressKey(request.ip)
    openings.check(place)
    openings.use(place)
    const { linkId } = request.params
    const { view, secret, maxAgeSeconds } = await sharing.open(linkId, request.body)
    return reply.code(201).headers({ 'set-cookie': sharing.cookie.set(request, linkId, secret, maxAgeSeconds), 'x-robots-tag': 'noindex, nofollow' }).send(view)
  })
}
