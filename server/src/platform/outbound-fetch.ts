/** Requests to addresses that people of organisations have named: never to what only this server reaches (OWASP ASVS 12.6.1). */
import { lookup as resolve, type LookupAddress } from 'node:dns'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** The address is not one that is gone to. */
export class OutboundRefused extends Error {
  override name = 'OutboundRefused'
  readonly code = 'OUTBOUND_REFUSED'
}

export interface OutboundOptions {
  /** Scheme, host and port of what may be at a private address and over plain HTTP. */
  readonly trustedOrigins?: readonly string[]
  readonly timeoutMs?: number
  /** Longest answer that is read. */
  readonly maxBytes?: number
  readonly resolveName?: typeof resolve
}

export interface OutboundRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: ArrayBuffer | ReadableStream | string | Uint8Array | URLSearchParams | null | undefined
  readonly signal?: AbortSignal | null | undefined
}

export type OutboundFetch = (url: string, request?: OutboundRequest) => Promise<Response>

// IANA special-purpose registries (RFC 6890 and its successors): whatever is not globally reachable, and what IPv4 is hidden in.
const special = new BlockList()
for (const [base, bits] of [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24], ['192.0.2.0', 24], ['192.88.99.0', 24], ['192.168.0.0', 16],
  ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 4], ['240.0.0.0', 4],
] as const) special.addSubnet(base, bits, 'ipv4')
const globalUnicast = new BlockList()
globalUnicast.addSubnet('2000::', 3, 'ipv6')
const special6 = new BlockList()
for (const [base, bits] of [['2001::', 23], ['2001:db8::', 32], ['2002::', 16], ['3fff::', 20]] as const) special6.addSubnet(base, bits, 'ipv6')

/** True of an address anybody on the internet reaches. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4: return !special.check(address, 'ipv4')
    // Mapped IPv4 is outside of global unicast too.
    case 6: return globalUnicast.check(address, 'ipv6') && !special6.check(address, 'ipv6')
    default: return false
  }
}

/**
 * A fetch that goes to public addresses over HTTPS, and to trusted origins. The name is resolved when it connects and what it resolves to is looked at
 * then, so that no second answer of a name server gets by. Redirects are not followed; nothing is sent along but what is given.
 */
export function createOutboundFetch({ trustedOrigins = [], timeoutMs = 10_000, maxBytes = 1024 ** 2, resolveName = resolve }: OutboundOptions = {}): OutboundFetch {
  const trusted = new Set(trustedOrigins)

  const publicLookup: LookupFunction = (hostname, options, done) => {
    resolveName(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
      const [first] = error === null ? found : []
      if (first === undefined) { done(error ?? new Error('The name has no address.'), '', 0); return }
      if (!found.every(({ address }) => isPublicAddress(address))) { done(new OutboundRefused('The name stands for an address that is not public.'), '', 0); return }
      if (options.all === true) done(null, found)
      else done(null, first.address, first.family)
    })
  }

  return async (address, { method = 'GET', headers = {}, body, signal } = {}) => {
    const url = new URL(address)
    const isTrusted = trusted.has(url.origin)
    const literal = url.hostname.replace(/^\[|\]$/g, '')
    if (url.protocol !== 'https:' && !(isTrusted && url.protocol === 'http:')) throw new OutboundRefused('Only HTTPS is spoken.')
    if (url.username !== '' || url.password !== '') throw new OutboundRefused('An address with a password in it is not gone to.')
    if (!isTrusted && isIP(literal) !== 0 && !isPublicAddress(literal)) throw new OutboundRefused('The address is not public.')
    const sent = body === undefined || body === null ? undefined : Buffer.from(await new Response(body instanceof Uint8Array ? Buffer.from(body) : body).arrayBuffer())
    const signals = [AbortSignal.timeout(timeoutMs), ...(signal === undefined || signal === null ? [] : [signal])]
    return new Promise<Response>((answer, fail) => {
      const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
        method, headers: { ...headers, ...(sent === undefined ? {} : { 'content-length': String(sent.length) }) }, signal: AbortSignal.any(signals), agent: false, ...(isTrusted ? {} : { lookup: publicLookup }),
      })
      request.on('error', fail)
      request.on('response', (response) => {
        const chunks: Buffer[] = []
        let bytes = 0
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length
          if (bytes > maxBytes) response.destroy(new Error('The answer is too long.'))
          else chunks.push(chunk)
        })
        response.on('error', fail)
        response.on('end', () => {
          const status = response.statusCode ?? 0
          const received = new Headers(Object.entries(response.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as [string, string]] : [])))
          answer(new Response([204, 205, 304].includes(status) ? null : Buffer.concat(chunks), { status, headers: received }))
        })
      })
      request.end(sent)
    })
  }
}
