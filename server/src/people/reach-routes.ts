/** HTTP face of what a person keeps and whom he reaches in the organisation he works for: favourites, address book. */
import { ContactOrganisationList, ContactPage, ContactParams, ContactQuery, defaultPageSize, FavouritePage, FavouriteQuery, FavouriteStudyParams, PageQuery, Problem } from '@isocenter/contracts'
import { Type } from 'typebox'
import type { AccessLog } from '../audit/index.ts'
import { actorOf } from '../identity/index.ts'
import type { ApiRoutes } from '../platform/typed-routes.ts'
import type { People } from './people.ts'

const Empty = Type.Null()
const FavouriteListing = Type.Object({ ...PageQuery.properties, ...FavouriteQuery.properties })
const ContactListing = Type.Object({ ...PageQuery.properties, ...ContactQuery.properties })

export const reachRoutes: ApiRoutes<{ people: Pick<People, 'favourites' | 'addressBook'>; accessLog: AccessLog }> = async (app, { people: { favourites, addressBook }, accessLog }) => {
  app.addHook('onSend', (_request, reply, _payload, next) => { if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store'); next() })

  app.get('/favourites', {
    schema: {
      operationId: 'listFavourites',
      summary: 'Favourites of the person in the organisation he works for, the latest first',
      tags: ['Favourites'],
      querystring: FavouriteListing,
      response: { 200: FavouritePage, '4xx': Problem },
    },
    config: { policy: 'study.view', audit: 'favourite.read' },
  }, async ({ access, query: { cursor, limit = defaultPageSize, ...query } }) => {
    const page = await favourites.list(access, query, { cursor, limit })
    accessLog.accessed({ organisationId: access.organisationId, actor: actorOf(access), action: 'favourite.read' })
    return page
  })

  app.put('/favourites/studies/:StudyInstanceUID', {
    schema: { operationId: 'addFavouriteStudy', summary: 'Makes a study a favourite', tags: ['Favourites'], params: FavouriteStudyParams, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'study.view', audit: 'favourite.change' },
  }, async (request, reply) => {
    await favourites.add(request.access, request.params.StudyInstanceUID)
    return reply.code(204).send(null)
  })

  app.delete('/favourites/studies/:StudyInstanceUID', {
    schema: { operationId: 'removeFavouriteStudy', summary: 'Makes a study no favourite; the study stays', tags: ['Favourites'], params: FavouriteStudyParams, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'study.view', audit: 'favourite.change' },
  }, async (request, reply) => {
    await favourites.remove(request.access, request.params.StudyInstanceUID)
    return reply.code(204).send(null)
  })

  app.get('/contacts', {
    schema: {
      operationId: 'listContacts',
      summary: 'People of the own organisation, its consortia and those it is paired with, by name',
      tags: ['Address book'],
      querystring: ContactListing,
      response: { 200: ContactPage, '4xx': Problem },
    },
    config: { policy: 'organisation:read', audit: 'none' },
  }, ({ access, query: { cursor, limit = defaultPageSize, ...query } }) => addressBook.list(access, query, { cursor, limit }))

  app.get('/contacts/organisations', {
    schema: { operationId: 'listContactOrganisations', summary: 'Organisations within reach with their departments', tags: ['Address book'], response: { 200: ContactOrganisationList, '4xx': Problem } },
    config: { policy: 'organisation:read', audit: 'none' },
  }, async ({ access }) => ({ items: await addressBook.organisations(access) }))

  app.get('/contacts/:membershipId/avatar', {
    schema: { operationId: 'getContactAvatar', summary: 'The avatar of a person within reach, WebP', tags: ['Address book'], params: ContactParams },
    config: { policy: 'organisation:read', audit: 'none' },
  }, async ({ access, params }, reply) => {
    const { webp, etag } = await addressBook.avatar(access, params.membershipId)
    return reply.type('image/webp').headers({ etag, 'x-content-type-options': 'nosniff', 'cache-control': 'private, no-cache' }).send(webp)
  })
}
