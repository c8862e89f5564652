/** How modalities reach the gateway. */
import Type, { type Static } from 'typebox'

/** The gateway's own port and AE title unless set otherwise (D-72). */
export const defaultPort = 13227
export const defaultAETitle = 'USTCFQ-Transfer'

const AETitle = Type.String({ pattern: '^(?=.*[^ ])[\\x20-\\x5B\\x5D-\\x7E]{1,16}$', description: 'AE title: 1 to 16 characters of the default repertoire, no backslash (PS3.5 §6.2)' })

/** A modality or another node that is known here: who may call, and where to call back. */
export const PeerSchema = Type.Object({
  aeTitle: AETitle,
  address: Type.Optional(Type.String({ minLength: 1, maxLength: 253, description: 'IP address, network in CIDR form, or host name it calls from; any where absent' })),
  port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535, description: 'port it listens on itself: for C-MOVE to it and storage commitment' })),
  tls: Type.Optional(Type.Boolean({ description: 'it is called back over TLS' })),
  note: Type.Optional(Type.String({ maxLength: 500 })),
}, { additionalProperties: false })
export type Peer = Static<typeof PeerSchema>

export const ServiceTlsSchema = Type.Object({
  certificate: Type.String({ maxLength: 200_000, description: 'certificate with those above it, PEM' }),
  keySecret: Type.String({ pattern: '^service-tls\\.key$', description: 'name of the secret that holds its private key' }),
  certificateAuthority: Type.Optional(Type.String({ maxLength: 200_000, description: 'who signs the certificates of senders, PEM' })),
  requireClientCertificate: Type.Boolean({ default: false, description: 'turn away senders without a certificate' }),
}, { additionalProperties: false })
export type ServiceTls = Static<typeof ServiceTlsSchema>

export const ServiceSchema = Type.Object({
  running: Type.Boolean({ default: true, description: 'listen for modalities' }),
  port: Type.Integer({ minimum: 0, maximum: 65_535, default: defaultPort, description: 'port to listen on; 0 picks a free one; DIMSE_PORT goes before it' }),
  aeTitle: Type.Intersect([AETitle], { default: defaultAETitle }),
  acceptAnyCalledAETitle: Type.Boolean({ default: true, description: 'take associations for whatever AE title; else for `aeTitle` alone' }),
  restrictCalling: Type.Boolean({ default: false, description: 'take associations from `peers` alone' }),
  openServices: Type.Boolean({ default: false, description: 'let anybody query and retrieve what the organisation has, read the worklist, and change procedure steps; else `peers` and this machine alone' }),
  peers: Type.Array(PeerSchema, { maxItems: 1000, default: [] }),
  tls: Type.Optional(ServiceTlsSchema),
  maxAssociations: Type.Integer({ minimum: 1, maximum: 10_000, default: 100, description: 'associations at a time' }),
  maxAssociationsPerAddress: Type.Integer({ minimum: 1, maximum: 10_000, default: 50, description: 'associations at a time from one address' }),
  idleSeconds: Type.Integer({ minimum: 1, maximum: 86_400, default: 300, description: 'an association on which nothing is said for so long is ended' }),
}, { additionalProperties: false, default: {} })
export type Service = Static<typeof ServiceSchema>
