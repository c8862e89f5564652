import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { passkeysUnavailable } from './problems.ts'

/** Who passkeys are made for (WebAuthn §5.4.2): a host name, and the origin its pages have. */
export interface RelyingParty {
  /** host name */
  readonly id: string
  readonly origin: string
}

/**
 * The relying party as the browser of a request sees it: PUBLIC_URL where it is set, else the host that was asked for. Host is what the client says; that
 * makes no passkey good elsewhere, because the authenticator signs for the name its own browser shows, and each is kept with the name it was made for.
 * @throws passkeysUnavailable 409 at an IP address, and over plain HTTP anywhere but on this machine: browsers refuse both
 */
export function relyingPartyOf(request: Pick<FastifyRequest, 'protocol' | 'host'>, publicUrl: string | undefined): RelyingParty {
  const address = publicUrl ?? `${request.protocol}://${request.host}`
  if (!URL.canParse(address)) throw passkeysUnavailable('The host of the request is no host name.')
  const { hostname: id, origin, protocol } = new URL(address)
  const isLocal = id === 'localhost' || id.endsWith('.localhost')
  if (isIP(id.replace(/^\[|\]$/g, '')) !== 0) throw passkeysUnavailable('Open Isocenter by a host name instead of an IP address: localhost on this machine.')
  if (protocol !== 'https:' && !isLocal) throw passkeysUnavailable('Open Isocenter over HTTPS.')
  return { id, origin }
}
