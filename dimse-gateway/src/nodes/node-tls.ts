import { getCACertificates } from 'node:tls'
import type { NodeTls } from '../configuration/nodes.ts'

/** Reads a secret by its name; undefined when there is none of that name. */
export type Secrets = (name: string) => Promise<string | undefined>

export interface NodeTlsOptions {
  readonly minVersion: 'TLSv1.2'
  readonly ca?: string[]
  readonly cert?: string
  readonly key?: string
  readonly servername?: string
}

/** TLS as a node is configured: its authority is trusted besides those the system trusts. TLS 1.2 at least (BCP 195). */
export async function tlsOptionsOf(tls: NodeTls | undefined, secrets: Secrets): Promise<NodeTlsOptions> {
  const key = tls?.keySecret === undefined ? undefined : await secrets(tls.keySecret)
  return {
    minVersion: 'TLSv1.2',
    ...(tls?.certificateAuthority !== undefined && { ca: [...getCACertificates('default'), tls.certificateAuthority] }),
    ...(tls?.certificate !== undefined && { cert: tls.certificate }),
    ...(key !== undefined && { key }),
    ...(tls?.serverName !== undefined && { servername: tls.serverName }),
  }
}
