/** Visitors of share links as the guard sees them: who opened one, by the cookie of his visit. */
import type { FastifyRequest } from 'fastify'
import type { Access } from './access.ts'

export interface ShareResolver {
  /** What the visitor may see; undefined where he has opened no such link, or it has ended since. */
  readonly accessOf: (request: FastifyRequest, linkId: string) => Promise<Access | undefined>
}
