/** Sign-in by an organisation's own provider, against a real one (oidc-provider) on a port of its own. */
import type { DownloadPage, ExternalIdentities, ExternalIdentityLinkStart, NotificationPage, QrSignIn, Session, SignInProvider, SignInProviderRequest } from '@isocenter/contracts'
import type { LightMyRequestResponse } from 'fastify'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { aBrowser, anAccountsService, ownPassword, typeOf, type AccountsService, type Person } from '../accounts/accounts.fixture.ts'
import { publish } from '../notifications/index.ts'
import { aMember, anOrganisation } from '../organisations/organisations.fixture.ts'
import { aProvider, aVisitor, clientId, clientSecret, throughProvider, type TestProvider, type Visitor } from './provider.fixture.ts'

let provider: TestProvider
let service: AccountsService
beforeAll(async () => {
  provider = await aProvider()
  service = await anAccountsService(undefined, { OIDC_TRUSTED_ORIGINS: `${provider.origin}, ${byName()}` })
})
afterAll(async () => {
  await service.close()
  await provider.close()
})
beforeEach(() => {
  provider.people.clear()
  provider.person = undefined
  provider.tokenRequests = []
})

/** The provider under a name it does not call itself by. */
const byName = () => provider.origin.replace('127.0.0.1', 'localhost')

let subjects = 0
/** Somebody at the provider's screen. */
const arrives = (claims: Record<string, unknown> = {}): string => {
  const subject = `subject-${String(++subjects)}`
  provider.people.set(subject, claims)
  provider.person = subject
  return subject
}

interface TestHospital {
  readonly organisationId: string
  readonly number: string
  readonly administer: (method: 'GET' | 'PUT' | 'DELETE', body?: object, headers?: Record<string, string>) => Promise<LightMyRequestResponse>
  readonly member: (builtIn?: string) => Promise<Person>
}

const settings = (more: Partial<SignInProviderRequest> = {}): SignInProviderRequest => ({ name: 'North ID', issuer: provider.issuer, clientId, clientSecret, isOn: true, ...more })

async function aHospital(more?: Partial<SignInProviderRequest>): Promise<TestHospital> {
  const { organisationId, number } = await anOrganisation(service.db, 'hospital')
  const { slug } = await service.db('organisation').where({ organisation_id: organisationId }).first<{ slug: string }>('slug')
  const authorization = await service.as(slug, ['org.sign_in'])
  const hospital: TestHospital = {
    organisationId, number,
    administer: (method, body, headers = {}) => service.app.inject({ method, url: '/api/sign-in-provider', headers: { ...authorization, ...headers }, ...(body === undefined ? {} : { payload: body }) }),
    member: async (builtIn = 'general') => {
      const person = await service.aPerson()
      await aMember(service.db, organisationId, builtIn, { accountId: person.accountId })
      return person
    },
  }
  const answer = await hospital.administer('PUT', settings(more))
  expect(answer.json()).toMatchObject({ isOn: true })
  return hospital
}

const account = (person: Person, columns: object) => service.db('account').where({ account_id: person.accountId }).update(columns)
const launch = async (visitor: Visitor, { number }: { number: string }, query = '') => String((await visitor.visit(`/api/sign-in/oidc/${number}${query}`)).headers.location)
const home = (address: URL) => `${address.pathname}${address.search}`
/** There and back: where the browser ends. */
async function signIn(visitor: Visitor, hospital: { number: string }, query?: string): Promise<string> {
  const back = await throughProvider(provider, await launch(visitor, hospital, query))
  return String((await visitor.visit(home(back))).headers.location)
}
const whoIsIn = async (visitor: Visitor): Promise<string | undefined> => {
  const answer = await visitor.call('GET', '/session')
  return answer.statusCode === 200 ? answer.json<Session>().account.accountId : undefined
}
const providerIdOf = async (hospital: TestHospital) => (await hospital.administer('GET')).json<SignInProvider>().providerId

/** A desktop that somebody lets in by the QR code it shows. */
async function letInBy(phone: Visitor): Promise<Visitor> {
  const desktop = aVisitor(service)
  const code = (await desktop.call('POST', '/qr-sign-ins')).json<QrSignIn>().url.split('#')[1]
  expect((await phone.call('POST', '/qr-sign-ins/approval', { code })).statusCode).toBe(204)
  expect((await desktop.call('POST', '/session/qr')).statusCode).toBe(201)
  return desktop
}

/** Signs in by password, then links by way of the provider; where the browser ends. */
async function linkAs(person: Person, hospital: TestHospital, visitor = aVisitor(service)): Promise<string> {
  const browser = aBrowser(service)
  await browser.signIn(person.phone, ownPassword)
  const [name = '', value = ''] = (browser.cookie() ?? '').split('=')
  visitor.jar.set(name, value)
  const started = await visitor.call('POST', `/account/external-identities/${await providerIdOf(hospital)}/link`, { password: ownPassword, returnTo: '/me/security' })
  expect(started.statusCode).toBe(201)
  const back = await throughProvider(provider, started.json<ExternalIdentityLinkStart>().authorizationUrl)
  return String((await visitor.visit(home(back))).headers.location)
}

describe('linking and signing in', () => {
  test('who has linked the own account signs in by the provider, with a session as by password', async () => {
    const hospital = await aHospital()
    const person = await hospital.member()
    arrives({ email: 'li@north.example', email_verified: true })
    expect(await linkAs(person, hospital)).toBe('/me/security?oidc=linked')
    const visitor = aVisitor(service)
    expect(await signIn(visitor, hospital, '?returnTo=/o/7/studies?modality=CT')).toBe('/o/7/studies?modality=CT')
    expect(await whoIsIn(visitor)).toBe(person.accountId)
    expect((await visitor.call('GET', '/session')).json<Session>()).toMatchObject({ isRemembered: false })
    expect(await service.trailOf(person.accountId)).toEqual(expect.arrayContaining(['account.link success', 'account.sign-in success']))
  })

  test('binding is seen, and ended with the password; sessions that were opened by it end with it', async () => {
    const hospital = await aHospital()
    const person = await hospital.member()
    arrives({ email: 'li@north.example', email_verified: true })
    const visitor = aVisitor(service)
    await linkAs(person, hospital, visitor)
    const [identity] = (await visitor.call('GET', '/account/external-identities')).json<ExternalIdentities>().items
    expect(identity).toMatchObject({ name: 'North ID', state: 'bound', linkedBy: 'holder', label: 'li@north.example', organisation: { number: hospital.number } })
    const elsewhere = aVisitor(service)
    await signIn(elsewhere, hospital)
    const removal = `/account/external-identities/${String(identity?.providerId)}/removal`
    expect(typeOf(await visitor.call('POST', removal, { password: 'Wrong$123' }))).toBe('/problems/wrong-password')
    expect(await whoIsIn(elsewhere)).toBe(person.accountId)
    expect((await visitor.call('POST', removal, { password: ownPassword })).statusCode).toBe(204)
    expect(await whoIsIn(elsewhere)).toBeUndefined()
    expect((await visitor.call('GET', '/account/external-identities')).json<ExternalIdentities>().items[0]).toMatchObject({ state: 'unbound' })
    expect(await signIn(elsewhere, hospital)).toBe(`/sign-in?oidc=notLinked&organisation=${hospital.number}`)
  })

  test('an account has one identity at a provider, and an identity one account', async () => {
    const hospital = await aHospital()
    const [li, wang] = [await hospital.member(), await hospital.member()]
    const first = arrives()
    await linkAs(li, hospital)
    expect(await linkAs(wang, hospital)).toBe('/me/security?oidc=linkedElsewhere')
    arrives()
    expect(await linkAs(li, hospital)).toBe('/me/security?oidc=alreadyLinked')
    provider.person = first
    expect(await linkAs(li, hospital)).toBe('/me/security?oidc=linked')
  })

  test('linking asks for the password, and for a session that is still alive when the browser comes back', async () => {
    const hospital = await aHospital()
    const person = await hospital.member()
    arrives()
    const visitor = aVisitor(service)
    await linkAs(person, hospital, visitor)
    const path = `/account/external-identities/${await providerIdOf(hospital)}/link`
    expect(typeOf(await visitor.call('POST', path, { password: 'Wrong$123' }))).toBe('/problems/wrong-password')
    const { authorizationUrl } = (await visitor.call('POST', path, { password: ownPassword, returnTo: '/me' })).json<ExternalIdentityLinkStart>()
    const back = await throughProvider(provider, authorizationUrl)
    await service.db('account_session').where({ account_id: person.accountId }).delete()
    expect((await visitor.visit(home(back))).headers.location).toBe('/me?oidc=expired')
  })

  test('a provider of an organisation one does not belong to cannot be linked, nor is it seen', async () => {
    const [mine, theirs] = [await aHospital(), await aHospital()]
    const person = await mine.member()
    arrives()
    const visitor = aVisitor(service)
    await linkAs(person, mine, visitor)
    expect(typeOf(await visitor.call('POST', `/account/external-identities/${await providerIdOf(theirs)}/link`, { password: ownPassword }))).toBe('/problems/no-sign-in-provider')
    expect((await visitor.call('GET', '/account/external-identities')).json<ExternalIdentities>().items).toHaveLength(1)
  })
})

describe('linking by what the provider has verified', () => {
  const withEmail = async (hospital: TestHospital, email: string, builtIn?: string) => {
    const person = await hospital.member(builtIn)
    await account(person, { email, email_proven_at: new Date() })
    return person
  }

  test('only where the organisation says so', async () => {
    const hospital = await aHospital()
    await withEmail(hospital, 'chen@north.example')
    arrives({ email: 'chen@north.example', email_verified: true })
    expect(await signIn(aVisitor(service), hospital)).toContain('oidc=notLinked')
    await hospital.administer('PUT', settings({ linksBy: 'email' }))
    expect(await signIn(aVisitor(service), hospital)).toBe('/workbench')
  })

  test('by e-mail, in whatever case; the same person signs in again', async () => {
    const hospital = await aHospital({ linksBy: 'email' })
    const person = await withEmail(hospital, 'Zhao@North.example')
    arrives({ email: 'zhao@north.EXAMPLE', email_verified: true })
    for (let time = 0; time < 2; time++) {
      const visitor = aVisitor(service)
      expect(await signIn(visitor, hospital)).toBe('/workbench')
      expect(await whoIsIn(visitor)).toBe(person.accountId)
    }
  })

  test('by phone number', async () => {
    const hospital = await aHospital({ linksBy: 'phone' })
    const person = await hospital.member()
    arrives({ phone_number: `+86 ${person.phone}`, phone_number_verified: true })
    const visitor = aVisitor(service)
    expect(await signIn(visitor, hospital)).toBe('/workbench')
    expect(await whoIsIn(visitor)).toBe(person.accountId)
  })

  test.each<[string, (hospital: TestHospital) => Promise<Record<string, unknown>>]>([
    ['an address the provider has not verified', async (hospital) => { await withEmail(hospital, 'a@north.example'); return { email: 'a@north.example', email_verified: false } }],
    ['an address without a word of verification', async (hospital) => { await withEmail(hospital, 'b@north.example'); return { email: 'b@north.example' } }],
    ['an address that somebody has typed for its account', async (hospital) => { await account(await hospital.member(), { email: 'i@north.example' }); return { email: 'i@north.example', email_verified: true } }],
    ['an address nobody has', () => Promise.resolve({ email: 'nobody@north.example', email_verified: true })],
    ['an address two have', async (hospital) => { await withEmail(hospital, 'c@north.example'); await withEmail(hospital, 'C@north.example'); return { email: 'c@north.example', email_verified: true } }],
    ['who administers anything', async (hospital) => { await withEmail(hospital, 'h@north.example', 'administrator'); return { email: 'h@north.example', email_verified: true } }],
    ['who has the full role', async (hospital) => { await withEmail(hospital, 'd@north.example', 'full'); return { email: 'd@north.example', email_verified: true } }],
    ['who acts for another organisation too', async (hospital) => {
      const person = await withEmail(hospital, 'e@north.example')
      await aMember(service.db, (await anOrganisation(service.db, 'team')).organisationId, 'reviewer', { accountId: person.accountId })
      return { email: 'e@north.example', email_verified: true }
    }],
    ['who is no member', async () => { await account(await service.aPerson(), { email: 'f@north.example', email_proven_at: new Date() }); return { email: 'f@north.example', email_verified: true } }],
    ['who is linked to another identity there', async (hospital) => {
      const person = await withEmail(hospital, 'g@north.example')
      arrives()
      await linkAs(person, hospital)
      return { email: 'g@north.example', email_verified: true }
    }],
  ])('%s: nobody is taken over, and all are answered alike', async (_who, prepare) => {
    const hospital = await aHospital({ linksBy: 'email' })
    arrives(await prepare(hospital))
    const visitor = aVisitor(service)
    expect(await signIn(visitor, hospital)).toBe(`/sign-in?oidc=notLinked&organisation=${hospital.number}`)
    expect(visitor.jar.size).toBe(0)
  })

  test("who comes to act for another organisation must link the account himself, before the first one's provider speaks for him again", async () => {
    const hospital = await aHospital({ linksBy: 'email' })
    const person = await withEmail(hospital, 'sun@north.example')
    arrives({ email: 'sun@north.example', email_verified: true })
    expect(await signIn(aVisitor(service), hospital)).toBe('/workbench')
    await aMember(service.db, (await anOrganisation(service.db, 'team')).organisationId, 'reviewer', { accountId: person.accountId })
    expect(await signIn(aVisitor(service), hospital)).toContain('oidc=linkYourself')
    expect(await linkAs(person, hospital)).toContain('oidc=linked')
    expect(await signIn(aVisitor(service), hospital)).toBe('/workbench')
  })
})

describe('what the word of a provider is good for', () => {
  const at = (organisationId: string) => ({ 'x-organisation': organisationId })
  /** A doctor of a hospital and of a team, signed in by the provider of the hospital. */
  const aGuestOfTwo = async () => {
    const hospital = await aHospital()
    const person = await hospital.member()
    const team = await anOrganisation(service.db, 'team')
    await aMember(service.db, team.organisationId, 'full', { accountId: person.accountId })
    arrives()
    await linkAs(person, hospital)
    const visitor = aVisitor(service)
    await signIn(visitor, hospital)
    return { hospital, person, team, visitor }
  }

  test('it opens its own organisation, and others once the account itself is proven', async () => {
    const { hospital, team, visitor } = await aGuestOfTwo()
    expect((await visitor.call('GET', '/organisation', undefined, at(hospital.organisationId))).statusCode).toBe(200)
    const refused = await visitor.call('GET', '/organisation', undefined, at(team.organisationId))
    expect([refused.statusCode, typeOf(refused)]).toEqual([403, '/problems/account-proof-required'])
    expect(typeOf(await visitor.call('POST', '/session/proof', { password: 'Wrong$123' }))).toBe('/problems/wrong-password')
    expect(typeOf(await visitor.call('GET', '/organisation', undefined, at(team.organisationId)))).toBe('/problems/account-proof-required')
    expect((await visitor.call('POST', '/session/proof', { password: ownPassword })).statusCode).toBe(200)
    expect((await visitor.call('GET', '/organisation', undefined, at(team.organisationId))).statusCode).toBe(200)
  })

  test("it reads no images of others, and shows nothing of the account that is not the organisation's", async () => {
    const { team, visitor } = await aGuestOfTwo()
    expect(typeOf(await visitor.visitOwn('/dicom-web/studies', at(team.organisationId)))).toBe('/problems/account-proof-required')
    for (const path of ['/account/credentials', '/account/signature', '/account/sessions', '/account/permissions']) expect([path, typeOf(await visitor.call('GET', path))]).toEqual([path, '/problems/account-proof-required'])
    for (const path of ['/account/memberships', '/account/profile', '/notifications', '/notifications/counts', '/todos', '/account/preferences']) expect([path, (await visitor.call('GET', path)).statusCode]).toEqual([path, 200])
  })

  test('who works for the one organisation alone is asked for nothing more', async () => {
    const hospital = await aHospital()
    const person = await hospital.member()
    arrives()
    await linkAs(person, hospital)
    const visitor = aVisitor(service)
    await signIn(visitor, hospital)
    expect((await visitor.call('GET', '/account/credentials')).statusCode).toBe(200)
  })

  test('notifications of another organisation are not among those it shows', async () => {
    const { hospital, person, team, visitor } = await aGuestOfTwo()
    const details = { organisation: 'Somewhere', role: 'reader' }
    await service.db.transaction(async (trx) => {
      for (const { organisationId } of [hospital, team]) await publish(trx, { event: 'membership.role-changed', organisationId, accountId: person.accountId, details })
    })
    await service.notifying.telling.tellDue()
    const told = async () => (await visitor.call('GET', '/notifications')).json<NotificationPage>().items.flatMap(({ organisation }) => organisation?.organisationId ?? [])
    expect(await told()).toEqual([hospital.organisationId])
    await visitor.call('POST', '/session/proof', { password: ownPassword })
    expect(new Set(await told())).toEqual(new Set([hospital.organisationId, team.organisationId]))
  })

  test('downloads of another organisation are not among those it shows, nor fetched', async () => {
    const { hospital, person, team, visitor } = await aGuestOfTwo()
    const rows = [hospital, team].map(({ organisationId }) => ({ organisation_id: organisationId, account_id: person.accountId, kind: 'list', file_name: 'list', is_background: true, state: 'failed', failure: 'broken', list: '{}', created_at: new Date(), expires_at: new Date(Date.now() + 86_400_000) }))
    const [own, other] = await service.db('download').insert(rows).returning<{ download_id: string }[]>('download_id')
    const listed = async () => (await visitor.call('GET', '/downloads')).json<DownloadPage>().items.map(({ downloadId }) => downloadId)
    expect(await listed()).toEqual([own?.download_id])
    for (const [method, path] of [['GET', ''], ['GET', '/file'], ['POST', '/retry'], ['DELETE', '']] as const) expect(typeOf(await visitor.call(method, `/downloads/${String(other?.download_id)}${path}`))).toBe('/problems/no-such-download')
    await visitor.call('POST', '/session/proof', { password: ownPassword })
    expect(await listed()).toEqual([other?.download_id, own?.download_id])
  })

  test('it joins no other organisation, though the phone was proven', async () => {
    const hospital = await aHospital()
    const person = await hospital.member()
    await account(person, { phone_proven_at: new Date() })
    arrives()
    await linkAs(person, hospital)
    const visitor = aVisitor(service)
    await signIn(visitor, hospital)
    const team = await anOrganisation(service.db, 'team')
    await aMember(service.db, team.organisationId, 'full')
    const role = await service.db('role').where({ organisation_id: team.organisationId, built_in: 'reviewer' }).first<{ role_id: string }>('role_id')
    const { slug } = await service.db('organisation').where({ organisation_id: team.organisationId }).first<{ slug: string }>('slug')
    const invited = await service.app.inject({ method: 'POST', url: '/api/invitations', headers: await service.as(slug, ['org.member']), payload: { phone: person.phone, roleId: role.role_id } })
    const path = `/account/invitations/${invited.json<{ invitationId: string }>().invitationId}/acceptance`
    expect(typeOf(await visitor.call('POST', path, {}))).toBe('/problems/account-proof-required')
    await visitor.call('POST', '/session/proof', { password: ownPassword })
    expect((await visitor.call('POST', path, {})).statusCode).toBe(200)
  })

  test('it sets no first password for an account that acts for others', async () => {
    const { person, visitor, hospital } = await aGuestOfTwo()
    await account(person, { must_set_password: true })
    expect(typeOf(await visitor.call('PUT', '/session/password', { newPassword: 'Another$12' }))).toBe('/problems/account-proof-required')
    await service.db('membership').where({ account_id: person.accountId }).whereNot({ organisation_id: hospital.organisationId }).delete()
    expect((await visitor.call('PUT', '/session/password', { newPassword: 'Another$12' })).statusCode).toBe(200)
  })

  test('its holder is told of a link, and of its end', async () => {
    const hospital = await aHospital()
    const person = await hospital.member()
    arrives()
    const visitor = aVisitor(service)
    await linkAs(person, hospital, visitor)
    const told = async () => {
      await service.notifying.telling.tellDue()
      return (await visitor.call('GET', '/notifications')).json<NotificationPage>().items.map(({ event }) => event)
    }
    expect(await told()).toContain('account.linked')
    await visitor.call('POST', `/account/external-identities/${await providerIdOf(hospital)}/removal`, { password: ownPassword })
    expect(await told()).toContain('account.unlinked')
  })

  test.each<[string, Partial<SignInProviderRequest> | undefined]>([['switched off', { isOn: false }], ['of another issuer', { isOn: false, issuer: 'https://login.elsewhere.example' }], ['removed', undefined]])('%s, it keeps no session', async (_what, change) => {
    const hospital = await aHospital()
    const person = await hospital.member()
    arrives()
    const byPassword = aVisitor(service)
    await linkAs(person, hospital, byPassword)
    const visitor = aVisitor(service)
    await signIn(visitor, hospital)
    const desktop = await letInBy(visitor)
    expect(await whoIsIn(desktop)).toBe(person.accountId)
    await (change === undefined ? hospital.administer('DELETE') : hospital.administer('PUT', settings(change)))
    expect(await whoIsIn(visitor)).toBeUndefined()
    expect(await whoIsIn(desktop)).toBeUndefined()
    expect(await whoIsIn(byPassword)).toBe(person.accountId)
  })

  test('one that links accounts by what it says is set up by who has the full role', async () => {
    const hospital = await aHospital()
    const administrators = { full: await hospital.member('full'), administrator: await hospital.member('administrator') }
    const outcomes = []
    for (const one of ['administrator', 'full'] as const) {
      const browser = aBrowser(service)
      await browser.signIn(administrators[one].phone, ownPassword)
      const put = (linksBy: 'holder' | 'email') => browser.call('PUT', '/sign-in-provider', settings({ linksBy }), at(hospital.organisationId))
      outcomes.push([one, typeOf(await put('holder')), typeOf(await put('email'))])
    }
    expect(outcomes).toEqual([['administrator', undefined, '/problems/full-role-needed'], ['full', undefined, undefined]])
  })
})

describe('who gets in', () => {
  test('only from the domains the organisation names, by a verified address; endings that look alike are none', async () => {
    const hospital = await aHospital({ emailDomains: ['North.example'] })
    const person = await hospital.member()
    const subject = arrives({ email: 'li@north.example', email_verified: true })
    await linkAs(person, hospital)
    for (const [claims, ends] of [
      [{ email: 'li@north.example', email_verified: true }, '/workbench'], [{ email: 'li@NORTH.EXAMPLE', email_verified: true }, '/workbench'],
      [{ email: 'li@north.example' }, 'notAllowed'], [{ email: 'li@evilnorth.example', email_verified: true }, 'notAllowed'], [{ email: 'li@sub.north.example', email_verified: true }, 'notAllowed'],
      [{ email: 'li@north.example@evil.example', email_verified: true }, 'notAllowed'], [{ email: 'north.example', email_verified: true }, 'notAllowed'], [{}, 'notAllowed'],
    ] as const) {
      provider.people.set(subject, claims)
      expect([claims, await signIn(aVisitor(service), hospital)]).toEqual([claims, expect.stringContaining(ends)])
    }
  })

  test('only with the claim the organisation asks for', async () => {
    const hospital = await aHospital({ requiredClaim: { name: 'groups', value: 'radiology' } })
    const person = await hospital.member()
    const subject = arrives({ groups: ['surgery', 'radiology'] })
    await linkAs(person, hospital)
    for (const [groups, ends] of [[['surgery', 'radiology'], '/workbench'], ['radiology', '/workbench'], [['radiology-guests'], 'notAllowed'], [undefined, 'notAllowed'], [[['radiology']], 'notAllowed']] as const) {
      provider.people.set(subject, { groups })
      expect([groups, await signIn(aVisitor(service), hospital)]).toEqual([groups, expect.stringContaining(ends)])
    }
  })

  test('nobody who is frozen, suspended or no member any more', async () => {
    const hospital = await aHospital()
    const person = await hospital.member()
    arrives()
    await linkAs(person, hospital)
    const browser = aBrowser(service, '192.0.2.77')
    for (let wrong = 0; wrong < 10; wrong++) await browser.signIn(person.phone, 'Wrong$123')
    expect(await signIn(aVisitor(service), hospital)).toContain('oidc=accountFrozen')
    await service.db('password_attempts').where({ account_id: person.accountId }).delete()
    await account(person, { state: 'suspended' })
    expect(await signIn(aVisitor(service), hospital)).toContain('oidc=accountSuspended')
    await account(person, { state: 'active' })
    await service.db('membership').where({ account_id: person.accountId }).update({ state: 'suspended' })
    expect(await signIn(aVisitor(service), hospital)).toContain('oidc=notMember')
  })

  test('what a password would have to be followed by is asked for here too: a second factor, another password', async () => {
    const hospital = await aHospital()
    const person = await hospital.member()
    arrives()
    await linkAs(person, hospital)
    const visitor = aVisitor(service)
    await account(person, { has_second_factor: true })
    await signIn(visitor, hospital)
    expect((await visitor.call('GET', '/session')).json<Session>().restrictedTo).toBe('secondFactor')
    expect(typeOf(await visitor.call('GET', '/account/sessions'))).toBe('/problems/session-restricted')
    await account(person, { has_second_factor: false, must_set_password: true })
    await signIn(visitor, hospital)
    expect((await visitor.call('GET', '/session')).json<Session>().restrictedTo).toBe('setPassword')
  })
})

describe('there and back', () => {
  test('the browser is sent with state, nonce and PKCE, all of them new each time, and the code is exchanged with the verifier and the secret', async () => {
    const hospital = await aHospital()
    await linkAsNew(hospital)
    const visitor = aVisitor(service)
    const [one, other] = [new URL(await launch(visitor, hospital)), new URL(await launch(visitor, hospital))]
    expect(one.searchParams.get('code_challenge_method')).toBe('S256')
    expect(one.searchParams.get('redirect_uri')).toBe(`https://pacs.example/api/sign-in/oidc/${hospital.number}/callback`)
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(one.searchParams.get(name)?.length).toBeGreaterThan(40)
      expect(one.searchParams.get(name)).not.toBe(other.searchParams.get(name))
    }
    provider.tokenRequests = []
    expect((await visitor.visit(home(await throughProvider(provider, one.href)))).headers.location).toBe('/workbench')
    expect(provider.tokenRequests).toHaveLength(1)
    expect(provider.tokenRequests[0]?.authorization).toMatch(/^Basic /)
    expect(provider.tokenRequests[0]?.body).toContain('code_verifier=')
    // The window that was opened beside it signs in too.
    expect((await visitor.visit(home(await throughProvider(provider, other.href)))).headers.location).toBe('/workbench')
  })

  test('a public client speaks for itself by PKCE alone', async () => {
    const hospital = await aHospital({ clientId: 'public', clientSecret: '' })
    await linkAsNew(hospital)
    expect(await signIn(aVisitor(service), hospital)).toBe('/workbench')
    expect(provider.tokenRequests.at(-1)?.authorization).toBeUndefined()
  })

  test('an answer is for the browser that asked, once, within ten minutes, and for the state it was given', async () => {
    const hospital = await aHospital()
    await linkAsNew(hospital)
    const [visitor, victim] = [aVisitor(service), aVisitor(service)]
    const back = await throughProvider(provider, await launch(visitor, hospital))
    // Another's answer, sent to a victim: it would sign him in as somebody else.
    expect((await victim.visit(home(back))).headers.location).toContain('oidc=expired')
    await launch(victim, hospital)
    expect((await victim.visit(home(back))).headers.location).toContain('oidc=expired')
    const other = new URL(back)
    other.searchParams.set('state', `${other.searchParams.get('state')?.slice(0, -2) ?? ''}xx`)
    expect((await visitor.visit(home(other))).headers.location).toContain('oidc=expired')
    const jar = new Map(visitor.jar)
    expect((await visitor.visit(home(back))).headers.location).toBe('/workbench')
    // Twice: the cookie is gone, and with it kept the code is used.
    expect((await visitor.visit(home(back))).headers.location).toContain('oidc=expired')
    for (const [name, value] of jar) visitor.jar.set(name, value)
    expect((await visitor.visit(home(back))).headers.location).toContain('oidc=expired')
    const late = await throughProvider(provider, await launch(visitor, hospital))
    service.clock.advance({ minutes: 10 })
    expect((await visitor.visit(home(late))).headers.location).toContain('oidc=expired')
  })

  test("one organisation's answer is not taken for another's, nor after its provider was changed", async () => {
    const [hospital, other] = [await aHospital(), await aHospital()]
    await linkAsNew(hospital)
    const visitor = aVisitor(service)
    const back = await throughProvider(provider, await launch(visitor, hospital))
    expect((await visitor.visit(home(back).replace(hospital.number, other.number))).headers.location).toContain('oidc=expired')
    const again = await throughProvider(provider, await launch(visitor, hospital))
    await hospital.administer('PUT', settings({ name: 'Another name' }))
    expect((await visitor.visit(home(again))).headers.location).toContain('oidc=expired')
  })

  test('what is kept in the browser tells nothing and cannot be changed', async () => {
    const hospital = await aHospital()
    const answer = await service.app.inject(`/api/sign-in/oidc/${hospital.number}?returnTo=/secret-place`)
    const cookie = String(answer.headers['set-cookie'])
    expect(cookie).toMatch(/^__Host-isocenter-oidc-\w+=[\w.-]+; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=600$/)
    expect(Buffer.from(cookie, 'base64url').toString('latin1')).not.toContain('secret-place')
    expect(answer.headers['referrer-policy']).toBe('no-referrer')
    expect(answer.headers['cache-control']).toBe('no-store')
  })

  test('who declines at the provider is told so', async () => {
    const hospital = await aHospital()
    provider.person = undefined
    expect(await signIn(aVisitor(service), hospital)).toBe(`/sign-in?oidc=refusedThere&organisation=${hospital.number}`)
  })

  test.each(['https://evil.example/x', '//evil.example/x', '/\\evil.example', 'https:/\\evil.example', 'javascript:alert(1)', 'https://pacs.example@evil.example/', 'https://user@pacs.example/', '////evil.example'])('nobody is sent on to %s', async (target) => {
    const hospital = await aHospital()
    await linkAsNew(hospital)
    const location = await signIn(aVisitor(service), hospital, `?returnTo=${encodeURIComponent(target)}`)
    expect(new URL(location, 'https://pacs.example').origin).toBe('https://pacs.example')
    expect(location).not.toMatch(/^\/[/\\]/)
  })

  test('a provider may begin the sign-in itself, if it is the one of the organisation', async () => {
    const hospital = await aHospital()
    await linkAsNew(hospital)
    expect(await signIn(aVisitor(service), hospital, `?iss=${encodeURIComponent(provider.issuer)}&login_hint=li&target_link_uri=${encodeURIComponent('https://pacs.example/o/3/home')}`)).toBe('/o/3/home')
    expect(await launch(aVisitor(service), hospital, '?iss=https://evil.example')).toContain('oidc=noSuchProvider')
  })

  test('an organisation nobody has is answered as one without a provider, or with one switched off', async () => {
    const [without, off] = [await anOrganisation(service.db, 'hospital'), await aHospital()]
    await off.administer('PUT', settings({ isOn: false }))
    const answers = await Promise.all([without.number, off.number, 'H-000000'].map(async (number) => {
      const { statusCode, headers } = await service.app.inject(`/api/sign-in/oidc/${number}`)
      return [statusCode, String(headers.location).replace(number, ''), headers['set-cookie']]
    }))
    expect(answers).toEqual([1, 2, 3].map(() => [303, '/sign-in?oidc=noSuchProvider&organisation=', undefined]))
  })

  test('an address that begins over and over has to wait, and is told so; another is not kept out', async () => {
    const begin = async (remoteAddress: string) => String((await service.app.inject({ url: '/api/sign-in/oidc/H-000000', remoteAddress })).headers.location)
    let location = ''
    for (let time = 0; time < 400 && !location.includes('tooManyRequests'); time++) location = await begin('198.51.100.9')
    expect(location).toBe('/sign-in?oidc=tooManyRequests&organisation=H-000000')
    expect(await begin('198.51.100.10')).toContain('noSuchProvider')
  })

  test('remembering a device is asked for at the beginning', async () => {
    const hospital = await aHospital()
    await linkAsNew(hospital)
    const visitor = aVisitor(service)
    await signIn(visitor, hospital, '?remember=true')
    expect((await visitor.call('GET', '/session')).json<Session>().isRemembered).toBe(true)
  })

  const linkAsNew = async (hospital: TestHospital) => {
    const person = await hospital.member()
    arrives()
    await linkAs(person, hospital)
    return person
  }
})

describe('signing out at the provider', () => {
  const now = () => Math.floor(Date.now() / 1000)
  const token = (subject: string, more: object = {}) => ({
    iss: provider.issuer, aud: clientId, iat: now(), exp: now() + 120, jti: 'one', sub: subject, events: { 'http://schemas.openid.net/event/backchannel-logout': {} }, ...more,
  })
  const tell = async ({ number }: { number: string }, logoutToken: string) => (await service.app.inject({
    method: 'POST', url: `/api/sign-in/oidc/${number}/backchannel-logout`, headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: new URLSearchParams({ logout_token: logoutToken }).toString(),
  })).statusCode

  test('ends the sessions that were opened through it, and those alone', async () => {
    const hospital = await aHospital()
    const person = await hospital.member()
    const subject = arrives()
    const byPassword = aVisitor(service)
    await linkAs(person, hospital, byPassword)
    const visitor = aVisitor(service)
    await signIn(visitor, hospital)
    expect(await tell(hospital, await provider.sign(token(subject)))).toBe(200)
    expect(await whoIsIn(visitor)).toBeUndefined()
    expect(await whoIsIn(byPassword)).toBe(person.accountId)
  })

  test("anybody's tokens make the provider's keys be asked for once", async () => {
    const hospital = await aHospital()
    provider.keyRequests = 0
    for (let time = 0; time < 5; time++) await tell(hospital, await provider.sign(token(`nobody-${String(time)}`)))
    expect(provider.keyRequests).toBe(1)
  })

  test.each<[string, object]>([
    ['for another client', { aud: 'other' }], ['by another issuer', { iss: 'https://evil.example' }], ['that is old', { iat: Math.floor(Date.now() / 1000) - 3_600, exp: Math.floor(Date.now() / 1000) + 60 }],
    ['that is an ID token', { nonce: 'n' }], ['about nothing', { events: {} }], ['about nobody', { sub: undefined }], ['without an id', { jti: undefined }],
  ])('a token %s ends nothing', async (_what, more) => {
    const hospital = await aHospital()
    const person = await hospital.member()
    const subject = arrives()
    await linkAs(person, hospital)
    const visitor = aVisitor(service)
    await signIn(visitor, hospital)
    expect(await tell(hospital, await provider.sign(token(subject, more)))).toBe(400)
    expect(await tell(hospital, 'not.a.token')).toBe(400)
    expect(await whoIsIn(visitor)).toBe(person.accountId)
  })
})

describe('setting a provider up', () => {
  test('its secret is kept sealed and never told; without one in a change it stays', async () => {
    const hospital = await aHospital()
    const { clientSecret: _, ...rest } = settings({ name: 'Renamed' })
    const changed = await hospital.administer('PUT', rest)
    expect(changed.json()).toMatchObject({ name: 'Renamed', hasClientSecret: true, redirectUri: `https://pacs.example/api/sign-in/oidc/${hospital.number}/callback` })
    expect(changed.body).not.toContain(clientSecret)
    const rows = JSON.stringify([await service.db('sign_in_provider').select(), await service.db('audit_event').select()])
    expect(rows).not.toContain(clientSecret)
    expect(Buffer.from((await service.db('sign_in_provider').where({ organisation_id: hospital.organisationId }).first<{ secret_sealed: Buffer }>()).secret_sealed).toString('latin1')).not.toContain(clientSecret)
  })

  test('another issuer ends every link and does not get the secret of the former one', async () => {
    const hospital = await aHospital()
    const person = await hospital.member()
    arrives()
    await linkAs(person, hospital)
    expect((await hospital.administer('GET')).json()).toMatchObject({ people: 1 })
    const { clientSecret: _, ...rest } = settings({ issuer: 'https://login.elsewhere.example', isOn: false })
    expect((await hospital.administer('PUT', rest)).json()).toMatchObject({ people: 0, hasClientSecret: false })
  })

  test.each<[string, Partial<SignInProviderRequest>, string, string | undefined]>([
    ['plain HTTP', { issuer: 'http://login.example' }, 'invalid-sign-in-provider', undefined],
    ['a query', { issuer: 'https://login.example/?tenant=1' }, 'invalid-sign-in-provider', undefined],
    ['a password', { issuer: 'https://user:pass@login.example' }, 'invalid-sign-in-provider', undefined],
    ['no address', { issuer: 'login.example' }, 'invalid-sign-in-provider', undefined],
    ['another scheme', { issuer: 'file:///etc/passwd' }, 'invalid-sign-in-provider', undefined],
    ['loopback', { issuer: 'https://127.0.0.1:9' }, 'sign-in-provider-unusable', 'addressNotAllowed'],
    ['loopback by name', { issuer: 'https://localhost:9' }, 'sign-in-provider-unusable', 'addressNotAllowed'],
    ['loopback in IPv6', { issuer: 'https://[::1]:9' }, 'sign-in-provider-unusable', 'addressNotAllowed'],
    ['IPv4 in IPv6', { issuer: 'https://[::ffff:10.0.0.1]' }, 'sign-in-provider-unusable', 'addressNotAllowed'],
    ['the metadata service of a cloud', { issuer: 'https://169.254.169.254' }, 'sign-in-provider-unusable', 'addressNotAllowed'],
    ['an address written as a number', { issuer: 'https://2130706433' }, 'sign-in-provider-unusable', 'addressNotAllowed'],
  ])('%s is refused, with why', async (_what, more, problem, reason) => {
    const hospital = await aHospital()
    const answer = await hospital.administer('PUT', settings(more))
    expect(answer.json()).toMatchObject({ type: `/problems/${problem}`, ...(reason === undefined ? {} : { reason }) })
    expect((await hospital.administer('GET')).json()).toMatchObject({ issuer: provider.issuer, version: 1 })
  })

  test('what answers there but is no provider, or another, is told', async () => {
    const hospital = await aHospital()
    expect((await hospital.administer('PUT', settings({ issuer: `${provider.origin}/nothing` }))).json()).toMatchObject({ reason: 'notAProvider' })
    expect((await hospital.administer('PUT', settings({ issuer: byName() }))).json()).toMatchObject({ reason: 'otherIssuer' })
  })

  test('a wrong secret is told to who signs in as a fault of the set-up', async () => {
    const hospital = await aHospital({ clientSecret: 'wrong' })
    arrives()
    expect(await signIn(aVisitor(service), hospital)).toContain('oidc=providerMisconfigured')
  })

  test('a change is made to the version that was seen; a removal takes the links along', async () => {
    const hospital = await aHospital()
    const person = await hospital.member()
    arrives()
    await linkAs(person, hospital)
    expect((await hospital.administer('PUT', settings(), { 'if-match': '"1"' })).headers['etag']).toBe('"2"')
    expect(typeOf(await hospital.administer('PUT', settings(), { 'if-match': '"1"' }))).toBe('/problems/changed-meanwhile')
    expect((await hospital.administer('DELETE')).statusCode).toBe(204)
    expect(typeOf(await hospital.administer('GET'))).toBe('/problems/no-sign-in-provider')
    expect(await service.db('external_identity').where({ account_id: person.accountId })).toEqual([])
  })
})
