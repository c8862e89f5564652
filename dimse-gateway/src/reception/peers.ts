import { plainAddress } from '@isocenter/dimse'
import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import type { Peer } from '../configuration/schema.ts'

/** How long the address of a host name is believed. */
const believedMs = 60_000

/** Finds callers among the peers of the configuration. */
export interface Peers {
  /** The peer of this AE title and address; undefined when none is listed. */
  find(peers: readonly Peer[], callingAETitle: string, remoteAddress: string): Promise<Peer | undefined>
}

export function createPeers(resolve: (host: string) => Promise<readonly string[]> = addressesOf): Peers {
  const known = new Map<string, { addresses: Promise<readonly string[]>; until: number }>()

  function resolved(host: string): Promise<readonly string[]> {
    const now = performance.now()
    const cached = known.get(host)
    if (cached && cached.until > now) return cached.addresses
    // A name that does not resolve is nobody's address.
    const addresses = resolve(host).catch(() => [])
    known.set(host, { addresses, until: now + believedMs })
    return addresses
  }

  async function isFrom(peer: Peer, remoteAddress: string): Promise<boolean> {
    if (peer.address === undefined) return true
    const literal = matchesLiteral(peer.address, remoteAddress)
    return literal ?? (await resolved(peer.address)).includes(remoteAddress)
  }

  return {
    async find(peers, callingAETitle, remoteAddress) {
      const address = plainAddress(remoteAddress)
      for (const peer of peers) {
        if (peer.aeTitle.trim() === callingAETitle.trim() && await isFrom(peer, address)) return peer
      }
      return undefined
    },
  }
}

/** Whether an address is this machine's own, which no other machine can have: 127.0.0.0/8 or ::1. */
export function isLoopback(address: string): boolean {
  const plain = plainAddress(address)
  return isIP(plain) !== 0 && loopback.check(plain, isIP(plain) === 4 ? 'ipv4' : 'ipv6')
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Whether an address is, or lies in the network of, a literal; undefined when it is none but a host name. */
function matchesLiteral(literal: string, address: string): boolean | undefined {
  const [base = '', prefix] = literal.split('/')
  const family = isIP(base)
  if (family === 0) return undefined
  const list = new BlockList()
  const type = family === 4 ? 'ipv4' : 'ipv6'
  const longest = family === 4 ? 32 : 128
  const length = prefix === undefined ? longest : Number(prefix)
  // A prefix that is none matches nobody rather than everybody.
  if (!Number.isInteger(length) || length < 0 || length > longest) return false
  list.addSubnet(base, length, type)
  return isIP(address) !== 0 && list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6')
}

async function addressesOf(host: string): Promise<string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => plainAddress(address))
}
