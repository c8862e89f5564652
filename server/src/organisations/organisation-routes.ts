/** HTTP face of the organisation itself: its record, departments, devices; and of the organisations below it. */
import {
  ConsortiumHospitalParams, ConsortiumHospitalRequest, Department, DepartmentList, DepartmentParams, DepartmentPatch, DepartmentRequest, Device,
  DevicePage, DeviceParams, DevicePatch, DeviceRequest, FilmPatch, HospitalPatch, HospitalRequest, ModuleSwitches,
  OrganisationBelow, OrganisationDetail, OrganisationMaking, OrganisationPage, OrganisationParams, OrganisationPatch, OrganisationQuery, OrganisationRequest, PageQuery, Problem, SignInRules, TeamPatch,
  defaultPageSize, maxPictureBytes,
} from '@isocenter/contracts'
import { Type } from 'typebox'
import type { ApiRoutes } from '../platform/typed-routes.ts'
import { etagOf, IfMatch, versionIn } from './if-match.ts'
import type { Organisations } from './organisations.ts'
import { asBytes, Picture, takePictures } from './picture-body.ts'

const Empty = Type.Null()
const Listing = Type.Object({ ...PageQuery.properties, ...OrganisationQuery.properties })
const bodyLimit = 64 * 1024

export const organisationRoutes: ApiRoutes<{ organisations: Organisations }> = async (app, { organisations: { record, signInRules, departments, devices, below } }) => {
  takePictures(app)
  const tags = ['Organisation']

  app.get('/organisation', {
    schema: { operationId: 'getOrganisation', summary: 'The organisation the caller works for', tags, response: { 200: OrganisationDetail, '4xx': Problem } },
    config: { policy: 'organisation:read', audit: 'none' },
  }, async (request, reply) => {
    const organisation = await record.find(request.access)
    return reply.header('etag', etagOf(organisation)).send(organisation)
  })

  app.get('/organisation/sign-in-rules', {
    schema: { operationId: 'getSignInRules', summary: 'What the organisation asks of how its people sign in', tags, response: { 200: SignInRules, '4xx': Problem } },
    config: { policy: 'org.sign_in', audit: 'none' },
  }, (request) => signInRules.find(request.access))

  app.put('/organisation/sign-in-rules', {
    bodyLimit,
    schema: { operationId: 'putSignInRules', summary: 'Sets what the organisation asks of how its people sign in', tags, body: SignInRules, response: { 200: SignInRules, '4xx': Problem } },
    config: { policy: 'org.sign_in', audit: 'organisation.change' },
  }, (request) => signInRules.put(request.access, request.body))

  app.patch('/hospital', {
    bodyLimit,
    schema: { operationId: 'changeHospital', summary: 'Changes record and settings of the hospital', tags, headers: IfMatch, body: HospitalPatch, response: { 200: OrganisationDetail, '4xx': Problem } },
    config: { policy: 'org.hospital_edit', audit: 'organisation.change' },
  }, async (request, reply) => {
    const organisation = await record.changeHospital(request.access, request.body, versionIn(request.headers))
    return reply.header('etag', etagOf(organisation)).send(organisation)
  })

  app.patch('/hospital/film', {
    schema: { operationId: 'changeHospitalFilm', summary: 'Switches electronic film and download by patients', tags, headers: IfMatch, body: FilmPatch, response: { 200: OrganisationDetail, '4xx': Problem } },
    config: { policy: 'admin.cloudfilm', audit: 'organisation.change' },
  }, async (request, reply) => {
    const organisation = await record.changeFilm(request.access, request.body, versionIn(request.headers))
    return reply.header('etag', etagOf(organisation)).send(organisation)
  })

  app.patch('/team', {
    bodyLimit,
    schema: { operationId: 'changeTeam', summary: 'Changes the record of the team', tags, headers: IfMatch, body: TeamPatch, response: { 200: OrganisationDetail, '4xx': Problem } },
    config: { policy: 'team.edit', audit: 'organisation.change' },
  }, async (request, reply) => {
    const organisation = await record.changeTeam(request.access, request.body, versionIn(request.headers))
    return reply.header('etag', etagOf(organisation)).send(organisation)
  })

  for (const [purpose, name] of [['logo', 'Logo'], ['signature', 'Signature']] as const) {
    app.get(`/organisation/${purpose}`, {
      schema: { operationId: `getOrganisation${name}`, summary: `The ${purpose} of the organisation, PNG`, tags },
      config: { policy: 'organisation:read', audit: 'none' },
    }, async (request, reply) => {
      const { png, etag } = await record.picture(request.access, purpose)
      return reply.type('image/png').header('etag', etag).header('x-content-type-options', 'nosniff').send(png)
    })
  }

  for (const [path, kind, purpose, policy, name] of [
    ['/hospital/logo', 'hospital', 'logo', 'org.hospital_edit', 'HospitalLogo'], ['/hospital/signature', 'hospital', 'signature', 'org.hospital_edit', 'HospitalSignature'],
    ['/team/logo', 'team', 'logo', 'team.edit', 'TeamLogo'],
  ] as const) {
    app.put(path, {
      bodyLimit: maxPictureBytes,
      schema: { operationId: `put${name}`, summary: `Sets the ${purpose} of the ${kind}: PNG, JPEG or WebP`, tags, consumes: 'image/png', body: Picture, response: { 204: Empty, '4xx': Problem } },
      config: { policy, audit: 'organisation.change' },
    }, async (request, reply) => {
      await record.putPicture(request.access, kind, purpose, asBytes(request.body))
      return reply.code(204).send(null)
    })
    app.delete(path, {
      schema: { operationId: `remove${name}`, summary: `Removes the ${purpose} of the ${kind}`, tags, response: { 204: Empty, '4xx': Problem } },
      config: { policy, audit: 'organisation.change' },
    }, async (request, reply) => {
      await record.removePicture(request.access, kind, purpose)
      return reply.code(204).send(null)
    })
  }

  // ── Departments ──────────────────────────────────────────────────────────────────────────────

  app.get('/departments', {
    schema: { operationId: 'listDepartments', summary: 'Departments of the hospital, by name', tags, response: { 200: DepartmentList, '4xx': Problem } },
    config: { policy: 'organisation:read', audit: 'none' },
  }, (request) => departments.list(request.access))

  app.post('/departments', {
    schema: { operationId: 'createDepartment', summary: 'Adds a department', tags, body: DepartmentRequest, response: { 201: Department, '4xx': Problem } },
    config: { policy: 'admin.department', audit: 'department.change' },
  }, async (request, reply) => {
    const department = await departments.create(request.access, request.body)
    return reply.code(201).header('etag', etagOf(department)).send(department)
  })

  app.patch('/departments/:departmentId', {
    schema: { operationId: 'changeDepartment', summary: 'Changes a department', tags, params: DepartmentParams, headers: IfMatch, body: DepartmentPatch, response: { 200: Department, '4xx': Problem } },
    config: { policy: 'admin.department', audit: 'department.change' },
  }, async (request, reply) => {
    const department = await departments.change(request.access, request.params.departmentId, request.body, versionIn(request.headers))
    return reply.header('etag', etagOf(department)).send(department)
  })

  app.delete('/departments/:departmentId', {
    schema: { operationId: 'deleteDepartment', summary: 'Deletes a department nobody is in', tags, params: DepartmentParams, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'admin.department', audit: 'department.change' },
  }, async (request, reply) => {
    await departments.remove(request.access, request.params.departmentId)
    return reply.code(204).send(null)
  })

  // ── Devices ──────────────────────────────────────────────────────────────────────────────────

  app.get('/devices', {
    schema: { operationId: 'listDevices', summary: 'Devices of the hospital, by number', tags, querystring: PageQuery, response: { 200: DevicePage, '4xx': Problem } },
    config: { policy: 'organisation:read', audit: 'none' },
  }, (request) => devices.list(request.access, { cursor: request.query.cursor, limit: request.query.limit ?? defaultPageSize }))

  app.get('/devices/:deviceId', {
    schema: { operationId: 'getDevice', summary: 'One device', tags, params: DeviceParams, response: { 200: Device, '4xx': Problem } },
    config: { policy: 'organisation:read', audit: 'none' },
  }, async (request, reply) => {
    const device = await devices.find(request.access, request.params.deviceId)
    return reply.header('etag', etagOf(device)).send(device)
  })

  app.post('/devices', {
    schema: { operationId: 'createDevice', summary: 'Adds a device', tags, body: DeviceRequest, response: { 201: Device, '4xx': Problem } },
    config: { policy: 'org.device', audit: 'device.change' },
  }, async (request, reply) => {
    const device = await devices.create(request.access, request.body)
    return reply.code(201).header('etag', etagOf(device)).send(device)
  })

  app.patch('/devices/:deviceId', {
    schema: { operationId: 'changeDevice', summary: 'Changes a device and who is bound to it', tags, params: DeviceParams, headers: IfMatch, body: DevicePatch, response: { 200: Device, '4xx': Problem } },
    config: { policy: 'org.device', audit: 'device.change' },
  }, async (request, reply) => {
    const device = await devices.change(request.access, request.params.deviceId, request.body, versionIn(request.headers))
    return reply.header('etag', etagOf(device)).send(device)
  })

  // ── Organisations below ──────────────────────────────────────────────────────────────────────

  app.get('/consortium/hospitals', {
    schema: { operationId: 'listHospitals', summary: 'Hospitals of the consortium, by name', tags, querystring: Listing, response: { 200: OrganisationPage, '4xx': Problem } },
    config: { policy: 'admin.consortium', audit: 'none' },
  }, ({ access, query: { cursor, limit = defaultPageSize, ...query } }) => below.list(access, 'consortium', query, { cursor, limit }))

  app.post('/consortium/hospitals', {
    schema: { operationId: 'createHospital', summary: 'Makes a hospital of the consortium and its first administrator', tags, body: HospitalRequest, response: { 201: OrganisationMaking, '4xx': Problem } },
    config: { policy: 'admin.consortium', audit: 'organisation.create' },
  }, async (request, reply) => reply.code(201).header('cache-control', 'no-store').send(await below.makeHospital(request.access, request.body)))

  app.put('/consortium/hospitals/:organisationId/modules', {
    schema: {
      operationId: 'switchHospitalModules',
      summary: 'Says which modules a hospital has switched on',
      tags,
      params: OrganisationParams,
      body: ModuleSwitches,
      response: { 200: OrganisationBelow, '4xx': Problem },
    },
    config: { policy: 'admin.consortium', audit: 'organisation.change' },
  }, (request) => below.switchModules(request.access, 'consortium', request.params.organisationId, request.body))

  app.get('/operator/organisations', {
    schema: { operationId: 'listOrganisations', summary: 'Every organisation of the installation, by name', tags, querystring: Listing, response: { 200: OrganisationPage, '4xx': Problem } },
    config: { policy: 'operator.organisations', audit: 'none' },
  }, ({ access, query: { cursor, limit = defaultPageSize, ...query } }) => below.list(access, 'platform', query, { cursor, limit }))

  app.post('/operator/organisations', {
    schema: { operationId: 'createOrganisation', summary: 'Makes an organisation and its first administrator', tags, body: OrganisationRequest, response: { 201: OrganisationMaking, '4xx': Problem } },
    config: { policy: 'operator.organisations', audit: 'organisation.create' },
  }, async (request, reply) => reply.code(201).header('cache-control', 'no-store').send(await below.make(request.access, request.body)))

  app.put('/operator/organisations/:organisationId/modules', {
    schema: {
      operationId: 'switchOrganisationModules',
      summary: 'Says which modules an organisation may have',
      tags,
      params: OrganisationParams,
      body: ModuleSwitches,
      response: { 200: OrganisationBelow, '4xx': Problem },
    },
    config: { policy: 'operator.modules', audit: 'organisation.change' },
  }, (request) => below.switchModules(request.access, 'platform', request.params.organisationId, request.body))

  app.patch('/operator/organisations/:organisationId', {
    schema: { operationId: 'changeOrganisation', summary: 'Changes name or number of an organisation', tags, params: OrganisationParams, body: OrganisationPatch, response: { 200: OrganisationBelow, '4xx': Problem } },
    config: { policy: 'operator.organisations', audit: 'organisation.change' },
  }, (request) => below.change(request.access, request.params.organisationId, request.body))

  app.put('/operator/consortia/:consortiumId/hospitals/:hospitalId', {
    schema: { operationId: 'putHospitalIntoConsortium', summary: 'Puts a hospital into a consortium', tags, params: ConsortiumHospitalParams, body: ConsortiumHospitalRequest, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'operator.organisations', audit: 'organisation.change' },
  }, async ({ access, params, body }, reply) => {
    await below.putIntoConsortium(access, params.consortiumId, params.hospitalId, body.isBilling)
    return reply.code(204).send(null)
  })

  app.delete('/operator/consortia/:consortiumId/hospitals/:hospitalId', {
    schema: { operationId: 'takeHospitalFromConsortium', summary: 'Takes a hospital from a consortium', tags, params: ConsortiumHospitalParams, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'operator.organisations', audit: 'organisation.change' },
  }, async ({ access, params }, reply) => {
    await below.takeFromConsortium(access, params.consortiumId, params.hospitalId)
    return reply.code(204).send(null)
  })
}
