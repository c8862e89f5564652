/** What a browser holds while its person is at the provider: sealed, so that nothing is kept here of those who never come back. */
import type { FastifyRequest } from 'fastify'
import { Type, type Static } from 'typebox'
import { openToken, sealToken } from '../accounts/index.ts'
import type { Sealing } from '../identity/index.ts'

/** As long as somebody may take to sign in there. */
export const attemptMs = 10 * 60_000
const purpose = 'oidc-attempt'

const Attempt = Type.Object({
  providerId: Type.String(),
  /** A provider that was changed meanwhile is another one. */
  version: Type.Integer(),
  state: Type.String(),
  nonce: Type.String(),
  codeVerifier: Type.String(),
  returnTo: Type.String(),
  remember: Type.Boolean(),
  expiresAt: Type.Integer(),
  /** Whose account is to be linked, and by which session; absent for a sign-in. */
  link: Type.Optional(Type.Object({ accountId: Type.String(), sessionId: Type.String() })),
})
export type Attempt = Static<typeof Attempt>

export interface Attempts {
  /** The value of Set-Cookie. */
  readonly set: (request: FastifyRequest, attempt: Attempt) => string
  /** The attempt a browser comes back with; undefined for one it did not begin, or too long ago. */
  readonly read: (request: FastifyRequest, state: string) => Attempt | undefined
  readonly clear: (request: FastifyRequest, state: string) => string
}

/** @param publicUrl scheme and host users reach the server at, where it is fixed */
export function createAttempts(sealing: Sealing, publicUrl: string | undefined, now: () => Date): Attempts {
  const isSecure = (request: FastifyRequest) => request.protocol === 'https' || publicUrl?.startsWith('https:') === true
  // One for each attempt: two windows may sign in at once.
  const nameOf = (request: FastifyRequest, state: string) => `${isSecure(request) ? '__Host-' : ''}isocenter-oidc-${state.replaceAll(/[^\w]/g, '').slice(0, 12)}`
  // Lax, not Strict: the provider sends the browser back, which is a visit from elsewhere.
  const attributes = (request: FastifyRequest) => `Path=/; HttpOnly; SameSite=Lax${isSecure(request) ? '; Secure' : ''}`
  return {
    set: (request, attempt) => `${nameOf(request, attempt.state)}=${sealToken(sealing, purpose, attempt)}; ${attributes(request)}; Max-Age=${String(attemptMs / 1000)}`,
    clear: (request, state) => `${nameOf(request, state)}=; ${attributes(request)}; Max-Age=0`,
    read: (request, state) => {
      const name = nameOf(request, state)
      const pair = request.headers.cookie?.split(';').map((one) => one.trim()).find((one) => one.startsWith(`${name}=`))
      const attempt = pair === undefined ? undefined : openToken(sealing, purpose, pair.slice(name.length + 1), Attempt)
      return attempt !== undefined && attempt.state === state && attempt.expiresAt > now().getTime() ? attempt : undefined
    },
  }
}

/** The path of a page of this server, whatever was asked for: nobody is sent elsewhere from here. */
export function ownPath(asked: string | undefined, base: string): string {
  const fallback = '/workbench'
  if (asked === undefined || !URL.canParse(asked, base)) return fallback
  const url = new URL(asked, base)
  return url.origin === new URL(base).origin && url.username === '' ? `${url.pathname.replace(/^\/+/, '/')}${url.search}${url.hash}` : fallback
}
