/** The public keys tokens of this installation are verified with (RFC 7517), for who stands in front of it. */
import type { FastifyPluginAsync } from 'fastify'
import type { SigningKeys } from './signing-keys.ts'

/** Less than a new key is known before it signs. */
const keptSeconds = 300

export const jwksRoutes: FastifyPluginAsync<{ keys: Pick<SigningKeys, 'published'> }> = (app, { keys }) => {
  app.get('/.well-known/jwks.json', { config: { policy: 'public', audit: 'none' } }, (_request, reply) =>
    reply.type('application/jwk-set+json').header('cache-control', `public, max-age=${String(keptSeconds)}`).send(JSON.stringify({ keys: keys.published() })))
  return Promise.resolve()
}
