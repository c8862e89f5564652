import { sharePathOf } from '@isocenter/contracts'
import type { FastifyRequest } from 'fastify'
import type { Config } from '../config.ts'
import { shareLinkOf } from '../platform/share-path.ts'

/** Path of the service under the server's address. */
export const servicePath = '/dicom-web'

/**
 * The URL clients reach the service at: PUBLIC_URL where it is set, else the address the request was sent to,
 * so that links in answers work behind any proxy that passes Host on.
 */
export function serviceURL(config: Pick<Config, 'PUBLIC_URL'>, request: FastifyRequest): string {
  const linkId = shareLinkOf(request.raw)
  return `${config.PUBLIC_URL ?? `${request.protocol}://${request.host}`}${linkId === undefined ? '' : sharePathOf(linkId)}${servicePath}`
}
