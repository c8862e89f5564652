/** TLS by the secure transport connection profiles of PS3.15 Annex B that follow BCP 195. */
import type { SecureContextOptions, TLSSocket } from 'node:tls'
import type { Socket } from 'node:net'
import type { TlsFacts } from './association.ts'

/**
 * `bcp195`: PS3.15 §B.12, TLS 1.2 or 1.3 and never less, with the cipher suites that RFC 9325 §4.2 recommends; it is also what
 * a peer of the retired non-downgrading profile (§B.10) agrees with.
 * `modifiedBcp195`: PS3.15 §B.13 (before: extended, §B.11), which names more suites, as far as OpenSSL has them: no Camellia in
 * GCM mode, and CCM_8 is below its security level. Curves of 256 bits and more.
 */
export type TlsProfile = 'bcp195' | 'modifiedBcp195'

export interface TlsIdentity {
  /** PEM. */
  readonly key: string | Buffer
  /** PEM, own certificate first, then its chain. */
  readonly cert: string | Buffer
  readonly passphrase?: string
}

export interface AcceptorTls extends TlsIdentity {
  readonly profile?: TlsProfile
  /** PEM of whoever may issue client certificates; the well-known authorities when absent. */
  readonly ca?: readonly (string | Buffer)[]
  /** `required`: a connection without a certificate that `ca` vouches for is refused; default `none`. */
  readonly clientCertificate?: 'required' | 'none'
}

export interface RequestorTls extends Partial<TlsIdentity> {
  readonly profile?: TlsProfile
  /** PEM of whoever may issue the acceptor's certificate; the well-known authorities when absent. */
  readonly ca?: readonly (string | Buffer)[]
  /** The name that the acceptor's certificate must have, where it is not the host. */
  readonly servername?: string
}

const suites: Readonly<Record<TlsProfile, readonly string[]>> = {
  bcp195: [
    'TLS_AES_256_GCM_SHA384', 'TLS_AES_128_GCM_SHA256', 'TLS_CHACHA20_POLY1305_SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256',
  ],
  modifiedBcp195: [
    'TLS_AES_256_GCM_SHA384', 'TLS_AES_128_GCM_SHA256', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_CCM_SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305', 'ECDHE-ECDSA-AES256-CCM', 'ECDHE-ECDSA-AES128-CCM',
    'DHE-RSA-AES256-GCM-SHA384', 'DHE-RSA-AES128-GCM-SHA256',
  ],
}

/** What node:tls is told for a profile; keys and certificates below 112 bits of strength OpenSSL refuses by itself. */
export function profileOptions(profile: TlsProfile = 'bcp195'): SecureContextOptions {
  return {
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    ciphers: suites[profile].join(':'),
    honorCipherOrder: true,
    ecdhCurve: 'X25519:P-256:P-384:P-521',
    // For DHE, of the strength of the key: 2048 bits at least.
    dhparam: 'auto',
  }
}

/** What is known of a connection's TLS; undefined for plain TCP. */
export function tlsFacts(socket: Socket | TLSSocket): TlsFacts | undefined {
  if (!('getCipher' in socket)) return undefined
  const subject = socket.getPeerX509Certificate()?.subject
  return { protocol: socket.getProtocol() ?? '', cipher: socket.getCipher().standardName, ...(subject === undefined ? {} : { peerSubject: subject }) }
}
