/** Gateways for tests: keys, enrolments and assertions as an independent client would make them. */
import { randomUUID } from 'node:crypto'
import { clientAssertionType, type GatewayState, type PublicKey, type ReportRequest } from '@isocenter/contracts'
import type { LightMyRequestResponse } from 'fastify'
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose'
import type { Permission } from '../identity/index.ts'
import type { TestService } from '../dicomweb/service.fixture.ts'

export interface TestGateway {
  readonly gatewayId: string
  readonly tokenAudience: string
  readonly privateKey: CryptoKey
  readonly publicKey: PublicKey
}

export interface AssertionClaims {
  readonly aud?: string
  readonly iss?: string
  readonly sub?: string
  readonly jti?: string | undefined
  /** seconds from now */
  readonly issuedIn?: number
  readonly expiresIn?: number
  readonly key?: CryptoKey
}

export async function aKey(): Promise<{ privateKey: CryptoKey; publicKey: PublicKey }> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const { x, y } = await exportJWK(publicKey)
  return { privateKey, publicKey: { kty: 'EC', crv: 'P-256', x: String(x), y: String(y) } }
}

export const administrator: readonly Permission[] = ['gateways:read', 'gateways:manage']

/** Calls the product API for one organisation. */
export function apiOf(service: TestService) {
  const call = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, headers: Record<string, string>, body?: object): Promise<LightMyRequestResponse> =>
    service.app.inject({ method, url: `/api${path}`, headers, ...(body === undefined ? {} : { payload: body }) })

  const uploadCode = async (slug: string): Promise<string> =>
    (await call('GET', '/upload-code', await service.as(slug, administrator))).json<{ uploadCode: string }>().uploadCode

  const enrol = (uploadCode: string, publicKey: PublicKey, remoteAddress = '192.0.2.1') => service.app.inject({
    method: 'POST', url: '/api/gateways/enrolment', remoteAddress, payload: { uploadCode, name: 'CT room', publicKey, version: '1.0.0' },
  })

  const aGateway = async (slug = 'north'): Promise<TestGateway> => {
    const { privateKey, publicKey } = await aKey()
    const answer = await enrol(await uploadCode(slug), publicKey)
    return { ...answer.json<{ gatewayId: string; tokenAudience: string }>(), privateKey, publicKey }
  }

  const assertion = ({ gatewayId, tokenAudience, privateKey }: TestGateway, claims: AssertionClaims = {}): Promise<string> => {
    const now = Math.floor(Date.now() / 1000)
    const jwt = new SignJWT({}).setProtectedHeader({ alg: 'ES256' }).setIssuer(claims.iss ?? gatewayId).setSubject(claims.sub ?? gatewayId)
      .setAudience(claims.aud ?? tokenAudience).setIssuedAt(now + (claims.issuedIn ?? 0)).setExpirationTime(now + (claims.issuedIn ?? 0) + (claims.expiresIn ?? 60))
    if (!('jti' in claims) || claims.jti !== undefined) jwt.setJti(claims.jti ?? randomUUID())
    return jwt.sign(claims.key ?? privateKey)
  }

  const form = (values: Record<string, string>, remoteAddress = '192.0.2.1') => service.app.inject({
    method: 'POST', url: '/api/token', remoteAddress, headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: new URLSearchParams(values).toString(),
  })

  const requestToken = (client_assertion: string, more: Record<string, string> = {}, remoteAddress?: string) =>
    form({ grant_type: 'client_credentials', client_assertion_type: clientAssertionType, client_assertion, ...more }, remoteAddress)

  const bearerOf = async (gateway: TestGateway) => ({ authorization: `Bearer ${(await requestToken(await assertion(gateway))).json<{ access_token: string }>().access_token}` })

  return { call, uploadCode, enrol, aGateway, assertion, form, requestToken, bearerOf }
}

export const aState = (more: Partial<GatewayState> = {}): GatewayState => ({
  version: '1.2.3', startedAt: '2026-11-22T04:00:00Z', now: '2026-11-22T05:00:00+08:00',
  service: { status: 'running', aeTitle: 'USTCFQ-Transfer', port: 13_227, addresses: ['192.0.2.7'], tls: false, associations: 1, maxAssociations: 50 },
  spool: { objects: 3, bytes: 1_500_000, freeBytes: 10_000_000_000, refusing: false },
  queue: { waiting: 3, waitingBytes: 1_500_000, failed: 1, receivedToday: 40, arrivedToday: 36 },
  nodes: [{ id: 'cloud', name: 'Cloud', kind: 'cloud', status: 'sending', waiting: 3, waitingBytes: 1_500_000, failed: 1 }],
  alarms: [{ code: 'deliveriesFailed', severity: 'warning', since: '2026-11-22T04:30:00Z', count: 1 }],
  ...more,
})

export const aReport = (more: Partial<ReportRequest> = {}): ReportRequest => ({
  state: aState(), unknownSenders: [], configuration: { revision: 4, document: { service: { port: 13_227 } } }, results: [], ...more,
})
