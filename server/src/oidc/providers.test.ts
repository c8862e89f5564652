/** What an organisation's provider is trusted with: how it is set up, whom it may link by what it has verified, and what its word is good for. */
import type { DownloadPage, NotificationPage, SignInProviderRequest } from '@isocenter/contracts'
import { describe, expect, test } from 'vitest'
import { aBrowser, ownPassword, typeOf } from '../accounts/accounts.fixture.ts'
import { publish } from '../notifications/index.ts'
import { aMember, anOrganisation } from '../organisations/organisations.fixture.ts'
import { oidcOfFile, type TestHospital } from './oidc.fixture.ts'
import { clientSecret } from './provider.fixture.ts'

const site = oidcOfFile()
const { account, aHospital, arrives, aVisitor, byName, letInBy, linkAs, providerIdOf, settings, signIn, whoIsIn } = site

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
    expect(await signIn(aVisitor(), hospital)).toContain('oidc=notLinked')
    await hospital.administer('PUT', settings({ linksBy: 'email' }))
    expect(await signIn(aVisitor(), hospital)).toBe('/workbench')
  })

  test('by e-mail, in whatever case; the same person signs in again', async () => {
    const hospital = await aHospital({ linksBy: 'email' })
    const person = await withEmail(hospital, 'Zhao@North.example')
    arrives({ email: 'zhao@north.EXAMPLE', email_verified: true })
    for (let time = 0; time < 2; time++) {
      const visitor = aVisitor()
      expect(await signIn(visitor, hospital)).toBe('/workbench')
      expect(await whoIsIn(visitor)).toBe(person.accountId)
    }
  })

  test('by phone number', async () => {
    const hospital = await aHospital({ linksBy: 'phone' })
    const person = await hospital.member()
    arrives({ phone_number: `+86 ${person.phone}`, phone_number_verified: true })
    const visitor = aVisitor()
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
      await aMember(site.service.db, (await anOrganisation(site.service.db, 'team')).organisationId, 'reviewer', { accountId: person.accountId })
      return { email: 'e@north.example', email_verified: true }
    }],
    ['who is no member', async () => { await account(await site.service.aPerson(), { email: 'f@north.example', email_proven_at: new Date() }); return { email: 'f@north.example', email_verified: true } }],
    ['who is linked to another identity there', async (hospital) => {
      const person = await withEmail(hospital, 'g@north.example')
      arrives()
      await linkAs(person, hospital)
      return { email: 'g@north.example', email_verified: true }
    }],
  ])('%s: nobody is taken over, and all are answered alike', async (_who, prepare) => {
    const hospital = await aHospital({ linksBy: 'email' })
    arrives(await prepare(hospital))
    const visitor = aVisitor()
    expect(await signIn(visitor, hospital)).toBe(`/sign-in?oidc=notLinked&organisation=${hospital.number}`)
    expect(visitor.jar.size).toBe(0)
  })

  test("who comes to act for another organisation must link the account himself, before the first one's provider speaks for him again", async () => {
    const hospital = await aHospital({ linksBy: 'email' })
    const person = await withEmail(hospital, 'sun@north.example')
    arrives({ email: 'sun@north.example', email_verified: true })
    expect(await signIn(aVisitor(), hospital)).toBe('/workbench')
    await aMember(site.service.db, (await anOrganisation(site.service.db, 'team')).organisationId, 'reviewer', { accountId: person.accountId })
    expect(await signIn(aVisitor(), hospital)).toContain('oidc=linkYourself')
    expect(await linkAs(person, hospital)).toContain('oidc=linked')
    expect(await signIn(aVisitor(), hospital)).toBe('/workbench')
  })
})

describe('what the word of a provider is good for', () => {
  const at = (organisationId: string) => ({ 'x-organisation': organisationId })
  /** A doctor of a hospital and of a team, signed in by the provider of the hospital. */
  const aGuestOfTwo = async () => {
    const hospital = await aHospital()
    const person = await hospital.member()
    const team = await anOrganisation(site.service.db, 'team')
    await aMember(site.service.db, team.organisationId, 'full', { accountId: person.accountId })
    arrives()
    await linkAs(person, hospital)
    const visitor = aVisitor()
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
    for (const path of ['/account/credentials', '/account/signature', '/account/sessions', '/account/permissions']) {
      expect([path, typeOf(await visitor.call('GET', path))]).toEqual([path, '/problems/account-proof-required'])
    }
    for (const path of ['/account/memberships', '/account/profile', '/notifications', '/notifications/counts', '/todos', '/account/preferences']) {
      expect([path, (await visitor.call('GET', path)).statusCode]).toEqual([path, 200])
    }
  })

  test('who works for the one organisation alone is asked for nothing more', async () => {
    const hospital = await aHospital()
    const person = await hospital.member()
    arrives()
    await linkAs(person, hospital)
    const visitor = aVisitor()
    await signIn(visitor, hospital)
    expect((await visitor.call('GET', '/account/credentials')).statusCode).toBe(200)
  })

  test('notifications of another organisation are not among those it shows', async () => {
    const { hospital, person, team, visitor } = await aGuestOfTwo()
    const details = { organisation: 'Somewhere', role: 'reader' }
    await site.service.db.transaction(async (trx) => {
      for (const { organisationId } of [hospital, team]) await publish(trx, { event: 'membership.role-changed', organisationId, accountId: person.accountId, details })
    })
    await site.service.notifying.telling.tellDue()
    const told = async () => (await visitor.call('GET', '/notifications')).json<NotificationPage>().items.flatMap(({ organisation }) => organisation?.organisationId ?? [])
    expect(await told()).toEqual([hospital.organisationId])
    await visitor.call('POST', '/session/proof', { password: ownPassword })
    expect(new Set(await told())).toEqual(new Set([hospital.organisationId, team.organisationId]))
  })

  test('downloads of another organisation are not among those it shows, nor fetched', async () => {
    const { hospital, person, team, visitor } = await aGuestOfTwo()
    const rows = [hospital, team].map(({ organisationId }) => ({
      organisation_id: organisationId,
      account_id: person.accountId,
      kind: 'list',
      file_name: 'list',
      is_background: true,
      state: 'failed',
      failure: 'broken',
      list: '{}',
      created_at: new Date(),
      expires_at: new Date(Date.now() + 86_400_000),
    }))
    const [own, other] = await site.service.db('download').insert(rows).returning<{ download_id: string }[]>('download_id')
    const listed = async () => (await visitor.call('GET', '/downloads')).json<DownloadPage>().items.map(({ downloadId }) => downloadId)
    expect(await listed()).toEqual([own?.download_id])
    for (const [method, path] of [['GET', ''], ['GET', '/file'], ['POST', '/retry'], ['DELETE', '']] as const) {
      expect(typeOf(await visitor.call(method, `/downloads/${String(other?.download_id)}${path}`))).toBe('/problems/no-such-download')
    }
    await visitor.call('POST', '/session/proof', { password: ownPassword })
    expect(await listed()).toEqual([other?.download_id, own?.download_id])
  })

  test('it joins no other organisation, though the phone was proven', async () => {
    const hospital = await aHospital()
    const person = await hospital.member()
    await account(person, { phone_proven_at: new Date() })
    arrives()
    await linkAs(person, hospital)
    const visitor = aVisitor()
    await signIn(visitor, hospital)
    const team = await anOrganisation(site.service.db, 'team')
    await aMember(site.service.db, team.organisationId, 'full')
    const role = await site.service.db('role').where({ organisation_id: team.organisationId, built_in: 'reviewer' }).first<{ role_id: string }>('role_id')
    const invited = await site.service.app.inject({ method: 'POST', url: '/api/invitations', headers: await site.service.as(team.slug, ['org.member']), payload: { phone: person.phone, roleId: role.role_id } })
    const path = `/account/invitations/${invited.json<{ invitationId: string }>().invitationId}/acceptance`
    expect(typeOf(await visitor.call('POST', path, {}))).toBe('/problems/account-proof-required')
    await visitor.call('POST', '/session/proof', { password: ownPassword })
    expect((await visitor.call('POST', path, {})).statusCode).toBe(200)
  })

  test('it sets no first password for an account that acts for others', async () => {
    const { person, visitor, hospital } = await aGuestOfTwo()
    await account(person, { must_set_password: true })
    expect(typeOf(await visitor.call('PUT', '/session/password', { newPassword: 'Another$12' }))).toBe('/problems/account-proof-required')
    await site.service.db('membership').where({ account_id: person.accountId }).whereNot({ organisation_id: hospital.organisationId }).delete()
    expect((await visitor.call('PUT', '/session/password', { newPassword: 'Another$12' })).statusCode).toBe(200)
  })

  test('its holder is told of a link, and of its end', async () => {
    const hospital = await aHospital()
    const person = await hospital.member()
    arrives()
    const visitor = aVisitor()
    await linkAs(person, hospital, visitor)
    const told = async () => {
      await site.service.notifying.telling.tellDue()
      return (await visitor.call('GET', '/notifications')).json<NotificationPage>().items.map(({ event }) => event)
    }
    expect(await told()).toContain('account.linked')
    await visitor.call('POST', `/account/external-identities/${await providerIdOf(hospital)}/removal`, { password: ownPassword })
    expect(await told()).toContain('account.unlinked')
  })

  test.each<[string, Partial<SignInProviderRequest> | undefined]>([
    ['switched off', { isOn: false }],
    ['of another issuer', { isOn: false, issuer: 'https://login.elsewhere.example' }],
    ['removed', undefined],
  ])('%s, it keeps no session', async (_what, change) => {
    const hospital = await aHospital()
    const person = await hospital.member()
    arrives()
    const byPassword = aVisitor()
    await linkAs(person, hospital, byPassword)
    const visitor = aVisitor()
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
      const browser = aBrowser(site.service)
      await browser.signIn(administrators[one].phone, ownPassword)
      const put = (linksBy: 'holder' | 'email') => browser.call('PUT', '/sign-in-provider', settings({ linksBy }), at(hospital.organisationId))
      outcomes.push([one, typeOf(await put('holder')), typeOf(await put('email'))])
    }
    expect(outcomes).toEqual([['administrator', undefined, '/problems/full-role-needed'], ['full', undefined, undefined]])
  })
})

describe('setting a provider up', () => {
  test('its secret is kept sealed and never told; without one in a change it stays', async () => {
    const hospital = await aHospital()
    const { clientSecret: _, ...rest } = settings({ name: 'Renamed' })
    const changed = await hospital.administer('PUT', rest)
    expect(changed.json()).toMatchObject({ name: 'Renamed', hasClientSecret: true, redirectUri: `https://pacs.example/api/sign-in/oidc/${hospital.number}/callback` })
    expect(changed.body).not.toContain(clientSecret)
    const rows = JSON.stringify([await site.service.db('sign_in_provider').select(), await site.service.db('audit_event').select()])
    expect(rows).not.toContain(clientSecret)
    expect(Buffer.from((await site.service.db('sign_in_provider').where({ organisation_id: hospital.organisationId }).first<{ secret_sealed: Buffer }>()).secret_sealed).toString('latin1')).not.toContain(clientSecret)
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
    expect((await hospital.administer('GET')).json()).toMatchObject({ issuer: site.provider.issuer, version: 1 })
  })

  test('what answers there but is no provider, or another, is told', async () => {
    const hospital = await aHospital()
    expect((await hospital.administer('PUT', settings({ issuer: `${site.provider.origin}/nothing` }))).json()).toMatchObject({ reason: 'notAProvider' })
    expect((await hospital.administer('PUT', settings({ issuer: byName() }))).json()).toMatchObject({ reason: 'otherIssuer' })
  })

  test('a wrong secret is told to who signs in as a fault of the set-up', async () => {
    const hospital = await aHospital({ clientSecret: 'wrong' })
    arrives()
    expect(await signIn(aVisitor(), hospital)).toContain('oidc=providerMisconfigured')
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
    expect(await site.service.db('external_identity').where({ account_id: person.accountId })).toEqual([])
  })
})
