import type { FrozenAccountPage } from '@isocenter/contracts'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { aBrowser, anAccountsService, typeOf, type AccountsService, type Person } from './accounts.fixture.ts'

let service: AccountsService
beforeAll(async () => { service = await anAccountsService() })
afterAll(() => service.close())

const wrong = 'Cardiology&2'
let addresses = 0
/** Each test from places of its own, so that none is slowed down for another. */
let address: string
beforeEach(() => { address = `203.0.113.${String(++addresses)}` })

const wrongly = async ({ phone }: Person, times: number) => {
  const answers: (string | undefined)[] = []
  for (let turn = 0; turn < times; turn++) answers.push(typeOf(await aBrowser(service, address).signIn(phone, wrong)))
  return answers
}
const rightly = async ({ phone, password }: Person) => aBrowser(service, address).signIn(phone, password)
const refusals = (count: number) => Array.from({ length: count }, () => '/problems/sign-in-refused')

describe('ten wrong passwords in a day (AUTH-15, D-03)', () => {
  test('the tenth freezes, the right password is refused too, and everywhere', async () => {
    const person = await service.aPerson()
    expect(await wrongly(person, 10)).toEqual([...refusals(9), '/problems/account-frozen'])
    expect(typeOf(await rightly(person))).toBe('/problems/account-frozen')
    expect(typeOf(await aBrowser(service, '192.0.2.99').signIn(person.phone, person.password))).toBe('/problems/account-frozen')
    expect((await service.trailOf(person.accountId)).filter((entry) => entry.includes('freeze'))).toEqual(['account.freeze success'])
  })

  test('a sign-in in between does not take the others of the day back', async () => {
    const person = await service.aPerson()
    await wrongly(person, 6)
    expect((await rightly(person)).statusCode).toBe(201)
    expect(await wrongly(person, 4)).toEqual([...refusals(3), '/problems/account-frozen'])
  })

  test('who is signed in stays so', async () => {
    const person = await service.aPerson()
    const browser = aBrowser(service)
    await browser.signIn(person.phone, person.password)
    await wrongly(person, 10)
    expect((await browser.call('GET', '/session')).statusCode).toBe(200)
  })

  test('many guesses at once are ten guesses, and the right ones among them cost nothing', async () => {
    const person = await service.aPerson()
    const browser = aBrowser(service, address)
    await browser.signIn(person.phone, person.password)
    const guess = (password: string) => browser.call('POST', '/session', { login: person.phone, password })
    const answers = await Promise.all(Array.from({ length: 40 }, () => guess(wrong)))
    const looked = answers.filter((answer) => ['/problems/sign-in-refused'].includes(String(typeOf(answer)))).length
    expect(looked).toBeLessThanOrEqual(10)
    const kept = await service.db('password_attempts').where({ account_id: person.accountId }).first<{ wrong: number; in_flight: number }>('wrong', 'in_flight')
    expect(kept.wrong).toBeLessThanOrEqual(10)
    expect(kept.in_flight).toBe(0)
  })

  test('the day is that of the organisation: nine before its midnight and nine after do not freeze', async () => {
    const person = await service.aPerson('shanghai')
    // 23:59 in Shanghai
    service.clock.set('2026-12-01T15:59:00Z')
    expect(await wrongly(person, 9)).toEqual(refusals(9))
    service.clock.advance({ minutes: 1 })
    expect(await wrongly(person, 9)).toEqual(refusals(9))
    await service.db('organisation').where({ slug: 'shanghai' }).update({ time_zone: 'America/New_York' })
    service.clock.set('2026-12-02T04:59:00Z')
    expect(await wrongly(person, 10)).toEqual([...refusals(9), '/problems/account-frozen'])
    service.clock.set('2026-12-02T05:00:00Z')
    expect((await rightly(person)).statusCode).toBe(201)
  })
})

describe('release (AUTH-16, ADM-22)', () => {
  test('comes by itself at midnight, and is written down once', async () => {
    const person = await service.aPerson()
    service.clock.set('2026-12-05T10:00:00Z')
    await wrongly(person, 10)
    service.clock.set('2026-12-05T15:59:59Z')
    expect(typeOf(await rightly(person))).toBe('/problems/account-frozen')
    await service.accounts.administration.noteThawed()
    service.clock.set('2026-12-05T16:00:00Z')
    expect((await rightly(person)).statusCode).toBe(201)
    await Promise.all([service.accounts.administration.noteThawed(), service.accounts.administration.noteThawed()])
    expect((await service.trailOf(person.accountId)).filter((entry) => entry.includes('unfreeze'))).toEqual(['account.unfreeze success'])
  })

  test('an administrator sees the frozen of the own organisation and lets them in, with a reason', async () => {
    const [person, stranger, administrator] = [await service.aPerson('release'), await service.aPerson('elsewhere'), await service.anAdministrator('release')]
    await join(person, 'release')
    await join(stranger, 'elsewhere')
    await wrongly(person, 10)
    await wrongly(stranger, 10)
    const browser = aBrowser(service)
    await browser.signIn(administrator.phone, administrator.password)
    const list = async () => (await browser.call('GET', '/accounts/frozen')).json<FrozenAccountPage>().items
    expect(await list()).toEqual([expect.objectContaining({ accountId: person.accountId, name: 'Wang Fang', phone: `+86${person.phone}` })])
    expect((await browser.call('POST', `/accounts/${person.accountId}/release`, { reason: ' ' })).statusCode).toBe(400)
    expect(typeOf(await browser.call('POST', `/accounts/${stranger.accountId}/release`, { reason: 'asked' }))).toBe('/problems/no-such-account')
    expect((await browser.call('POST', `/accounts/${person.accountId}/release`, { reason: 'asked by phone' })).statusCode).toBe(204)
    expect(await list()).toEqual([])
    expect(await service.trailOf(person.accountId)).toContain('account.unfreeze success')
    expect(await wrongly(person, 9)).toEqual(refusals(9))
    expect((await rightly(person)).statusCode).toBe(201)
  })

  test('the list is paged without loss or repetition', async () => {
    const administrator = await service.anAdministrator('paging')
    const people = [await service.aPerson('paging'), await service.aPerson('paging'), await service.aPerson('paging')]
    for (const person of people) {
      await join(person, 'paging')
      await wrongly(person, 10)
    }
    const browser = aBrowser(service)
    await browser.signIn(administrator.phone, administrator.password)
    const seen: string[] = []
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const page: FrozenAccountPage = (await browser.call('GET', `/accounts/frozen?limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`)).json<FrozenAccountPage>()
      seen.push(...page.items.map(({ accountId }) => accountId))
      cursor = page.next
    }
    expect(seen.sort()).toEqual(people.map(({ accountId }) => accountId).sort())
  })

  test('who is no administrator is refused', async () => {
    const person = await service.aPerson('release')
    await join(person, 'release')
    const browser = aBrowser(service)
    await browser.signIn(person.phone, person.password)
    expect((await browser.call('GET', '/accounts/frozen')).statusCode).toBe(403)
    expect((await browser.call('POST', `/accounts/${person.accountId}/release`, { reason: 'me' })).statusCode).toBe(403)
  })
})

describe('one-time passwords from an administrator (AUTH-02)', () => {
  test('take the place of the password, end all sessions, and are for members of this organisation alone', async () => {
    const [person, administrator] = [await service.aPerson('reset'), await service.anAdministrator('reset')]
    await join(person, 'reset')
    const [his, theirs] = [aBrowser(service), aBrowser(service)]
    await his.signIn(person.phone, person.password)
    await theirs.signIn(administrator.phone, administrator.password)
    const answer = await theirs.call('POST', `/accounts/${person.accountId}/one-time-password`, {})
    expect(answer.statusCode).toBe(201)
    expect((await his.call('GET', '/session')).statusCode).toBe(401)
    expect(typeOf(await rightly(person))).toBe('/problems/sign-in-refused')
    // Its holder is told: an administrator could have done it to sign in as him. Once for the password he set himself, once for this one.
    expect(await service.db('notification_event').where({ account_id: person.accountId, event: 'account.password-changed' })).toHaveLength(2)
    const { oneTimePassword } = answer.json<{ oneTimePassword: string }>()
    expect((await aBrowser(service, address).signIn(person.phone, oneTimePassword)).json()).toMatchObject({ restrictedTo: 'setPassword' })
    await join(person, 'elsewhere')
    expect(typeOf(await theirs.call('POST', `/accounts/${person.accountId}/one-time-password`, {}))).toBe('/problems/account-shared')
    // Suspended there he may be reinstated.
    await service.db('membership').where({ account_id: person.accountId, organisation_id: await service.organisationId('elsewhere') }).update({ state: 'suspended' })
    expect(typeOf(await theirs.call('POST', `/accounts/${person.accountId}/one-time-password`, {}))).toBe('/problems/account-shared')
  })
})

/** A member without any right. */
async function join({ accountId }: Person, slug: string): Promise<void> {
  const organisation_id = await service.organisationId(slug)
  await service.db('role').insert({ organisation_id, name: 'guest', permissions: [] }).onConflict().ignore()
  await service.db('membership').insert({ organisation_id, account_id: accountId, role_id: service.db('role').where({ organisation_id, name: 'guest' }).select('role_id') })
}
