/** Share links: who makes them, what opens them, what ends them, and how far they reach. */
import { aStudy, bytesOf } from '@isocenter/testkit'
import { attributes } from '@isocenter/testkit/instances'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { organisationKinds, type SharedAttachmentList, type ShareLink, type ShareLinkPage, type ShareRiskList } from '@isocenter/contracts'
import { builtInRoles } from '../organisations/built-in-roles.ts'
import { anOrganisationsService, typeOf, type Method, type OrganisationsService } from '../organisations/service.fixture.ts'
import { aHospital, aLink, anAttachment, aVisit, opening, tokenOf, type TestVisit } from './sharing.fixture.ts'

let service: OrganisationsService
let now = new Date('2026-11-22T08:00:00Z')
beforeAll(async () => { service = await anOrganisationsService(() => now) })
afterAll(() => service.close())

type Hospital = Awaited<ReturnType<typeof aHospital>>
async function stored(hospital: Hospital, given: Parameters<typeof attributes>[0] = {}, series: NonNullable<Parameters<typeof aStudy>[0]>['series'] = [{ kind: 'CT', instances: 2 }]) {
  const study = aStudy({ series })
  expect((await service.store(study.instances.map((instance) => bytesOf({ ...instance, ...attributes({ PatientName: 'Zhang^Wei', PatientID: 'P-4711', ...given }) })), { headers: hospital.headers })).statusCode).toBe(200)
  return study
}

describe('a link', () => {
  test('is opened by who holds it, for its studies alone, and only to be looked at', async () => {
    const hospital = await aHospital(service)
    const [shared, other] = [await stored(hospital), await stored(hospital)]
    const link = await aLink(hospital.doctor, [shared.StudyInstanceUID], { isAnonymised: false })
    const visit = await aVisit(service, link)
    expect(visit.view).toMatchObject({ studies: [shared.StudyInstanceUID], isAnonymised: false, linkExpiresAt: link.expiresAt })
    // A visit is shorter than its link: neither end stands for the other.
    expect(Date.parse(visit.view.expiresAt)).toBeLessThan(Date.parse(link.expiresAt))
    expect(visit.setCookie).toMatch(new RegExp(`^__Secure-isocenter-share=[\\w-]{43}; Path=/s/${link.linkId}/; HttpOnly; SameSite=Strict; Secure; Max-Age=\\d+$`))

    const studies = await visit.get('/studies')
    expect(studies.json<unknown[]>()).toHaveLength(1)
    expect(studies.headers).toMatchObject({ 'cache-control': 'no-store', 'x-robots-tag': 'noindex, nofollow', 'referrer-policy': 'no-referrer' })
    expect((await visit.get(`/studies/${shared.StudyInstanceUID}/metadata`)).statusCode).toBe(200)
    expect((await visit.get(`/studies/${other.StudyInstanceUID}/metadata`)).statusCode).toBe(404)
    expect((await visit.get(`/studies?StudyInstanceUID=${other.StudyInstanceUID}`)).json<unknown[]>()).toEqual([])
    expect([(await visit.send('DELETE', `/studies/${shared.StudyInstanceUID}`)).statusCode, (await visit.send('POST', '/studies')).statusCode]).toEqual([405, 405])
    for (const path of ['/changefeed', '/', `/studies/${shared.StudyInstanceUID}/bulkdata`]) expect([path, (await visit.get(path)).statusCode]).toEqual([path, 404])
    // The cookie is good for nothing else, and another link's path is not its own.
    expect((await service.app.inject({ url: '/dicom-web/studies', headers: { cookie: visit.cookie } })).statusCode).toBe(401)
    const second = await aLink(hospital.doctor, [other.StudyInstanceUID])
    expect((await service.app.inject({ url: `/s/${second.linkId}/dicom-web/studies`, headers: { cookie: visit.cookie } })).statusCode).toBe(401)
    // Nobody comes to a link's service by another way.
    expect((await service.app.inject({ url: '/shared-dicom-web/studies', headers: hospital.headers })).statusCode).toBe(404)
  })

  test('does not open by its address alone, nor by a wrong token', async () => {
    const hospital = await aHospital(service)
    const { StudyInstanceUID } = await stored(hospital)
    const link = await aLink(hospital.doctor, [StudyInstanceUID])
    expect(typeOf(await opening(service, link, { token: 'A'.repeat(43) }))).toBe('no-such-share-link')
    expect(typeOf(await opening(service, { ...link, linkId: 'A'.repeat(16) }))).toBe('no-such-share-link')
    expect((await service.app.inject({ url: `/s/${link.linkId}/dicom-web/studies` })).statusCode).toBe(401)
    const [row] = await service.db('share_link').where({ link_id: link.linkId }).select<{ token_sha256: Buffer }[]>('token_sha256')
    expect(row?.token_sha256.toString('base64url')).not.toBe(tokenOf(link))
  })

  test('closes with the tenth wrong password, also for who had opened it, and also when they come at once', async () => {
    const hospital = await aHospital(service)
    const { StudyInstanceUID } = await stored(hospital)
    const link = await aLink(hospital.doctor, [StudyInstanceUID], { password: 'river-2026' })
    expect(typeOf(await opening(service, link))).toBe('share-password-needed')
    const visit = await aVisit(service, link, { password: 'river-2026' })
    const wrong = await Promise.all(Array.from({ length: 12 }, (_, index) => opening(service, link, { password: `guess-${index}` }, `198.51.100.${index + 20}`)))
    expect(wrong.map(typeOf).sort()).toEqual([...Array<string>(9).fill('share-password-wrong'), ...Array<string>(3).fill('share-link-closed')].sort())
    const right = await opening(service, link, { password: 'river-2026' })
    expect([typeOf(right), right.json<{ reason: string }>().reason]).toEqual(['share-link-closed', 'locked'])
    expect((await visit.get('/studies')).statusCode).toBe(401)
  })

  test('ends by time and by its maker at once, for whoever looks through it too', async () => {
    const hospital = await aHospital(service)
    const { StudyInstanceUID } = await stored(hospital)
    const [short, revoked] = [await aLink(hospital.doctor, [StudyInstanceUID], { validHours: 1 }), await aLink(hospital.doctor, [StudyInstanceUID])]
    const [visit, second] = [await aVisit(service, short), await aVisit(service, revoked)]
    const answer = await hospital.doctor.call('DELETE', `/share-links/${revoked.linkId}`)
    expect(answer.json<ShareLink>()).toMatchObject({ state: 'revoked', actions: [] })
    expect((await second.get('/studies')).statusCode).toBe(401)
    expect((await opening(service, revoked)).json()).toMatchObject({ status: 410, reason: 'revoked' })
    const before = now
    now = new Date(now.getTime() + 3_600_000)
    expect((await visit.get('/studies')).statusCode).toBe(401)
    expect((await opening(service, short)).json()).toMatchObject({ status: 410, reason: 'expired' })
    now = before
  })

  test('is made by who may share, of one to five studies of the own organisation, and never without an end', async () => {
    const hospital = await aHospital(service)
    const { StudyInstanceUID } = await stored(hospital)
    const elsewhere = await aHospital(service)
    const body = { studies: [StudyInstanceUID], isAnonymised: true, validHours: 24 }
    expect(typeOf(await elsewhere.doctor.call('POST', '/share-links', body))).toBe('no-such-study')
    const { validHours: _, ...endless } = body
    expect((await hospital.doctor.call('POST', '/share-links', endless)).statusCode).toBe(400)
    expect((await hospital.doctor.call('POST', '/share-links', { ...body, studies: Array.from({ length: 6 }, (_one, index) => `1.2.${index}`) })).statusCode).toBe(400)
    expect(typeOf(await service.app.inject({ method: 'POST', url: '/api/share-links', headers: hospital.headers, payload: body }))).toBe('forbidden')
    const link = await aLink(hospital.doctor, [StudyInstanceUID])
    const colleague = await hospital.member('full')
    // What tells links apart is whose studies they show, as the study list says it.
    expect((await hospital.doctor.call('GET', '/share-links')).json<ShareLinkPage>().items[0]?.studies).toEqual([{
      StudyInstanceUID,
      isGone: false,
      about: expect.objectContaining({ PatientName: 'Zhang^Wei', examTypes: ['CT'] }) as unknown,
    }])
    expect((await colleague.call('GET', '/share-links')).json<ShareLinkPage>().items).toEqual([])
    expect(typeOf(await colleague.call('DELETE', `/share-links/${link.linkId}`))).toBe('no-such-share-link')
  })

  test('is listed without whose studies it shows for who may not see these', async () => {
    const hospital = await aHospital(service)
    const { StudyInstanceUID } = await stored(hospital)
    const { roleId } = (await hospital.doctor.call('POST', '/roles', { name: 'Sender', permissions: ['study.share'] })).json<{ roleId: string }>()
    const sender = await hospital.member('general')
    await service.db('membership').where({ membership_id: sender.membershipId, organisation_id: hospital.organisationId }).update({ role_id: roleId })
    await aLink(sender, [StudyInstanceUID])
    expect((await sender.call('GET', '/share-links')).json<ShareLinkPage>().items[0]?.studies).toEqual([{ StudyInstanceUID, isGone: false }])
  })

  test('tells its maker how often it was opened, and the trail from where', async () => {
    const hospital = await aHospital(service)
    const { StudyInstanceUID } = await stored(hospital)
    const link = await aLink(hospital.doctor, [StudyInstanceUID])
    const visit = await aVisit(service, link)
    await visit.get(`/studies/${visit.view.studies[0] ?? ''}/metadata`)
    await service.flushAudit()
    const [own] = (await hospital.doctor.call('GET', '/share-links')).json<ShareLinkPage>().items
    expect(own).toMatchObject({ linkId: link.linkId, views: 1, state: 'active', isAnonymised: true, hasPassword: false })
    const trail = await service.db('audit_event')
      .where({ organisation_id: hospital.organisationId, actor: `share:${link.linkId}` })
      .select<{ action: string; study_instance_uid: string; address: string }[]>('action', 'study_instance_uid', 'address')
    expect(trail).toEqual(expect.arrayContaining([
      expect.objectContaining({ action: 'share.view', study_instance_uid: StudyInstanceUID, address: '198.51.100.7' }),
      // By its own name, not the visitor's.
      expect.objectContaining({ action: 'study.retrieve', study_instance_uid: StudyInstanceUID }),
    ]))
  })

  test('shows neither hidden series nor studies that were deleted since', async () => {
    const hospital = await aHospital(service)
    const study = await stored(hospital, {}, [{ kind: 'CT', instances: 2 }, { kind: 'CT', instances: 3 }])
    const gone = await stored(hospital)
    const [hidden, shown] = study.series.map(({ SeriesInstanceUID }) => SeriesInstanceUID)
    await service.db('hidden_series').insert({ organisation_id: hospital.organisationId, study_instance_uid: study.StudyInstanceUID, series_instance_uid: hidden, hidden_by: 'test', hidden_at: now })
    for (const isAnonymised of [false, true]) {
      const visit = await aVisit(service, await aLink(hospital.doctor, [study.StudyInstanceUID, gone.StudyInstanceUID], { isAnonymised }))
      const [uid = ''] = visit.view.studies
      const series = (await visit.get(`/studies/${uid}/series`)).json<Record<string, { Value: string[] }>[]>()
      expect(series).toHaveLength(1)
      if (!isAnonymised) expect(series[0]?.['0020000E']?.Value).toEqual([shown])
      expect((await visit.get(`/studies/${uid}/metadata`)).json<unknown[]>()).toHaveLength(3)
      expect((await visit.get(`/studies/${uid}/series/${hidden ?? ''}/metadata`)).statusCode).toBe(404)
      expect((await visit.get('/studies')).json<unknown[]>()).toHaveLength(2)
    }
    const link = await aLink(hospital.doctor, [study.StudyInstanceUID, gone.StudyInstanceUID])
    const visit = await aVisit(service, link)
    await service.app.inject({ method: 'DELETE', url: `/dicom-web/studies/${gone.StudyInstanceUID}`, headers: hospital.headers })
    expect((await visit.get('/studies')).json<unknown[]>()).toHaveLength(1)
    expect((await visit.get(`/studies/${visit.view.studies[1] ?? ''}/metadata`)).statusCode).toBe(404)
    expect((await aVisit(service, link)).view.studies).toHaveLength(1)
  })

  test('that is anonymised answers no search by what it does not show', async () => {
    const hospital = await aHospital(service)
    const { StudyInstanceUID } = await stored(hospital)
    const visit = await aVisit(service, await aLink(hospital.doctor, [StudyInstanceUID]))
    for (const query of ['PatientID=P-4711', 'PatientID=P-1']) expect([query, (await visit.get(`/studies?${query}`)).json<unknown[]>()]).toEqual([query, []])
    for (const query of ['PatientName=Zhang*', 'PatientName=Nobody', 'StudyDate=20260101-20261231']) {
      const answer = await visit.get(`/studies?${query}`)
      expect([query, answer.json<unknown[]>().length, String(answer.headers.warning)]).toEqual([query, 1, expect.stringContaining('not supported')])
    }
    const [shown] = (await visit.get('/studies')).json<Record<string, { Value: [string] }>[]>()
    expect((await visit.get(`/studies?00100020=${shown?.['00100020']?.Value[0] ?? ''}`)).json<unknown[]>()).toHaveLength(1)
    expect((await visit.get(`/studies?StudyInstanceUID=${StudyInstanceUID}`)).json<unknown[]>()).toEqual([])
    expect((await visit.get(`/studies?StudyInstanceUID=${visit.view.studies[0] ?? ''}`)).json<unknown[]>()).toHaveLength(1)
  })
})

describe('attachments of shared studies', () => {
  const pdf = Buffer.concat([Buffer.from('%PDF-1.7 referral of Zhang Wei '), Buffer.alloc(100_000, 'x')])
  const pathOf = (uid: string, attachmentId: string, as = 'content') => `/studies/${uid}/attachments/${attachmentId}/${as}`
  const listed = async (visit: TestVisit) => (await visit.at('/attachments')).json<SharedAttachmentList>().studies

  test('are those that are switched on, no others, for as long as they are', async () => {
    const hospital = await aHospital(service)
    const [one, without, two] = [await stored(hospital, { StudyDescription: 'Chest' }), await stored(hospital), await stored(hospital)]
    const referral = await anAttachment(hospital.doctor, one.StudyInstanceUID, { fileName: 'Überweisung 张伟.pdf', bytes: pdf, isShown: true })
    const kept = await anAttachment(hospital.doctor, one.StudyInstanceUID, { fileName: 'internal.pdf', bytes: pdf, isShown: false })
    const other = await anAttachment(hospital.doctor, two.StudyInstanceUID, { fileName: 'second.pdf', bytes: pdf, isShown: true })
    const link = await aLink(hospital.doctor, [one.StudyInstanceUID, without.StudyInstanceUID], { isAnonymised: false })
    const visit = await aVisit(service, link)
    expect(await listed(visit)).toEqual([{
      StudyInstanceUID: one.StudyInstanceUID, PatientName: 'Zhang^Wei', StudyDescription: 'Chest', StudyDate: expect.stringMatching(/^\d{8}$/) as unknown,
      items: [{ attachmentId: referral.attachmentId, fileName: 'Überweisung 张伟.pdf', contentType: 'application/pdf', byteLength: pdf.length, addedAt: referral.addedAt }],
    }])
    const seen = await visit.at(pathOf(one.StudyInstanceUID, referral.attachmentId))
    expect([seen.statusCode, seen.rawPayload.equals(pdf)]).toEqual([200, true])
    expect(seen.headers).toMatchObject({
      'content-type': 'application/pdf',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'x-robots-tag': 'noindex, nofollow',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'content-security-policy': expect.stringContaining("default-src 'none'") as unknown, 'content-disposition': expect.stringMatching(/^inline; /) as unknown,
    })
    const part = await visit.at(pathOf(one.StudyInstanceUID, referral.attachmentId, 'download'), { range: 'bytes=5-9' })
    expect([part.statusCode, part.rawPayload.toString(), String(part.headers['content-disposition']).slice(0, 11)]).toEqual([206, pdf.subarray(5, 10).toString(), 'attachment;'])
    // Kept from outside; of a study that is not shared; of this study by the other's id.
    for (const [uid, attachmentId] of [
      [one.StudyInstanceUID, kept.attachmentId],
      [two.StudyInstanceUID, other.attachmentId],
      [one.StudyInstanceUID, other.attachmentId],
      [without.StudyInstanceUID, referral.attachmentId],
    ] as const) {
      for (const as of ['content', 'download']) expect((await visit.at(pathOf(uid, attachmentId, as))).statusCode).toBe(404)
    }
    await service.flushAudit()
    const trail = await service.db('audit_event')
      .where({ organisation_id: hospital.organisationId, actor: `share:${link.linkId}` })
      .whereIn('action', ['attachment.view', 'attachment.download'])
      .orderBy('action')
      .select('action', 'study_instance_uid')
    expect(trail).toEqual([{ action: 'attachment.download', study_instance_uid: one.StudyInstanceUID }, { action: 'attachment.view', study_instance_uid: one.StudyInstanceUID }])

    await hospital.doctor.call('PUT', `/studies/${one.StudyInstanceUID}/attachments/${referral.attachmentId}/visibility`, { isShown: false })
    expect(await listed(visit)).toEqual([])
    expect((await visit.at(pathOf(one.StudyInstanceUID, referral.attachmentId))).statusCode).toBe(404)
  })

  test('are told and opened to nobody else: not without the visit, not by another link, not when it has ended, not of a study that was deleted', async () => {
    const hospital = await aHospital(service)
    const { StudyInstanceUID } = await stored(hospital)
    const { attachmentId } = await anAttachment(hospital.doctor, StudyInstanceUID, { fileName: 'a.pdf', bytes: pdf, isShown: true })
    const [link, second] = [await aLink(hospital.doctor, [StudyInstanceUID], { isAnonymised: false, validHours: 1, password: 'river-2026' }), await aLink(hospital.doctor, [StudyInstanceUID], { isAnonymised: false })]
    const [visit, another] = [await aVisit(service, link, { password: 'river-2026' }), await aVisit(service, second)]
    const paths = ['/attachments', pathOf(StudyInstanceUID, attachmentId), pathOf(StudyInstanceUID, attachmentId, 'download')]
    const statuses = (ask: (path: string) => Promise<{ statusCode: number }>) => Promise.all(paths.map(async (path) => (await ask(path)).statusCode))
    expect(await statuses(visit.at)).toEqual([200, 200, 200])
    expect(await statuses((path) => service.app.inject({ url: `/s/${link.linkId}${path}` }))).toEqual([401, 401, 401])
    expect(await statuses((path) => service.app.inject({ url: `/s/${link.linkId}${path}`, headers: { cookie: another.cookie } }))).toEqual([401, 401, 401])
    // By the server's own address: whoever asks there is no visitor, whatever he may do.
    expect(await statuses((path) => service.app.inject({ url: `/api/shared/${link.linkId}${path}`, headers: { ...hospital.headers, cookie: visit.cookie } }))).toEqual([404, 404, 404])
    await hospital.doctor.call('DELETE', `/share-links/${second.linkId}`)
    expect(await statuses(another.at)).toEqual([401, 401, 401])
    const before = now
    now = new Date(now.getTime() + 3_600_000)
    expect(await statuses(visit.at)).toEqual([401, 401, 401])
    now = before
    await service.app.inject({ method: 'DELETE', url: `/dicom-web/studies/${StudyInstanceUID}`, headers: hospital.headers })
    expect(await statuses(visit.at)).toEqual([200, 404, 404])
    expect(await listed(visit)).toEqual([])
  })

  test('are counted for who is about to share, and are not there for who opens an anonymised link', async () => {
    const hospital = await aHospital(service)
    const [one, two] = [await stored(hospital), await stored(hospital)]
    const { attachmentId } = await anAttachment(hospital.doctor, one.StudyInstanceUID, { fileName: 'a.pdf', bytes: pdf, isShown: true })
    await anAttachment(hospital.doctor, one.StudyInstanceUID, { fileName: 'b.pdf', bytes: pdf, isShown: false })
    const risks = (await hospital.doctor.call('GET', `/share-risks?studies=${one.StudyInstanceUID},${two.StudyInstanceUID}`)).json<ShareRiskList>()
    expect(risks.items.map(({ attachments }) => attachments)).toEqual([1, 0])
    const visit = await aVisit(service, await aLink(hospital.doctor, [one.StudyInstanceUID]))
    for (const path of ['/attachments', ...[visit.view.studies[0] ?? '', one.StudyInstanceUID].flatMap((uid) => [pathOf(uid, attachmentId), pathOf(uid, attachmentId, 'download')])]) {
      expect([path, typeOf(await visit.at(path))]).toEqual([path, 'no-such-attachment'])
    }
  })
})

describe('routes and roles', () => {
  const nowhere = { studies: ['1.2.3'], isAnonymised: true, validHours: 1 }
  const routes: readonly (readonly [Method, string, object | undefined])[] = [
    ['GET', '/share-risks?studies=1.2.3', undefined], ['POST', '/share-links', nowhere], ['GET', '/share-links', undefined], ['DELETE', `/share-links/${'A'.repeat(16)}`, undefined],
  ]

  const cases = organisationKinds.flatMap((kind) => builtInRoles(kind).map((role) => ({ kind, ...role })))
  test.each(cases)('$kind: $builtIn', async ({ kind, builtIn, permissions }) => {
    const { call } = await (await service.organisation(kind)).member(builtIn)
    const may = new Set<string>(permissions).has('study.share')
    for (const [method, path, body] of routes) expect([method, path, typeOf(await call(method, path, body))]).toEqual([method, path, may ? expect.stringMatching(/^(200|no-such-(study|share-link))$/) : 'forbidden'])
  })
})

test('who is about to share is told what removing attributes leaves in the pictures', async () => {
  const hospital = await aHospital(service)
  const { StudyInstanceUID } = await stored(hospital, { BodyPartExamined: 'HEAD', BurnedInAnnotation: 'YES' })
  const answer = await hospital.doctor.call('GET', `/share-risks?studies=${StudyInstanceUID}`)
  expect(answer.json<ShareRiskList>().items[0]?.risks.sort()).toEqual(['burnedInAnnotation', 'recognisableFeatures'])
})
