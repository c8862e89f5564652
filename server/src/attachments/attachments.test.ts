/** Files of a study through the API: what is taken, who sees them, how they leave, and that they go with the study. */
import { createServer, type Server } from 'node:net'
import type { Attachment, AttachmentList, DeletedStudyPage, Purge } from '@isocenter/contracts'
import { aStudy, bytesOf } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anOrganisationsService, typeOf, type OrganisationsService, type TestMember } from '../organisations/service.fixture.ts'
import { createAttachments } from './attachments.ts'
import { createTypeTeller } from './file-type.ts'
import { disposition } from '../platform/file-names.ts'
import { fileNameIn, keptName } from './names.ts'
import { createSealing, loadSigningKeys, type Access } from '../identity/index.ts'
import { storedBlobs } from './attachments.fixture.ts'

let service: OrganisationsService
beforeAll(async () => { service = await anOrganisationsService() })
afterAll(async () => {
  expect(service.unaudited()).toEqual([])
  await service.close()
})

const pdf = Buffer.concat([Buffer.from('%PDF-1.7\nreferral of Zhang Wei'), Buffer.alloc(200_000, 'x'), Buffer.from('%%EOF')])
const png = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.alloc(40)])
const jpg = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(40)])
const mp4 = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypisom\0\0\0\0isom'), Buffer.from(Array.from({ length: 300_000 }, (_, at) => at % 251))])
const zip = (...names: string[]) => Buffer.concat(names.flatMap((name) => [Buffer.from([0x50, 0x4b, 0x03, 0x04]), Buffer.alloc(26), Buffer.from(name), Buffer.alloc(500)]))
const docx = zip('[Content_Types].xml', 'word/document.xml')

async function aHospital() {
  const hospital = await service.organisation('hospital')
  const study = aStudy({ series: [{ kind: 'CT', instances: 1 }] })
  expect((await service.store(study.instances.map((instance) => bytesOf(instance)), { headers: await service.as(hospital.slug) })).statusCode).toBe(200)
  return { ...hospital, StudyInstanceUID: study.StudyInstanceUID, full: await hospital.member('full'), doctor: await hospital.member('general') }
}
const add = ({ call }: Pick<TestMember, 'call'>, uid: string, bytes: Buffer, name = 'Überweisung 张伟.pdf') =>
  call('POST', `/studies/${uid}/attachments`, bytes, { 'content-type': 'application/octet-stream', 'content-disposition': disposition('attachment', name) })
const list = async ({ call }: Pick<TestMember, 'call'>, uid: string, query = '') => (await call('GET', `/studies/${uid}/attachments${query}`)).json<AttachmentList>()
const at = (uid: string, { attachmentId }: Pick<Attachment, 'attachmentId'>, rest = '') => `/studies/${uid}/attachments/${attachmentId}${rest}`

describe('a file', () => {
  test('is kept encrypted, told of by who added it, and comes back byte for byte under its name', async () => {
    const { full, StudyInstanceUID: uid, organisationId } = await aHospital()
    const answer = await add(full, uid, pdf)
    expect(answer.statusCode).toBe(201)
    const attachment = answer.json<Attachment>()
    expect(attachment).toMatchObject({
      fileName: 'Überweisung 张伟.pdf',
      contentType: 'application/pdf',
      byteLength: pdf.length,
      isShown: false,
      isScanned: false,
      addedBy: { actor: `account:${full.accountId}` },
      actions: ['view', 'download', 'show', 'delete'],
    })
    expect(await list(full, uid)).toMatchObject({ items: [attachment], mayAdd: true, maxBytes: 200 * 2 ** 20 })
    for (const blob of await storedBlobs(service, organisationId)) expect(blob.includes('Zhang Wei')).toBe(false)

    const shown = await full.call('GET', at(uid, attachment, '/content'))
    expect(shown.rawPayload.equals(pdf)).toBe(true)
    expect(shown.headers).toMatchObject({
      'content-type': 'application/pdf',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'content-disposition': `inline; filename="_berweisung __.pdf"; filename*=UTF-8''%C3%9Cberweisung%20%E5%BC%A0%E4%BC%9F.pdf`,
    })
    expect(shown.headers['content-security-policy']).toContain("default-src 'none'")
    const kept = await full.call('GET', at(uid, attachment, '/download'))
    expect(String(kept.headers['content-disposition'])).toMatch(/^attachment; /)
    await service.flushAudit()
    const trail = await service.db('audit_event')
      .where({ organisation_id: organisationId, study_instance_uid: uid })
      .whereIn('action', ['study.edit-case', 'attachment.view', 'attachment.download'])
      .orderBy('audit_event_id')
      .pluck<string[]>('action')
    expect(trail.sort()).toEqual(['attachment.download', 'attachment.view', 'study.edit-case'])
    expect(JSON.stringify(await service.db('audit_event').where({ organisation_id: organisationId }).select('detail'))).not.toContain('berweisung')
  })

  test('a video is played from anywhere in it, in a sandbox; its own address says for which organisation', async () => {
    const { full, StudyInstanceUID: uid, organisationId, slug } = await aHospital()
    const attachment = (await add(full, uid, mp4, 'gait.mp4')).json<Attachment>()
    const part = await full.call('GET', at(uid, attachment, '/content'), undefined, { range: 'bytes=131000-132000' })
    expect(part.statusCode).toBe(206)
    expect(part.headers).toMatchObject({ 'content-range': `bytes 131000-132000/${String(mp4.length)}`, 'content-type': 'video/mp4', 'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'self'" })
    expect(part.rawPayload.equals(mp4.subarray(131_000, 132_001))).toBe(true)
    expect((await full.call('GET', at(uid, attachment, '/content'), undefined, { range: `bytes=${String(mp4.length)}-` })).statusCode).toBe(416)
    const own = await service.app.inject({ method: 'GET', url: `/o/${organisationId}/api${at(uid, attachment, '/content')}`, headers: await service.as(slug) })
    expect([own.statusCode, own.rawPayload.length]).toEqual([200, mp4.length])
  })

  test('is what its bytes say, whatever its name says', async () => {
    const { full, StudyInstanceUID: uid } = await aHospital()
    for (const [bytes, name, contentType, kept] of [
      [png, 'scan.pdf', 'image/png', 'scan.pdf.png'],
      [jpg, 'photo.JPEG', 'image/jpeg', 'photo.JPEG'],
      [docx, '../../letter.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'letter.docx'],
      [mp4, '', 'video/mp4', 'attachment.mp4'],
    ] as const) expect((await add(full, uid, bytes, name === '' ? '/' : name)).json<Attachment>()).toMatchObject({ contentType, fileName: kept })
    for (const bytes of [
      Buffer.from('<html><script>alert(1)</script></html>'),
      Buffer.from('MZ this is a program for Windows'),
      zip('payload.exe'),
      zip('[Content_Types].xml', 'word/document.xml', 'word/vbaProject.bin'),
      Buffer.from('%PDF'),
      Buffer.alloc(0),
    ]) {
      expect(typeOf(await add(full, uid, bytes, 'report.pdf'))).toBe('attachment-refused')
    }
    expect((await list(full, uid)).items).toHaveLength(4)
    expect(typeOf(await full.call('POST', `/studies/${uid}/attachments`, pdf, { 'content-type': 'application/pdf', 'content-disposition': disposition('attachment', 'a.pdf') }))).toBe('unsupported-media-type')
  })

  test('is shown to outside viewers or kept from them, deleted softly, and brought back by an administrator of data', async () => {
    const { full, doctor, StudyInstanceUID: uid, organisationId } = await aHospital()
    const attachment = (await add(full, uid, pdf)).json<Attachment>()
    expect((await full.call('PUT', at(uid, attachment, '/visibility'), { isShown: true })).json()).toMatchObject({ isShown: true, actions: ['view', 'download', 'hide', 'delete'] })
    expect((await full.call('DELETE', at(uid, attachment))).statusCode).toBe(204)
    expect((await list(full, uid)).items).toEqual([])
    for (const [method, rest, body] of [
      ['GET', '/content', undefined],
      ['DELETE', '', undefined],
      ['PUT', '/visibility', { isShown: false }],
    ] as const) {
      expect(typeOf(await full.call(method, at(uid, attachment, rest), body))).toBe('no-such-attachment')
    }
    expect((await list(full, uid, '?deleted=true')).items).toMatchObject([{ deleted: { deletedBy: { actor: `account:${full.accountId}` } }, actions: ['restore'] }])
    expect((await list(doctor, uid, '?deleted=true')).items).toEqual([])
    expect((await full.call('POST', at(uid, attachment, '/restoration'))).json()).toMatchObject({ attachmentId: attachment.attachmentId, isShown: true })
    const changes = await service.db('audit_event').where({ organisation_id: organisationId, action: 'study.edit-case' }).orderBy('audit_event_id').select<{ detail: { change: string } }[]>('detail')
    expect(changes.map(({ detail }) => detail.change)).toEqual(['attachmentAdded', 'attachmentShown', 'attachmentDeleted', 'attachmentRestored'])
  })
})

test('another organisation finds nothing of it, and outside viewers what is shown to them unless it is masked', async () => {
  const [north, south] = [await aHospital(), await aHospital()]
  const { StudyInstanceUID: uid } = north
  const hidden = (await add(north.full, uid, pdf)).json<Attachment>()
  const shown = (await add(north.full, uid, png, 'shown.png')).json<Attachment>()
  await north.full.call('PUT', at(uid, shown, '/visibility'), { isShown: true })
  for (const [method, path, body] of [
    ['GET', `/studies/${uid}/attachments`, undefined], ['GET', at(uid, hidden, '/content'), undefined],
    ['PUT', at(uid, hidden, '/visibility'), { isShown: true }], ['DELETE', at(uid, hidden), undefined],
    ['POST', at(uid, hidden, '/restoration'), undefined],
  ] as const) {
    expect([path, typeOf(await south.full.call(method, path, body))]).toEqual([path, 'no-such-study'])
  }
  expect(typeOf(await add(south.full, uid, pdf))).toBe('no-such-study')
  // By the id alone, under a study of one's own: it is not there.
  expect(typeOf(await south.full.call('GET', at(south.StudyInstanceUID, hidden, '/content')))).toBe('no-such-attachment')

  const lent: Access = { actor: { kind: 'token', id: 'x' }, organisationId: north.organisationId, permissions: new Set(), studies: [uid] }
  expect((await service.attachments.list(lent, uid)).items).toMatchObject([{ attachmentId: shown.attachmentId, actions: ['view', 'download'] }])
  await expect(service.attachments.open(lent, { StudyInstanceUID: uid, attachmentId: hidden.attachmentId })).rejects.toMatchObject({ kind: { status: 404 } })
  const masked: Access = { ...lent, actor: { kind: 'share', id: 'x' }, share: { linkId: 'x', hiddenSeries: new Set(), maskSecret: Buffer.alloc(32) } }
  expect((await service.attachments.list(masked, uid)).items).toEqual([])
})

test('who may not edit a case looks and downloads, and no more', async () => {
  const { full, organisationId, StudyInstanceUID: uid, ...hospital } = await aHospital()
  const attachment = (await add(full, uid, pdf)).json<Attachment>()
  const { roleId } = (await full.call('POST', '/roles', { name: 'Porter', permissions: ['study.view'] })).json<{ roleId: string }>()
  const porter = await hospital.member('general')
  await service.db('membership').where({ membership_id: porter.membershipId, organisation_id: organisationId }).update({ role_id: roleId })
  expect(await list(porter, uid)).toMatchObject({ mayAdd: false, items: [{ actions: ['view', 'download'] }] })
  expect(typeOf(await add(porter, uid, pdf))).toBe('forbidden')
  expect(typeOf(await porter.call('DELETE', at(uid, attachment)))).toBe('forbidden')
  expect(typeOf(await full.call('GET', `/studies/1.2.3/attachments`))).toBe('no-such-study')
})

test('goes with the study when that is purged, and not before: a study that is deleted comes back with its files', async () => {
  const { full, StudyInstanceUID: uid, organisationId } = await aHospital()
  const attachment = (await add(full, uid, pdf)).json<Attachment>()
  const platform = await service.organisation('platform')
  const [first, second] = [await platform.member('full'), await platform.member('full')]
  const remove = async () => {
    await full.call('POST', `/studies/${uid}/deletion`, { reason: 'test' })
    const page = (await full.call('GET', '/deleted-studies?state=deleted')).json<DeletedStudyPage>()
    return String(page.items[0]?.deletedStudyId)
  }
  await full.call('POST', `/deleted-studies/${await remove()}/restoration`, { reason: 'needed' })
  expect((await list(full, uid)).items).toMatchObject([{ attachmentId: attachment.attachmentId }])
  const { purgeId } = (await first.call('POST', '/operator/purges', { deletedStudyIds: [await remove()], reason: 'asked for by the patient' })).json<Purge>()
  await second.call('POST', `/operator/purges/${purgeId}/approval`)
  await service.maintenance.deletedStudies.finish()
  expect(await service.db('attachment').where({ organisation_id: organisationId })).toEqual([])
  const later = createAttachments({ db: service.db, blobs: service.blobs, sealing: createSealing(await loadSigningKeys(service.keysFile)), maxBytes: 2 ** 20, now: () => new Date(Date.now() + 86_400_000) })
  const others = Number((await service.db('attachment').count<{ count: string }[]>())[0]?.count)
  await later.sweep()
  let left = 0
  for await (const { key } of service.blobs.list('attachments/')) left += key === '' ? 0 : 1
  expect(left).toBe(others)
})

describe('a scanner', () => {
  const scanners: Server[] = []
  afterAll(() => { for (const scanner of scanners) scanner.close() })
  /** Speaks as clamd does; `answer` is given what it was shown. */
  const aScanner = (answer: (bytes: Buffer) => string | undefined) => new Promise<string>((resolve) => {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      let received = Buffer.alloc(0)
      socket.on('error', () => undefined)
      socket.on('data', (chunk: Buffer) => {
        received = Buffer.concat([received, chunk])
        if (!received.subarray(-4).equals(Buffer.alloc(4))) return
        const shown: Buffer[] = []
        let offset = 'zINSTREAM\0'.length
        for (let length = received.readUInt32BE(offset); length > 0; length = received.readUInt32BE(offset)) {
          shown.push(received.subarray(offset + 4, offset + 4 + length))
          offset += 4 + length
          if (offset + 4 > received.length) return
        }
        const said = answer(Buffer.concat(shown))
        if (said === undefined) socket.destroy()
        else socket.end(`${said}\0`)
      })
    })
    scanners.push(server)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(`tcp://127.0.0.1:${String(typeof address === 'object' ? address?.port : 0)}`)
    })
  })
  const withScanner = async (scanner: string) => createAttachments({ db: service.db, blobs: service.blobs, sealing: createSealing(await loadSigningKeys(service.keysFile)), maxBytes: 2 ** 20, scanner })
  const bytes = async function* (file: Buffer) { for (let offset = 0; offset < file.length; offset += 10_000) yield file.subarray(offset, offset + 10_000) }

  test('is shown every byte before anything is kept; what it finds is not', async () => {
    const { organisationId, StudyInstanceUID: uid, full } = await aHospital()
    const access = { actor: { kind: 'account', id: full.accountId }, organisationId, permissions: new Set(['study.edit_case'] as const), studies: 'all' } as const
    let seen: Buffer = Buffer.alloc(0)
    const clean = await withScanner(await aScanner((file) => { seen = file; return 'stream: OK' }))
    expect(await clean.add(access, uid, 'a.pdf', bytes(pdf))).toMatchObject({ isScanned: true })
    expect(seen.equals(pdf)).toBe(true)
    const before = (await storedBlobs(service, organisationId)).length
    const finding = await withScanner(await aScanner(() => 'stream: Win.Test.EICAR_HDB-1 FOUND'))
    await expect(finding.add(access, uid, 'a.pdf', bytes(pdf))).rejects.toMatchObject({ kind: { type: '/problems/malware-found' }, extra: { found: 'Win.Test.EICAR_HDB-1' } })
    expect(await service.db('audit_event').where({ study_instance_uid: uid, outcome: 'refused' }).select('detail')).toEqual([{ detail: { change: 'attachmentRefused', found: 'Win.Test.EICAR_HDB-1' } }])
    const large = await withScanner(await aScanner(() => 'INSTREAM size limit exceeded. ERROR'))
    await expect(large.add(access, uid, 'a.pdf', bytes(pdf))).rejects.toMatchObject({ kind: { type: '/problems/scanner-unavailable' } })
    const gone = await withScanner(await aScanner(() => undefined))
    await expect(gone.add(access, uid, 'a.pdf', bytes(pdf))).rejects.toMatchObject({ kind: { type: '/problems/scanner-unavailable' } })
    const nobody = await withScanner('unix:/nowhere/clamd.sock')
    await expect(nobody.add(access, uid, 'a.pdf', bytes(pdf))).rejects.toMatchObject({ kind: { type: '/problems/scanner-unavailable' } })
    await expect(clean.add(access, uid, 'a.pdf', bytes(Buffer.concat([pdf, Buffer.alloc(2 ** 20)])))).rejects.toMatchObject({ kind: { status: 413 } })
    expect(await storedBlobs(service, organisationId)).toHaveLength(before)
    expect((await list(full, uid)).items).toHaveLength(1)
  })
})

test('names travel in a header and come out harmless', () => {
  for (const name of ['a.pdf', "it's (1)*.pdf", '报告 — 终.pdf']) expect(fileNameIn(disposition('attachment', name))).toBe(name)
  expect(fileNameIn('attachment; filename=a.pdf')).toBeUndefined()
  expect(fileNameIn("attachment; filename*=UTF-8''%ff")).toBeUndefined()
  expect(keptName('a\u202egnp.exe\n', 'image/png')).toBe('a gnp.exe.png')
  expect([...keptName('张'.repeat(400), 'video/mp4')]).toHaveLength(200)
})

test('a type is told however the bytes are cut', () => {
  for (const [file, type] of [[docx, 'docx'], [mp4, 'mp4'], [pdf, 'pdf']] as const) {
    for (const size of [1, 7, 13, 4_096]) {
      const teller = createTypeTeller()
      let isTaken = true
      for (let offset = 0; offset < Math.min(file.length, 40_000); offset += size) isTaken &&= teller.take(file.subarray(offset, offset + size))
      expect([type, size, isTaken, teller.end()?.includes(type === 'docx' ? 'wordprocessing' : type)]).toEqual([type, size, true, true])
    }
  }
})
