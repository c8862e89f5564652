import type { DoctorFeeList, Pairing, PairingPage } from '@isocenter/contracts'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anOrganisationsService, typeOf, type Call, type Method, type OrganisationsService } from './service.fixture.ts'

let now = new Date('2026-11-22T04:00:00Z')
let service: OrganisationsService
beforeAll(async () => { service = await anOrganisationsService(() => now) })
afterAll(() => service.close())

const aPair = async () => {
  const [hospital, team] = [await service.organisation('hospital', 'North Hospital'), await service.organisation('team', 'Night Readers')]
  const [asks, answers] = [await hospital.member('administrator'), await team.member('administrator')]
  return { hospital, team, asks: asks.call, answers: answers.call }
}
const invited = async () => {
  const pair = await aPair()
  const { pairingId } = (await pair.asks('POST', '/pairings', { teamNumber: pair.team.number })).json<Pairing>()
  return { ...pair, pairingId }
}
const paired = async () => {
  const pair = await invited()
  await pair.answers('POST', `/team/pairings/${pair.pairingId}/agreement`)
  return pair
}
const signature = () => sharp({ create: { width: 40, height: 20, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0.5 } } }).png().toBuffer()
const png = { 'content-type': 'image/png' }

/** Brings a pairing into each of its states, as its sides see it. */
const states = {
  invited,
  paired,
  declined: async () => {
    const pair = await invited()
    await pair.answers('POST', `/team/pairings/${pair.pairingId}/declination`, { reason: 'Full' })
    return pair
  },
  expired: async () => {
    const pair = await invited()
    await service.db('pairing').where({ pairing_id: pair.pairingId }).update({ expires_at: now })
    return pair
  },
  ended: async () => {
    const pair = await paired()
    await pair.asks('DELETE', `/pairings/${pair.pairingId}`)
    return pair
  },
}

const moves: readonly (readonly [string, 'hospital' | 'team', Method, string, object | undefined])[] = [
  ['inviteAgain', 'hospital', 'POST', '/renewal', undefined], ['delete', 'hospital', 'DELETE', '', undefined],
  ['agree', 'team', 'POST', '/agreement', undefined], ['decline', 'team', 'POST', '/declination', {}],
  ['takeOrders', 'team', 'PUT', '/order-taking', { takesOrders: true }], ['refuseOrders', 'team', 'PUT', '/order-taking', { takesOrders: false }],
]
const afterwards: Record<keyof typeof states, Record<string, string>> = {
  invited: { inviteAgain: 'invited', delete: 'removed', agree: 'paired', decline: 'declined' },
  declined: { inviteAgain: 'invited', delete: 'removed' },
  expired: { inviteAgain: 'invited', delete: 'removed' },
  paired: { delete: 'ended', takeOrders: 'paired', refuseOrders: 'paired' },
  ended: {},
}

describe.each(Object.keys(states) as (keyof typeof states)[])('a pairing that is %s', (state) => {
  test.each(moves)('%s by the %s', async (event, side, method, below, body) => {
    const { asks, answers, pairingId } = await states[state]()
    expect((await asks('GET', `/pairings/${pairingId}`)).json()).toMatchObject({ state })
    const call: Call = side === 'hospital' ? asks : answers
    const answer = await call(method, `${side === 'hospital' ? '/pairings' : '/team/pairings'}/${pairingId}${below}`, body)
    const expected = afterwards[state][event]
    if (expected === undefined) {
      expect(typeOf(answer)).toBe('pairing-state-refused')
      return
    }
    expect(answer.statusCode).toBeLessThan(300)
    const seen = await answers('GET', `/team/pairings/${pairingId}`)
    expect(seen.statusCode === 404 ? 'removed' : seen.json<Pairing>().state).toBe(expected)
  })
})

test('each side is told which moves are open to it now', async () => {
  const { asks, answers, pairingId } = await invited()
  const actions = async () => [(await asks('GET', `/pairings/${pairingId}`)).json<Pairing>().actions, (await answers('GET', `/team/pairings/${pairingId}`)).json<Pairing>().actions]
  expect(await actions()).toEqual([['inviteAgain', 'delete'], ['agree', 'decline']])
  await answers('POST', `/team/pairings/${pairingId}/agreement`)
  expect(await actions()).toEqual([['delete'], ['refuseOrders', 'setSignature', 'setFees']])
  await answers('PUT', `/team/pairings/${pairingId}/order-taking`, { takesOrders: false })
  expect(await actions()).toEqual([['delete'], ['takeOrders', 'setSignature', 'setFees']])
  await asks('DELETE', `/pairings/${pairingId}`)
  expect(await actions()).toEqual([[], []])
})

test('one pairing for each hospital and team, however many ask at once; after its end a new one', async () => {
  const { asks, answers, team } = await aPair()
  const asked = await Promise.all(Array.from({ length: 4 }, () => asks('POST', '/pairings', { teamNumber: team.number })))
  expect(asked.map(typeOf).sort()).toEqual(['201', 'pairing-exists', 'pairing-exists', 'pairing-exists'])
  const [{ pairingId } = { pairingId: '' }] = (await asks('GET', '/pairings')).json<PairingPage>().items
  await answers('POST', `/team/pairings/${pairingId}/agreement`)
  await asks('DELETE', `/pairings/${pairingId}`)
  expect(typeOf(await asks('POST', '/pairings', { teamNumber: team.number }))).toBe('201')
  expect((await asks('GET', '/pairings?state=ended')).json<PairingPage>().items).toMatchObject([{ pairingId, takesOrders: false }])
})

test('numbers of teams are not to be guessed: who asks for those of nobody waits; a hospital is no team', async () => {
  const { asks, hospital } = await aPair()
  expect(typeOf(await asks('POST', '/pairings', { teamNumber: hospital.number }))).toBe('no-such-team')
  const answers = await Promise.all(Array.from({ length: 12 }, (_, index) => asks('POST', '/pairings', { teamNumber: `99999999${index}` })))
  expect(answers.map(typeOf)).toContain('too-many-requests')
})

test('a third organisation sees, signs, prices and ends nothing', async () => {
  const { pairingId } = await paired()
  const [otherHospital, otherTeam] = [await (await service.organisation('hospital')).member('full'), await (await service.organisation('team')).member('full')]
  for (const [, side, method, below, body] of moves) {
    const call: Call = side === 'hospital' ? otherHospital.call : otherTeam.call
    expect(typeOf(await call(method, `${side === 'hospital' ? '/pairings' : '/team/pairings'}/${pairingId}${below}`, body))).toBe('no-such-pairing')
  }
  for (const path of ['', '/signature', '/fees']) expect(typeOf(await otherTeam.call('GET', `/team/pairings/${pairingId}${path}`))).toBe('no-such-pairing')
  expect(typeOf(await otherTeam.call('PUT', `/team/pairings/${pairingId}/signature`, await signature(), png))).toBe('no-such-pairing')
  expect((await otherTeam.call('GET', '/team/pairings')).json()).toEqual({ items: [] })
})

test('what happens to a pairing stands in the trail of both', async () => {
  const { hospital, team, pairingId } = await paired()
  for (const { organisationId } of [hospital, team]) {
    const events = await service.db('audit_event').where({ organisation_id: organisationId, action: 'pairing.change' }).orderBy('audit_event_id').select<{ detail: { pairingId: string; change: string } }[]>('detail')
    expect(events.map(({ detail }) => detail)).toEqual([{ pairingId, change: 'invite' }, { pairingId, change: 'agree' }])
  }
})

test('a signature is fixed when there is one, kept as PNG, and only while the pairing lasts', async () => {
  const { answers, asks, pairingId } = await paired()
  const path = `/team/pairings/${pairingId}/signature`
  expect(typeOf(await answers('PUT', `${path}/fixing`, { isSignatureFixed: true }))).toBe('signature-missing')
  expect(typeOf(await answers('PUT', path, Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), png))).toBe('invalid-picture')
  expect((await answers('PUT', path, await signature(), png)).json()).toMatchObject({ hasSignature: true, isSignatureFixed: false })
  expect((await answers('PUT', `${path}/fixing`, { isSignatureFixed: true })).json()).toMatchObject({ isSignatureFixed: true })
  expect((await asks('GET', `/pairings/${pairingId}`)).json()).toMatchObject({ isSignatureFixed: true })
  const kept = await answers('GET', path)
  expect([kept.headers['content-type'], (await sharp(kept.rawPayload).metadata()).format]).toEqual(['image/png', 'png'])
  await asks('DELETE', `/pairings/${pairingId}`)
  expect(typeOf(await answers('PUT', `${path}/fixing`, { isSignatureFixed: false }))).toBe('pairing-state-refused')
})

describe('fees', () => {
  const fee = (doctorId: string, more: object = {}) => ({ doctorId, examType: 'CT', validFrom: '2026-11-22', amount: '80.50', currency: 'CNY', unit: 'study', ...more })

  test('follow each other by day; the same day again replaces; without an amount the doctor serves the type no longer', async () => {
    const { answers, team, pairingId } = await paired()
    const { membershipId } = await team.member('diagnosingDoctor', { name: 'Reader' })
    const set = async (more: object = {}) => (await answers('POST', `/team/pairings/${pairingId}/fees`, fee(membershipId, more)))
      .json<DoctorFeeList>()
      .items.map(({ examType, validFrom, amount }) => [examType, validFrom, amount])
    expect(await set()).toEqual([['CT', '2026-11-22', '80.50']])
    expect(await set({ amount: '90' })).toEqual([['CT', '2026-11-22', '90.00']])
    expect(await set({ validFrom: '2027-01-01', amount: undefined })).toEqual([['CT', '2026-11-22', '90.00'], ['CT', '2027-01-01', undefined]])
    expect((await answers('GET', `/team/pairings/${pairingId}/fees`)).json()).toMatchObject({ items: [{ doctor: { name: 'Reader' }, unit: 'study', currency: 'CNY' }, {}] })
  })

  test('never begin in the past of the team, wherever it is', async () => {
    const { answers, team, pairingId } = await paired()
    const { membershipId } = await team.member('diagnosingDoctor')
    const set = async (validFrom: string) => typeOf(await answers('POST', `/team/pairings/${pairingId}/fees`, fee(membershipId, { validFrom })))
    expect([await set('2026-11-21'), await set('2026-11-31'), await set('2026-11-22')]).toEqual(['invalid-fee', 'invalid-fee', '200'])
    await service.db('organisation').where({ organisation_id: team.organisationId }).update({ time_zone: 'Pacific/Auckland' })
    now = new Date('2026-11-22T12:00:00Z')
    expect([await set('2026-11-22'), await set('2026-11-23')]).toEqual(['invalid-fee', '200'])
    now = new Date('2026-11-22T04:00:00Z')
  })

  test('are those of members of the team, for a hospital it is paired with', async () => {
    const { answers, asks, team, pairingId } = await paired()
    const other = await (await service.organisation('team')).member('diagnosingDoctor')
    expect(typeOf(await answers('POST', `/team/pairings/${pairingId}/fees`, fee(other.membershipId)))).toBe('no-such-member')
    const { membershipId } = await team.member('diagnosingDoctor')
    await asks('DELETE', `/pairings/${pairingId}`)
    expect(typeOf(await answers('POST', `/team/pairings/${pairingId}/fees`, fee(membershipId)))).toBe('pairing-state-refused')
  })
})

test('pairings are listed by state and found by name or number, page by page', async () => {
  const hospital = await service.organisation('hospital')
  const { call } = await hospital.member('administrator')
  const teams = [await service.organisation('team', 'Alpha'), await service.organisation('team', 'Beta'), await service.organisation('team', 'Gamma')]
  for (const { number } of teams) {
    now = new Date(now.getTime() + 1_000)
    await call('POST', '/pairings', { teamNumber: number })
  }
  const names = async (query: string) => (await call('GET', `/pairings${query}`)).json<PairingPage>().items.map(({ team }) => team.name)
  expect(await names('')).toEqual(['Gamma', 'Beta', 'Alpha'])
  const first = (await call('GET', '/pairings?limit=2')).json<PairingPage>()
  expect(first.items.map(({ team }) => team.name)).toEqual(['Gamma', 'Beta'])
  expect(await names(`?limit=2&cursor=${first.next ?? ''}`)).toEqual(['Alpha'])
  expect(await names('?search=bet')).toEqual(['Beta'])
  expect(await names(`?search=${teams[2]?.number ?? ''}`)).toEqual(['Gamma'])
  expect(await names('?state=paired')).toEqual([])
  expect(await names('?state=invited')).toHaveLength(3)
})
