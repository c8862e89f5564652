/** People for tests, who sign in as a browser does: with cookies, an origin, and captchas where they are asked. */
import { randomInt } from 'node:crypto'
import type { Captcha, CaptchaSolution } from '@isocenter/contracts'
import type { LightMyRequestResponse } from 'fastify'
import { ensureDefaultOrganisation } from '../catalogue/index.ts'
import { aService, type TestService } from '../dicomweb/service.fixture.ts'
import { appointAdministrator } from '../organisations/index.ts'
import { isSolved } from './captcha.ts'

export const origin = 'https://pacs.example'
export const ownPassword = 'Radiology$1'

/** A clock that stands until it is moved. */
export function aClock(start = '2026-11-22T04:00:00Z') {
  let ms = Date.parse(start)
  return {
    now: () => new Date(ms),
    advance: (by: { minutes?: number; hours?: number; days?: number }) => {
      ms += ((by.days ?? 0) * 24 * 60 + (by.hours ?? 0) * 60 + (by.minutes ?? 0)) * 60_000
    },
    set: (text: string) => { ms = Date.parse(text) },
  }
}

export type Clock = ReturnType<typeof aClock>

export function solve({ challenge, zeroBits }: Captcha): CaptchaSolution {
  let nonce = 0
  while (!isSolved(challenge, nonce, zeroBits)) nonce++
  return { challenge, nonce }
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface Browser {
  /** The session's cookie as the browser sends it; undefined when signed out. */
  readonly cookie: () => string | undefined
  readonly call: (method: Method, path: string, body?: object, headers?: Record<string, string>) => Promise<LightMyRequestResponse>
  /** Signs in, solving a captcha where one is asked for. */
  readonly signIn: (login: string, password: string, more?: { remember?: boolean }) => Promise<LightMyRequestResponse>
}

/** A browser at an address, with a cookie jar of one. */
export function aBrowser(service: Pick<TestService, 'app'>, address = '192.0.2.1'): Browser {
  let cookie: string | undefined
  const call: Browser['call'] = async (method, path, body, headers = {}) => {
    const answer = await service.app.inject({
      method, url: `/api${path}`, remoteAddress: address,
      headers: { origin, 'user-agent': 'Firefox', ...(cookie === undefined ? {} : { cookie }), ...headers }, ...(body === undefined ? {} : { payload: body }),
    })
    const set = answer.headers['set-cookie']
    if (typeof set === 'string') cookie = set.includes('Max-Age=0') ? undefined : set.split(';')[0]
    return answer
  }
  const signIn: Browser['signIn'] = async (login, password, more = {}) => {
    const first = await call('POST', '/session', { login, password, ...more })
    if (typeOf(first) !== '/problems/captcha-needed') return first
    return call('POST', '/session', { login, password, ...more, captcha: solve((await call('POST', '/captchas')).json<Captcha>()) })
  }
  return { cookie: () => cookie, call, signIn }
}

export const typeOf = (answer: LightMyRequestResponse): string | undefined => (answer.statusCode < 400 ? undefined : answer.json<{ type: string }>().type)

export interface Person {
  readonly accountId: string
  readonly phone: string
  readonly password: string
}

export interface AccountsService extends TestService {
  readonly clock: Clock
  /** An account with a one-time password. */
  readonly aNewcomer: (slug?: string) => Promise<Person>
  /** An account whose holder has set `ownPassword`. */
  readonly aPerson: (slug?: string) => Promise<Person>
  /** Somebody with the full role. */
  readonly anAdministrator: (slug?: string) => Promise<Person>
  readonly organisationId: (slug: string) => Promise<string>
  /** Actions written into the trail about an account, in order, with their outcome. */
  readonly trailOf: (accountId: string) => Promise<string[]>
}

export async function anAccountsService(start?: string, env: Record<string, string> = {}): Promise<AccountsService> {
  const clock = aClock(start)
  const service = await aService({ CAPTCHA_BITS: '4', ...env }, undefined, clock.now)
  const { db, accounts: { administration } } = service
  const organisationId = async (slug: string) => (await ensureDefaultOrganisation(db, slug)).organisationId

  const aNewcomer = async (slug = 'north'): Promise<Person> => {
    const home = await organisationId(slug)
    const prepared = await administration.prepareOneTimePassword()
    const phone = `139${String(randomInt(1e8)).padStart(8, '0')}`
    const account = await db.transaction((trx) => administration.create(trx, { organisationId: home, phone, name: 'Wang Fang', actor: 'command:test' }, prepared))
    return { accountId: account.accountId, phone, password: prepared.password }
  }
  const aPerson = async (slug?: string): Promise<Person> => {
    const person = await aNewcomer(slug)
    const browser = aBrowser(service, '198.51.100.200')
    await browser.signIn(person.phone, person.password)
    await browser.call('PUT', '/session/password', { newPassword: ownPassword })
    await browser.call('DELETE', '/session')
    return { ...person, password: ownPassword }
  }
  return {
    ...service, clock, aNewcomer, aPerson, organisationId,
    anAdministrator: async (slug = 'north') => {
      const person = await aPerson(slug)
      const home = await organisationId(slug)
      await db.transaction((trx) => appointAdministrator(trx, home, person.accountId))
      return person
    },
    trailOf: async (accountId) => {
      const events = await db('audit_event')
        .where('actor', `account:${accountId}`)
        .orWhereRaw(`detail->>'accountId' = ?`, [accountId])
        .orderBy('audit_event_id')
        .select<{ action: string; outcome: string }[]>('action', 'outcome')
      return events.map(({ action, outcome }) => `${action} ${outcome}`)
    },
  }
}
