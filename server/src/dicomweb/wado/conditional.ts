/** Validators of retrieved resources (RFC 9110 §8.8.3, §13.1.2). */
import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** A strong ETag for what these parts decide; it tells nothing of them. */
export function etagOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part).update('\n')
  return `"${hash.digest('base64url').slice(0, 27)}"`
}

/** The same of an answer whose bytes need not be the same each time, where only their meaning is: parts of many objects between boundaries nobody can foresee. */
export const weakETagOf = (...parts: readonly (string | Uint8Array)[]): string => `W/${etagOf(...parts)}`

/**
 * Puts the validator on the answer; true when the client has this very representation, and is to be answered 304.
 * @param alike tells the validators of other bytes that say the same: the client may keep what it has, under its own validator
 */
export function isNotModified(request: FastifyRequest, reply: FastifyReply, etag: string, alike: (etag: string) => boolean = () => false): boolean {
  // Every use is checked against the server first: access can be withdrawn, and other bytes stored under the same UIDs.
  reply.header('etag', etag).header('cache-control', 'private, no-cache').header('vary', 'Accept, Accept-Encoding')
  const condition = request.headers['if-none-match']
  if (condition === undefined) return false
  const tags = condition.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  if (tags.includes('*') || tags.includes(etag.replace(/^W\//, ''))) return true
  const known = tags.find(alike)
  if (known !== undefined) reply.header('etag', known)
  return known !== undefined
}
