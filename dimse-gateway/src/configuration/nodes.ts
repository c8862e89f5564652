/** Where objects are forwarded to. */
import Type, { type Static } from 'typebox'
import { HoursSchema } from './hours.ts'

export const AETitle = Type.String({ pattern: '^(?=.*[^ ])[\\x20-\\x5B\\x5D-\\x7E]{1,16}$', description: 'AE title: 1 to 16 characters of the default repertoire, no backslash (PS3.5 §6.2)' })
const BaseURL = Type.String({ pattern: '^https?://[^\\s?#]+$', maxLength: 2048 })
const PEM = Type.String({ maxLength: 200_000, description: 'certificates, PEM' })
/** No other secret of the gateway can be named by a node, and so be sent to it. */
const SecretName = Type.String({ pattern: '^node-[A-Za-z0-9-]{1,80}\\.secret$', description: 'name of a secret that was kept for a node' })

/** How a peer's certificate is checked, over HTTPS and DICOM alike. Private keys are secrets and are named, not written, here. */
export const NodeTlsSchema = Type.Object({
  certificateAuthority: Type.Optional(PEM),
  certificate: Type.Optional(PEM),
  keySecret: Type.Optional(SecretName),
  serverName: Type.Optional(Type.String({ maxLength: 253, description: 'name the peer certificate must bear, where it is not the address' })),
}, { additionalProperties: false })
export type NodeTls = Static<typeof NodeTlsSchema>

const everyNode = {
  id: Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' }),
  name: Type.String({ minLength: 1, maxLength: 100 }),
  default: Type.Boolean({ default: true, description: 'gets what no rule matches' }),
  paused: Type.Boolean({ default: false }),
  concurrency: Type.Integer({ minimum: 1, maximum: 32, default: 2, description: 'requests or associations at a time' }),
  bandwidthBytesPerSecond: Type.Optional(Type.Integer({ minimum: 1024, description: 'most that leaves for the node, bytes a second' })),
  hours: Type.Optional(Type.Array(HoursSchema, { maxItems: 20, description: 'when it is sent to; always where absent' })),
  maxAttempts: Type.Integer({ minimum: 1, maximum: 100, default: 5, description: 'refusals of one object after which it is left to a person' }),
}

const overHttp = {
  url: BaseURL,
  proxy: Type.Optional(BaseURL),
  tls: Type.Optional(NodeTlsSchema),
  accelerated: Type.Boolean({ default: false, description: 'twice the connections, compressed bodies, large objects resumable' }),
  recompress: Type.Union([Type.Literal('none'), Type.Literal('htj2k'), Type.Literal('jpegLs')], { default: 'none', description: 'lossless, before the line' }),
}

/** The cloud server; `url` is its address, under which /dicom-web and /api lie. Its credentials are those the gateway enrolled with. */
export const CloudNodeSchema = Type.Object({
  ...everyNode, ...overHttp, kind: Type.Literal('cloud'),
  organisation: Type.Optional(Type.String({ maxLength: 2200, description: 'whose bond with the cloud it is sent to by; that of today where absent. Set when the gateway is enrolled' })),
}, { additionalProperties: false })

/** Any DICOMweb server; `url` is the base of its STOW-RS service. */
export const DicomwebNodeSchema = Type.Object({
  ...everyNode, ...overHttp, kind: Type.Literal('dicomweb'),
  authorization: Type.Optional(Type.Union([
    Type.Object({ scheme: Type.Literal('basic'), userName: Type.String({ maxLength: 200 }), secret: SecretName }, { additionalProperties: false }),
    Type.Object({ scheme: Type.Literal('bearer'), secret: SecretName }, { additionalProperties: false }),
  ], { description: '`secret` names a secret, it is none' })),
}, { additionalProperties: false })

/** A DICOM node, sent to by C-STORE. */
export const DicomNodeSchema = Type.Object({
  ...everyNode, kind: Type.Literal('dicom'),
  host: Type.String({ minLength: 1, maxLength: 253 }),
  port: Type.Integer({ minimum: 1, maximum: 65_535 }),
  calledAETitle: AETitle,
  callingAETitle: Type.Optional(AETitle),
  commitment: Type.Optional(Type.Boolean({ description: 'an object counts as arrived once the node has committed to keep it (Storage Commitment), not by C-STORE alone' })),
  tls: Type.Optional(NodeTlsSchema),
}, { additionalProperties: false })

export const NodeSchema = Type.Union([CloudNodeSchema, DicomwebNodeSchema, DicomNodeSchema])
export type CloudNode = Static<typeof CloudNodeSchema>
export type DicomwebNode = Static<typeof DicomwebNodeSchema>
export type DicomNode = Static<typeof DicomNodeSchema>
export type HttpNode = CloudNode | DicomwebNode
export type Node = Static<typeof NodeSchema>
