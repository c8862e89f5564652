/** What is refused stands in the trail: by whom, of what, and no more often than somebody can read. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { aBrowser, anAccountsService, ownPassword, type AccountsService } from '../accounts/accounts.fixture.ts'
import { createTokens, loadSigningKeys } from '../identity/index.ts'
import { anOrganisationsService, type OrganisationsService } from '../organisations/service.fixture.ts'
import type { AccessedEvent } from './access-log.ts'
import { createRefusals, type Refusal } from './refusals.ts'

describe('a flood of refused requests', () => {
  let told: AccessedEvent[]
  let refused: (given?: Partial<Refusal>) => void
  beforeEach(() => {
    vi.useFakeTimers()
    told = []
    const refusals = createRefusals({ accessed: (event) => { told.push(event) } })
    refused = (given = {}) => {
      refusals.refused({
        caller: { actor: { kind: 'account', id: '1' }, organisationId: '7' },
        action: 'study.retrieve',
        route: 'GET /studies/:StudyInstanceUID',
        problem: 'forbidden',
        StudyInstanceUID: '1.2.3',
        ...given,
      })
    }
  })
  afterEach(() => { vi.useRealTimers() })

  test('is told of at once, and counted to the end of the minute', () => {
    for (let turn = 0; turn < 1_000; turn++) refused({ StudyInstanceUID: `1.2.${String(turn)}` })
    expect(told).toMatchObject([{
      organisationId: '7',
      actor: 'account:1',
      action: 'study.retrieve',
      outcome: 'refused',
      occurrences: 1,
      StudyInstanceUID: '1.2.0',
      detail: { route: 'GET /studies/:StudyInstanceUID', problem: 'forbidden' },
    }])
    vi.advanceTimersByTime(60_000)
    expect(told.slice(1)).toMatchObject([{ action: 'study.retrieve', outcome: 'refused', occurrences: 999, StudyInstanceUID: undefined }])
    refused()
    expect(told).toHaveLength(3)
    vi.advanceTimersByTime(600_000)
    expect(told).toHaveLength(3)
  })

  test('of one caller or action hides nothing of another', () => {
    for (let turn = 0; turn < 10; turn++) {
      refused()
      refused({ action: 'study.delete' })
      refused({ caller: { actor: { kind: 'gateway', id: '1' }, organisationId: '7' } })
      refused({ caller: { actor: { kind: 'account', id: '1' }, organisationId: '8' } })
    }
    expect(told).toHaveLength(4)
    vi.advanceTimersByTime(60_000)
    expect(told.reduce((sum, { occurrences = 1 }) => sum + occurrences, 0)).toBe(40)
  })

  test('of more kinds than are held is handed on early', () => {
    for (let caller = 0; caller < 25_000; caller++) for (const _turn of [1, 2]) refused({ caller: { actor: { kind: 'token', id: String(caller) }, organisationId: '7' } })
    vi.advanceTimersByTime(60_000)
    expect(told.reduce((sum, { occurrences = 1 }) => sum + occurrences, 0)).toBe(50_000)
  })
})

describe('a person who asks for what is not hers', () => {
  let service: OrganisationsService
  beforeAll(async () => { service = await anOrganisationsService() })
  afterAll(() => service.close())

  const refusalsOf = async (organisationId: string, actor: string) => {
    await service.flushAudit()
    return service.db('audit_event').where({ organisation_id: organisationId, actor, outcome: 'refused' }).orderBy('audit_event_id')
      .select<{ action: string; study_instance_uid: string | null; detail: { route: string; problem: string }; address: string }[]>('action', 'study_instance_uid', 'detail', 'address')
  }

  test('in her organisation: the action of the route, the study, the problem; no address, which may name patients', async () => {
    const hospital = await service.organisation('hospital')
    const { accountId, call } = await hospital.member('finance')
    expect((await call('POST', '/studies/1.2.3/deletion', { reason: 'Wrong patient' })).statusCode).toBe(403)
    expect((await call('POST', '/departments', { name: 'Ultrasound' })).statusCode).toBe(403)
    expect((await call('GET', '/api-keys?name=Zhao')).statusCode).toBe(403)
    const found = await refusalsOf(hospital.organisationId, `account:${accountId}`)
    expect(found.map(({ action, study_instance_uid, detail }) => [action, study_instance_uid, detail])).toEqual([
      ['study.delete', '1.2.3', { route: 'POST /api/studies/:StudyInstanceUID/deletion', problem: 'forbidden' }],
      ['department.change', null, { route: 'POST /api/departments', problem: 'forbidden' }],
      ['access.refuse', null, { route: 'GET /api/api-keys', problem: 'forbidden' }],
    ])
    expect(JSON.stringify(found)).not.toContain('Zhao')
    expect(found.every(({ address }) => address === '127.0.0.1')).toBe(true)
  })

  test('in an organisation she does not belong to: in the trail of her own, and nothing of her name in the other', async () => {
    const [own, other] = [await service.organisation('hospital'), await service.organisation('hospital')]
    const { accountId } = await own.member('full')
    const call = await service.callAs(accountId, other.organisationId)
    expect((await call('GET', '/studies')).statusCode).toBe(403)
    expect((await refusalsOf(own.organisationId, `account:${accountId}`)).map(({ action, detail }) => [action, detail.problem])).toEqual([['study.search', 'no-membership']])
    expect(await refusalsOf(other.organisationId, `account:${accountId}`)).toEqual([])
  })

  test('with a token that grants something else, or is over', async () => {
    const hospital = await service.organisation('hospital')
    const keys = await loadSigningKeys(service.keysFile)
    const get = (token: string) => service.app.inject({ url: '/dicom-web/studies', headers: { authorization: `Bearer ${token}` } })
    const granted = { organisationId: hospital.organisationId, permissions: ['dicomweb:store'] as const, lifetimeSeconds: 60, gatewayId: 'a' }
    expect((await get(await createTokens(keys).issue(granted))).statusCode).toBe(403)
    expect((await get(await createTokens(keys, () => new Date('2026-01-01')).issue({ ...granted, gatewayId: 'b' }))).statusCode).toBe(401)
    expect((await get('not.a.token')).statusCode).toBe(401)
    expect((await refusalsOf(hospital.organisationId, 'gateway:a')).map(({ action, detail }) => [action, detail.problem])).toEqual([['study.search', 'forbidden']])
    expect((await refusalsOf(hospital.organisationId, 'gateway:b')).map(({ action, detail }) => [action, detail.problem])).toEqual([['study.search', 'unauthenticated']])
  })
})

describe('a person whose session has ended', () => {
  let service: AccountsService
  beforeAll(async () => { service = await anAccountsService() })
  afterAll(() => service.close())

  test('is known by it still; after sign-out nobody is', async () => {
    const { phone, accountId } = await service.anAdministrator('north')
    const browser = aBrowser(service)
    await browser.signIn(phone, ownPassword)
    service.clock.advance({ hours: 13 })
    expect((await browser.call('GET', '/members')).statusCode).toBe(401)
    const refused = async () => {
      await service.flushAudit()
      return service.db('audit_event').where({ actor: `account:${accountId}`, outcome: 'refused' }).pluck<string[]>('action')
    }
    expect(await refused()).toEqual(['member.read'])
    const again = aBrowser(service)
    await again.signIn(phone, ownPassword)
    const cookie = String(again.cookie())
    expect((await again.call('DELETE', '/session')).statusCode).toBe(204)
    expect((await service.app.inject({ url: '/api/departments', headers: { cookie } })).statusCode).toBe(401)
    expect(await refused()).toEqual(['member.read'])
  })
})
