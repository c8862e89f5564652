/** TLS by the secure transport connection profiles of PS3.15 Annex B that follow BCP 195. */
import type { SecureContextOptions, TLSSocket } from 'node:tls'
import type { Socket } from 'node:net'
import type { TlsFacts } from './association.ts'

/**
 * `nonDowngrading`: PS3.15 §B.10, TLS 1.2 or 1.3 and never less, with the cipher suites that BCP 195 recommends.
 * `extended`: PS3.15 §B.11, the same with forward secrecy by elliptic curves of at least 256 bits (DHE of at least 2048),
 * AES-GCM alone.
 */
export type TlsProfile = 'nonDowngrading' | 'extended'

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

const tls13 = ['TLS_AES_256_GCM_SHA384', 'TLS_AES_128_GCM_SHA256', 'TLS_CHACHA20_POLY1305_SHA256']
/** RFC 9325 §4.2, what PS3.15 §B.10 refers to. */
const recommended = [
  'ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256',
  'DHE-RSA-AES256-GCM-SHA384', 'DHE-RSA-AES128-GCM-SHA256',
]
const extended = ['ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384', 'DHE-RSA-AES256-GCM-SHA384']

/** What node:tls is told for a profile. */
export function profileOptions(profile: TlsProfile = 'nonDowngrading'): SecureContextOptions {
  const ciphers = profile === 'extended' ? [...tls13.slice(0, 1), ...extended] : [...tls13, ...recommended]
  return {
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    ciphers: ciphers.join(':'),
    honorCipherOrder: true,
    ecdhCurve: profile === 'extended' ? 'P-384:P-256' : 'X25519:P-256:P-384:P-521',
    // 2048 bits at least; OpenSSL picks by the strength of the key.
    dhparam: 'auto',
  }
}

/** What is known of a connection's TLS; undefined for plain TCP. */
export function tlsFacts(socket: Socket | TLSSocket): TlsFacts | undefined {
  if (!('getCipher' in socket)) return undefined
  const subject = socket.getPeerX509Certificate()?.subject
  return { protocol: socket.getProtocol() ?? '', cipher: socket.getCipher().standardName, ...(subject === undefined ? {} : { peerSubject: subject }) }
}
