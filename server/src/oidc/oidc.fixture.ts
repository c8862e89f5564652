/** Hospitals that let people in by a provider of their own, and people who come that way. */
import type { ExternalIdentityLinkStart, QrSignIn, Session, SignInProvider, SignInProviderRequest } from '@isocenter/contracts'
import type { LightMyRequestResponse } from 'fastify'
import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import { aBrowser, anAccountsService, ownPassword, type AccountsService, type Person } from '../accounts/accounts.fixture.ts'
import { aMember, anOrganisation } from '../organisations/organisations.fixture.ts'
import { aProvider, aVisitor, clientId, clientSecret, throughProvider, type TestProvider, type Visitor } from './provider.fixture.ts'

export interface TestHospital {
  readonly organisationId: string
  readonly number: string
  readonly administer: (method: 'GET' | 'PUT' | 'DELETE', body?: object, headers?: Record<string, string>) => Promise<LightMyRequestResponse>
  readonly member: (builtIn?: string) => Promise<Person>
}

export const home = (address: URL) => `${address.pathname}${address.search}`

/** One provider and one service for the tests of the file that calls this; at the provider nobody is known when a test begins. */
export function oidcOfFile() {
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
  const visitorOf = () => aVisitor(service)

  let subjects = 0
  /** Somebody at the provider's screen. */
  const arrives = (claims: Record<string, unknown> = {}): string => {
    const subject = `subject-${String(++subjects)}`
    provider.people.set(subject, claims)
    provider.person = subject
    return subject
  }

  const settings = (more: Partial<SignInProviderRequest> = {}): SignInProviderRequest => ({ name: 'North ID', issuer: provider.issuer, clientId, clientSecret, isOn: true, ...more })

  const aHospital = async (more?: Partial<SignInProviderRequest>): Promise<TestHospital> => {
    const { organisationId, number, slug } = await anOrganisation(service.db, 'hospital')
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
  /** There and back: where the browser ends. */
  const signIn = async (visitor: Visitor, hospital: { number: string }, query?: string): Promise<string> => {
    const back = await throughProvider(provider, await launch(visitor, hospital, query))
    return String((await visitor.visit(home(back))).headers.location)
  }
  const whoIsIn = async (visitor: Visitor): Promise<string | undefined> => {
    const answer = await visitor.call('GET', '/session')
    return answer.statusCode === 200 ? answer.json<Session>().account.accountId : undefined
  }
  const providerIdOf = async (hospital: TestHospital) => (await hospital.administer('GET')).json<SignInProvider>().providerId

  /** A desktop that somebody lets in by the QR code it shows. */
  const letInBy = async (phone: Visitor): Promise<Visitor> => {
    const desktop = visitorOf()
    const code = (await desktop.call('POST', '/qr-sign-ins')).json<QrSignIn>().url.split('#')[1]
    expect((await phone.call('POST', '/qr-sign-ins/approval', { code })).statusCode).toBe(204)
    expect((await desktop.call('POST', '/session/qr')).statusCode).toBe(201)
    return desktop
  }

  /** Signs in by password, then links by way of the provider; where the browser ends. */
  const linkAs = async (person: Person, hospital: TestHospital, visitor = visitorOf()): Promise<string> => {
    const browser = aBrowser(service)
    await browser.signIn(person.phone, ownPassword)
    const [name = '', value = ''] = (browser.cookie() ?? '').split('=')
    visitor.jar.set(name, value)
    const started = await visitor.call('POST', `/account/external-identities/${await providerIdOf(hospital)}/link`, { password: ownPassword, returnTo: '/me/security' })
    expect(started.statusCode).toBe(201)
    const back = await throughProvider(provider, started.json<ExternalIdentityLinkStart>().authorizationUrl)
    return String((await visitor.visit(home(back))).headers.location)
  }

  return {
    get provider() { return provider },
    get service() { return service },
    byName, aVisitor: visitorOf, arrives, settings, aHospital, account, launch, signIn, whoIsIn, providerIdOf, letInBy, linkAs,
  }
}
