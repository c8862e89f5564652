import type { FavouritePage } from '@isocenter/contracts'
import { aStudy, bytesOf } from '@isocenter/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { storeBody } from '../dicomweb/service.fixture.ts'
import { typeOf, type TestMember, type TestOrganisation } from '../organisations/service.fixture.ts'
import { aPeopleService, type PeopleService } from './people.fixture.ts'

let service: PeopleService
let north: TestOrganisation
let south: TestOrganisation
beforeAll(async () => {
  service = await aPeopleService()
  north = await service.organisation('hospital', 'North')
  south = await service.organisation('hospital', 'South')
})
afterAll(() => service.close())

/** Stores a study of somebody in an organisation; answers its UID. */
async function stored({ slug }: TestOrganisation, attributes: Record<string, string>): Promise<string> {
  const study = aStudy({ instances: 1, ...attributes })
  const { contentType, body } = storeBody(study.instances.map((instance) => bytesOf(instance)))
  const answer = await service.app.inject({ method: 'POST', url: '/dicom-web/studies', headers: { ...await service.as(slug), 'content-type': contentType }, payload: body })
  expect(answer.statusCode).toBe(200)
  return study.StudyInstanceUID
}
const list = async ({ call }: Pick<TestMember, 'call'>, query = '') => (await call('GET', `/favourites${query}`)).json<FavouritePage>()
const uids = async (member: Pick<TestMember, 'call'>, query = '') => (await list(member, query)).items.map(({ StudyInstanceUID }) => StudyInstanceUID)

test('a study is made a favourite and none, once however often; the study stays', async () => {
  const member = await north.member('general')
  const uid = await stored(north, { PatientName: 'Wang^XiaoMing=王^小明', PatientID: 'P-110' })
  for (let turn = 0; turn < 2; turn++) expect((await member.call('PUT', `/favourites/studies/${uid}`)).statusCode).toBe(204)
  expect((await list(member)).items).toMatchObject([{ kind: 'study', StudyInstanceUID: uid, isGone: false, study: { PatientName: 'Wang^XiaoMing=王^小明', PatientID: 'P-110' } }])
  for (let turn = 0; turn < 2; turn++) expect((await member.call('DELETE', `/favourites/studies/${uid}`)).statusCode).toBe(204)
  expect(await uids(member)).toEqual([])
  expect(await service.db('study').where({ study_instance_uid: uid })).toHaveLength(1)
  await service.flushAudit()
  const trail = await service.db('audit_event').where({ actor: `account:${member.accountId}` }).select<{ action: string; study_instance_uid: string | null }[]>('action', 'study_instance_uid')
  expect(trail.filter(({ action, study_instance_uid }) => action === 'favourite.change' && study_instance_uid === uid)).toHaveLength(2)
  expect(trail.some(({ action }) => action === 'favourite.read')).toBe(true)
})

test('favourites are of one person in one organisation', async () => {
  const member = await north.member('general')
  const [inNorth, inSouth] = [await stored(north, {}), await stored(south, {})]
  await south.member('general', { accountId: member.accountId })
  const there = { call: await service.callAs(member.accountId, south.organisationId) }
  await member.call('PUT', `/favourites/studies/${inNorth}`)
  await there.call('PUT', `/favourites/studies/${inSouth}`)
  expect([await uids(member), await uids(there), await uids(await north.member('general'))]).toEqual([[inNorth], [inSouth], []])
})

test("another organisation's study is not there, nor one that nobody has, nor what is no UID", async () => {
  const member = await north.member('general')
  const theirs = await stored(south, {})
  for (const uid of [theirs, '1.2.3.4', '...']) expect(typeOf(await member.call('PUT', `/favourites/studies/${uid}`))).toBe('no-such-favourite')
  expect(await service.db('favourite').where({ account_id: member.accountId })).toEqual([])
})

test('what was deleted stays in the list as gone, with nothing of the patient, and can be taken out', async () => {
  const member = await north.member('full')
  const uid = await stored(north, { PatientName: 'Gone^Soon' })
  await member.call('PUT', `/favourites/studies/${uid}`)
  expect((await service.app.inject({ method: 'DELETE', url: `/dicom-web/studies/${uid}`, headers: await service.as(north.slug) })).statusCode).toBeLessThan(300)
  const [gone] = (await list(member)).items
  expect(gone).toMatchObject({ StudyInstanceUID: uid, isGone: true })
  expect(JSON.stringify(gone)).not.toContain('Gone^Soon')
  expect(await uids(member, '?search=gone')).toEqual([])
  await member.call('DELETE', `/favourites/studies/${uid}`)
  expect(await uids(member)).toEqual([])
})

test('they are found by words of the name, in any script, and by ids from their beginning', async () => {
  const member = await north.member('general')
  const wang = await stored(north, { PatientName: 'Wang^XiaoMing=王^小明', PatientID: 'P-110', AccessionNumber: 'ACC77' })
  const mueller = await stored(north, { PatientName: 'Müller^Anna', PatientID: 'Q%_5' })
  for (const uid of [wang, mueller]) await member.call('PUT', `/favourites/studies/${uid}`)
  const found = (search: string) => uids(member, `?search=${encodeURIComponent(search)}`)
  for (const [search, expected] of [
    ['xiaoming wang', [wang]], ['小明', [wang]], ['P-1', [wang]], ['ACC7', [wang]], ['muller', [mueller]], ['%', [mueller].filter(() => false)],
    ['Q%', [mueller]], [wang, [wang]], ['nobody', []],
  ] as const) {
    expect([search, await found(search)]).toEqual([search, expected])
  }
})

test('they are paged, the latest first, and asked for by the studies of a page', async () => {
  const member = await north.member('general')
  const all: string[] = []
  for (let study = 0; study < 5; study++) {
    const uid = await stored(north, {})
    all.push(uid)
    await member.call('PUT', `/favourites/studies/${uid}`)
  }
  const seen: string[] = []
  let page = await list(member, '?limit=2')
  for (;;) {
    seen.push(...page.items.map(({ StudyInstanceUID }) => StudyInstanceUID))
    if (page.next === undefined) break
    page = await list(member, `?limit=2&cursor=${page.next}`)
  }
  expect(seen).toEqual([...all].reverse())
  expect(await uids(member, `?among=${[all[1], '1.2.3', all[3]].join(',')}`)).toEqual([all[3], all[1]])
})

test('are for people: a token has none', async () => {
  const headers = await service.as('north', ['study.view', 'organisation:read'])
  for (const url of ['/api/favourites', '/api/contacts', '/api/contacts/organisations']) expect(typeOf(await service.app.inject({ url, headers }))).toBe('forbidden')
})
