/** HTTP face of sign-in by an organisation's provider. What a browser visits answers with a redirect, whatever came of it. */
import {
  ExternalIdentities, ExternalIdentityLink, ExternalIdentityLinkStart, ExternalIdentityParams, OidcLaunch, OidcParams, PasswordProof, Problem, SignInProvider, SignInProviderRequest, type OidcOutcome,
} from '@isocenter/contracts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { callerOf, type Accounts } from '../accounts/index.ts'
import { assertSameOrigin } from '../identity/index.ts'
import { etagOf, IfMatch, versionIn } from '../organisations/index.ts'
import { noStore } from '../platform/answer-headers.ts'
import { formBody, formMediaType } from '../platform/form-body.ts'
import { ProblemError, unavailable } from '../platform/problem.ts'
import { addressKey } from '../platform/rate-limit.ts'
import type { ApiRoutes } from '../platform/typed-routes.ts'
import type { Oidc } from './oidc.ts'
import { SignInEnded } from './sign-in.ts'

const bodyLimit = 16 * 1024
const Empty = Type.Null()
const Redirect = Type.Null({ description: 'to the page it goes on with' })
const tags = ['Sign-in by a provider']
const administration = ['Sign-in providers']

export interface OidcRoutesOptions {
  readonly oidc: Oidc
  readonly accounts: Pick<Accounts, 'cookies'>
  readonly publicUrl: string | undefined
}

export const oidcRoutes: ApiRoutes<OidcRoutesOptions> = async (app, { oidc: { attempts, providers, signIn, identities, visits }, accounts: { cookies }, publicUrl }) => {
  app.addHook('onSend', noStore)

  const baseOf = (request: FastifyRequest): string => publicUrl ?? `${request.protocol}://${request.host}`

  /** Sends the browser on with what came of it, for the page to say in its reader's language. */
  const goTo = (reply: FastifyReply, path: string, outcome?: OidcOutcome, number?: string) => {
    const url = new URL(path, 'http://here')
    if (outcome !== undefined) url.searchParams.set('oidc', outcome)
    if (number !== undefined) url.searchParams.set('organisation', number)
    // Addresses at the provider, and codes in ours, are nobody else's to know.
    return reply.code(303).header('referrer-policy', 'no-referrer').header('location', `${url.pathname}${url.search}${url.hash}`).send(null)
  }

  /** @throws what is neither an end of a sign-in nor too many of them */
  const outcomeOf = (request: FastifyRequest, error: unknown): OidcOutcome => {
    if (error instanceof ProblemError && error.kind.status === 429) return 'tooManyRequests'
    if (!(error instanceof SignInEnded)) throw error
    if (error.cause !== undefined) request.log.warn({ err: rootOf(error), outcome: error.outcome }, 'a provider did not sign somebody in')
    return error.outcome
  }

  const visit = (request: FastifyRequest): Promise<void> => visits.take(addressKey(request.ip))

  app.get('/sign-in/oidc/:number', {
    schema: { operationId: 'launchOidcSignIn', summary: "Begins a sign-in by the organisation's provider (AUTH-08)", tags, params: OidcParams, querystring: OidcLaunch, response: { 303: Redirect, '4xx': Problem } },
    config: { policy: 'public', audit: 'account.sign-in' },
  }, async (request, reply) => {
    const { number } = request.params
    try {
      await visit(request)
      const { url, attempt } = await signIn.launch(number, request.query, { base: baseOf(request) })
      return await reply.code(303).header('referrer-policy', 'no-referrer').header('set-cookie', attempts.set(request, attempt)).header('location', url).send(null)
    } catch (error) {
      return goTo(reply, '/sign-in', outcomeOf(request, error), number)
    }
  })

  app.get('/sign-in/oidc/:number/callback', {
    schema: { operationId: 'completeOidcSignIn', summary: 'Where the provider sends the browser back to', tags, params: OidcParams, response: { 303: Redirect, '4xx': Problem } },
    config: { policy: 'public', audit: 'account.sign-in' },
  }, async (request, reply) => {
    const { number } = request.params
    const base = baseOf(request)
    const url = new URL(request.raw.url ?? '/', base)
    const state = url.searchParams.get('state') ?? ''
    const attempt = attempts.read(request, state)
    if (attempt === undefined) return goTo(reply, '/sign-in', 'expired', number)
    void reply.header('set-cookie', attempts.clear(request, state))
    try {
      await visit(request)
      const arrived = await signIn.arrive(number, url, attempt, callerOf(request, cookies))
      if (arrived.kind === 'linked') return await goTo(reply, attempt.returnTo, 'linked')
      void reply.header('set-cookie', cookies.set(request, arrived.token, arrived.maxAgeSeconds))
      return await goTo(reply, attempt.returnTo)
    } catch (error) {
      const outcome = outcomeOf(request, error)
      return attempt.link === undefined ? goTo(reply, '/sign-in', outcome, number) : goTo(reply, attempt.returnTo, outcome)
    }
  })

  await app.register(async (app) => {
    await app.register(formBody)
    app.post('/sign-in/oidc/:number/backchannel-logout', {
      bodyLimit,
      schema: {
        operationId: 'endOidcSessions', summary: 'Ends sessions of who has signed out at the provider (OpenID Connect Back-Channel Logout)', tags, consumes: formMediaType,
        params: OidcParams, body: Type.Object({ logout_token: Type.Optional(Type.String({ maxLength: 12_000 })) }), response: { 200: Empty, '4xx': Problem },
      },
      config: { policy: 'public', audit: 'account.session-end' },
    }, async (request, reply) => {
      await visit(request)
      const { logout_token: token } = request.body as { logout_token?: string }
      await identities.signedOut((request.params as { number: string }).number, token)
      return reply.code(200).send(null)
    })
  })

  // ── One's own ────────────────────────────────────────────────────────────────────────────────

  app.get('/account/external-identities', {
    schema: { operationId: 'listExternalIdentities', summary: "Providers of one's organisations, and whether one is linked (AUTH-20)", tags, response: { 200: ExternalIdentities, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'none', isOpenToVouched: true },
  }, (request) => identities.list(request.session))

  app.post('/account/external-identities/:providerId/link', {
    bodyLimit,
    schema: {
      operationId: 'beginExternalIdentityLink',
      summary: 'Begins to link the own account; the page then goes to the provider',
      tags,
      params: ExternalIdentityParams,
      body: ExternalIdentityLink,
      response: { 201: ExternalIdentityLinkStart, '4xx': Problem, 503: Problem },
    },
    config: { policy: 'signedIn', audit: 'account.link' },
  }, async (request, reply) => {
    assertSameOrigin(request, publicUrl)
    try {
      const { url, attempt } = await signIn.beginLink(request.session, request.params.providerId, request.body, { base: baseOf(request) })
      return await reply.code(201).header('set-cookie', attempts.set(request, attempt)).send({ authorizationUrl: url })
    } catch (error) {
      if (!(error instanceof SignInEnded)) throw error
      request.log.warn({ err: rootOf(error), outcome: error.outcome }, 'a provider cannot be asked')
      throw unavailable('The provider does not answer; ask the administrator of your organisation.', { outcome: error.outcome })
    }
  })

  app.post('/account/external-identities/:providerId/removal', {
    bodyLimit,
    schema: { operationId: 'removeExternalIdentity', summary: 'Unlinks the own account', tags, params: ExternalIdentityParams, body: PasswordProof, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'account.unlink' },
  }, async (request, reply) => {
    await identities.unlink(request.session, request.params.providerId, request.body.password)
    return reply.code(204).send(null)
  })

  // ── Administration ───────────────────────────────────────────────────────────────────────────

  app.get('/sign-in-provider', {
    schema: { operationId: 'getSignInProvider', summary: 'The provider of the organisation', tags: administration, response: { 200: SignInProvider, '4xx': Problem } },
    config: { policy: 'org.sign_in', audit: 'none' },
  }, async (request, reply) => {
    const provider = await providers.find(request.access, baseOf(request))
    return reply.header('etag', etagOf(provider)).send(provider)
  })

  app.put('/sign-in-provider', {
    bodyLimit,
    schema: {
      operationId: 'putSignInProvider',
      summary: 'Sets the provider up; another issuer ends every link',
      tags: administration,
      headers: IfMatch,
      body: SignInProviderRequest,
      response: { 200: SignInProvider, '4xx': Problem },
    },
    config: { policy: 'org.sign_in', audit: 'sign-in-provider.change' },
  }, async (request, reply) => {
    const provider = await providers.put(request.access, request.body, versionIn(request.headers), baseOf(request))
    return reply.header('etag', etagOf(provider)).send(provider)
  })

  app.delete('/sign-in-provider', {
    schema: { operationId: 'deleteSignInProvider', summary: "Removes the provider with everybody's links", tags: administration, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'org.sign_in', audit: 'sign-in-provider.change' },
  }, async (request, reply) => {
    await providers.remove(request.access)
    return reply.code(204).send(null)
  })
}

/** What went wrong at the bottom: the library's own words say little. */
function rootOf(error: Error): unknown {
  let root: unknown = error
  // Causes that are no errors are answers of the provider, with people in them.
  while (root instanceof Error && root.cause instanceof Error) root = root.cause
  return root
}
