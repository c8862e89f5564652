/** Where a node that is known by its AE title listens: for C-MOVE to it, and to report to it. */
import type { RequestorTls } from '@isocenter/dimse'
import type { Configuration } from '../configuration/schema.ts'
import { tlsOptionsOf, type Secrets } from '../nodes/node-tls.ts'

export interface Destination {
  readonly aeTitle: string
  readonly host: string
  readonly port: number
  readonly tls?: RequestorTls
}

/** The peer, or else the DICOM node, of an AE title; undefined when none is configured with an address and a port. */
export async function destinationOf(aeTitle: string, { service, nodes }: Pick<Configuration, 'service' | 'nodes'>, secrets: Secrets): Promise<Destination | undefined> {
  const wanted = aeTitle.trim()
  const peer = service.peers.find((one) => one.aeTitle.trim() === wanted && one.port !== undefined && isHost(one.address))
  if (peer?.port !== undefined && peer.address !== undefined) {
    return { aeTitle: wanted, host: peer.address, port: peer.port, ...(peer.tls && { tls: await tlsOptionsOf(undefined, secrets) }) }
  }
  const node = nodes.find((one) => one.kind === 'dicom' && one.calledAETitle.trim() === wanted)
  if (node?.kind !== 'dicom') return undefined
  return { aeTitle: wanted, host: node.host, port: node.port, ...(node.tls && { tls: await tlsOptionsOf(node.tls, secrets) }) }
}

/** A network in CIDR form admits callers; nobody can be called at it. */
const isHost = (address: string | undefined): boolean => address !== undefined && !address.includes('/')
