/** Where a key may be used from: addresses and networks (RFC 4632, RFC 4291 §2.3). */
import { BlockList, isIP } from 'node:net'

/** An address or network as it is kept; undefined for what is neither. The length of a network is given or means the one address. */
export function readNetwork(text: string): string | undefined {
  const [address = '', length, more] = text.trim().split('/')
  const version = isIP(address)
  const bits = version === 4 ? 32 : 128
  if (version === 0 || more !== undefined || address.includes('%')) return undefined
  if (length === undefined) return `${address.toLowerCase()}/${String(bits)}`
  return /^\d{1,3}$/.test(length) && Number(length) <= bits ? `${address.toLowerCase()}/${String(Number(length))}` : undefined
}

/** True where the list is empty or one of its networks holds the address. */
export function isWithin(networks: readonly string[], address: string): boolean {
  if (networks.length === 0) return true
  const list = new BlockList()
  for (const network of networks) {
    const [base = '', length = ''] = network.split('/')
    list.addSubnet(base, Number(length), isIP(base) === 4 ? 'ipv4' : 'ipv6')
  }
  // A server that listens on both has IPv4 callers in this form.
  const plain = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address.split('%', 1)[0] ?? ''
  const version = isIP(plain)
  return version !== 0 && list.check(plain, version === 4 ? 'ipv4' : 'ipv6')
}
