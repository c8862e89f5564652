/** Sign-in by an organisation's own provider, against a real one (oidc-provider) on a port of its own: linking, who gets in, there and back, signing out. */
import type { ExternalIdentities, ExternalIdentityLinkStart, Session } from '@isocenter/contracts'
import { describe, expect, test } from 'vitest'
import { aBrowser, ownPassword, typeOf } from '../accounts/accounts.fixture.ts'
import { anOrganisation } from '../organisations/organisations.fixture.ts'
import { home, oidcOfFile, type TestHospital } from './oidc.fixture.ts'
import { clientId, throughProvider } from './provider.fixture.ts'

const site = oidcOfFile()
const { account, aHospital, arrives, aVisitor, launch, linkAs, providerIdOf, settings, signIn, whoIsIn } = site

describe('linking and signing in', () => {
  test('who has linked the own account signs in by the provider, with a session as by password', async () => {
    const hospital = await aHospital()
    const person = await hospital.member()
    arrives({ email: 'li@north.example', email_verified: true })
    expect(await linkAs(person, hospital)).toBe('/me/security?oidc=linked')
    const visitor = aVisitor()
    expect(await signIn(visitor, hospital, '?returnTo=/o/7/studies?modality=CT')).toBe('/o/7/studies?modality=CT')
    expect(await whoIsIn(visitor)).toBe(person.accountId)
    expect((await visitor.call('GET', '/session')).json<Session>()).toMatchObject({ isRemembered: false })
    expect(await site.service.trailOf(person.accountId)).toEqual(expect.arrayContaining(['account.link success', 'account.sign-in success']))
  })

  test('binding is seen, and ended with the password; sessions that were opened by it end with it', async () => {
    const hospital = await aHospital()
    const person = await hospital.member()
    arrives({ email: 'li@north.example', email_verified: true })
    const visitor = aVisitor()
    await linkAs(person, hospital, visitor)
    const [identity] = (await visitor.call('GET', '/account/external-identities')).json<ExternalIdentities>().items
    expect(identity).toMatchObject({ name: 'North ID', state: 'bound', linkedBy: 'holder', label: 'li@north.example', organisation: { number: hospital.number } })
    const elsewhere = aVisitor()
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
    site.provider.person = first
    expect(await linkAs(li, hospital)).toBe('/me/security?oidc=linked')
  })

  test('linking asks for the password, and for a session that is still alive when the browser comes back', async () => {
    const hospital = await aHospital()
    const person = await hospital.member()
    arrives()
    const visitor = aVisitor()
    await linkAs(person, hospital, visitor)
    const path = `/account/external-identities/${await providerIdOf(hospital)}/link`
    expect(typeOf(await visitor.call('POST', path, { password: 'Wrong$123' }))).toBe('/problems/wrong-password')
    const { authorizationUrl } = (await visitor.call('POST', path, { password: ownPassword, returnTo: '/me' })).json<ExternalIdentityLinkStart>()
    const back = await throughProvider(site.provider, authorizationUrl)
    await site.service.db('account_session').where({ account_id: person.accountId }).delete()
    expect((await visitor.visit(home(back))).headers.location).toBe('/me?oidc=expired')
  })

  test('a provider of an organisation one does not belong to cannot be linked, nor is it seen', async () => {
    const [mine, theirs] = [await aHospital(), await aHospital()]
    const person = await mine.member()
    arrives()
    const visitor = aVisitor()
    await linkAs(person, mine, visitor)
    expect(typeOf(await visitor.call('POST', `/account/external-identities/${await providerIdOf(theirs)}/link`, { password: ownPassword }))).toBe('/problems/no-sign-in-provider')
    expect((await visitor.call('GET', '/account/external-identities')).json<ExternalIdentities>().items).toHaveLength(1)
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
      site.provider.people.set(subject, claims)
      expect([claims, await signIn(aVisitor(), hospital)]).toEqual([claims, expect.stringContaining(ends)])
    }
  })

  test('only with the claim the organisation asks for', async () => {
    const hospital = await aHospital({ requiredClaim: { name: 'groups', value: 'radiology' } })
    const person = await hospital.member()
    const subject = arrives({ groups: ['surgery', 'radiology'] })
    await linkAs(person, hospital)
    for (const [groups, ends] of [[['surgery', 'radiology'], '/workbench'], ['radiology', '/workbench'], [['radiology-guests'], 'notAllowed'], [undefined, 'notAllowed'], [[['radiology']], 'notAllowed']] as const) {
      site.provider.people.set(subject, { groups })
      expect([groups, await signIn(aVisitor(), hospital)]).toEqual([groups, expect.stringContaining(ends)])
    }
  })

  test('nobody who is frozen, suspended or no member any more', async () => {
    const hospital = await aHospital()
    const person = await hospital.member()
    arrives()
    await linkAs(person, hospital)
    const browser = aBrowser(site.service, '192.0.2.77')
    for (let wrong = 0; wrong < 10; wrong++) await browser.signIn(person.phone, 'Wrong$123')
    expect(await signIn(aVisitor(), hospital)).toContain('oidc=accountFrozen')
    await site.service.db('password_attempts').where({ account_id: person.accountId }).delete()
    await account(person, { state: 'suspended' })
    expect(await signIn(aVisitor(), hospital)).toContain('oidc=accountSuspended')
    await account(person, { state: 'active' })
    await site.service.db('membership').where({ account_id: person.accountId }).update({ state: 'suspended' })
    expect(await signIn(aVisitor(), hospital)).toContain('oidc=notMember')
  })

  test('what a password would have to be followed by is asked for here too: a second factor, another password', async () => {
    const hospital = await aHospital()
    const person = await hospital.member()
    arrives()
    await linkAs(person, hospital)
    const visitor = aVisitor()
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
    const visitor = aVisitor()
    const [one, other] = [new URL(await launch(visitor, hospital)), new URL(await launch(visitor, hospital))]
    expect(one.searchParams.get('code_challenge_method')).toBe('S256')
    expect(one.searchParams.get('redirect_uri')).toBe(`https://pacs.example/api/sign-in/oidc/${hospital.number}/callback`)
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(one.searchParams.get(name)?.length).toBeGreaterThan(40)
      expect(one.searchParams.get(name)).not.toBe(other.searchParams.get(name))
    }
    site.provider.tokenRequests = []
    expect((await visitor.visit(home(await throughProvider(site.provider, one.href)))).headers.location).toBe('/workbench')
    expect(site.provider.tokenRequests).toHaveLength(1)
    expect(site.provider.tokenRequests[0]?.authorization).toMatch(/^Basic /)
    expect(site.provider.tokenRequests[0]?.body).toContain('code_verifier=')
    // The window that was opened beside it signs in too.
    expect((await visitor.visit(home(await throughProvider(site.provider, other.href)))).headers.location).toBe('/workbench')
  })

  test('a public client speaks for itself by PKCE alone', async () => {
    const hospital = await aHospital({ clientId: 'public', clientSecret: '' })
    await linkAsNew(hospital)
    expect(await signIn(aVisitor(), hospital)).toBe('/workbench')
    expect(site.provider.tokenRequests.at(-1)?.authorization).toBeUndefined()
  })

  test('an answer is for the browser that asked, once, within ten minutes, and for the state it was given', async () => {
    const hospital = await aHospital()
    await linkAsNew(hospital)
    const [visitor, victim] = [aVisitor(), aVisitor()]
    const back = await throughProvider(site.provider, await launch(visitor, hospital))
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
    const late = await throughProvider(site.provider, await launch(visitor, hospital))
    site.service.clock.advance({ minutes: 10 })
    expect((await visitor.visit(home(late))).headers.location).toContain('oidc=expired')
  })

  test("one organisation's answer is not taken for another's, nor after its provider was changed", async () => {
    const [hospital, other] = [await aHospital(), await aHospital()]
    await linkAsNew(hospital)
    const visitor = aVisitor()
    const back = await throughProvider(site.provider, await launch(visitor, hospital))
    expect((await visitor.visit(home(back).replace(hospital.number, other.number))).headers.location).toContain('oidc=expired')
    const again = await throughProvider(site.provider, await launch(visitor, hospital))
    await hospital.administer('PUT', settings({ name: 'Another name' }))
    expect((await visitor.visit(home(again))).headers.location).toContain('oidc=expired')
  })

  test('what is kept in the browser tells nothing and cannot be changed', async () => {
    const hospital = await aHospital()
    const answer = await site.service.app.inject(`/api/sign-in/oidc/${hospital.number}?returnTo=/secret-place`)
    const cookie = String(answer.headers['set-cookie'])
    expect(cookie).toMatch(/^__Host-isocenter-oidc-\w+=[\w.-]+; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=600$/)
    expect(Buffer.from(cookie, 'base64url').toString('latin1')).not.toContain('secret-place')
    expect(answer.headers['referrer-policy']).toBe('no-referrer')
    expect(answer.headers['cache-control']).toBe('no-store')
  })

  test('who declines at the provider is told so', async () => {
    const hospital = await aHospital()
    site.provider.person = undefined
    expect(await signIn(aVisitor(), hospital)).toBe(`/sign-in?oidc=refusedThere&organisation=${hospital.number}`)
  })

  test.each([
    'https://evil.example/x', '//evil.example/x', '/\\evil.example', 'https:/\\evil.example', 'javascript:alert(1)',
    'https://pacs.example@evil.example/', 'https://user@pacs.example/', '////evil.example',
  ])('nobody is sent on to %s', async (target) => {
    const hospital = await aHospital()
    await linkAsNew(hospital)
    const location = await signIn(aVisitor(), hospital, `?returnTo=${encodeURIComponent(target)}`)
    expect(new URL(location, 'https://pacs.example').origin).toBe('https://pacs.example')
    expect(location).not.toMatch(/^\/[/\\]/)
  })

  test('a provider may begin the sign-in itself, if it is the one of the organisation', async () => {
    const hospital = await aHospital()
    await linkAsNew(hospital)
    expect(await signIn(aVisitor(), hospital, `?iss=${encodeURIComponent(site.provider.issuer)}&login_hint=li&target_link_uri=${encodeURIComponent('https://pacs.example/o/3/home')}`)).toBe('/o/3/home')
    expect(await launch(aVisitor(), hospital, '?iss=https://evil.example')).toContain('oidc=noSuchProvider')
  })

  test('an organisation nobody has is answered as one without a provider, or with one switched off', async () => {
    const [without, off] = [await anOrganisation(site.service.db, 'hospital'), await aHospital()]
    await off.administer('PUT', settings({ isOn: false }))
    const answers = await Promise.all([without.number, off.number, 'H-000000'].map(async (number) => {
      const { statusCode, headers } = await site.service.app.inject(`/api/sign-in/oidc/${number}`)
      return [statusCode, String(headers.location).replace(number, ''), headers['set-cookie']]
    }))
    expect(answers).toEqual([1, 2, 3].map(() => [303, '/sign-in?oidc=noSuchProvider&organisation=', undefined]))
  })

  test('an address that begins over and over has to wait, and is told so; another is not kept out', async () => {
    const begin = async (remoteAddress: string) => String((await site.service.app.inject({ url: '/api/sign-in/oidc/H-000000', remoteAddress })).headers.location)
    let location = ''
    for (let time = 0; time < 400 && !location.includes('tooManyRequests'); time++) location = await begin('198.51.100.9')
    expect(location).toBe('/sign-in?oidc=tooManyRequests&organisation=H-000000')
    expect(await begin('198.51.100.10')).toContain('noSuchProvider')
  })

  test('remembering a device is asked for at the beginning', async () => {
    const hospital = await aHospital()
    await linkAsNew(hospital)
    const visitor = aVisitor()
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
    iss: site.provider.issuer, aud: clientId, iat: now(), exp: now() + 120, jti: 'one', sub: subject, events: { 'http://schemas.openid.net/event/backchannel-logout': {} }, ...more,
  })
  const tell = async ({ number }: { number: string }, logoutToken: string) => (await site.service.app.inject({
    method: 'POST', url: `/api/sign-in/oidc/${number}/backchannel-logout`, headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: new URLSearchParams({ logout_token: logoutToken }).toString(),
  })).statusCode

  test('ends the sessions that were opened through it, and those alone', async () => {
    const hospital = await aHospital()
    const person = await hospital.member()
    const subject = arrives()
    const byPassword = aVisitor()
    await linkAs(person, hospital, byPassword)
    const visitor = aVisitor()
    await signIn(visitor, hospital)
    expect(await tell(hospital, await site.provider.sign(token(subject)))).toBe(200)
    expect(await whoIsIn(visitor)).toBeUndefined()
    expect(await whoIsIn(byPassword)).toBe(person.accountId)
  })

  test("anybody's tokens make the provider's keys be asked for once", async () => {
    const hospital = await aHospital()
    site.provider.keyRequests = 0
    for (let time = 0; time < 5; time++) await tell(hospital, await site.provider.sign(token(`nobody-${String(time)}`)))
    expect(site.provider.keyRequests).toBe(1)
  })

  test.each<[string, object]>([
    ['for another client', { aud: 'other' }], ['by another issuer', { iss: 'https://evil.example' }], ['that is old', { iat: Math.floor(Date.now() / 1000) - 3_600, exp: Math.floor(Date.now() / 1000) + 60 }],
    ['that is an ID token', { nonce: 'n' }], ['about nothing', { events: {} }], ['about nobody', { sub: undefined }], ['without an id', { jti: undefined }],
  ])('a token %s ends nothing', async (_what, more) => {
    const hospital = await aHospital()
    const person = await hospital.member()
    const subject = arrives()
    await linkAs(person, hospital)
    const visitor = aVisitor()
    await signIn(visitor, hospital)
    expect(await tell(hospital, await site.provider.sign(token(subject, more)))).toBe(400)
    expect(await tell(hospital, 'not.a.token')).toBe(400)
    expect(await whoIsIn(visitor)).toBe(person.accountId)
  })
})
