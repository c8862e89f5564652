/** The study list through the API: what it tells, how it is narrowed and paged, and to whom. */
import { organisationKinds, type StudyPage } from '@isocenter/contracts'
import type { LightMyRequestResponse } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { builtInRoles } from '../organisations/built-in-roles.ts'
import { anOrganisationsService, typeOf, type Method, type OrganisationsService } from '../organisations/service.fixture.ts'
import { aHospital, detail, list, nowhere, stored, uids, type Hospital } from './studies.fixture.ts'

let service: OrganisationsService
beforeAll(async () => { service = await anOrganisationsService() })
afterAll(() => service.close())

test('a row tells what a reader asks first: who, what, how much, from where and since when', async () => {
  const hospital = await aHospital(service)
  const { StudyInstanceUID } = await stored(hospital, {
    PatientName: 'Zhang^Wei=张^伟',
    PatientID: 'P-77',
    PatientSex: 'M',
    PatientBirthDate: '19800214',
    StudyDate: '20260213',
    StudyTime: '0915',
    AccessionNumber: 'A-100',
    StudyDescription: 'CT Thorax',
    BodyPartExamined: 'CHEST',
    InstitutionName: 'River Hospital',
    PatientTelephoneNumbers: '13800138000',
  })
  const [row] = (await list(hospital.administrator)).items
  expect(row).toMatchObject({
    StudyInstanceUID,
    PatientName: 'Zhang^Wei=张^伟',
    PatientID: 'P-77',
    PatientSex: 'M',
    AccessionNumber: 'A-100',
    StudyDate: '20260213',
    StudyDescription: 'CT Thorax',
    BodyPartExamined: ['CHEST'],
    InstitutionName: 'River Hospital',
    age: { value: 45, unit: 'years' },
    ModalitiesInStudy: ['CT'],
    examTypes: ['CT'],
    category: 'radiology',
    NumberOfStudyRelatedSeries: 1,
    NumberOfStudyRelatedInstances: 2,
    state: 'normal',
    isFavourite: false,
    hiddenSeries: 0,
    identity: { PatientBirthDate: '19800214', PatientTelephoneNumbers: '13800138000' },
  })
  expect(row?.recordId).toMatch(/^[0-9A-F]{12}$/)
  expect(row?.uploader?.actor).toMatch(/^token:/)
  expect(row?.byteLength).toBeUndefined()
  expect((await list(hospital.administrator, { withSize: 'true' })).items[0]?.byteLength).toBeGreaterThan(500)
})

test('what identifies a person beyond name and number is told to who may see identities, in the list and on the page', async () => {
  const hospital = await aHospital(service)
  const { StudyInstanceUID } = await stored(hospital, { PatientBirthDate: '19800214', PatientTelephoneNumbers: '13800138000', StudyDate: '20260213' })
  const { call: making } = await hospital.member('full')
  const { roleId } = (await making('POST', '/roles', { name: 'Porter', permissions: ['study.view'] })).json<{ roleId: string }>()
  const porter = await hospital.member('general')
  await service.db('membership').where({ membership_id: porter.membershipId }).update({ role_id: roleId })
  const [row] = (await list(porter)).items
  expect(row?.identity).toBeUndefined()
  expect(row?.age).toEqual({ value: 45, unit: 'years' })
  expect(row?.actions).toEqual(['open', 'addFavourite'])
  expect(JSON.stringify([row, await detail(porter, StudyInstanceUID)])).not.toMatch(/13800138000|19800214/)
})

describe('the window', () => {
  test('is the last day by arrival, unless a time is asked for; a record is found wherever it is', async () => {
    const hospital = await aHospital(service)
    const [today, before] = [await stored(hospital, { AccessionNumber: 'NEW' }), await stored(hospital, { AccessionNumber: 'OLD' }, { hoursAgo: 25 })]
    const page = await list(hospital.doctor)
    expect(uids(page)).toEqual([today.StudyInstanceUID])
    expect(page).toMatchObject({ isRelaxed: false, count: 1, isCountExact: true })
    expect(Date.now() - Date.parse(String(page.arrivedFrom))).toBeGreaterThan(23.9 * 3_600_000)
    expect(uids(await list(hospital.doctor, { arrival: 'any' }))).toEqual([today.StudyInstanceUID, before.StudyInstanceUID])
    expect(uids(await list(hospital.doctor, { studyNumber: 'OLD' }))).toEqual([])
    expect(uids(await list(hospital.doctor, { arrivedTo: new Date(Date.now() - 24 * 3_600_000).toISOString() }))).toEqual([before.StudyInstanceUID])
    const found = await list(hospital.doctor, { record: before.StudyInstanceUID, keyword: 'somebody else' })
    expect(found).toMatchObject({ isRelaxed: true, count: 1 })
    expect(uids(found)).toEqual([before.StudyInstanceUID])
    expect(uids(await list(hospital.doctor, { record: String(found.items[0]?.recordId).toLowerCase() }))).toEqual([before.StudyInstanceUID])
  })
})

describe('filters', () => {
  let hospital: Hospital
  let chest: string
  let head: string
  let xray: string
  beforeAll(async () => {
    hospital = await aHospital(service)
    chest = (await stored(hospital, { PatientName: '王^小明', PatientID: 'P1', PatientSex: 'M', AccessionNumber: 'CT-1', StudyDate: '20260110', StudyTime: '080000' })).StudyInstanceUID
    head = (await stored(
      hospital,
      { PatientName: 'Li^Wei', PatientID: 'P2', PatientSex: 'F', AccessionNumber: 'MR-1', StudyDate: '20260120', StudyTime: '080000' },
      { series: [{ kind: 'MR', instances: 1 }] },
    )).StudyInstanceUID
    xray = (await stored(
      hospital,
      { PatientName: 'Schröder^Anna', PatientID: 'P3', PatientSex: '', AccessionNumber: 'CR-1', StudyDate: '', StudyTime: '', Modality: 'CR' },
      { series: [{ kind: 'CT', instances: 1 }] },
    )).StudyInstanceUID
  })
  test.each([
    [{ studyNumber: 'MR-1' }, () => [head]], [{ studyNumber: 'MR' }, () => []], [{ patientId: 'P1' }, () => [chest]], [{ patientId: 'P' }, () => []],
    [{ name: '小明' }, () => [chest]], [{ name: 'wei li' }, () => [head]], [{ name: 'schroder' }, () => [xray]], [{ name: '*' }, () => [xray, head, chest]],
    [{ keyword: 'CR-' }, () => [xray]], [{ keyword: '王小' }, () => [chest]], [{ keyword: 'P2' }, () => [head]], [{ keyword: 'no%' }, () => []],
    [{ sex: 'F' }, () => [head]], [{ sex: 'none' }, () => [xray]], [{ examType: 'DR' }, () => [xray]], [{ examType: 'DX' }, () => []], [{ examType: 'CT,MR' }, () => [head, chest]],
    [{ examFrom: '2026-01-15' }, () => [head]], [{ examFrom: '2026-01-10', examTo: '2026-01-10' }, () => [chest]], [{ state: 'locked' }, () => []], [{ state: 'normal' }, () => [xray, head, chest]],
    [{ sort: 'exam' }, () => [head, chest, xray]], [{ sort: 'exam', order: 'asc' }, () => [xray, chest, head]], [{ order: 'asc' }, () => [chest, head, xray]],
  ] as const)('%o', async (query, expected) => {
    expect(uids(await list(hospital.doctor, query))).toEqual(expected())
  })
  test('a type of devices of the hospital\'s own stands for its modalities', async () => {
    await hospital.administrator.call('POST', '/device-types', { code: 'SCAN', name: 'Scanners', modalities: ['MR', 'XA'] })
    expect(uids(await list(hospital.doctor, { examType: 'SCAN' }))).toEqual([head])
    expect(uids(await list(hospital.doctor, { examType: 'SCAN,DR' }))).toEqual([xray, head])
  })
  test('a data ID is found exactly, in either case', async () => {
    const { recordId } = (await list(hospital.doctor, { patientId: 'P2' })).items[0] ?? { recordId: '' }
    expect(uids(await list(hospital.doctor, { dataId: recordId.toLowerCase() }))).toEqual([head])
    expect(uids(await list(hospital.doctor, { keyword: recordId }))).toEqual([head])
  })
  test('what no value can be is refused', async () => {
    for (const query of ['examType=%25', 'keyword=x', 'sort=name', 'cursor=abc', 'arrivedFrom=yesterday', 'record=me']) {
      expect([query, typeOf(await hospital.doctor.call('GET', `/studies?${query}`))]).toEqual([query, 'bad-request'])
    }
  })
})

test('pages follow one another without a gap or a double, while others arrive', async () => {
  const hospital = await aHospital(service)
  for (let n = 0; n < 5; n++) await stored(hospital, { AccessionNumber: `N${String(n)}` }, { series: [{ kind: 'CT', instances: 1 }] })
  for (const sorting of [{}, { order: 'asc' }, { sort: 'exam' }] as Record<string, string>[]) {
    const seen: string[] = []
    const first = await list(hospital.doctor, { ...sorting, limit: '2' })
    expect(first.count).toBeGreaterThanOrEqual(5)
    for (let page: StudyPage | undefined = first; page !== undefined;) {
      seen.push(...uids(page))
      page = page.next === undefined ? undefined : await list(hospital.doctor, { ...sorting, limit: '2', cursor: page.next })
      expect(page?.count).toBeUndefined()
    }
    expect(seen).toHaveLength(new Set(seen).size)
    expect(seen).toHaveLength(5)
  }
})

test('a lock and a mark show at once, with what may be done now', async () => {
  const hospital = await aHospital(service)
  const { StudyInstanceUID } = await stored(hospital)
  expect((await list(hospital.administrator)).items[0]?.actions).toEqual(['open', 'lock', 'delete', 'download', 'share', 'shareColleague', 'addFavourite', 'editCase'])
  await hospital.doctor.call('PUT', `/studies/${StudyInstanceUID}/lock`)
  await hospital.administrator.call('PUT', `/favourites/studies/${StudyInstanceUID}`)
  const [row] = (await list(hospital.administrator, { state: 'locked', favourites: 'true' })).items
  expect(row).toMatchObject({ state: 'locked', isFavourite: true, lock: { lockedBy: { actor: `account:${hospital.doctor.accountId}` } } })
  expect(row?.lock?.lockedBy.name).toBeDefined()
  expect(row?.actions).toEqual(['open', 'unlock', 'download', 'share', 'shareColleague', 'removeFavourite', 'editCase'])
  expect((await list(hospital.doctor)).items[0]?.isFavourite).toBe(false)
  expect((await list(hospital.doctor, { favourites: 'true' })).items).toEqual([])
})

test('a deleted study leaves the list; restored, it is where it was, with who had stored it', async () => {
  const hospital = await aHospital(service)
  const { StudyInstanceUID } = await stored(hospital, {}, { hoursAgo: 3 })
  const [before] = (await list(hospital.administrator)).items
  const { deletedStudyId } = (await hospital.administrator.call('POST', `/studies/${StudyInstanceUID}/deletion`, { reason: 'wrong' })).json<{ deletedStudyId: string }>()
  expect((await list(hospital.administrator)).items).toEqual([])
  expect(typeOf(await hospital.administrator.call('GET', `/studies/${StudyInstanceUID}`))).toBe('no-such-study')
  await hospital.administrator.call('POST', `/deleted-studies/${deletedStudyId}/restoration`, { reason: 'right' })
  const [after] = (await list(hospital.administrator)).items
  expect(after).toEqual({ ...before, changedAt: after?.changedAt })
})

test('of another organisation nothing is listed, found or changed', async () => {
  const [mine, theirs] = [await aHospital(service), await aHospital(service)]
  const study = await stored(theirs, { PatientName: 'Secret^Person', PatientID: 'S1', AccessionNumber: 'S-1' })
  const own = await stored(mine, { PatientID: 'S1' })
  const [{ recordId } = { recordId: '' }] = (await list(theirs.doctor)).items
  for (const query of [{ arrival: 'any' }, { record: study.StudyInstanceUID }, { record: recordId }, { patientId: 'S1' }, { name: 'Secret' }, { keyword: 'Secret' }, { dataId: recordId }] as Record<string, string>[]) {
    expect([query, uids(await list(mine.doctor, query)).includes(study.StudyInstanceUID)]).toEqual([query, false])
  }
  expect((await detail(mine.doctor, own.StudyInstanceUID)).related).toEqual([])
  const tries: [Method, string, object | undefined][] = [
    ['GET', `/studies/${study.StudyInstanceUID}`, undefined], ['PUT', `/studies/${study.StudyInstanceUID}/series/${String(study.series[0]?.SeriesInstanceUID)}/visibility`, { isShown: false }],
    ['PUT', `/studies/${own.StudyInstanceUID}/related/${study.StudyInstanceUID}`, undefined],
    ['PUT', `/studies/${study.StudyInstanceUID}/related/${own.StudyInstanceUID}`, undefined],
    ['DELETE', `/studies/${study.StudyInstanceUID}/related/${own.StudyInstanceUID}`, undefined],
  ]
  for (const [method, path, body] of tries) expect([path, typeOf(await mine.administrator.call(method, path, body))]).toEqual([path, 'no-such-study'])
  expect(await service.db('hidden_series').where({ organisation_id: theirs.organisationId })).toEqual([])
})

test('what a person sends from a browser is smaller than twenty mebibytes; a program may send more', async () => {
  const hospital = await aHospital(service)
  const create = (bytes: number, headers: Record<string, string> = {}) => hospital.doctor.call('POST', '/uploads', undefined, { 'tus-resumable': '1.0.0', 'upload-length': String(bytes), ...headers })
  expect(typeOf(await create(20 * 1024 * 1024))).toBe('payload-too-large')
  expect((await create(20 * 1024 * 1024 - 1)).statusCode).toBe(201)
  expect((await service.app.inject({
    method: 'POST',
    url: '/api/uploads',
    headers: { ...await service.as(hospital.slug, ['upload']), 'tus-resumable': '1.0.0', 'upload-length': String(20 * 1024 * 1024) },
  })).statusCode).toBe(201)
})

describe('routes and roles', () => {
  const routes: readonly (readonly [Method, string, string, object | undefined])[] = [
    ['GET', '/studies', 'study.view', undefined], ['GET', '/studies/1.2.3', 'study.view', undefined], ['PUT', '/studies/1.2.3/series/1.2.3/visibility', 'study.edit_case', { isShown: true }],
    ['GET', '/studies/1.2.3/similar', 'study.view', undefined],
    ['POST', '/studies/1.2.3/colleague-shares', 'study.share_colleague', { membershipIds: [nowhere] }],
    ['PATCH', '/studies/1.2.3/case', 'study.edit_case', { corrections: { PatientID: 'P' } }],
    ['GET', '/study-views', 'study.view', undefined],
    ['POST', '/study-views', 'study.view', { name: 'x' }],
    ['PUT', `/study-views/${nowhere}`, 'study.view', { name: 'x', filters: {}, isDefault: false }],
    ['DELETE', `/study-views/${nowhere}`, 'study.view', undefined],
    ['PUT', '/studies/1.2.3/related/1.2.4', 'study.edit_case', undefined], ['DELETE', '/studies/1.2.3/related/1.2.4', 'study.edit_case', undefined],
  ]
  const headers = { 'if-match': '"0"' }
  const cases = organisationKinds.flatMap((kind) => builtInRoles(kind).map((role) => ({ kind, ...role })))
  test.each(cases)('$kind: $builtIn', async ({ kind, builtIn, permissions }) => {
    const { call } = await (await service.organisation(kind)).member(builtIn)
    const held = new Set<string>(permissions)
    for (const [method, path, policy, body] of routes) {
      const got: string = typeOf(await call(method, path, body, headers) satisfies LightMyRequestResponse)
      expect([method, path, got]).toEqual([method, path, held.has(policy) ? expect.stringMatching(/^(200|bad-request|no-such-view|no-such-study)$/) : 'forbidden'])
    }
  })
  test('every route of the study list is in the table', async () => {
    const { paths } = (await service.app.inject('/api/openapi.json')).json<{ paths: Record<string, Record<string, { tags?: string[] }>> }>()
    expect(Object.values(paths).flatMap((methods) => Object.values(methods)).filter(({ tags = [] }) => tags[0] === 'Studies')).toHaveLength(routes.length)
  })
})

describe('views of the list', () => {
  const view = { name: 'CT of today', filters: { type: 'CT', range: 'today' }, columns: ['study', 'name'], isDefault: true }

  test('are a person\'s own in one organisation, one of them what the list begins with', async () => {
    const hospital = await aHospital(service)
    const { call } = hospital.doctor
    const made = (await call('POST', '/study-views', view)).json<{ viewId: string }>()
    expect(made).toMatchObject(view)
    expect((await call('POST', '/study-views', { ...view, name: 'All', columns: undefined })).statusCode).toBe(201)
    const items = () => call('GET', '/study-views').then((answer) => answer.json<{ items: { name: string; isDefault: boolean }[] }>().items.map(({ name, isDefault }) => [name, isDefault]))
    expect(await items()).toEqual([['All', true], ['CT of today', false]])
    expect(typeOf(await call('POST', '/study-views', view))).toBe('view-name-taken')
    expect(typeOf(await call('PUT', `/study-views/${made.viewId}`, { ...view, name: 'All' }))).toBe('view-name-taken')
    expect((await call('PUT', `/study-views/${made.viewId}`, { ...view, name: 'Mine' })).json()).toMatchObject({ name: 'Mine', isDefault: true })
    expect(await items()).toEqual([['All', false], ['Mine', true]])
    expect((await hospital.administrator.call('GET', '/study-views')).json()).toEqual({ items: [] })
    expect(typeOf(await hospital.administrator.call('DELETE', `/study-views/${made.viewId}`))).toBe('no-such-view')
    const elsewhere = await service.organisation('hospital')
    const there = await elsewhere.member('general', { accountId: hospital.doctor.accountId })
    expect((await there.call('GET', '/study-views')).json()).toEqual({ items: [] })
    expect((await call('DELETE', `/study-views/${made.viewId}`)).statusCode).toBe(204)
    expect(await items()).toEqual([['All', false]])
    for (const bad of [{ ...view, name: ' ' }, { ...view, filters: 'x' }, { ...view, isDefault: 'yes' }]) expect(typeOf(await call('POST', '/study-views', bad))).toBe('bad-request')
  })
})
