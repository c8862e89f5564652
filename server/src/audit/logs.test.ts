/** Home log, search and study log: who sees what, in which order, and where an entry leads. */
import { randomUUID } from 'node:crypto'
import type { AuditEntry, AuditPage, HomeLogPage, StudyLogPage } from '@isocenter/contracts'
import { aStudy, bytesOf } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureDefaultOrganisation } from '../catalogue/index.ts'
import { anOrganisationsService, type Call, type OrganisationsService } from '../organisations/service.fixture.ts'
import { record } from './index.ts'

let service: OrganisationsService
beforeAll(async () => { service = await anOrganisationsService() })
afterAll(async () => {
  // Everything these tests asked for and were given stands in the trail.
  expect(service.unaudited()).toEqual([])
  await service.close()
})

const home = async (call: Call, query = ''): Promise<HomeLogPage> => (await call('GET', `/home-log?${query}`)).json<HomeLogPage>()
const entries = async (call: Call, query = ''): Promise<AuditPage> => (await call('GET', `/audit/entries?${query}`)).json<AuditPage>()
const actionsOf = (page: { items: readonly AuditEntry[] }) => page.items.map(({ action }) => action)

async function aHospital() {
  const hospital = await service.organisation('hospital')
  return { ...hospital, administrator: await hospital.member('administrator', { name: 'Zhao Min' }), doctor: await hospital.member('general', { name: '钱医生' }) }
}

describe('the home page of an organisation', () => {
  test('tells who may see all entries what everybody did, and everybody else what he did himself', async () => {
    const { organisationId, administrator, doctor } = await aHospital()
    await administrator.call('POST', '/departments', { name: 'Radiology' })
    await record(service.db, [{ organisationId, actor: `account:${doctor.accountId}`, action: 'account.settings', outcome: 'success', origin: null }])
    const all = await home(administrator.call)
    expect(all.seesOthers).toBe(true)
    expect(actionsOf(all)).toEqual(['account.settings', 'department.change'])
    expect(all.items[0]?.actor).toEqual({ kind: 'account', id: doctor.accountId, name: '钱医生' })
    const own = await home(doctor.call)
    expect([own.seesOthers, ...actionsOf(own)]).toEqual([false, 'account.settings'])
    expect(actionsOf(await home(administrator.call, `accountId=${administrator.accountId}`)).filter((action) => action !== 'log.read')).toEqual(['department.change'])
    expect((await doctor.call('GET', `/home-log?accountId=${administrator.accountId}`)).statusCode).toBe(403)
    expect((await doctor.call('GET', '/audit/entries')).statusCode).toBe(403)
  })

  test('leaves out machines that ask for data over and over, and keeps what people look at', async () => {
    const { organisationId, administrator } = await aHospital()
    const event = { organisationId, outcome: 'success', origin: null } as const
    await record(service.db, [
      { ...event, actor: 'gateway:1', action: 'gateway.token' }, { ...event, actor: 'gateway:1', action: 'worklist.read' }, { ...event, actor: 'token:1', action: 'study.store' },
      { ...event, actor: `account:${administrator.accountId}`, action: 'study.retrieve' },
    ])
    expect(actionsOf(await home(administrator.call)).sort()).toEqual(['study.retrieve', 'study.store'])
  })

  test('goes back six, fifteen or thirty days', async () => {
    const { organisationId, administrator } = await aHospital()
    const at = (days: number) => new Date(Date.now() - days * 86_400_000)
    for (const days of [3, 10, 20, 40]) {
      await service.db('audit_event').insert({ organisation_id: organisationId, at: at(days), actor: 'command:test', action: 'organisation.change', outcome: 'success', detail: { days } })
    }
    for (const [days, expected] of [[6, [3]], [15, [3, 10]], [30, [3, 10, 20]]] as const) {
      expect((await home(administrator.call, `days=${String(days)}`)).items.map(({ detail }) => detail['days'])).toEqual(expected)
    }
    expect((await administrator.call('GET', '/home-log?days=7')).statusCode).toBe(400)
  })

  test('names what an entry is about while it is there and its reader may open it', async () => {
    const { administrator, doctor } = await aHospital()
    const { departmentId } = (await administrator.call('POST', '/departments', { name: 'Ultrasound' })).json<{ departmentId: string }>()
    expect((await home(administrator.call)).items[0]?.target).toEqual({ kind: 'department', id: departmentId })
    await administrator.call('DELETE', `/departments/${departmentId}`)
    expect((await home(administrator.call)).items.map(({ target }) => target)).toEqual([undefined, undefined])
    await administrator.call('PATCH', `/members/${doctor.membershipId}`, { hasElectronicFilm: true })
    expect((await home(administrator.call)).items[0]?.target).toEqual({ kind: 'member', id: doctor.membershipId })
  })
})

describe('searching the trail', () => {
  test('by time, group, action, outcome, study, patient, person, and a keyword found in names, ids and detail', async () => {
    const { organisationId, administrator, doctor } = await aHospital()
    const event = { organisationId, outcome: 'success', origin: null } as const
    await record(service.db, [
      { ...event, actor: `account:${doctor.accountId}`, action: 'study.retrieve', StudyInstanceUID: '1.2.3', PatientID: 'P-7', origin: { address: '192.0.2.77', userAgent: 'OHIF' } },
      { ...event, actor: 'gateway:g', action: 'study.store', StudyInstanceUID: '1.2.4', outcome: 'refused' },
      { ...event, actor: `account:${administrator.accountId}`, action: 'role.change', detail: { change: 'night_shift' } },
    ])
    const found = async (query: string) => actionsOf(await entries(administrator.call, query)).filter((action) => action !== 'log.read').sort()
    expect(await found('group=studies')).toEqual(['study.retrieve', 'study.store'])
    expect(await found('group=studies&group=organisation')).toEqual(['role.change', 'study.retrieve', 'study.store'])
    expect(await found('action=role.change')).toEqual(['role.change'])
    expect(await found('outcome=refused')).toEqual(['study.store'])
    expect(await found('StudyInstanceUID=1.2.3')).toEqual(['study.retrieve'])
    expect(await found('PatientID=P-7')).toEqual(['study.retrieve'])
    expect(await found(`accountId=${doctor.accountId}`)).toEqual(['study.retrieve'])
    expect(await found('actor=gateway:g')).toEqual(['study.store'])
    expect(await found(`keyword=${encodeURIComponent('钱')}`)).toEqual(['study.retrieve'])
    expect(await found('keyword=192.0.2.77')).toEqual(['study.retrieve'])
    expect(await found('keyword=NIGHT_shift')).toEqual(['role.change'])
    expect(await found('keyword=night%25')).toEqual([])
    expect(await found(`from=${new Date(Date.now() + 60_000).toISOString()}`)).toEqual([])
    const [entry] = (await entries(administrator.call, 'StudyInstanceUID=1.2.3')).items
    expect(entry).toMatchObject({ address: '192.0.2.77', userAgent: 'OHIF', PatientID: 'P-7', actor: { name: '钱医生' } })
  })

  test('page by page everything comes once, also what happened at the same moment', async () => {
    const { organisationId, administrator } = await aHospital()
    await record(service.db, Array.from({ length: 23 }, (_, nth) => ({ organisationId, actor: 'command:x', action: 'organisation.change', outcome: 'success', detail: { nth }, origin: null } as const)))
    for (const filter of ['', '&keyword=command']) {
      const seen: unknown[] = []
      for (let cursor: string | undefined = ''; cursor !== undefined;) {
        const page: AuditPage = await entries(administrator.call, `action=organisation.change&limit=5${filter}${cursor === '' ? '' : `&cursor=${cursor}`}`)
        expect(page.items.length).toBeLessThanOrEqual(5)
        seen.push(...page.items.map(({ detail }) => detail['nth']))
        cursor = page.next
      }
      expect(seen).toEqual(Array.from({ length: 23 }, (_, nth) => 22 - nth))
    }
    expect((await administrator.call('GET', '/audit/entries?cursor=bm8')).statusCode).toBe(400)
  })

  test("never finds what is another organisation's", async () => {
    const [mine, theirs] = [await aHospital(), await aHospital()]
    await theirs.administrator.call('POST', '/departments', { name: `Secret ${randomUUID()}` })
    expect(actionsOf(await entries(mine.administrator.call, 'keyword=department'))).toEqual([])
    expect(actionsOf(await entries(mine.administrator.call, `accountId=${theirs.administrator.accountId}`))).toEqual([])
  })

  test('who reads a log stands in it', async () => {
    const { organisationId, administrator } = await aHospital()
    await entries(administrator.call)
    await service.flushAudit()
    expect(await service.db('audit_event').where({ organisation_id: organisationId, action: 'log.read', actor: `account:${administrator.accountId}` }).select('occurrences')).toEqual([{ occurrences: 1 }])
  })
})

test('the study log has each arrival with its size, and each deletion', async () => {
  const study = aStudy({ instances: 2 })
  const objects = study.instances.map((instance) => bytesOf(instance))
  await service.store(objects)
  await service.app.inject({ method: 'DELETE', url: `/dicom-web/studies/${study.StudyInstanceUID}`, headers: await service.as('north') })
  const { organisationId } = await ensureDefaultOrganisation(service.db, 'north')
  const { accountId } = await service.stranger()
  const [role] = await service.db('role').insert({ organisation_id: organisationId, name: 'Auditor', permissions: ['admin.audit'] }).returning<{ role_id: string }[]>('role_id')
  await service.db('membership').insert({ organisation_id: organisationId, account_id: accountId, role_id: role?.role_id })
  const call = await service.callAs(accountId, organisationId)
  const { items } = (await call('GET', `/audit/study-log?StudyInstanceUID=${study.StudyInstanceUID}`)).json<StudyLogPage>()
  const sent = objects.reduce((sum, { byteLength }) => sum + byteLength, 0)
  const total = (wanted: string) => items.filter(({ kind }) => kind === wanted).reduce((sum, { instances, bytes = 0 }) => [sum[0] + instances, sum[1] + bytes] as const, [0, 0] as readonly [number, number])
  expect(items[0]?.kind).toBe('deletion')
  expect([total('arrival'), total('deletion')]).toEqual([[2, sent], [2, sent]])
})
