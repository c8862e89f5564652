/** HTTP face of data maintenance. */
import {
  ConsortiumStorage, defaultPageSize, DeletedStudy, DeletedStudyFilter, DeletedStudyOfAnyFilter, DeletedStudyOfAnyPage, DeletedStudyPage,
  DeletedStudyParams, DeviceDeletion, DeviceDeletionPreview, DeviceParams, PageQuery, Problem, Purge,
  PurgePage, PurgeParams, PurgeRequest, ReasonRequest, StorageQuery, StorageUse, StudyDeletion, StudyLock, StudyLockList, StudyLocksRequest, StudyParams,
} from '@isocenter/contracts'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { AccessLog } from '../audit/index.ts'
import { actorOf } from '../identity/index.ts'
import { noStore } from '../platform/answer-headers.ts'
import type { ApiRoutes } from '../platform/typed-routes.ts'
import type { Maintenance } from './maintenance.ts'
import { noSuchStudy } from './problems.ts'

const Empty = Type.Null()
const DeletedQuery = Type.Object({ ...DeletedStudyFilter.properties, ...PageQuery.properties })
const DeletedOfAnyQuery = Type.Object({ ...DeletedStudyOfAnyFilter.properties, ...PageQuery.properties })
const bodyLimit = 64 * 1024

export const maintenanceRoutes: ApiRoutes<{ maintenance: Maintenance; accessLog: AccessLog }> = async (app, { maintenance: { locks, catalogue, deletedStudies, purges, devices, storage }, accessLog }) => {
  const tags = ['Data maintenance']
  app.addHook('onSend', noStore)
  const noteRead = ({ access, routeOptions: { config: { audit } } }: FastifyRequest) => {
    if (audit !== undefined && audit !== 'none') accessLog.accessed({ organisationId: access.organisationId, actor: actorOf(access), action: audit })
  }

  // ── Locks and deletion ───────────────────────────────────────────────────────────────────────

  app.post('/study-locks/search', {
    bodyLimit,
    schema: { operationId: 'findStudyLocks', summary: 'Which of these studies are locked, and by whom', tags, body: StudyLocksRequest, response: { 200: StudyLockList, '4xx': Problem } },
    config: { policy: 'study.view', audit: 'none' },
  }, async ({ access, body }) => ({ items: await locks.find(access, body.studies) }))

  app.put('/studies/:StudyInstanceUID/lock', {
    schema: { operationId: 'lockStudy', summary: 'Locks a study: it is not sent for diagnosis, nor deleted', tags, params: StudyParams, response: { 200: StudyLock, '4xx': Problem } },
    config: { policy: 'study.lock', audit: 'study.lock' },
  }, ({ access, params }) => locks.lock(access, params.StudyInstanceUID))

  app.delete('/studies/:StudyInstanceUID/lock', {
    schema: { operationId: 'unlockStudy', summary: 'Unlocks a study', tags, params: StudyParams, response: { 204: Empty, '4xx': Problem } },
    // Who locked it, or an administrator: the service tells them.
    config: { policy: 'study.view', audit: 'study.unlock' },
  }, async ({ access, params }, reply) => {
    await locks.unlock(access, params.StudyInstanceUID)
    return reply.code(204).send(null)
  })

  app.post('/studies/:StudyInstanceUID/deletion', {
    bodyLimit,
    schema: { operationId: 'deleteStudy', summary: 'Deletes a study; it can be restored', tags, params: StudyParams, body: ReasonRequest, response: { 200: StudyDeletion, '4xx': Problem } },
    config: { policy: 'study.delete', audit: 'study.delete' },
  }, async ({ access, params, body }) => {
    const { deleted, deletedStudyId } = await catalogue.delete(access, params, { reason: body.reason })
    if (deletedStudyId === undefined) throw noSuchStudy('No study of your organisation has this StudyInstanceUID.')
    return { deletedStudyId, instances: deleted }
  })

  // ── What was deleted ─────────────────────────────────────────────────────────────────────────

  app.get('/deleted-studies', {
    schema: { operationId: 'listDeletedStudies', summary: 'What was deleted, the latest first', tags, querystring: DeletedQuery, response: { 200: DeletedStudyPage, '4xx': Problem } },
    config: { policy: 'admin.data_maintain', audit: 'deleted-study.read' },
  }, async (request) => {
    const { cursor, limit = defaultPageSize, ...filter } = request.query
    const page = await deletedStudies.list(request.access, filter, { cursor, limit })
    noteRead(request)
    return page
  })

  app.post('/deleted-studies/:deletedStudyId/restoration', {
    bodyLimit,
    schema: { operationId: 'restoreDeletedStudy', summary: 'Restores what a deletion took away', tags, params: DeletedStudyParams, body: ReasonRequest, response: { 200: DeletedStudy, '4xx': Problem } },
    config: { policy: 'admin.data_maintain', audit: 'study.restore' },
  }, ({ access, params, body }) => deletedStudies.restore(access, params.deletedStudyId, body.reason))

  app.get('/operator/deleted-studies', {
    schema: {
      operationId: 'listDeletedStudiesOfAny',
      summary: 'What was deleted in any organisation, without anything of the patient',
      tags,
      querystring: DeletedOfAnyQuery,
      response: { 200: DeletedStudyOfAnyPage, '4xx': Problem },
    },
    config: { policy: 'operator.purge', audit: 'deleted-study.read' },
  }, async (request) => {
    const { cursor, limit = defaultPageSize, ...filter } = request.query
    const page = await deletedStudies.listOfAny(filter, { cursor, limit })
    noteRead(request)
    return page
  })

  app.get('/operator/purges', {
    schema: { operationId: 'listPurges', summary: 'Requests to remove deleted data for good, the latest first', tags, querystring: PageQuery, response: { 200: PurgePage, '4xx': Problem } },
    config: { policy: 'operator.purge', audit: 'none' },
  }, ({ access, query: { cursor, limit = defaultPageSize } }) => purges.list(access, { cursor, limit }))

  app.post('/operator/purges', {
    bodyLimit,
    schema: { operationId: 'requestPurge', summary: 'Asks for the removal of deleted data for good; another person must agree', tags, body: PurgeRequest, response: { 201: Purge, '4xx': Problem } },
    config: { policy: 'operator.purge', audit: 'study.purge-request' },
  }, async ({ access, body }, reply) => reply.code(201).send(await purges.request(access, body)))

  app.post('/operator/purges/:purgeId/approval', {
    schema: { operationId: 'approvePurge', summary: 'Agrees to a removal another one has asked for', tags, params: PurgeParams, response: { 200: Purge, '4xx': Problem } },
    config: { policy: 'operator.purge', audit: 'study.purge-request' },
  }, ({ access, params }) => purges.approve(access, params.purgeId))

  app.post('/operator/purges/:purgeId/declination', {
    bodyLimit,
    schema: { operationId: 'declinePurge', summary: 'Declines a removal another one has asked for', tags, params: PurgeParams, body: ReasonRequest, response: { 200: Purge, '4xx': Problem } },
    config: { policy: 'operator.purge', audit: 'study.purge-request' },
  }, ({ access, params, body }) => purges.decline(access, params.purgeId, body.reason))

  app.delete('/operator/purges/:purgeId', {
    schema: { operationId: 'withdrawPurge', summary: 'Withdraws an own request', tags, params: PurgeParams, response: { 200: Purge, '4xx': Problem } },
    config: { policy: 'operator.purge', audit: 'study.purge-request' },
  }, ({ access, params }) => purges.withdraw(access, params.purgeId))

  // ── Storage ──────────────────────────────────────────────────────────────────────────────────

  app.get('/storage', {
    schema: { operationId: 'getStorageUse', summary: 'What the organisation stores, now and day by day', tags, querystring: StorageQuery, response: { 200: StorageUse, '4xx': Problem } },
    config: { policy: 'admin.audit', audit: 'storage.read' },
  }, async (request) => {
    const use = await storage.ofOrganisation(request.access, request.query)
    noteRead(request)
    return use
  })

  app.get('/consortium/storage', {
    schema: { operationId: 'getConsortiumStorage', summary: 'What the hospitals of the consortium store, those it is billed for', tags, querystring: StorageQuery, response: { 200: ConsortiumStorage, '4xx': Problem } },
    config: { policy: 'admin.consortium', audit: 'storage.read' },
  }, async (request) => {
    const use = await storage.ofConsortium(request.access, request.query)
    noteRead(request)
    return use
  })

  // ── Devices ──────────────────────────────────────────────────────────────────────────────────

  app.get('/devices/:deviceId/deletion', {
    schema: { operationId: 'previewDeviceDeletion', summary: 'What deleting a device would take with it', tags, params: DeviceParams, response: { 200: DeviceDeletionPreview, '4xx': Problem } },
    config: { policy: 'org.device', audit: 'none' },
  }, ({ access, params }) => devices.preview(access, params.deviceId))

  app.post('/devices/:deviceId/deletion', {
    bodyLimit,
    schema: { operationId: 'deleteDevice', summary: 'Deletes a device with the studies it made; they can be restored', tags, params: DeviceParams, body: DeviceDeletion, response: { 202: StudyDeletion, '4xx': Problem } },
    config: { policy: 'org.device', audit: 'device.delete' },
  }, async ({ access, params, body }, reply) => reply.code(202).send(await devices.delete(access, params.deviceId, body)))
}
