/** Every route of organisations × every built-in role: allowed or refused as the permission list says; and what is another organisation's is not there. */
import { organisationKinds, type OrganisationKind } from '@isocenter/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { builtInRoles } from './built-in-roles.ts'
import { anOrganisationsService, typeOf, type Method, type OrganisationsService, type TestOrganisation } from './service.fixture.ts'

let service: OrganisationsService
beforeAll(async () => { service = await anOrganisationsService() })
afterAll(async () => {
  // Everything these tests asked for and were given stands in the trail.
  expect(service.unaudited()).toEqual([])
  await service.close()
})

const nowhere = '00000000-0000-4000-8000-000000000000'
const empty = {}

/** Route, what it asks for, and what is answered to who may: nothing is there yet, so mostly that it is missing, or that the organisation is of another kind. */
const routes: readonly (readonly [Method, string, string, object | undefined])[] = [
  ['GET', '/organisation', 'organisation:read', undefined],
  ['PATCH', '/hospital', 'org.hospital_edit', { introduction: 'By the river' }],
  ['PATCH', '/hospital/film', 'admin.cloudfilm', { hasElectronicFilm: true }],
  ['PATCH', '/team', 'team.edit', { introduction: 'Reads by night' }],
  ['GET', '/organisation/logo', 'organisation:read', undefined],
  ['GET', '/organisation/signature', 'organisation:read', undefined],
  ['DELETE', '/hospital/logo', 'org.hospital_edit', undefined],
  ['DELETE', '/hospital/signature', 'org.hospital_edit', undefined],
  ['DELETE', '/team/logo', 'team.edit', undefined],
  // A body that is no picture: refused, but not for who asks.
  ['PUT', '/hospital/logo', 'org.hospital_edit', empty],
  ['PUT', '/hospital/signature', 'org.hospital_edit', empty],
  ['PUT', '/team/logo', 'team.edit', empty],
  ['PUT', `/team/pairings/${nowhere}/signature`, 'team.signature', empty],
  ['POST', '/departments', 'admin.department', { name: 'Ultrasound' }],
  ['POST', '/devices', 'org.device', { name: 'US 1', type: 'US' }],
  ['GET', '/device-types', 'organisation:read', undefined],
  ['POST', '/device-types', 'admin.exam_attr', { code: 'DSA', name: 'Angiography', modalities: ['XA'] }],
  ['PATCH', '/device-types/999999999', 'admin.exam_attr', { name: 'None' }],
  ['DELETE', '/device-types/999999999', 'admin.exam_attr', undefined],
  ['GET', '/body-parts', 'organisation:read', undefined],
  ['POST', '/part-categories', 'admin.exam_attr', { deviceType: 'CT', name: 'Trunk' }],
  ['PATCH', `/part-categories/${nowhere}`, 'admin.exam_attr', { name: 'Limbs' }],
  ['DELETE', `/part-categories/${nowhere}`, 'admin.exam_attr', undefined],
  ['POST', `/part-categories/${nowhere}/emptying`, 'admin.exam_attr', { parts: 1 }],
  ['POST', `/part-categories/${nowhere}/parts`, 'admin.exam_attr', { name: 'Chest', partCount: 1, tagIds: [] }],
  ['PUT', `/body-parts/${nowhere}`, 'admin.exam_attr', { name: 'Chest', partCount: 1, tagIds: [] }],
  ['DELETE', `/body-parts/${nowhere}`, 'admin.exam_attr', undefined],
  // Without the language, or a file: refused, but not for who asks.
  ['GET', '/body-parts/export', 'admin.exam_attr', undefined],
  ['POST', '/body-parts/import/check', 'admin.exam_attr', empty],
  ['POST', '/body-parts/import', 'admin.exam_attr', empty],
  ['GET', '/part-tags', 'admin.exam_attr', undefined],
  ['GET', '/study-tags', 'study.view', undefined],
  ['POST', '/part-tags', 'admin.exam_attr', { name: 'chest', rules: [], isFinal: false }],
  ['PUT', '/part-tags/order', 'admin.exam_attr', { tagIds: [] }],
  ['POST', '/part-tags/test', 'admin.exam_attr', { StudyInstanceUID: '1.2.3' }],
  ['PUT', `/part-tags/${nowhere}`, 'admin.exam_attr', { name: 'head', rules: [], isFinal: false }],
  ['DELETE', `/part-tags/${nowhere}`, 'admin.exam_attr', undefined],
  ['GET', '/studies/999999999/parts', 'study.view', undefined],
  ['POST', '/roles', 'org.role', { name: 'Archivist', permissions: ['log.view_own'] }],
  ['POST', `/team/pairings/${nowhere}/fees`, 'team.fee', { doctorId: nowhere, examType: 'CT', validFrom: '2099-01-01', amount: '10', currency: 'CNY', unit: 'study' }],
  ['POST', '/consortium/hospitals', 'admin.consortium', { name: 'New', modules: [], timeZone: 'Nowhere/None', administrator: { phone: '13800138000', name: 'A' } }],
  ['POST', '/operator/organisations', 'operator.organisations', { kind: 'team', name: 'New', modules: [], timeZone: 'Nowhere/None', administrator: { phone: '13800138000', name: 'A' } }],
  ['GET', '/departments', 'organisation:read', undefined],
  ['PATCH', `/departments/${nowhere}`, 'admin.department', { name: 'CT' }],
  ['DELETE', `/departments/${nowhere}`, 'admin.department', undefined],
  ['GET', '/devices', 'organisation:read', undefined],
  ['GET', `/devices/${nowhere}`, 'organisation:read', undefined],
  ['PATCH', `/devices/${nowhere}`, 'org.device', { name: 'CT 1' }],
  ['GET', '/members', 'org.member', undefined],
  ['GET', `/members/${nowhere}`, 'org.member', undefined],
  ['POST', '/members', 'org.member', { phone: '13800138000', name: 'Zhao Min', roleId: nowhere }],
  ['PATCH', `/members/${nowhere}`, 'org.member', { hasElectronicFilm: true }],
  ['POST', `/members/${nowhere}/suspension`, 'org.member', undefined],
  ['POST', `/members/${nowhere}/reinstatement`, 'org.member', undefined],
  ['DELETE', `/members/${nowhere}`, 'org.member', undefined],
  ['GET', '/invitations', 'org.member', undefined],
  ['POST', '/invitations', 'org.member', { phone: '13800138000', roleId: nowhere }],
  ['POST', `/invitations/${nowhere}/renewal`, 'org.member', undefined],
  ['DELETE', `/invitations/${nowhere}`, 'org.member', undefined],
  ['GET', '/permissions', 'organisation:read', undefined],
  ['GET', '/roles', 'organisation:read', undefined],
  ['GET', `/roles/${nowhere}`, 'organisation:read', undefined],
  ['PATCH', `/roles/${nowhere}`, 'org.role', { description: 'x' }],
  ['DELETE', `/roles/${nowhere}`, 'org.role', undefined],
  ['GET', '/credentials/waiting', 'org.member', undefined],
  ['GET', `/members/${nowhere}/credentials`, 'org.member', undefined],
  ['GET', `/members/${nowhere}/credentials/${nowhere}/files/${nowhere}`, 'org.member', undefined],
  ['POST', `/members/${nowhere}/credentials/${nowhere}/verification`, 'org.member', undefined],
  ['POST', `/members/${nowhere}/credentials/${nowhere}/rejection`, 'org.member', { reason: 'Blurred' }],
  ['GET', '/favourites', 'study.view', undefined],
  ['PUT', '/favourites/studies/999999999', 'study.view', undefined],
  ['DELETE', '/favourites/studies/999999999', 'study.view', undefined],
  ['GET', '/contacts', 'organisation:read', undefined],
  ['GET', '/contacts/organisations', 'organisation:read', undefined],
  ['GET', `/contacts/${nowhere}/avatar`, 'organisation:read', undefined],
  ['GET', '/pairings', 'org.pairing', undefined],
  ['GET', `/pairings/${nowhere}`, 'org.pairing', undefined],
  ['POST', '/pairings', 'org.pairing', { teamNumber: 'none' }],
  ['POST', `/pairings/${nowhere}/renewal`, 'org.pairing', undefined],
  ['DELETE', `/pairings/${nowhere}`, 'org.pairing', undefined],
  ['GET', '/team/pairings', 'team.pairing', undefined],
  ['GET', `/team/pairings/${nowhere}`, 'team.pairing', undefined],
  ['POST', `/team/pairings/${nowhere}/agreement`, 'team.pairing', undefined],
  ['POST', `/team/pairings/${nowhere}/declination`, 'team.pairing', empty],
  ['PUT', `/team/pairings/${nowhere}/order-taking`, 'team.pairing', { takesOrders: true }],
  ['GET', `/team/pairings/${nowhere}/signature`, 'team.signature', undefined],
  ['PUT', `/team/pairings/${nowhere}/signature/fixing`, 'team.signature', { isSignatureFixed: false }],
  ['GET', `/team/pairings/${nowhere}/fees`, 'team.fee', undefined],
  ['GET', '/consortium/hospitals', 'admin.consortium', undefined],
  ['PUT', '/consortium/hospitals/999999999/modules', 'admin.consortium', { modules: [] }],
  ['GET', '/organisation/sign-in-rules', 'org.sign_in', undefined],
  ['PUT', '/organisation/sign-in-rules', 'org.sign_in', { minPasswordLength: 8, allowsOtherCharacters: false, forcesAutoSignOut: false, forcesPasswordChange: false }],
  ['GET', '/sign-in-provider', 'org.sign_in', undefined],
  ['PUT', '/sign-in-provider', 'org.sign_in', { name: 'Ours', issuer: 'http://login.example', clientId: 'isocenter', isOn: false }],
  ['DELETE', '/sign-in-provider', 'org.sign_in', undefined],
  ['GET', '/api-keys', 'org.api_key', undefined],
  ['GET', '/api-keys/scopes', 'org.api_key', undefined],
  ['POST', '/api-keys', 'org.api_key', { name: 'Archive', scopes: ['system/Nothing.r'], expiresAt: '2099-01-01T00:00:00Z' }],
  ['GET', `/api-keys/${nowhere}`, 'org.api_key', undefined],
  ['PATCH', `/api-keys/${nowhere}`, 'org.api_key', { name: 'Archive' }],
  ['POST', `/api-keys/${nowhere}/rotation`, 'org.api_key', empty],
  ['DELETE', `/api-keys/${nowhere}`, 'org.api_key', undefined],
  ['GET', '/operator/organisations', 'operator.organisations', undefined],
  ['PATCH', '/operator/organisations/999999999', 'operator.organisations', { name: 'x' }],
  ['PUT', '/operator/consortia/999999999/hospitals/999999999', 'operator.organisations', { isBilling: true }],
  ['DELETE', '/operator/consortia/999999999/hospitals/999999999', 'operator.organisations', undefined],
  ['PUT', '/operator/organisations/999999999/modules', 'operator.modules', { modules: [] }],
]

const cases = organisationKinds.flatMap((kind) => builtInRoles(kind).map((role) => ({ kind, ...role })))

describe.each(cases)('$kind: $builtIn', ({ kind, builtIn, permissions }) => {
  test('may what the role holds, and is refused everything else', async () => {
    const { call } = await (await service.organisation(kind)).member(builtIn)
    const held = new Set<string>(['organisation:read', ...permissions])
    const answers = await Promise.all(routes.map(async ([method, path, policy, body]) => [method, path, held.has(policy) ? 'allowed' : 'refused', typeOf(await call(method, path, body))] as const))
    // Everything a role can hold means something in its kind of organisation, so none of these is answered that the kind is wrong.
    const takenOrOfWhatIsAsked = [
      '200', '201', '204', 'bad-request', 'invalid-settings', 'no-such-organisation', 'no-such-picture', 'no-such-department', 'no-such-device',
      'no-such-device-type', 'no-such-part-category', 'no-such-body-part', 'no-such-part-tag', 'no-such-study', 'changed-meanwhile', 'no-such-member',
      'no-such-invitation', 'no-such-role', 'no-such-pairing', 'no-such-team', 'no-such-credential', 'no-such-favourite', 'no-such-contact',
      'no-such-api-key', 'invalid-api-key', 'no-sign-in-provider', 'invalid-sign-in-provider',
    ]
    expect(answers.filter(([, , expected, got]) => (expected === 'refused' ? got !== 'forbidden' : !takenOrOfWhatIsAsked.includes(got)))).toEqual([])
  })
})

test('the table has every route of organisations, by the permission it asks for', async () => {
  const { paths } = (await service.app.inject('/api/openapi.json')).json<{ paths: Record<string, Record<string, { tags?: string[]; security?: { bearer: string[] }[] }>> }>()
  const ofOrganisations = [
    'Organisation', 'Body parts', 'People', 'Pairing', 'Credentials', 'Favourites', 'Address book', 'API keys', 'Sign-in providers',
  ]
  const served = Object.entries(paths).flatMap(([path, methods]) => Object.entries(methods).flatMap(([method, { tags = [], security = [] }]) =>
    (ofOrganisations.includes(tags[0] ?? '') && !path.startsWith('/api/account/')
      ? [`${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, '*')} ${security[0]?.bearer[0] ?? ''}`]
      : [])))
  const listed = routes.map(([method, path, policy]) => `${method} /api${path.replaceAll(nowhere, '*').replaceAll('999999999', '*')} ${policy}`)
  expect(listed.sort()).toEqual(served.sort())
})

test('without an organisation to work for, a person is told so; without a session nobody is told anything', async () => {
  const { call } = await service.stranger()
  for (const [method, path, , body] of routes) {
    expect([path, (await call(method, path, body)).statusCode]).toEqual([path, 403])
    expect([path, (await call(method, path, body, { cookie: '' })).statusCode]).toEqual([path, 401])
  }
})

test('of an organisation one is no member of, nothing is answered', async () => {
  const [own, other] = [await service.organisation('hospital'), await service.organisation('hospital')]
  const { accountId } = await own.member('full')
  const call = await service.callAs(accountId, other.organisationId)
  for (const [method, path, , body] of routes) expect([path, (await call(method, path, body)).statusCode]).toEqual([path, 403])
})

describe("another organisation's things are not there", () => {
  const things = async (organisation: TestOrganisation, kind: OrganisationKind) => {
    const { call, membershipId } = await organisation.member('full')
    const other = await organisation.member('administrator')
    const { roleId } = (await call('POST', '/roles', { name: 'Night shift', permissions: ['log.view_own'] })).json<{ roleId: string }>()
    const { invitationId } = (await call('POST', '/invitations', { phone: '13900139000', roleId })).json<{ invitationId: string }>()
    const departmentId = kind === 'hospital' ? (await call('POST', '/departments', { name: 'CT' })).json<{ departmentId: string }>().departmentId : nowhere
    const deviceId = kind === 'hospital' ? (await call('POST', '/devices', { name: 'CT 1', type: 'CT' })).json<{ deviceId: string }>().deviceId : nowhere
    return { membershipId, other: other.membershipId, roleId, invitationId, departmentId, deviceId }
  }

  test.each(['hospital', 'team'] as const)('of a %s: the same answer as for what nobody has, and nothing changes', async (kind) => {
    const [theirs, mine] = [await service.organisation(kind), await service.organisation(kind)]
    const their = await things(theirs, kind)
    const { call } = await mine.member('full')
    const requests: readonly (readonly [Method, string, string, string, object | undefined])[] = [
      ['GET', '/members', their.membershipId, '', undefined], ['PATCH', '/members', their.other, '', { hasElectronicFilm: true }], ['POST', '/members', their.other, '/suspension', undefined],
      ['DELETE', '/members', their.other, '', undefined], ['GET', '/roles', their.roleId, '', undefined], ['PATCH', '/roles', their.roleId, '', { name: 'Mine' }], ['DELETE', '/roles', their.roleId, '', undefined],
      ['POST', '/invitations', their.invitationId, '/renewal', undefined], ['DELETE', '/invitations', their.invitationId, '', undefined],
      ...(kind === 'team' ? [] : [
        ['PATCH', '/departments', their.departmentId, '', { name: 'Mine' }], ['DELETE', '/departments', their.departmentId, '', undefined],
        ['GET', '/devices', their.deviceId, '', undefined], ['PATCH', '/devices', their.deviceId, '', { name: 'Mine' }],
      ] as const),
    ]
    const before = await snapshot(theirs.organisationId)
    for (const [method, path, id, below, body] of requests) {
      const [answer, none] = [await call(method, `${path}/${id}${below}`, body), await call(method, `${path}/${nowhere}${below}`, body)]
      expect([method, path, answer.statusCode]).toEqual([method, path, 404])
      expect({ ...answer.json<object>(), instance: '' }).toEqual({ ...none.json<object>(), instance: '' })
    }
    // Nor can they be referred to from one's own.
    const { membershipId } = await mine.member('administrator')
    expect(typeOf(await call('PATCH', `/members/${membershipId}`, { roleId: their.roleId }))).toBe('no-such-role')
    expect(typeOf(await call('POST', '/invitations', { phone: '13900139001', roleId: their.roleId }))).toBe('no-such-role')
    if (kind === 'hospital') {
      expect(typeOf(await call('PATCH', `/members/${membershipId}`, { departmentId: their.departmentId }))).toBe('no-such-department')
      expect(typeOf(await call('POST', '/departments', { name: 'MR', parentId: their.departmentId }))).toBe('no-such-department')
      expect(typeOf(await call('POST', '/departments', { name: 'MR', headId: their.membershipId }))).toBe('no-such-member')
      expect(typeOf(await call('POST', '/devices', { name: 'MR 1', type: 'MR', memberIds: [their.membershipId] }))).toBe('no-such-member')
    }
    expect(await snapshot(theirs.organisationId)).toEqual(before)
  })

  const snapshot = async (organisation_id: string) => {
    const tables = ['organisation', 'role', 'membership', 'invitation', 'department', 'device'] as const
    return Promise.all(tables.map((table) => service.db(table).where({ organisation_id }).orderByRaw('1')))
  }
})
