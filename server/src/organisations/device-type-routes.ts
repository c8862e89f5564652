/** HTTP face of the types of devices. */
import { DeviceType, DeviceTypeList, DeviceTypeParams, DeviceTypePatch, DeviceTypeRequest, Problem } from '@isocenter/contracts'
import { Type } from 'typebox'
import type { ApiRoutes } from '../platform/typed-routes.ts'
import { etagOf, IfMatch, versionIn } from './if-match.ts'
import type { Organisations } from './organisations.ts'

const bodyLimit = 64 * 1024

export const deviceTypeRoutes: ApiRoutes<{ organisations: Organisations }> = async (app, { organisations: { deviceTypes } }) => {
  const tags = ['Organisation']

  app.get('/device-types', {
    schema: { operationId: 'listDeviceTypes', summary: 'Types of devices: the basic ones and the hospital’s own, with the modalities they stand for', tags, response: { 200: DeviceTypeList, '4xx': Problem } },
    config: { policy: 'organisation:read', audit: 'none' },
  }, (request) => deviceTypes.list(request.access))

  app.post('/device-types', {
    bodyLimit,
    schema: { operationId: 'createDeviceType', summary: 'Adds a type of devices', tags, body: DeviceTypeRequest, response: { 201: DeviceType, '4xx': Problem } },
    config: { policy: 'admin.exam_attr', audit: 'device.change' },
  }, async (request, reply) => {
    const deviceType = await deviceTypes.create(request.access, request.body)
    return reply.code(201).header('etag', etagOf(deviceType)).send(deviceType)
  })

  app.patch('/device-types/:code', {
    bodyLimit,
    schema: {
      operationId: 'changeDeviceType',
      summary: 'Changes name or modalities of an own type of devices',
      tags,
      params: DeviceTypeParams,
      headers: IfMatch,
      body: DeviceTypePatch,
      response: { 200: DeviceType, '4xx': Problem },
    },
    config: { policy: 'admin.exam_attr', audit: 'device.change' },
  }, async (request, reply) => {
    const deviceType = await deviceTypes.change(request.access, request.params.code, request.body, versionIn(request.headers))
    return reply.header('etag', etagOf(deviceType)).send(deviceType)
  })

  app.delete('/device-types/:code', {
    schema: { operationId: 'deleteDeviceType', summary: 'Removes an own type that no device is of', tags, params: DeviceTypeParams, response: { 204: Type.Null(), '4xx': Problem } },
    config: { policy: 'admin.exam_attr', audit: 'device.change' },
  }, async (request, reply) => {
    await deviceTypes.remove(request.access, request.params.code)
    return reply.code(204).send(null)
  })
}
