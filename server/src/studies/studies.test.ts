/** The study list through the API: what it tells, how it is narrowed and paged, and to whom. */
import { organisationKinds, type NotificationPage, type SimilarStudyList, type StudyDetail, type StudyPage } from '@isocenter/contracts'
import { aStudy, bytesOf } from '@isocenter/testkit'
import { attributes } from '@isocenter/testkit/instances'
import type { LightMyRequestResponse } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { builtInRoles } from '../organisations/built-in-roles.ts'
import { anOrganisationsService, typeOf, type Method, type OrganisationsService, type TestMember } from '../organisations/service.fixture.ts'

let service: OrganisationsService
beforeAll(async () => { service = await anOrganisationsService() })
afterAll(() => service.close())

const nowhere = '00000000-0000-4000-8000-000000000000'

async function aHospital() {
  const hospital = await service.organisation('hospital')
  const { slug } = await service.db('organisation').where({ organisation_id: hospital.organisationId }).first<{ slug: string }>('slug')
  const headers = await service.as(slug)
  return { ...hospital, headers, administrator: await hospital.member('full'), doctor: await hospital.member('general') }
}
type Hospital = Awaited<ReturnType<typeof aHospital>>

/** One study with these attributes, stored and, where told, arrived so many hours ago. */
async function stored(hospital: Hospital, given: Parameters<typeof attributes>[0] = {}, { hoursAgo = 0, series = [{ kind: 'CT', instances: 2 }] as const }: { hoursAgo?: number; series?: NonNullable<Parameters<typeof aStudy>[0]>['series'] } = {}) {
  const study = aStudy({ series })
  const objects = study.instances.map((instance) => bytesOf({ ...instance, ...attributes(given) }))
  expect((await service.store(objects, { headers: hospital.headers })).statusCode).toBe(200)
  const arrived = new Date(Date.now() - hoursAgo * 3_600_000)
  if (hoursAgo > 0) await service.db('study').where({ organisation_id: hospital.organisationId, study_instance_uid: study.StudyInstanceUID }).update({ created_at: arrived })
  return study
}
const list = async ({ call }: Pick<TestMember, 'call'>, query: Readonly<Record<string, string>> = {}) => {
  const answer = await call('GET', `/studies?${new URLSearchParams(query).toString()}`)
  expect([answer.statusCode, answer.body.slice(0, 300)]).toEqual([200, expect.anything()])
  return answer.json<StudyPage>()
}
const uids = ({ items }: StudyPage) => items.map(({ StudyInstanceUID }) => StudyInstanceUID)
const detail = async ({ call }: Pick<TestMember, 'call'>, uid: string) => (await call('GET', `/studies/${uid}`)).json<StudyDetail>()

test('a row tells what a reader asks first: who, what, how much, from where and since when', async () => {
  const hospital = await aHospital()
  const { StudyInstanceUID } = await stored(hospital, {
    PatientName: 'Zhang^Wei=张^伟', PatientID: 'P-77', PatientSex: 'M', PatientBirthDate: '19800214', StudyDate: '20260213', StudyTime: '0915', AccessionNumber: 'A-100', StudyDescription: 'CT Thorax', BodyPartExamined: 'CHEST', InstitutionName: 'River Hospital',
    PatientTelephoneNumbers: '13800138000',
  })
  const [row] = (await list(hospital.administrator)).items
  expect(row).toMatchObject({
    StudyInstanceUID, PatientName: 'Zhang^Wei=张^伟', PatientID: 'P-77', PatientSex: 'M', AccessionNumber: 'A-100', StudyDate: '20260213', StudyDescription: 'CT Thorax', BodyPartExamined: ['CHEST'], InstitutionName: 'River Hospital',
    age: { value: 45, unit: 'years' }, ModalitiesInStudy: ['CT'], examTypes: ['CT'], category: 'radiology', NumberOfStudyRelatedSeries: 1, NumberOfStudyRelatedInstances: 2, state: 'normal', isFavourite: false, hiddenSeries: 0,
    identity: { PatientBirthDate: '19800214', PatientTelephoneNumbers: '13800138000' },
  })
  expect(row?.recordId).toMatch(/^[0-9A-F]{12}$/)
  expect(row?.uploader?.actor).toMatch(/^token:/)
  expect(row?.byteLength).toBeUndefined()
  expect((await list(hospital.administrator, { withSize: 'true' })).items[0]?.byteLength).toBeGreaterThan(500)
})

test('what identifies a person beyond name and number is told to who may see identities, in the list and on the page', async () => {
  const hospital = await aHospital()
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
    const hospital = await aHospital()
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
    hospital = await aHospital()
    chest = (await stored(hospital, { PatientName: '王^小明', PatientID: 'P1', PatientSex: 'M', AccessionNumber: 'CT-1', StudyDate: '20260110', StudyTime: '080000' })).StudyInstanceUID
    head = (await stored(hospital, { PatientName: 'Li^Wei', PatientID: 'P2', PatientSex: 'F', AccessionNumber: 'MR-1', StudyDate: '20260120', StudyTime: '080000' }, { series: [{ kind: 'MR', instances: 1 }] })).StudyInstanceUID
    xray = (await stored(hospital, { PatientName: 'Schröder^Anna', PatientID: 'P3', PatientSex: '', AccessionNumber: 'CR-1', StudyDate: '', StudyTime: '', Modality: 'CR' }, { series: [{ kind: 'CT', instances: 1 }] })).StudyInstanceUID
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
  test('a data ID is found exactly, in either case', async () => {
    const { recordId } = (await list(hospital.doctor, { patientId: 'P2' })).items[0] ?? { recordId: '' }
    expect(uids(await list(hospital.doctor, { dataId: recordId.toLowerCase() }))).toEqual([head])
    expect(uids(await list(hospital.doctor, { keyword: recordId }))).toEqual([head])
  })
  test('what no value can be is refused', async () => {
    for (const query of ['examType=%25', 'keyword=x', 'sort=name', 'cursor=abc', 'arrivedFrom=yesterday', 'record=me']) expect([query, typeOf(await hospital.doctor.call('GET', `/studies?${query}`))]).toEqual([query, 'bad-request'])
  })
})

test('pages follow one another without a gap or a double, while others arrive', async () => {
  const hospital = await aHospital()
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
  const hospital = await aHospital()
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
  const hospital = await aHospital()
  const { StudyInstanceUID } = await stored(hospital, {}, { hoursAgo: 3 })
  const [before] = (await list(hospital.administrator)).items
  const { deletedStudyId } = (await hospital.administrator.call('POST', `/studies/${StudyInstanceUID}/deletion`, { reason: 'wrong' })).json<{ deletedStudyId: string }>()
  expect((await list(hospital.administrator)).items).toEqual([])
  expect(typeOf(await hospital.administrator.call('GET', `/studies/${StudyInstanceUID}`))).toBe('no-such-study')
  await hospital.administrator.call('POST', `/deleted-studies/${deletedStudyId}/restoration`, { reason: 'right' })
  const [after] = (await list(hospital.administrator)).items
  expect(after).toEqual({ ...before, changedAt: after?.changedAt })
})

describe('the page of a study', () => {
  test('tells the case, its series and the bytes', async () => {
    const hospital = await aHospital()
    const { StudyInstanceUID, series } = await stored(hospital, { PatientName: 'Li^Wei', RequestingPhysician: 'Sun^Yat', ReferringPhysicianName: 'Ma^Li', Manufacturer: 'Acme' }, { series: [{ kind: 'CT', instances: 2 }, { kind: 'MR', instances: 1 }] })
    const study = await detail(hospital.doctor, StudyInstanceUID)
    expect(study.caseInformation.patient).toContainEqual({ keyword: 'PatientName', value: 'Li^Wei' })
    expect(study.caseInformation.exam).toContainEqual({ keyword: 'Manufacturer', value: 'Acme' })
    expect(study.caseInformation.order).toContainEqual({ keyword: 'RequestingPhysician', value: 'Sun^Yat' })
    expect(study.series.map(({ SeriesInstanceUID, NumberOfSeriesRelatedInstances, isShown }) => [SeriesInstanceUID, NumberOfSeriesRelatedInstances, isShown])).toEqual([[series[0]?.SeriesInstanceUID, 2, true], [series[1]?.SeriesInstanceUID, 1, true]])
    expect(study.byteLength).toBeGreaterThan(0)
  })

  test('suggests studies of the same patient, and keeps the links people make, from both sides', async () => {
    const hospital = await aHospital()
    const [one, same, other] = [await stored(hospital, { PatientID: 'P9' }), await stored(hospital, { PatientID: 'P9' }, { hoursAgo: 500 }), await stored(hospital, { PatientID: 'P10' })]
    const related = async (uid: string) => (await detail(hospital.doctor, uid)).related.map(({ study, reason }) => [study.StudyInstanceUID, reason])
    expect(await related(one.StudyInstanceUID)).toEqual([[same.StudyInstanceUID, 'samePatient']])
    const link = `/studies/${one.StudyInstanceUID}/related/${other.StudyInstanceUID}`
    expect(typeOf(await hospital.administrator.call('PUT', link))).toBe('204')
    expect(typeOf(await hospital.administrator.call('PUT', link))).toBe('204')
    expect(await related(one.StudyInstanceUID)).toEqual([[other.StudyInstanceUID, 'linked'], [same.StudyInstanceUID, 'samePatient']])
    expect(await related(other.StudyInstanceUID)).toEqual([[one.StudyInstanceUID, 'linked']])
    expect(typeOf(await hospital.administrator.call('DELETE', `/studies/${other.StudyInstanceUID}/related/${one.StudyInstanceUID}`))).toBe('204')
    expect(await related(one.StudyInstanceUID)).toEqual([[same.StudyInstanceUID, 'samePatient']])
    expect(typeOf(await hospital.administrator.call('PUT', `/studies/${one.StudyInstanceUID}/related/${one.StudyInstanceUID}`))).toBe('bad-request')
    expect(await service.db('audit_event').where({ study_instance_uid: one.StudyInstanceUID, action: 'study.edit-case' })).toHaveLength(2)
  })

  test('a hidden series says so, until it is shown again', async () => {
    const hospital = await aHospital()
    const { StudyInstanceUID, series: [first] } = await stored(hospital)
    const path = `/studies/${StudyInstanceUID}/series/${String(first?.SeriesInstanceUID)}/visibility`
    expect(typeOf(await hospital.administrator.call('PUT', path, { isShown: false }))).toBe('204')
    expect((await detail(hospital.doctor, StudyInstanceUID)).series).toMatchObject([{ isShown: false, hiddenBy: { actor: `account:${hospital.administrator.accountId}` } }])
    expect((await list(hospital.doctor)).items[0]?.hiddenSeries).toBe(1)
    await hospital.administrator.call('PUT', path, { isShown: true })
    expect((await detail(hospital.doctor, StudyInstanceUID)).series).toMatchObject([{ isShown: true }])
    expect(typeOf(await hospital.administrator.call('PUT', `/studies/${StudyInstanceUID}/series/1.2.3/visibility`, { isShown: false }))).toBe('no-such-series')
  })
})

test('of another organisation nothing is listed, found or changed', async () => {
  const [mine, theirs] = [await aHospital(), await aHospital()]
  const study = await stored(theirs, { PatientName: 'Secret^Person', PatientID: 'S1', AccessionNumber: 'S-1' })
  const own = await stored(mine, { PatientID: 'S1' })
  const [{ recordId } = { recordId: '' }] = (await list(theirs.doctor)).items
  for (const query of [{ arrival: 'any' }, { record: study.StudyInstanceUID }, { record: recordId }, { patientId: 'S1' }, { name: 'Secret' }, { keyword: 'Secret' }, { dataId: recordId }] as Record<string, string>[]) {
    expect([query, uids(await list(mine.doctor, query)).includes(study.StudyInstanceUID)]).toEqual([query, false])
  }
  expect((await detail(mine.doctor, own.StudyInstanceUID)).related).toEqual([])
  const tries: [Method, string, object | undefined][] = [
    ['GET', `/studies/${study.StudyInstanceUID}`, undefined], ['PUT', `/studies/${study.StudyInstanceUID}/series/${String(study.series[0]?.SeriesInstanceUID)}/visibility`, { isShown: false }],
    ['PUT', `/studies/${own.StudyInstanceUID}/related/${study.StudyInstanceUID}`, undefined], ['PUT', `/studies/${study.StudyInstanceUID}/related/${own.StudyInstanceUID}`, undefined], ['DELETE', `/studies/${study.StudyInstanceUID}/related/${own.StudyInstanceUID}`, undefined],
  ]
  for (const [method, path, body] of tries) expect([path, typeOf(await mine.administrator.call(method, path, body))]).toEqual([path, 'no-such-study'])
  expect(await service.db('hidden_series').where({ organisation_id: theirs.organisationId })).toEqual([])
})

test('what a person sends from a browser is smaller than twenty mebibytes; a program may send more', async () => {
  const hospital = await aHospital()
  const create = (bytes: number, headers: Record<string, string> = {}) => hospital.doctor.call('POST', '/uploads', undefined, { 'tus-resumable': '1.0.0', 'upload-length': String(bytes), ...headers })
  expect(typeOf(await create(20 * 1024 * 1024))).toBe('payload-too-large')
  expect((await create(20 * 1024 * 1024 - 1)).statusCode).toBe(201)
  const { slug } = await service.db('organisation').where({ organisation_id: hospital.organisationId }).first<{ slug: string }>('slug')
  expect((await service.app.inject({ method: 'POST', url: '/api/uploads', headers: { ...await service.as(slug, ['upload']), 'tus-resumable': '1.0.0', 'upload-length': String(20 * 1024 * 1024) } })).statusCode).toBe(201)
})

describe('routes and roles', () => {
  const routes: readonly (readonly [Method, string, string, object | undefined])[] = [
    ['GET', '/studies', 'study.view', undefined], ['GET', '/studies/1.2.3', 'study.view', undefined], ['PUT', '/studies/1.2.3/series/1.2.3/visibility', 'study.edit_case', { isShown: true }],
    ['GET', '/studies/1.2.3/similar', 'study.view', undefined], ['POST', '/studies/1.2.3/colleague-shares', 'study.share_colleague', { membershipIds: [nowhere] }], ['PATCH', '/studies/1.2.3/case', 'study.edit_case', { corrections: { PatientID: 'P' } }],
    ['GET', '/study-views', 'study.view', undefined], ['POST', '/study-views', 'study.view', { name: 'x' }], ['PUT', `/study-views/${nowhere}`, 'study.view', { name: 'x', filters: {}, isDefault: false }], ['DELETE', `/study-views/${nowhere}`, 'study.view', undefined],
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

describe('corrections of a case', () => {
  const correct = ({ call }: Pick<TestMember, 'call'>, uid: string, corrections: object, version = 0) => call('PATCH', `/studies/${uid}/case`, { corrections }, { 'if-match': `"${String(version)}"` })

  test('are told instead of what the images say, beside it and found like it; the images stay as they are', async () => {
    const hospital = await aHospital()
    const { StudyInstanceUID: uid } = await stored(hospital, { PatientName: 'Zang^Wei', PatientID: 'P-1', PatientSex: 'F', PatientBirthDate: '19800214', PatientAge: '045Y', StudyDate: '20260213', AccessionNumber: 'A-1' })
    const other = await stored(hospital, { PatientName: 'Li^Na', PatientID: 'P-9', PatientSex: 'F' })
    const { administrator } = hospital
    const answer = await correct(administrator, uid, { PatientName: 'Zhang^Wei=张^伟', PatientID: 'P-77', PatientSex: 'M', PatientBirthDate: '19900214', RequestingService: 'Trauma ward', AccessionNumber: 'A-100' })
    expect([answer.statusCode, answer.body.slice(0, 200)]).toEqual([200, expect.anything()])
    const study = answer.json<StudyDetail>()
    expect(study).toMatchObject({ PatientName: 'Zhang^Wei=张^伟', PatientID: 'P-77', PatientSex: 'M', age: { value: 35, unit: 'years' }, AccessionNumber: 'A-100', identity: { PatientBirthDate: '19900214' }, caseVersion: 1 })
    const by = { correctedBy: { actor: `account:${administrator.accountId}` } }
    expect(study.caseInformation.patient).toEqual(expect.arrayContaining([expect.objectContaining({ keyword: 'PatientName', value: 'Zhang^Wei=张^伟', correction: expect.objectContaining({ original: 'Zang^Wei', correctedBy: expect.objectContaining(by.correctedBy) as object }) as object }) as object]) as unknown)
    expect(study.caseInformation.order.find(({ keyword }) => keyword === 'RequestingService')).toMatchObject({ value: 'Trauma ward', correction: by })
    expect(study.caseInformation.order.find(({ keyword }) => keyword === 'RequestingService')?.correction?.original).toBeUndefined()
    for (const query of [{ patientId: 'P-77' }, { patientId: 'P-1' }, { studyNumber: 'A-100' }, { name: '张伟' }, { name: 'wei zhang' }, { name: 'zang' }, { keyword: 'P-7' }, { keyword: 'zhang' }, { sex: 'M' }] as Record<string, string>[]) expect([query, uids(await list(hospital.doctor, query))]).toEqual([query, [uid]])
    expect(uids(await list(hospital.doctor, { sex: 'F' }))).toEqual([other.StudyInstanceUID])
    expect((await list(hospital.doctor, { patientId: 'P-77' })).items[0]?.corrected).toContain('PatientName')
    const dicomweb = (await service.get(`/studies?StudyInstanceUID=${uid}`, hospital.headers)).json<Record<string, { Value: unknown[] }>[]>()
    expect(dicomweb[0]?.['00100020']?.Value).toEqual(['P-1'])
    expect(await service.db('study').where({ study_instance_uid: uid }).first('patient_id')).toEqual({ patient_id: 'P-1' })
    const trail = await service.db('audit_event').where({ study_instance_uid: uid, action: 'study.edit-case' }).select('detail')
    expect(JSON.stringify(trail)).toContain('PatientName')
    expect(JSON.stringify(trail)).not.toMatch(/Zhang|P-77|Trauma/)
  })

  test('of who has looked at the newest; taken back, what the images say holds again', async () => {
    const hospital = await aHospital()
    const { StudyInstanceUID: uid } = await stored(hospital, { PatientID: 'P-1' })
    expect((await correct(hospital.administrator, uid, { PatientID: 'P-2' })).json()).toMatchObject({ PatientID: 'P-2', caseVersion: 1 })
    expect((await correct(hospital.administrator, uid, { PatientID: 'P-3' })).statusCode).toBe(412)
    expect((await correct(hospital.administrator, uid, { PatientID: null }, 1)).json()).toMatchObject({ PatientID: 'P-1', caseVersion: 2, corrected: [] })
    expect(uids(await list(hospital.doctor, { patientId: 'P-2' }))).toEqual([])
    expect((await hospital.administrator.call('PATCH', `/studies/${uid}/case`, { corrections: { PatientID: 'P' } })).statusCode).toBe(400)
  })

  test.each([{ PatientSex: 'X' }, { PatientBirthDate: '19800230' }, { PatientAge: '34' }, { PatientWeight: 'heavy' }, { PatientID: 'a\\b' }, { AccessionNumber: '12345678901234567' }, { PatientName: '^^' }, { PatientID: ' ' }])('%o is no value', async (corrections) => {
    const hospital = await aHospital()
    const { StudyInstanceUID: uid } = await stored(hospital)
    expect(typeOf(await correct(hospital.administrator, uid, corrections))).toBe('invalid-correction')
  })

  test('of identities are for who sees them, of what the device says for nobody; another organisation finds no study', async () => {
    const [hospital, other] = [await aHospital(), await aHospital()]
    const { StudyInstanceUID: uid } = await stored(hospital, { PatientBirthDate: '19800214' })
    await correct(hospital.administrator, uid, { PatientBirthDate: '19800215' })
    const { roleId } = (await hospital.administrator.call('POST', '/roles', { name: 'Clerk', permissions: ['study.view', 'study.edit_case'] })).json<{ roleId: string }>()
    const clerk = await hospital.member('general')
    await service.db('membership').where({ membership_id: clerk.membershipId }).update({ role_id: roleId })
    expect(typeOf(await correct(clerk, uid, { PatientTelephoneNumbers: '13800138000' }, 1))).toBe('forbidden')
    expect(JSON.stringify(await detail(clerk, uid))).not.toMatch(/1980021[45]/)
    expect(typeOf(await correct(hospital.administrator, uid, { StudyDate: '20260101' }, 1))).toBe('bad-request')
    expect(typeOf(await correct(other.administrator, uid, { PatientID: 'P' }, 1))).toBe('no-such-study')
  })
})

describe('views of the list', () => {
  const view = { name: 'CT of today', filters: { type: 'CT', range: 'today' }, columns: ['study', 'name'], isDefault: true }

  test('are a person\'s own in one organisation, one of them what the list begins with', async () => {
    const hospital = await aHospital()
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

describe('similar cases', () => {
  const similar = async ({ call }: Pick<TestMember, 'call'>, uid: string) => (await call('GET', `/studies/${uid}/similar`)).json<SimilarStudyList>().items

  test('are of the same part and modality and of other patients, the more alike the more words they share; and say why', async () => {
    const hospital = await aHospital()
    const given = (PatientID: string, StudyDescription: string, more: object = {}) => stored(hospital, { PatientID, StudyDescription, BodyPartExamined: 'CHEST', ...more })
    const study = await given('P-1', 'CT Thorax nodule follow-up 肺结节')
    const [alike, less, chinese] = [await given('P-2', 'CT Thorax nodule'), await given('P-3', 'Routine'), await given('P-4', '右肺结节')]
    await given('P-1', 'CT Thorax nodule follow-up')
    await given('P-5', 'CT Thorax nodule', { BodyPartExamined: 'HEAD' })
    await stored(hospital, { PatientID: 'P-6', BodyPartExamined: 'CHEST', StudyDescription: 'MR Thorax nodule' }, { series: [{ kind: 'MR', instances: 1 }] })
    const other = await aHospital()
    await stored(other, { PatientID: 'P-7', BodyPartExamined: 'CHEST', StudyDescription: 'CT Thorax nodule' })
    const found = await similar(hospital.doctor, study.StudyInstanceUID)
    expect(found.map(({ study: { StudyInstanceUID } }) => StudyInstanceUID)).toEqual([alike.StudyInstanceUID, chinese.StudyInstanceUID, less.StudyInstanceUID])
    expect(found[0]?.reason).toEqual({ bodyParts: ['CHEST'], modalities: ['CT'], words: ['ct', 'thorax', 'nodule'] })
    expect(found[1]?.reason.words).toEqual(['肺结', '结节'])
    expect(typeOf(await other.doctor.call('GET', `/studies/${study.StudyInstanceUID}/similar`))).toBe('no-such-study')
  })

  test('of a study whose images do not say which part share words at least', async () => {
    const hospital = await aHospital()
    const study = await stored(hospital, { PatientID: 'P-1', StudyDescription: 'Knee trauma', BodyPartExamined: '' })
    const knee = await stored(hospital, { PatientID: 'P-2', StudyDescription: 'Left knee', BodyPartExamined: '' })
    await stored(hospital, { PatientID: 'P-3', StudyDescription: 'Abdomen', BodyPartExamined: '' })
    expect((await similar(hospital.doctor, study.StudyInstanceUID)).map((one) => one.study.StudyInstanceUID)).toEqual([knee.StudyInstanceUID])
  })
})

describe('a study for colleagues', () => {
  test('is told to members who may see studies, with what was written, and stands in the trail', async () => {
    const hospital = await aHospital()
    const { StudyInstanceUID: uid } = await stored(hospital, { PatientName: 'Secret^Person' })
    const share = (membershipIds: string[], note?: string) => hospital.doctor.call('POST', `/studies/${uid}/colleague-shares`, { membershipIds, ...(note !== undefined && { note }) })
    expect((await share([hospital.administrator.membershipId], 'Please look at series 2')).statusCode).toBe(204)
    await service.notifying.telling.tellDue()
    const told = (await hospital.administrator.call('GET', '/notifications?language=en')).json<NotificationPage>().items
    expect(told).toMatchObject([{ event: 'study.shared', body: expect.stringContaining('Please look at series 2') as string, link: { path: `/o/${hospital.organisationId}/studies`, recordId: uid } }])
    expect(JSON.stringify(told)).not.toContain('Secret')
    const [trail] = await service.db('audit_event').where({ study_instance_uid: uid, action: 'study.share-colleague' })
    expect(trail).toMatchObject({ actor: `account:${hospital.doctor.accountId}`, detail: { membershipIds: [hospital.administrator.membershipId] } })
  })

  test('is for nobody else: not of another organisation, not suspended, not without the right, not oneself', async () => {
    const [hospital, other] = [await aHospital(), await aHospital()]
    const { StudyInstanceUID: uid } = await stored(hospital)
    const share = ({ call }: Pick<TestMember, 'call'>, membershipId: string) => call('POST', `/studies/${uid}/colleague-shares`, { membershipIds: [membershipId] })
    const suspended = await hospital.member('general')
    await service.db('membership').where({ membership_id: suspended.membershipId }).update({ state: 'suspended' })
    for (const membershipId of [other.doctor.membershipId, suspended.membershipId, hospital.doctor.membershipId, nowhere]) expect(typeOf(await share(hospital.doctor, membershipId))).toBe('no-such-colleague')
    expect(typeOf(await share(other.doctor, other.administrator.membershipId))).toBe('no-such-study')
    expect(await service.db('notification_event').where({ event: 'study.shared', organisation_id: hospital.organisationId })).toEqual([])
  })
})
