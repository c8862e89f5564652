/** Who may have downloads, how many, and what counts as having fetched one. */
import { organisationKinds, type Download, type DownloadPage } from '@isocenter/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accessTo } from '../catalogue/search.fixture.ts'
import { builtInRoles } from '../organisations/built-in-roles.ts'
import { anOrganisationsService, typeOf, type Method, type OrganisationsService } from '../organisations/service.fixture.ts'
import { aHospital } from '../sharing/sharing.fixture.ts'
import { aDownload, fetchFile, large, make, smallLimits, stored, trailOf } from './downloads.fixture.ts'

let service: OrganisationsService
const now = new Date()
beforeAll(async () => { service = await anOrganisationsService(() => now, smallLimits) })
afterAll(() => service.close())

describe('who may not see identities', () => {
  test('gets headers without them, whatever he asks for', async () => {
    const hospital = await aHospital(service)
    const { StudyInstanceUID } = await stored(service, hospital)
    const doctor = await hospital.member('general')
    expect(await aDownload(doctor, [StudyInstanceUID])).toMatchObject({ isAnonymised: true })
    expect(typeOf(await doctor.call('POST', '/downloads', { studies: [StudyInstanceUID], isAnonymised: false }))).toBe('forbidden')
  })

  test('does not fetch what he asked for while he still could, nor is it made', async () => {
    const hospital = await aHospital(service)
    const [small, big] = [await stored(service, hospital), await large(service, hospital)]
    const person = await hospital.member('full')
    const [direct, kept] = [await aDownload(person, [small.StudyInstanceUID]), await aDownload(person, [big.StudyInstanceUID])]
    await make(service)
    const late = await aDownload(person, [big.StudyInstanceUID])
    const role = await service.db('role').where({ organisation_id: hospital.organisationId, built_in: 'general' }).first<{ role_id: string }>('role_id')
    await service.db('membership').where({ membership_id: person.membershipId }).update({ role_id: role.role_id })
    await make(service)
    for (const one of [direct, kept]) expect(typeOf(await fetchFile(person, one))).toBe('download-outdated')
    const states = (await person.call('GET', '/downloads')).json<DownloadPage>().items.map(({ downloadId, state, failure }) => [downloadId, state, failure])
    expect(states).toEqual([[late.downloadId, 'failed', 'notAllowed'], [kept.downloadId, 'outdated', undefined], [direct.downloadId, 'outdated', undefined]])
  })
})

test('who asks for many at once waits, so that others do not', async () => {
  const hospital = await aHospital(service)
  const { StudyInstanceUID } = await large(service, hospital)
  const person = await hospital.member('full')
  await service.db.raw(`insert into download (organisation_id, account_id, kind, file_name, is_background, state, list, created_at, expires_at)
    select ?, ?, 'list', 'list', true, 'waiting', '{}', ?, ?::timestamptz + interval '1 day' from generate_series(1, 20)`, [hospital.organisationId, person.accountId, now, now])
  expect(typeOf(await person.call('POST', '/downloads', { studies: [StudyInstanceUID] }))).toBe('too-many-requests')
  await service.db('download').where({ account_id: person.accountId }).delete()
  expect(await aDownload(person, [StudyInstanceUID])).toMatchObject({ state: 'waiting' })
})

test.each([false, true])('a fetch that broke off is no fetch, and the trail says how far it came (kept: %s)', async (isKept) => {
  const hospital = await aHospital(service)
  const study = isKept ? await large(service, hospital) : await stored(service, hospital)
  const download = await aDownload(hospital.doctor, [study.StudyInstanceUID])
  if (isKept) await make(service)
  const gone = new AbortController()
  const file = await service.downloads.file({ accountId: hospital.doctor.accountId }, download.downloadId)
  let sentBytes = 0
  for await (const chunk of await file.read(undefined, gone.signal)) {
    sentBytes = chunk.length
    break
  }
  gone.abort()
  expect((await trailOf(service, hospital, 'download.fetch')).map(({ outcome, detail }) => [outcome, detail['sentBytes']])).toEqual([['failed', sentBytes]])
  expect((await hospital.doctor.call('GET', `/downloads/${download.downloadId}`)).json<Download>().fetches).toBe(0)
  await fetchFile(hospital.doctor, download)
  // Noted behind the last of its bytes, it is still known where they were asked for.
  expect((await trailOf(service, hospital, 'download.fetch')).map(({ outcome, address }) => [outcome, address])).toEqual([['failed', null], ['success', '127.0.0.1']])
  expect((await hospital.doctor.call('GET', `/downloads/${download.downloadId}`)).json<Download>().fetches).toBe(1)
})

test('asked about by HEAD it is neither made nor counted', async () => {
  const hospital = await aHospital(service)
  const download = await aDownload(hospital.doctor, [(await stored(service, hospital)).StudyInstanceUID])
  expect((await hospital.doctor.call('HEAD' as Method, `/downloads/${download.downloadId}/file`)).statusCode).toBe(405)
  expect((await hospital.doctor.call('GET', `/downloads/${download.downloadId}`)).json<Download>().fetches).toBe(0)
})

test('who is vouched for by the provider of one organisation is not told of what he keeps of another, nor kept from downloads by it', async () => {
  const [hospital, elsewhere] = [await aHospital(service), await aHospital(service)]
  const { StudyInstanceUID } = await large(service, hospital)
  const { accountId, call } = await hospital.member('full')
  await service.db('download').insert({
    organisation_id: elsewhere.organisationId,
    account_id: accountId,
    kind: 'list',
    file_name: 'list',
    is_background: true,
    state: 'ready',
    list: '{}',
    byte_length: 2_000_000,
    created_at: now,
    expires_at: new Date(now.getTime() + 86_400_000),
  })
  expect(typeOf(await call('POST', '/downloads', { studies: [StudyInstanceUID] }))).toBe('download-quota-reached')
  const vouchedBy = hospital.organisationId
  expect(await service.downloads.list({ accountId, vouchedBy }, {})).toMatchObject({ keptBytes: 0 })
  expect(await service.downloads.create({ ...accessTo(vouchedBy), actor: { kind: 'account', id: accountId } }, { studies: [StudyInstanceUID] }, vouchedBy)).toMatchObject({ state: 'waiting' })
})

describe('a download is its person\'s', () => {
  test('and nobody else\'s: not a colleague\'s, not another organisation\'s, and not his own once he has left', async () => {
    const [hospital, elsewhere] = [await aHospital(service), await aHospital(service)]
    const { StudyInstanceUID } = await stored(service, hospital)
    const person = await hospital.member('full')
    const download = await aDownload(person, [StudyInstanceUID])
    for (const other of [hospital.doctor, elsewhere.doctor]) {
      for (const [method, path] of [['GET', ''], ['GET', '/file'], ['POST', '/retry'], ['DELETE', '']] as const) {
        expect(typeOf(await other.call(method, `/downloads/${download.downloadId}${path}`))).toBe('no-such-download')
      }
      expect((await other.call('GET', '/downloads')).json<DownloadPage>().items).toEqual([])
    }
    expect(typeOf(await elsewhere.doctor.call('POST', '/downloads', { studies: [StudyInstanceUID] }))).toBe('no-such-study')
    expect(typeOf(await service.app.inject({ method: 'POST', url: '/api/downloads', headers: hospital.headers, payload: { studies: [StudyInstanceUID] } }))).toBe('forbidden')
    await service.db('membership').where({ membership_id: person.membershipId }).update({ state: 'suspended' })
    expect(typeOf(await fetchFile(person, download))).toBe('no-such-download')
  })

  test('every route of downloads and exports, by every built-in role', async () => {
    const routes: readonly (readonly [Method, string, object | undefined])[] = [
      ['POST', '/downloads', { studies: ['1.2.3'] }], ['GET', '/exports/studies/fields', undefined], ['POST', '/exports/studies', { format: 'csv', language: 'en', fields: ['study'], filter: {} }],
    ]
    for (const kind of organisationKinds) {
      const organisation = await service.organisation(kind)
      for (const { builtIn, permissions } of builtInRoles(kind)) {
        const { call } = await organisation.member(builtIn)
        for (const [method, path, body] of routes) {
          const expected = permissions.includes('study.download') ? expect.stringMatching(/^(200|201|no-such-study)$/) : 'forbidden'
          expect([kind, builtIn, path, typeOf(await call(method, path, body))]).toEqual([kind, builtIn, path, expected])
        }
        expect((await call('GET', '/downloads')).statusCode).toBe(200)
      }
    }
  })
})
