/** Associations with peers as they are configured: nodes, and film printers. */
import { DimseConnection, requestAssociation, type ContextProposal } from '@isocenter/dimse'
import type { NodeTls } from '../configuration/nodes.ts'
import { tlsOptionsOf, type Secrets } from './node-tls.ts'

export interface ConfiguredPeer {
  readonly host: string
  readonly port: number
  readonly calledAETitle: string
  /** What we call ourselves there, where that is not the gateway's own name. */
  readonly callingAETitle?: string | undefined
  readonly tls?: NodeTls | undefined
}

export interface ConnectOptions {
  /** The gateway's own name. */
  readonly callingAETitle: string
  readonly secrets: Secrets
  readonly contexts: readonly ContextProposal[]
  readonly signal?: AbortSignal | undefined
}

/**
 * Opens an association; disposing of it releases it, or aborts it where that cannot be: how it ends changes nothing of what was done on it.
 * @throws what requestAssociation throws
 */
export async function connectTo(peer: ConfiguredPeer, { callingAETitle, secrets, contexts, signal }: ConnectOptions): Promise<DimseConnection & AsyncDisposable> {
  const tls = peer.tls && await tlsOptionsOf(peer.tls, secrets)
  const association = await requestAssociation({
    host: peer.host, port: peer.port, callingAETitle: peer.callingAETitle ?? callingAETitle, calledAETitle: peer.calledAETitle, contexts, ...(tls && { tls }), ...(signal && { signal }),
  })
  return Object.assign(new DimseConnection(association), { [Symbol.asyncDispose]: () => association.release().catch(() => association.abort()) })
}
