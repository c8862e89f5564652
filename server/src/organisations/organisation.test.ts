import type { Department, Device, DevicePage, OrganisationDetail, OrganisationMaking, OrganisationPage } from '@isocenter/contracts'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aPhone } from './organisations.fixture.ts'
import { anOrganisationsService, typeOf, type Call, type OrganisationsService } from './service.fixture.ts'

let service: OrganisationsService
beforeAll(async () => { service = await anOrganisationsService() })
afterAll(() => service.close())

const png = { 'content-type': 'image/png' }
const aPicture = (width = 40) => sharp({ create: { width, height: 20, channels: 3, background: 'white' } }).jpeg().toBuffer()
const own = async (call: Call) => (await call('GET', '/organisation')).json<OrganisationDetail>()

describe('the record of a hospital', () => {
  test('is read by every member, changed by who may, and its number by nobody', async () => {
    const hospital = await service.organisation('hospital', 'North')
    const [administrator, doctor] = [await hospital.member('administrator'), await hospital.member('general')]
    const patch = { name: ' North Hospital ', level: 'CN-3A', type: 'general', province: 'Anhui', city: 'Hefei', streetAddress: '1 River Road', introduction: 'By the river', timeZone: 'Asia/Shanghai', number: '1' }
    const changed = (await administrator.call('PATCH', '/hospital', patch)).json<OrganisationDetail>()
    expect(changed).toMatchObject({
      name: 'North Hospital',
      number: hospital.number,
      timeZone: 'Asia/Shanghai',
      hospital: { level: 'CN-3A', type: 'general', city: 'Hefei', isSignatureFixed: false, automaticWaitMinutes: 10 },
    })
    expect(await own(doctor.call)).toEqual({ ...changed, actions: [] })
    expect(changed.actions).toEqual(['edit', 'setFilm', 'manageMembers', 'manageRoles', 'manageDepartments', 'manageDevices', 'managePairings'])
    expect((await administrator.call('PATCH', '/hospital', { level: '' })).json<OrganisationDetail>().hospital).not.toHaveProperty('level')
    expect(typeOf(await administrator.call('PATCH', '/hospital', { level: 'very high' }))).toBe('bad-request')
    expect(typeOf(await administrator.call('PATCH', '/hospital', { timeZone: 'Mars/Olympus' }))).toBe('invalid-settings')
  })

  test('is changed only as it was seen', async () => {
    const { call } = await (await service.organisation('hospital')).member('administrator')
    const { version } = await own(call)
    expect((await call('PATCH', '/hospital', { city: 'Hefei' }, { 'if-match': `"${version}"` })).headers['etag']).toBe(`"${version + 1}"`)
    expect(typeOf(await call('PATCH', '/hospital', { city: 'Wuhu' }, { 'if-match': `"${version}"` }))).toBe('changed-meanwhile')
  })

  test('a signature is fixed only when there is one, and stays while it is', async () => {
    const { call } = await (await service.organisation('hospital')).member('administrator')
    expect(typeOf(await call('PATCH', '/hospital', { isSignatureFixed: true }))).toBe('signature-missing')
    expect((await own(call)).hospital?.isSignatureFixed).toBe(false)
    expect((await call('PUT', '/hospital/signature', await aPicture(), { 'content-type': 'image/jpeg' })).statusCode).toBe(204)
    expect((await call('PATCH', '/hospital', { isSignatureFixed: true })).json()).toMatchObject({ hospital: { isSignatureFixed: true, hasSignature: true } })
    expect(typeOf(await call('DELETE', '/hospital/signature'))).toBe('invalid-settings')
    await call('PATCH', '/hospital', { isSignatureFixed: false })
    expect((await call('DELETE', '/hospital/signature')).statusCode).toBe(204)
    expect(typeOf(await call('GET', '/organisation/signature'))).toBe('no-such-picture')
  })

  test('pictures are made anew as small PNGs; what is none is refused', async () => {
    const { call } = await (await service.organisation('hospital')).member('administrator')
    await call('PUT', '/hospital/logo', await aPicture(3_000), { 'content-type': 'image/jpeg' })
    const logo = await call('GET', '/organisation/logo')
    expect(await sharp(logo.rawPayload).metadata()).toMatchObject({ format: 'png', width: 1_000 })
    expect(typeOf(await call('PUT', '/hospital/logo', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), png))).toBe('invalid-picture')
    expect(typeOf(await call('PUT', '/hospital/logo', (await aPicture()).subarray(0, 100), png))).toBe('invalid-picture')
    expect((await own(call)).hasLogo).toBe(true)
  })

  test('automatic requests go to a team that is paired and takes orders', async () => {
    const [hospital, team] = [await service.organisation('hospital'), await service.organisation('team', 'Readers')]
    const [{ call }, answers] = [await hospital.member('full'), await team.member('full')]
    expect(typeOf(await call('PATCH', '/hospital', { requestsAutomatically: true }))).toBe('invalid-settings')
    expect(typeOf(await call('PATCH', '/hospital', { requestsAutomatically: true, automaticTeamId: team.organisationId }))).toBe('invalid-settings')
    const { pairingId } = (await call('POST', '/pairings', { teamNumber: team.number })).json<{ pairingId: string }>()
    await answers.call('POST', `/team/pairings/${pairingId}/agreement`)
    expect((await call('PATCH', '/hospital', { requestsAutomatically: true, automaticTeamId: team.organisationId, automaticWaitMinutes: 30 })).json())
      .toMatchObject({ hospital: { requestsAutomatically: true, automaticTeam: { name: 'Readers' }, automaticWaitMinutes: 30 } })
    expect(typeOf(await call('PATCH', '/hospital', { automaticTeamId: '' }))).toBe('invalid-settings')
    // A team whose pairing has ended meanwhile is not switched on again.
    await call('PATCH', '/hospital', { requestsAutomatically: false })
    await service.db('pairing').where({ team_id: team.organisationId }).update({ takes_orders: false })
    expect(typeOf(await call('PATCH', '/hospital', { requestsAutomatically: true }))).toBe('invalid-settings')
    await service.db('pairing').where({ team_id: team.organisationId }).update({ takes_orders: true })
    expect((await call('PATCH', '/hospital', { requestsAutomatically: true })).statusCode).toBe(200)
    expect((await call('PATCH', '/hospital', { automaticTeamId: '', requestsAutomatically: false })).json<OrganisationDetail>().hospital).not.toHaveProperty('automaticTeam')
  })

  test('film and download by patients are off until they are switched on', async () => {
    const { call } = await (await service.organisation('hospital')).member('full')
    expect((await own(call)).hospital).toMatchObject({ hasElectronicFilm: false, allowsPatientDownload: false })
    expect((await call('PATCH', '/hospital/film', { allowsPatientDownload: true })).json()).toMatchObject({ hospital: { hasElectronicFilm: false, allowsPatientDownload: true } })
  })
})

test('a module that is off is named to who holds what it needs, and to nobody else', async () => {
  const hospital = await service.organisation('hospital')
  const [administrator, doctor] = [await hospital.member('full'), await hospital.member('general')]
  const film = { hasElectronicFilm: true }
  await service.db('organisation').where({ organisation_id: hospital.organisationId }).update({ modules: ['remoteDiagnosis'] })
  expect((await administrator.call('PATCH', '/hospital/film', film)).json()).toMatchObject({ type: '/problems/module-not-enabled', status: 403, module: 'cloudFilm' })
  expect(typeOf(await doctor.call('PATCH', '/hospital/film', film))).toBe('forbidden')
  await service.db('organisation').where({ organisation_id: hospital.organisationId }).update({ modules: ['cloudFilm'] })
  expect(typeOf(await administrator.call('PATCH', '/hospital/film', film))).toBe('200')
  expect(typeOf(await doctor.call('PATCH', '/hospital/film', film))).toBe('forbidden')
})

test('what is for another kind of organisation is refused to a script too', async () => {
  const { slug } = await service.organisation('hospital')
  const headers = await service.as(slug)
  for (const [method, url, payload] of [['PATCH', '/team', { name: 'x' }], ['GET', '/team/pairings', undefined], ['GET', '/consortium/hospitals', undefined], ['GET', '/operator/organisations', undefined],
    ['PUT', '/operator/organisations/1/modules', { modules: [] }]] as const) {
    expect([url, typeOf(await service.app.inject({ method, url: `/api${url}`, headers, ...(payload ? { payload } : {}) }))]).toEqual([url, 'wrong-organisation-kind'])
  }
})

describe('departments', () => {
  test('stand below each other but never below themselves, have names and codes of their own, and a head', async () => {
    const hospital = await service.organisation('hospital')
    const [{ call }, head] = [await hospital.member('full'), await hospital.member('general', { name: 'Head' })]
    const create = async (name: string, more: object = {}) => (await call('POST', '/departments', { name, ...more })).json<Department>()
    const radiology = await create('Radiology', { code: 'RAD', phone: '0551-1', headId: head.membershipId })
    const ct = await create('CT', { parentId: radiology.departmentId })
    expect(radiology).toMatchObject({ code: 'RAD', head: { name: 'Head' }, members: 0, version: 1 })
    expect(typeOf(await call('POST', '/departments', { name: 'radiology' }))).toBe('name-taken')
    expect(typeOf(await call('POST', '/departments', { name: 'Other', code: 'RAD' }))).toBe('name-taken')
    expect(typeOf(await call('PATCH', `/departments/${radiology.departmentId}`, { parentId: ct.departmentId }))).toBe('invalid-department')
    expect(typeOf(await call('PATCH', `/departments/${ct.departmentId}`, { parentId: ct.departmentId }))).toBe('invalid-department')
    await call('PATCH', `/members/${head.membershipId}`, { departmentId: ct.departmentId })
    expect((await call('DELETE', `/departments/${radiology.departmentId}`)).json()).toMatchObject({ type: '/problems/department-in-use', departments: 1, members: 0 })
    expect((await call('DELETE', `/departments/${ct.departmentId}`)).json()).toMatchObject({ members: 1 })
    await call('DELETE', `/members/${head.membershipId}`)
    expect((await call('DELETE', `/departments/${ct.departmentId}`)).statusCode).toBe(204)
    expect((await call('GET', '/departments')).json()).toMatchObject({ items: [{ name: 'Radiology', version: 2 }] })
  })
})

describe('devices', () => {
  test('are numbered, have members bound since a moment, and are paged', async () => {
    const hospital = await service.organisation('hospital')
    const [{ call }, first, second] = [await hospital.member('full'), await hospital.member('general', { name: 'A' }), await hospital.member('general', { name: 'B' })]
    const ct = (await call('POST', '/devices', { name: 'CT 1', type: 'CT', aeTitle: 'CT1', stationName: 'CTROOM', memberIds: [first.membershipId] })).json<Device>()
    const others = await Promise.all(['MR 1', 'US 1', 'DX 1'].map(async (name) => (await call('POST', '/devices', { name, type: name.slice(0, 2) })).json<Device>().number))
    expect([ct.number, ...others.sort()]).toEqual([1, 2, 3, 4])
    expect(ct).toMatchObject({ aeTitle: 'CT1', stationName: 'CTROOM', members: [{ name: 'A' }] })
    const changed = (await call('PATCH', `/devices/${ct.deviceId}`, { memberIds: [first.membershipId, second.membershipId], aeTitle: '' })).json<Device>()
    expect(changed.members.map(({ name }) => name)).toEqual(['A', 'B'])
    expect(changed.members[0]?.boundAt).toBe(ct.members[0]?.boundAt)
    expect(changed).not.toHaveProperty('aeTitle')
    expect(typeOf(await call('POST', '/devices', { name: 'ct 1', type: 'CT' }))).toBe('name-taken')
    const page = (await call('GET', '/devices?limit=3')).json<DevicePage>()
    expect(page.items).toHaveLength(3)
    expect((await call('GET', `/devices?limit=3&cursor=${page.next ?? ''}`)).json<DevicePage>().items).toHaveLength(1)
    await call('DELETE', `/members/${first.membershipId}`)
    expect((await call('GET', `/devices/${ct.deviceId}`)).json<Device>().members.map(({ name }) => name)).toEqual(['B'])
  })
})

describe('organisations from above', () => {
  test('a consortium makes its hospitals, each with a first administrator, and switches their modules within its own', async () => {
    const [consortium, stranger] = [await service.organisation('consortium', 'Union'), await service.organisation('hospital', 'Stranger')]
    const { call } = await consortium.member('administrator')
    const made = (await call('POST', '/consortium/hospitals', {
      name: 'East',
      timeZone: 'Asia/Shanghai',
      modules: ['remoteDiagnosis', 'teaching'],
      administrator: { phone: aPhone(), name: 'First' },
    })).json<OrganisationMaking>()
    expect(made).toMatchObject({ organisation: { kind: 'hospital', name: 'East' }, administrator: { outcome: 'created' } })
    expect(made.organisation.number).toMatch(/^\d{10}$/)
    const { organisationId } = made.organisation
    expect((await call('GET', '/consortium/hospitals')).json<OrganisationPage>().items).toMatchObject([{ name: 'East', members: 1, isBilling: true, modules: ['remoteDiagnosis', 'teaching'] }])
    await service.db('organisation').where({ organisation_id: consortium.organisationId }).update({ modules: ['teaching', 'statistics'] })
    expect((await call('PUT', `/consortium/hospitals/${organisationId}/modules`, { modules: ['teaching', 'wardRound'] })).json()).toMatchObject({ switchedOn: ['teaching', 'wardRound'], modules: ['teaching'] })
    expect(typeOf(await call('PUT', `/consortium/hospitals/${stranger.organisationId}/modules`, { modules: [] }))).toBe('no-such-organisation')
    expect(
      await service.db('audit_event').where({ organisation_id: organisationId }).orderBy('audit_event_id').pluck<string[]>('action'),
    ).toEqual(['organisation.create', 'account.create', 'member.create', 'organisation.change'])
  })

  test('whose phone number is known already is invited as administrator, and has the full role when he agrees', async () => {
    const { call } = await (await service.organisation('consortium')).member('full')
    const stranger = await service.stranger()
    const made = (await call('POST', '/consortium/hospitals', { name: 'West', modules: [], administrator: { phone: stranger.phone, name: 'Known' } })).json<OrganisationMaking>()
    expect(made.administrator).toEqual({ outcome: 'invited', invitationId: made.administrator.invitationId, acceptanceCode: made.administrator.acceptanceCode })
    await stranger.call('POST', `/account/invitations/${made.administrator.invitationId ?? ''}/acceptance`, { code: made.administrator.acceptanceCode })
    expect((await stranger.call('GET', '/organisation')).json<OrganisationDetail>()).toMatchObject({ name: 'West' })
    expect((await stranger.call('GET', '/members')).statusCode).toBe(200)
  })

  test('another consortium that a hospital is in sees it, but does not switch its modules', async () => {
    const [billing, other, hospital] = [await service.organisation('consortium'), await service.organisation('consortium'), await service.organisation('hospital', 'Shared')]
    await service.db('consortium_hospital').insert([
      { consortium_id: billing.organisationId, hospital_id: hospital.organisationId, is_billing: true },
      { consortium_id: other.organisationId, hospital_id: hospital.organisationId, is_billing: false },
    ])
    const { call } = await other.member('full')
    expect((await call('GET', '/consortium/hospitals')).json<OrganisationPage>().items).toMatchObject([{ name: 'Shared', isBilling: false }])
    expect(typeOf(await call('PUT', `/consortium/hospitals/${hospital.organisationId}/modules`, { modules: [] }))).toBe('no-such-organisation')
  })

  test('the operator makes consortia, hospitals and teams, sees all of them and says what they may have', async () => {
    const [platform, hospital] = [await service.organisation('platform'), await service.organisation('hospital', 'Owner')]
    const { call } = await platform.member('full')
    const make = (body: object) => call('POST', '/operator/organisations', { modules: [], administrator: { phone: aPhone(), name: 'First' }, ...body })
    expect((await make({ kind: 'consortium', name: 'Operator made union' })).json()).toMatchObject({ organisation: { kind: 'consortium' }, administrator: { outcome: 'created' } })
    const { organisation } = (await make({ kind: 'team', name: 'Operator made team', ownerId: hospital.organisationId })).json<OrganisationMaking>()
    expect(typeOf(await make({ kind: 'team', name: 'x', ownerId: organisation.organisationId }))).toBe('no-such-organisation')
    expect(typeOf(await make({ kind: 'hospital', name: 'x', ownerId: hospital.organisationId }))).toBe('wrong-organisation-kind')
    const found = (await call('GET', '/operator/organisations?search=operator%20made')).json<OrganisationPage>().items
    expect(found.map(({ kind, name }) => [kind, name])).toEqual([['team', 'Operator made team'], ['consortium', 'Operator made union']])
    expect((await call('PUT', `/operator/organisations/${organisation.organisationId}/modules`, { modules: ['imageQuality'] })).json()).toMatchObject({ modules: ['imageQuality'] })
    expect(typeOf(await call('PUT', '/operator/organisations/999999999/modules', { modules: [] }))).toBe('no-such-organisation')
  })

  test('the operator gives another number and name, and no number twice', async () => {
    const [platform, hospital, other] = [await service.organisation('platform'), await service.organisation('hospital'), await service.organisation('hospital')]
    const { call } = await platform.member('full')
    const change = (body: object) => call('PATCH', `/operator/organisations/${hospital.organisationId}`, body)
    expect((await change({ name: 'Renamed', number: `H-${hospital.number}` })).json()).toMatchObject({ name: 'Renamed', number: `H-${hospital.number}` })
    expect(typeOf(await change({ number: other.number }))).toBe('name-taken')
  })

  test('a hospital is put into consortia; one is billed for it, also when two are made so at once', async () => {
    const [platform, hospital] = [await service.organisation('platform'), await service.organisation('hospital')]
    const unions = [await service.organisation('consortium'), await service.organisation('consortium')]
    const { call } = await platform.member('full')
    const path = (index: number) => `/operator/consortia/${unions[index]?.organisationId ?? ''}/hospitals/${hospital.organisationId}`
    expect((await Promise.all([0, 1].map((index) => call('PUT', path(index), { isBilling: true })))).map(typeOf)).toEqual(['204', '204'])
    const billed = () => service.db('consortium_hospital').where({ hospital_id: hospital.organisationId, is_billing: true })
    expect(await billed()).toHaveLength(1)
    await call('PUT', path(0), { isBilling: true })
    expect(await billed()).toMatchObject([{ consortium_id: unions[0]?.organisationId }])
    expect((await call('DELETE', path(0))).statusCode).toBe(204)
    expect(await billed()).toEqual([])
    expect(typeOf(await call('PUT', `/operator/consortia/${hospital.organisationId}/hospitals/${hospital.organisationId}`, { isBilling: true }))).toBe('no-such-organisation')
  })

  test('a phone number that is none leaves no organisation behind', async () => {
    const { call } = await (await service.organisation('consortium')).member('full')
    expect((await call('POST', '/consortium/hospitals', { name: 'Ghost', modules: [], administrator: { phone: 'twelve', name: 'None' } })).statusCode).toBe(422)
    expect((await call('GET', '/consortium/hospitals')).json()).toEqual({ items: [] })
  })
})
