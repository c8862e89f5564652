/** The application with organisations in it, called as members of them. */
import { randomBytes, randomUUID, createHash } from 'node:crypto'
import type { OrganisationKind } from '@isocenter/contracts'
import type { LightMyRequestResponse } from 'fastify'
import { aService, type TestService } from '../dicomweb/service.fixture.ts'
import { aMember, anAccount, anOrganisation } from './organisations.fixture.ts'

export const origin = 'https://pacs.example'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
/** Calls the product API as one person. */
export type Call = (method: Method, path: string, body?: object | Buffer, headers?: Record<string, string>) => Promise<LightMyRequestResponse>

export interface TestMember {
  readonly accountId: string
  readonly membershipId: string
  readonly phone: string
  readonly call: Call
}

export interface TestOrganisation {
  readonly organisationId: string
  readonly number: string
  /** What its tokens name it by. */
  readonly slug: string
  /** Somebody new in it with this built-in role, signed in. */
  readonly member: (builtIn: string, person?: { phone?: string; name?: string; accountId?: string }) => Promise<TestMember>
}

export interface OrganisationsService extends TestService {
  readonly organisation: (kind: OrganisationKind, name?: string) => Promise<TestOrganisation>
  /** Signs an account in; its calls are of the organisation where one is named. */
  readonly callAs: (accountId: string, organisationId?: string) => Promise<Call>
  /** Somebody who belongs nowhere yet. */
  readonly stranger: (phone?: string) => Promise<{ accountId: string; phone: string; call: Call }>
}

export const typeOf = (answer: LightMyRequestResponse): string => (answer.statusCode < 400 ? String(answer.statusCode) : answer.json<{ type: string }>().type.replace('/problems/', ''))

export async function anOrganisationsService(now?: () => Date, env: Record<string, string> = {}): Promise<OrganisationsService> {
  const service = await aService(env, undefined, now)
  const { db, app } = service

  // A session as signing in leaves it; how one signs in is not what these tests are about.
  const callAs = async (accountId: string, organisationId?: string): Promise<Call> => {
    const token = randomBytes(32).toString('base64url')
    const at = now?.() ?? new Date()
    await db('account_session').insert({
      session_id: randomUUID(), account_id: accountId, token_sha256: createHash('sha256').update(token).digest(), is_remembered: true, created_at: at, last_active_at: at,
      expires_at: new Date(at.getTime() + 365 * 86_400_000), address: '192.0.2.1',
    })
    return (method, path, body, headers = {}) => app.inject({
      method, url: `/api${path}`, ...(body === undefined ? {} : { payload: body }),
      headers: { origin, cookie: `__Host-isocenter-session=${token}`, ...(organisationId === undefined ? {} : { 'x-organisation': organisationId }), ...headers },
    })
  }

  return {
    ...service, callAs,
    stranger: async (phone) => {
      const { organisationId } = await anOrganisation(db, 'hospital', 'Elsewhere')
      const account = await anAccount(db, organisationId, phone === undefined ? {} : { phone })
      return { ...account, call: await callAs(account.accountId) }
    },
    organisation: async (kind, name) => {
      const organisation = await anOrganisation(db, kind, name)
      return {
        ...organisation,
        member: async (builtIn, person) => {
          const member = await aMember(db, organisation.organisationId, builtIn, person)
          return { ...member, call: await callAs(member.accountId, organisation.organisationId) }
        },
      }
    },
  }
}
