/** HTTP face of the token endpoint: for gateways, and for API keys. Its errors are those of RFC 6749 §5.2, which clients of any make read, and problems beside. */
import { TokenError, TokenRequest, TokenResponse } from '@isocenter/contracts'
import type { FastifyError } from 'fastify'
import { formBody, formMediaType } from '../platform/form-body.ts'
import { problemOf } from '../platform/problem.ts'
import type { ApiRoutes } from '../platform/typed-routes.ts'
import type { Gateways } from './gateways.ts'

/** Tokens for who shows a client secret; given by the composition root. */
export interface SecretTokens {
  /** Undefined where the request shows none. */
  readonly issue: (authorization: string | undefined, request: TokenRequest, address: string) => Promise<TokenResponse> | undefined
}

const requestBytes = 16 * 1024

export const tokenRoutes: ApiRoutes<{ gateways: Gateways; secrets: SecretTokens }> = async (app, { gateways, secrets }) => {
  await app.register(formBody)

  app.setErrorHandler((error: FastifyError, request, reply) => {
    const { kind, detail, extra, headers } = problemOf(error, request)
    if (kind.status >= 500) request.log.error({ err: error, problem: kind.type }, 'request failed')
    const body = { error: errorWord(kind.status), error_description: detail, ...extra, ...kind, detail, instance: request.id }
    return reply.code(kind.status).headers({ 'cache-control': 'no-store', ...headers }).type('application/json').serializer(JSON.stringify).send(body)
  })

  app.post('/token', {
    bodyLimit: requestBytes,
    schema: {
      operationId: 'issueToken', summary: 'Bearer token for a gateway by assertion (RFC 7523 §2.2), or for an API key by its id and itself as client id and secret (RFC 6749 §4.4)', tags: ['Gateways'],
      consumes: formMediaType, body: TokenRequest, response: { 200: TokenResponse, '4xx': TokenError },
    },
    config: { policy: 'public', audit: 'gateway.token' },
  }, async ({ body, headers: { authorization }, ip }, reply) =>
    reply.header('cache-control', 'no-store').send(await (secrets.issue(authorization, body, ip) ?? gateways.issueToken(body, ip))))
}

/** The word of RFC 6749 §5.2 for what went wrong before the request was understood. */
function errorWord(status: number): TokenError['error'] {
  if (status === 429) return 'slow_down'
  if (status < 500) return 'invalid_request'
  return status === 503 ? 'temporarily_unavailable' : 'server_error'
}
