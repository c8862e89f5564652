/**
 * Every route that declares an action is asked once, well, by somebody who may, and the trail is looked into for that action by that caller. What takes
 * a ceremony of its own, such as signing in by a provider, is listed with the test that goes through it.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  signingTokenHeader, type ContactChange, type Credential, type Device, type InvitationMade, type MemberCreation, type NewShareLink,
  type PhoneSigning, type Purge, type Role, type StudyDeletion,
} from '@isocenter/contracts'
import { aStudy, aUID, bytesOf } from '@isocenter/testkit'
import type { LightMyRequestResponse } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { apiOf, aKey } from '../gateways/gateways.fixture.ts'
import { aPhone } from '../organisations/organisations.fixture.ts'
import type { TestMember, TestOrganisation } from '../organisations/service.fixture.ts'
import { aDrawing, aPeopleService, aPhoto, password, picture, type PeopleService } from '../people/people.fixture.ts'
import { storeBody } from '../dicomweb/service.fixture.ts'
import { aBegunStep, aScheduledStep } from '../worklist/worklist.fixture.ts'
import { knownRoutes, type KnownRoute } from './known-routes.fixture.ts'

/** Routes that take a ceremony of their own, by the test that goes through it: there too every answer is held against the trail. */
const elsewhere: Readonly<Record<string, readonly string[]>> = {
  'accounts/sign-in.test.ts': ['POST /api/session', 'PUT /api/session/password', 'PUT /api/account/password', 'DELETE /api/session'],
  'accounts/freeze.test.ts': ['GET /api/accounts/frozen', 'POST /api/accounts/:accountId/release'],
  'accounts/password-reset.test.ts': ['POST /api/password-resets/:resetId/completion'],
  'accounts/qr-sign-in.test.ts': ['POST /api/session/qr', 'POST /api/qr-sign-ins/approval', 'POST /api/qr-sign-ins/refusal', 'POST /api/phone-bindings/:bindingId/completion'],
  'accounts/passkeys.test.ts': [
    'POST /api/session/passkey', 'POST /api/session/second-factor/passkey', 'POST /api/account/passkeys', 'PATCH /api/account/passkeys/:passkeyId',
    'POST /api/account/passkeys/:passkeyId/removal',
  ],
  'accounts/second-factor.test.ts': ['POST /api/session/second-factor', 'POST /api/account/totp/confirmation', 'POST /api/account/totp/removal'],
  'accounts/suspension.test.ts': ['POST /api/operator/accounts/suspension', 'POST /api/operator/accounts/reinstatement'],
  'organisations/sign-in-rules.test.ts': ['PUT /api/organisation/sign-in-rules'],
  'oidc/oidc.test.ts': [
    'GET /api/sign-in/oidc/:number', 'GET /api/sign-in/oidc/:number/callback', 'POST /api/sign-in/oidc/:number/backchannel-logout',
    'POST /api/account/external-identities/:providerId/link', 'POST /api/account/external-identities/:providerId/removal',
  ],
  'oidc/providers.test.ts': ['POST /api/session/proof', 'PUT /api/sign-in-provider', 'DELETE /api/sign-in-provider'],
  'attachments/attachments.test.ts': [
    'GET /api/studies/:StudyInstanceUID/attachments', 'GET /api/studies/:StudyInstanceUID/attachments/:attachmentId/content', 'GET /api/studies/:StudyInstanceUID/attachments/:attachmentId/download',
    'POST /api/studies/:StudyInstanceUID/attachments', 'PUT /api/studies/:StudyInstanceUID/attachments/:attachmentId/visibility', 'DELETE /api/studies/:StudyInstanceUID/attachments/:attachmentId',
    'POST /api/studies/:StudyInstanceUID/attachments/:attachmentId/restoration',
  ],
  'body-parts/body-parts.test.ts': [
    'POST /api/part-categories', 'PATCH /api/part-categories/:categoryId', 'DELETE /api/part-categories/:categoryId',
    'POST /api/part-categories/:categoryId/emptying', 'POST /api/part-categories/:categoryId/parts', 'PUT /api/body-parts/:partId',
    'DELETE /api/body-parts/:partId', 'GET /api/body-parts/export', 'POST /api/body-parts/import', 'POST /api/part-tags', 'PUT /api/part-tags/order',
    'PUT /api/part-tags/:tagId', 'DELETE /api/part-tags/:tagId', 'POST /api/part-tags/test', 'GET /api/studies/:StudyInstanceUID/parts',
  ],
  'downloads/downloads.test.ts': ['POST /api/downloads', 'GET /api/downloads/:downloadId/file', 'POST /api/exports/studies'],
  'downloads/making.test.ts': ['POST /api/downloads/:downloadId/retry', 'DELETE /api/downloads/:downloadId'],
  'film/film.test.ts': [
    'GET /api/film/basket', 'POST /api/film/basket', 'PUT /api/film/basket/order', 'DELETE /api/film/basket', 'DELETE /api/film/basket/:itemId',
    'POST /api/film/print-jobs', 'GET /api/film/print-jobs', 'GET /api/film/print-jobs/:jobId',
    'POST /api/film/print-jobs/:jobId/cancellation', 'POST /api/film/print-jobs/:jobId/repetition', 'GET /api/film/print-jobs/:jobId/document', 'GET /api/gateways/self/print-jobs/:jobId/images/:imageId',
  ],
  'maintenance/quarantine.test.ts': ['GET /api/quarantine', 'GET /api/quarantine/:quarantineId/thumbnail', 'POST /api/quarantine/:quarantineId/acceptance', 'POST /api/quarantine/:quarantineId/deletion'],
  'notifications/deliveries.test.ts': ['POST /api/notification-deliveries/:deliveryId/renewal'],
  'sharing/sharing.test.ts': [
    'GET /api/shared/:linkId/attachments',
    'GET /api/shared/:linkId/studies/:StudyInstanceUID/attachments/:attachmentId/content',
    'GET /api/shared/:linkId/studies/:StudyInstanceUID/attachments/:attachmentId/download',
  ],
  // Their end stores, and is audited then.
  'uploads/uploads.test.ts': ['POST /api/uploads', 'PATCH /api/uploads/:uploadId', 'POST /api/uploads/:uploadId', 'GET /api/uploads/:uploadId', 'DELETE /api/uploads/:uploadId'],
}

let service: PeopleService
let routes: KnownRoute[]
const proven = new Set<string>()

beforeAll(async () => { ({ routes, made: service } = await knownRoutes(() => aPeopleService())) })
afterAll(() => service.close())

const nameOf = ({ method, url }: Pick<KnownRoute, 'method' | 'url'>) => `${method} ${url.replace(/(.)\/$/, '$1')}`
const audited = () => routes.filter(({ method, audit }) => audit !== 'none' && method !== 'OPTIONS' && method !== 'HEAD')
/** The route a request is of: the one with the fewest parameters where several fit. */
const routeOf = (method: string, path: string): KnownRoute => {
  const [found] = audited().filter((route) => route.method === method && new RegExp(`^${route.url.replace(/\/$/, '').replace(/:\w+/g, '[^/]+').replace('*', '.+')}$`).test(path))
    .sort((one, other) => one.url.split(':').length - other.url.split(':').length)
  if (found === undefined) throw new Error(`no audited route is ${method} ${path}`)
  return found
}

/** Asks, and finds that in the trail. */
async function proves(method: string, path: string, asked: () => Promise<LightMyRequestResponse>): Promise<LightMyRequestResponse> {
  const route = routeOf(method, path.replace(/\?.*/, '').replace(/^\/s\/[\w-]+\/dicom-web/, '/shared-dicom-web'))
  await service.flushAudit()
  const { rows: [before] } = await service.db.raw<{ rows: { id: string | null }[] }>('select max(audit_event_id)::text as id from audit_event')
  const answer = await asked()
  expect([nameOf(route), answer.statusCode < 400 ? 'answered' : `${String(answer.statusCode)} ${answer.body}`]).toEqual([nameOf(route), 'answered'])
  await service.flushAudit()
  const actions = await service.db('audit_event').where('audit_event_id', '>', before?.id ?? 0).where({ outcome: 'success' }).pluck<string[]>('action')
  expect({ route: nameOf(route), actions }).toEqual({ route: nameOf(route), actions: expect.arrayContaining([route.audit]) as unknown })
  proven.add(nameOf(route))
  return answer
}
/** Asks as one person; `path` is below /api. */
const by = ({ call }: Pick<TestMember, 'call'>) => (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: object | Buffer, headers?: Record<string, string>) =>
  proves(method, `/api${path}`, () => call(method, path, body, headers))
const asToken = (headers: Record<string, string>) => (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, payload?: Buffer | object, more: Record<string, string> = {}) =>
  proves(method, url, () => service.app.inject({ method, url, headers: { ...headers, ...more }, ...(payload === undefined ? {} : { payload }) }))

const withHeaders = async (organisation: TestOrganisation) => ({ ...organisation, headers: await service.as(organisation.slug) })
async function stored(headers: Record<string, string>, given: Parameters<typeof aStudy>[0] = { instances: 2 }) {
  const study = aStudy(given)
  expect((await service.store(study.instances.map((instance) => bytesOf(instance)), { headers })).statusCode).toBe(200)
  return study
}
const valueOf = (instance: object, tag: string): string => String((instance as Record<string, { Value?: unknown[] }>)[tag]?.Value?.[0])

describe('what is done leaves its action in the trail:', () => {
  test('DICOMweb', async () => {
    const hospital = await withHeaders(await service.organisation('hospital'))
    const ask = asToken(hospital.headers)
    const study = aStudy({ instances: 2 })
    const { contentType, body } = storeBody(study.instances.map((instance) => bytesOf(instance)))
    await ask('POST', '/dicom-web/studies', body, { 'content-type': contentType })
    await ask('POST', `/dicom-web/studies/${study.StudyInstanceUID}`, body, { 'content-type': contentType })
    const [instance] = study.instances
    const [series, sop] = [valueOf(instance ?? {}, '0020000E'), valueOf(instance ?? {}, '00080018')]
    const scheduled = aScheduledStep({ StudyInstanceUID: aUID() })
    const item = (await ask('POST', '/api/modality-worklist', scheduled)).json<{ worklistItemId: string }>()
    const step = aUID()
    await ask('POST', `/dicom-web/modality-performed-procedure-steps/${step}`, Buffer.from(JSON.stringify(aBegunStep(aUID()))), { 'content-type': 'application/dicom+json' })
    const filled = (url: string) => url.replace(':StudyInstanceUID', study.StudyInstanceUID).replace(':SeriesInstanceUID', series).replace(/(instances\/):SOPInstanceUID/, `$1${sop}`)
      .replace(/(steps\/):SOPInstanceUID/, `$1${step}`).replace(':frameList', '1').replace(':bulkdataPath', '7FE00010').replace('*', '7FE00010').replace(':worklistItemId', item.worklistItemId)
    const byUri = `?requestType=WADO&studyUID=${study.StudyInstanceUID}&seriesUID=${series}&objectUID=${sop}&contentType=application/dicom`
    for (const { url } of audited().filter(({ method, url }) => method === 'GET' && url.startsWith('/dicom-web'))) await ask('GET', filled(url) + (url.endsWith('/wado') ? byUri : ''), undefined, { accept: '*/*' })
    await ask('GET', `/api/performed-procedure-steps/${step}`)
    await ask('GET', '/api/performed-procedure-steps')
    await ask('GET', '/api/modality-worklist')
    await ask('GET', `/api/modality-worklist/${item.worklistItemId}`)
    await ask('PUT', `/api/modality-worklist/${item.worklistItemId}`, scheduled)
    await ask('DELETE', `/api/modality-worklist/${item.worklistItemId}`)

    const link = (await by(await hospital.member('full'))('POST', '/share-links', { studies: [study.StudyInstanceUID], isAnonymised: false, validHours: 24 })).json<NewShareLink>()
    const visit = await proves('POST', `/api/shared/${link.linkId}/views`, () => service.app.inject({ method: 'POST', url: `/api/shared/${link.linkId}/views`, payload: { token: link.path.split('#')[1] } }))
    const cookie = String(visit.headers['set-cookie']).split(';')[0] ?? ''
    for (const { url } of audited().filter(({ method, url }) => method === 'GET' && url.startsWith('/shared-dicom-web'))) {
      const path = filled(url).replace('/shared-dicom-web', `/s/${link.linkId}/dicom-web`) + (url.endsWith('/wado') ? byUri : '')
      await proves('GET', path, () => service.app.inject({ url: path, headers: { cookie, accept: '*/*' } }))
    }
    for (const path of [
      `/studies/${study.StudyInstanceUID}/series/${series}/instances/${sop}`,
      `/studies/${study.StudyInstanceUID}/series/${series}`,
      `/studies/${(await stored(hospital.headers)).StudyInstanceUID}`,
    ]) {
      await ask('DELETE', `/dicom-web${path}`)
    }
  }, 120_000)

  test('studies and their deletion', async () => {
    const hospital = await withHeaders(await service.organisation('hospital'))
    const [full, platform] = [await hospital.member('full'), await service.organisation('platform')]
    const ask = by(full)
    const [study, other] = [await stored(hospital.headers), await stored(hospital.headers)]
    const path = `/studies/${study.StudyInstanceUID}`
    for (const url of [
      '/studies', path, `/share-risks?studies=${study.StudyInstanceUID}`, '/favourites', '/storage', '/home-log', '/audit/entries', '/audit/user-log',
      '/audit/study-log', '/audit/export?format=csv',
    ]) {
      await ask('GET', url)
    }
    await ask('PUT', `${path}/series/${String(study.series[0]?.SeriesInstanceUID)}/visibility`, { isShown: false })
    await ask('GET', `${path}/similar`)
    await ask('PATCH', `${path}/case`, { corrections: { ReferringPhysicianName: 'Sun^Li' } }, { 'if-match': '"0"' })
    const colleague = await hospital.member('general')
    await ask('POST', `${path}/colleague-shares`, { membershipIds: [colleague.membershipId] })
    await ask('PUT', `${path}/related/${other.StudyInstanceUID}`)
    await ask('DELETE', `${path}/related/${other.StudyInstanceUID}`)
    await ask('PUT', `/favourites${path}`)
    await ask('DELETE', `/favourites${path}`)
    await ask('PUT', `${path}/lock`)
    await ask('DELETE', `${path}/lock`)
    const link = (await ask('POST', '/share-links', { studies: [study.StudyInstanceUID], isAnonymised: true, validHours: 24 })).json<NewShareLink>()
    await ask('GET', '/share-links')
    await ask('DELETE', `/share-links/${link.linkId}`)

    const remove = async () => (await ask('POST', `${path}/deletion`, { reason: 'wrong patient' })).json<StudyDeletion>()
    await ask('POST', `/deleted-studies/${String((await remove()).deletedStudyId)}/restoration`, { reason: 'it was right' })
    const { deletedStudyId } = await remove()
    await ask('GET', '/deleted-studies')
    const [first, second] = [by(await platform.member('full')), by(await platform.member('full'))]
    await first('GET', '/operator/deleted-studies')
    const purge = async () => (await first('POST', '/operator/purges', { deletedStudyIds: [deletedStudyId], reason: 'asked for by the patient' })).json<Purge>().purgeId
    await first('DELETE', `/operator/purges/${await purge()}`)
    await second('POST', `/operator/purges/${await purge()}/declination`, { reason: 'no' })
    await second('POST', `/operator/purges/${await purge()}/approval`)
  }, 60_000)

  test('an organisation', async () => {
    const hospital = await service.organisation('hospital')
    const full = await hospital.member('full')
    const ask = by(full)
    await ask('PATCH', '/hospital', { introduction: 'By the river' })
    await ask('PATCH', '/hospital/film', { allowsPatientDownload: true })
    for (const what of ['logo', 'signature']) {
      await ask('PUT', `/hospital/${what}`, await aPhoto(), picture('image/jpeg'))
      await ask('DELETE', `/hospital/${what}`)
    }
    const { departmentId } = (await ask('POST', '/departments', { name: 'Ultrasound' })).json<{ departmentId: string }>()
    await ask('PATCH', `/departments/${departmentId}`, { name: 'Sonography' })
    await ask('DELETE', `/departments/${departmentId}`)
    const { deviceId } = (await ask('POST', '/devices', { name: 'US 1', type: 'US' })).json<Device>()
    await ask('PATCH', `/devices/${deviceId}`, { name: 'US 2' })
    await ask('POST', `/devices/${deviceId}/deletion`, { reason: 'sold', studies: 0 })
    const { code } = (await ask('POST', '/device-types', { code: 'PETX', name: 'Our PET', modalities: ['PT'] })).json<{ code: string }>()
    await ask('PATCH', `/device-types/${code}`, { name: 'PET of the south' })
    await ask('DELETE', `/device-types/${code}`)
    const { roleId } = (await ask('POST', '/roles', { name: 'Archivist', permissions: ['log.view_own'] })).json<Role>()
    await ask('PATCH', `/roles/${roleId}`, { description: 'Keeps the archive' })
    const membershipId = String((await ask('POST', '/members', { phone: aPhone(), name: 'Zhao Min', roleId })).json<MemberCreation>().membershipId)
    const { account_id: accountId } = await service.db('membership').where({ membership_id: membershipId }).first<{ account_id: string }>('account_id')
    await ask('GET', '/members')
    await ask('GET', `/members/${membershipId}`)
    await ask('PATCH', `/members/${membershipId}`, { introduction: 'CT' })
    await ask('POST', `/members/${membershipId}/suspension`)
    await ask('POST', `/members/${membershipId}/reinstatement`)
    await ask('POST', `/accounts/${accountId}/one-time-password`, {})
    await ask('DELETE', `/members/${membershipId}`)
    await ask('DELETE', `/roles/${roleId}`)

    const invite = async (phone: string) => (await ask('POST', '/invitations', { phone, roleId: await fullRole(hospital) })).json<InvitationMade>()
    const fullRole = async ({ organisationId }: TestOrganisation) => (await service.db('role').where({ organisation_id: organisationId, built_in: 'general' }).first<{ role_id: string }>('role_id')).role_id
    const guest = await service.stranger()
    const { invitationId } = await invite(guest.phone)
    await ask('GET', '/invitations')
    await ask('POST', `/invitations/${invitationId}/renewal`)
    await by(guest)('POST', `/account/invitations/${invitationId}/declination`, {})
    const again = await invite(guest.phone)
    await ask('DELETE', `/invitations/${again.invitationId}`)
    const third = await invite(guest.phone)
    await by(guest)('POST', `/account/invitations/${third.invitationId}/acceptance`, { code: third.acceptanceCode })
    const joined = await service.db('membership').where({ account_id: guest.accountId, organisation_id: hospital.organisationId }).first<{ membership_id: string }>('membership_id')
    await by(guest)('POST', `/account/memberships/${joined.membership_id}/switch`)

    const { apiKeyId } = (await ask('POST', '/api-keys', { name: 'Archive', scopes: ['system/ImagingStudy.rs'], expiresAt: new Date(Date.now() + 30 * 86_400_000).toISOString() })).json<{ apiKeyId: string }>()
    await ask('PATCH', `/api-keys/${apiKeyId}`, { name: 'PACS' })
    await ask('POST', `/api-keys/${apiKeyId}/rotation`, {})
    await ask('DELETE', `/api-keys/${apiKeyId}`)
    const rule = { isOn: true, methods: ['inApp'], scope: { roleIds: [], departmentIds: [], membershipIds: [] }, timing: {} }
    await ask('PUT', '/notification-rules/gateway.revoked', rule)
    await ask('POST', '/notification-rules/gateway.revoked/test')
    await ask('DELETE', '/notification-rules/gateway.revoked')
    await ask('PUT', '/notification-webhook', { url: 'https://program.example/told' })
    await ask('DELETE', '/notification-webhook')
  }, 60_000)

  test('a pairing', async () => {
    const [hospital, team] = [await service.organisation('hospital'), await service.organisation('team')]
    const [asks, answers] = [by(await hospital.member('full')), by(await team.member('full'))]
    const reader = await team.member('full')
    const pair = async () => (await asks('POST', '/pairings', { teamNumber: team.number })).json<{ pairingId: string }>().pairingId
    const pairingId = await pair()
    await answers('POST', `/team/pairings/${pairingId}/declination`, {})
    await asks('POST', `/pairings/${pairingId}/renewal`)
    await answers('POST', `/team/pairings/${pairingId}/agreement`)
    await answers('PUT', `/team/pairings/${pairingId}/order-taking`, { takesOrders: true })
    await answers('PUT', `/team/pairings/${pairingId}/signature`, await aDrawing(), picture('image/png'))
    await answers('PUT', `/team/pairings/${pairingId}/signature/fixing`, { isSignatureFixed: true })
    await answers('POST', `/team/pairings/${pairingId}/fees`, { doctorId: reader.membershipId, examType: 'CT', validFrom: '2099-01-01', amount: '80.50', currency: 'CNY', unit: 'study' })
    await answers('PATCH', '/team', { introduction: 'Reads by night' })
    await answers('PUT', '/team/logo', await aPhoto(), picture('image/jpeg'))
    await answers('DELETE', '/team/logo')
    await asks('DELETE', `/pairings/${pairingId}`)
  }, 60_000)

  test('organisations from above', async () => {
    const [platform, consortium] = [await service.organisation('platform'), await service.organisation('consortium')]
    const [operator, head] = [by(await platform.member('full')), by(await consortium.member('full'))]
    const first = () => ({ modules: [], timeZone: 'Asia/Shanghai', administrator: { phone: aPhone(), name: 'First' } })
    const { organisation: { organisationId } } = (await operator('POST', '/operator/organisations', { kind: 'hospital', name: 'East', ...first() })).json<{ organisation: { organisationId: string } }>()
    await operator('PATCH', `/operator/organisations/${organisationId}`, { name: 'Far east' })
    await operator('PUT', `/operator/organisations/${organisationId}/modules`, { modules: ['imageQuality'] })
    await operator('PUT', `/operator/consortia/${consortium.organisationId}/hospitals/${organisationId}`, { isBilling: true })
    const made = (await head('POST', '/consortium/hospitals', { name: 'West', ...first() })).json<{ organisation: { organisationId: string } }>()
    await head('PUT', `/consortium/hospitals/${made.organisation.organisationId}/modules`, { modules: [] })
    await head('GET', '/consortium/storage')
    await operator('DELETE', `/operator/consortia/${consortium.organisationId}/hospitals/${organisationId}`)
  }, 60_000)

  test('a gateway', async () => {
    const hospital = await withHeaders(await service.organisation('hospital'))
    const ask = asToken(hospital.headers)
    const api = apiOf(service)
    const { privateKey, publicKey } = await aKey()
    const { uploadCode } = (await ask('GET', '/api/upload-code')).json<{ uploadCode: string }>()
    const enrolled = (await proves('POST', '/api/gateways/enrolment', () => api.enrol(uploadCode, publicKey))).json<{ gatewayId: string; tokenAudience: string }>()
    const assertion = await api.assertion({ ...enrolled, privateKey, publicKey })
    await proves('POST', '/api/token', () => api.requestToken(assertion))
    const path = `/api/gateways/${enrolled.gatewayId}`
    await ask('GET', '/api/gateways')
    await ask('GET', path)
    await ask('PATCH', path, { name: 'CT hall' })
    await ask('POST', `${path}/commands`, { name: 'stopService' })
    await ask('POST', '/api/upload-code/rotation')
    await ask('DELETE', path)
  })

  test('a person', async () => {
    const hospital = await service.organisation('hospital')
    const [member, administrator] = [await hospital.member('general'), by(await hospital.member('full'))]
    await service.withPassword(member)
    const ask = by(member)
    await ask('PATCH', '/account/profile', { introduction: 'Reads chests' })
    await ask('PUT', '/account/avatar', await aPhoto(), picture('image/jpeg'))
    await ask('DELETE', '/account/avatar')
    await ask('PATCH', `/account/memberships/${member.membershipId}`, { introduction: 'Reads chests by night' })
    await ask('PATCH', '/account/settings', { language: 'en' })
    await ask('PATCH', '/account/preferences', { dualScreen: true })
    await ask('PUT', '/account/column-layouts/studies', { columns: [{ column: 'PatientName', isShown: true }] })
    await ask('POST', '/account/binding-offer/dismissal')
    await ask('PUT', '/account/signature', await aDrawing(), picture('image/png'))
    await ask('DELETE', '/account/signature')
    const signing = (await ask('POST', '/account/signature/phones')).json<PhoneSigning>()
    const drawing = await aDrawing()
    await proves('PUT', '/api/signature-drawing', () => service.app.inject({
      method: 'PUT',
      url: '/api/signature-drawing',
      headers: { origin: 'https://pacs.example', 'content-type': 'image/png', [signingTokenHeader]: String(signing.path.split('#')[1]) },
      payload: drawing,
    }))
    const change = (await member.call('POST', '/account/email/changes', { email: 'min@example.org', password })).json<ContactChange>()
    await ask('POST', `/account/contact-changes/${change.changeId}/completion`, { code: await service.codeFor('min@example.org') })
    await ask('POST', '/account/email/removal', { password })

    const pdf = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(10_000, 'x')])
    const create = async () => (await ask('POST', '/account/credentials', { kind: 'practisingCertificate', number: 'A-2026-110', validUntil: '2099-01-31' })).json<Credential>()
    const submitted = async ({ credentialId }: Credential) => {
      await ask('POST', `/account/credentials/${credentialId}/files`, pdf, picture('application/pdf'))
      await ask('POST', `/account/credentials/${credentialId}/submission`)
      return (await member.call('GET', `/account/credentials/${credentialId}`)).json<Credential>()
    }
    const one = await create()
    await ask('PATCH', `/account/credentials/${one.credentialId}`, { number: 'A-2026-111' })
    const { files: [file], version } = await submitted(one)
    await ask('GET', `/account/credentials/${one.credentialId}/files/${String(file?.fileId)}`)
    const below = `/members/${member.membershipId}/credentials`
    await administrator('GET', '/credentials/waiting')
    await administrator('GET', below)
    await administrator('GET', `${below}/${one.credentialId}/files/${String(file?.fileId)}`)
    await administrator('POST', `${below}/${one.credentialId}/rejection`, { reason: 'blurred' }, { 'if-match': `"${String(version)}"` })
    await ask('DELETE', `/account/credentials/${one.credentialId}/files/${String(file?.fileId)}`)
    const resubmitted = await submitted(one)
    await ask('POST', `/account/credentials/${one.credentialId}/recall`)
    await ask('DELETE', `/account/credentials/${one.credentialId}`)
    expect(resubmitted.version).toBeGreaterThan(version)
    const two = await submitted(await create())
    await administrator('POST', `${below}/${two.credentialId}/verification`, undefined, { 'if-match': `"${String(two.version)}"` })

    await service.callAs(member.accountId)
    const [session] = await service.db('account_session').where({ account_id: member.accountId }).orderBy('created_at', 'desc').select<{ session_id: string }[]>('session_id')
    await ask('DELETE', `/account/sessions/${String(session?.session_id)}`)
    await service.callAs(member.accountId)
    await ask('DELETE', '/account/sessions')
  }, 60_000)
})

test('every route that declares an action is asked here, or in a test that is there', () => {
  const listed = Object.values(elsewhere).flat()
  for (const file of Object.keys(elsewhere)) expect([file, existsSync(join(import.meta.dirname, '..', file))]).toEqual([file, true])
  expect(audited().map(nameOf).filter((route) => !proven.has(route) && !listed.includes(route)).sort()).toEqual([])
})
