/** HTTPS, which brings HTTP/2 along: browsers speak that over TLS alone. */
import { readFile } from 'node:fs/promises'
import type { ServerOptions } from 'node:http'
import type { Http2Server, SecureServerOptions } from 'node:http2'

/** A certificate with those above it, and its key, both PEM. */
export interface TlsFiles {
  readonly cert: Buffer
  readonly key: Buffer
}

/** Reads certificate and key; undefined where none are set. */
export async function readTlsFiles({ TLS_CERT_FILE, TLS_KEY_FILE }: { readonly TLS_CERT_FILE?: string; readonly TLS_KEY_FILE?: string }): Promise<TlsFiles | undefined> {
  if (TLS_CERT_FILE === undefined || TLS_KEY_FILE === undefined) return undefined
  const [cert, key] = await Promise.all([readFile(TLS_CERT_FILE), readFile(TLS_KEY_FILE)])
  return { cert, key }
}

/** Requests one client has under way over one connection: a viewer asks for some dozens of frames at once. */
const maxStreams = 256
/** What a client may send before it must wait: per request, and per connection. HTTP/2's own 64 KiB hold a sender to a megabyte a second at 50 ms. */
const streamWindowBytes = 1024 * 1024
const connectionWindowBytes = 8 * 1024 * 1024

/**
 * How to serve HTTP/2, and HTTP/1.1 to whoever offers no more, on one port.
 * @param http bounds of requests in HTTP/1.1
 */
export const secureServerOptions = (files: TlsFiles, maxHeaderBytes: number, http: ServerOptions): SecureServerOptions & ServerOptions => ({
  ...http,
  ...files,
  allowHTTP1: true,
  maxHeaderListPairs: 256,
  settings: { maxConcurrentStreams: maxStreams, initialWindowSize: streamWindowBytes, maxHeaderListSize: maxHeaderBytes },
})

/** Lets connections take uploads at the speed of the line; what waits for one connection stays bounded. */
export function widenConnections(server: Pick<Http2Server, 'on'>): void {
  server.on('session', (session) => { session.setLocalWindowSize(connectionWindowBytes) })
}
