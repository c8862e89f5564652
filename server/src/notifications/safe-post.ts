/** Posts to addresses that users name, and so perhaps to where they must not reach through us: our own machine, its neighbours, a cloud's metadata. */
import { lookup as systemLookup, type LookupAddress } from 'node:dns'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'

const timeoutMs = 10_000

export interface SafePostOptions {
  /** Private networks too, and plain HTTP: for installations whose programs are their neighbours. */
  readonly allowsPrivate: boolean
}

export interface PostRequest {
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string>>
}

/** @returns the status; redirections are not followed. @throws ForbiddenAddress, or what the network says */
export type SafePost = (url: URL, request: PostRequest) => Promise<number>

/** An address that is nobody's business to be reached by us. */
export class ForbiddenAddress extends Error {
  override name = 'ForbiddenAddress'
}

/** Not of the public internet (RFC 6890), and what could lead there by way of IPv6; an IPv4 address written as IPv6 (::ffff:…) counts as what it is. */
const notPublic = new BlockList()
for (const [network, prefix] of [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24], ['192.0.2.0', 24], ['192.88.99.0', 24], ['192.168.0.0', 16],
  ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 4], ['240.0.0.0', 4],
] as const) notPublic.addSubnet(network, prefix, 'ipv4')
for (const [network, prefix] of [['::', 127], ['64:ff9b::', 96], ['64:ff9b:1::', 48], ['100::', 64], ['2001::', 23], ['2001:db8::', 32], ['2002::', 16], ['fc00::', 7], ['fe80::', 10], ['ff00::', 8]] as const) notPublic.addSubnet(network, prefix, 'ipv6')

/** True of an IP address that anybody on the internet can reach. */
export const isPublicAddress = (address: string): boolean => isIP(address) !== 0 && !notPublic.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** Looks a name up and refuses it when any of its addresses is not public: it is this answer that is connected to, so a name cannot change its mind in between. */
const publicLookup: LookupFunction = (hostname, options, done) => {
  systemLookup(hostname, { ...options, all: true }, (error, found) => {
    const addresses: LookupAddress[] = found ?? []
    if (error) done(error, '')
    else if (addresses.length === 0 || addresses.some(({ address }) => !isPublicAddress(address))) done(new ForbiddenAddress('The name leads to an address that is not public.'), '')
    else if (options.all === true) done(null, addresses)
    else done(null, String(addresses[0]?.address), addresses[0]?.family)
  })
}

export const createSafePost = ({ allowsPrivate }: SafePostOptions): SafePost => async (url, { body, headers }) => {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (url.username !== '' || url.password !== '') throw new ForbiddenAddress('An address with a password in it is not used.')
  if (!allowsPrivate && url.protocol !== 'https:') throw new ForbiddenAddress('Only HTTPS is used.')
  // A literal address is connected to without being looked up.
  if (!allowsPrivate && isIP(host) !== 0 && !isPublicAddress(host)) throw new ForbiddenAddress('The address is not public.')
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', headers: { ...headers, 'content-length': body.length }, signal: AbortSignal.timeout(timeoutMs), agent: false as const, ...(allowsPrivate ? {} : { lookup: publicLookup }) }
    const outgoing = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, options, (answer) => {
      // What it says does not matter, and may be endless.
      answer.destroy()
      resolve(answer.statusCode ?? 0)
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
