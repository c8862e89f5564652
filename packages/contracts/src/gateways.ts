/**
 * What the gateway, the server and the administrators' screens say to each other about gateways: enrolment, token, report, commands.
 * Lengths are bounded everywhere: a report is written by a machine on somebody else's premises.
 */
import { FilmPrinterDescription, PrinterId } from './film-printers.ts'
import { Type, type Static, type TSchema } from 'typebox'
import { Id, Moment, UID } from './values.ts'

const Words = (maxLength: number) => Type.String({ maxLength })
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
/** (0008,0054) and its like: 16 characters at most (PS3.5 Table 6.2-1). */
const AETitle = Words(16)
const Literals = <const Words extends readonly string[]>(...words: Words) => Type.Enum([...words] as Words[number][])

/** What a gateway's token may grant; a token request asks for these or fewer. */
export const gatewayScopes = [
  'dicomweb:search', 'dicomweb:retrieve', 'dicomweb:store', 'worklist:read', 'performed-procedure:write', 'gateway:report', 'upload',
] as const
export type GatewayScope = typeof gatewayScopes[number]

/** Longest report accepted, bytes of JSON. */
export const maxReportBytes = 1024 * 1024

// ── Enrolment ──────────────────────────────────────────────────────────────────────────────────

/** A P-256 public key (RFC 7517, RFC 7518 §6.2.1). */
export const PublicKey = Type.Object({
  kty: Type.Literal('EC'),
  crv: Type.Literal('P-256'),
  x: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
  y: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
}, { additionalProperties: false })
export type PublicKey = Static<typeof PublicKey>

export const EnrolmentRequest = Type.Object({
  uploadCode: Type.String({ minLength: 1, maxLength: 100, description: "the organisation's upload code; letter case, spaces and dashes do not matter" }),
  name: Type.String({ minLength: 1, maxLength: 100, pattern: '\\S', description: 'what administrators see; they can change it' }),
  publicKey: PublicKey,
  version: Type.String({ minLength: 1, maxLength: 50, description: "the gateway's version" }),
}, { additionalProperties: false })
export type EnrolmentRequest = Static<typeof EnrolmentRequest>

export const Enrolment = Type.Object({
  gatewayId: Id,
  organisation: Type.Object({ slug: Type.String(), name: Type.String() }),
  tokenAudience: Type.String({ description: 'what the gateway puts into `aud` of its client assertions; names this installation whatever address it is reached at' }),
})
export type Enrolment = Static<typeof Enrolment>

// ── Token (RFC 6749 §4.4, RFC 7523 §2.2) ───────────────────────────────────────────────────────

export const clientAssertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** The form of a token request. Values of other grants and methods are answered with the error RFC 6749 §5.2 has for them. */
export const TokenRequest = Type.Object({
  grant_type: Type.Optional(Type.String({ maxLength: 100, description: 'client_credentials' })),
  client_assertion_type: Type.Optional(Type.String({ maxLength: 200, description: clientAssertionType })),
  client_assertion: Type.Optional(Type.String({
    maxLength: 4_000,
    description: 'JWT signed with ES256 by the enrolled key: iss and sub the gateway id, aud the tokenAudience, exp at most 5 minutes from iat, jti never used before',
  })),
  client_id: Type.Optional(Type.String({ maxLength: 100, description: 'the gateway id, where it is said at all' })),
  client_secret: Type.Optional(Type.String({ maxLength: 200, description: 'an API key, with its id as client_id; or both by HTTP Basic' })),
  scope: Type.Optional(Type.String({ maxLength: 1_000, description: 'words with spaces between; everything a gateway may have where absent' })),
})
export type TokenRequest = Static<typeof TokenRequest>

export const TokenResponse = Type.Object({
  access_token: Type.String(),
  token_type: Type.Literal('Bearer'),
  expires_in: Type.Integer({ description: 'seconds' }),
  scope: Type.String(),
})
export type TokenResponse = Static<typeof TokenResponse>

/** RFC 6749 §5.2, with the members of a problem beside it. */
export const TokenError = Type.Object({
  error: Literals('invalid_request', 'invalid_client', 'invalid_scope', 'unsupported_grant_type', 'slow_down', 'temporarily_unavailable', 'server_error'),
  error_description: Type.String(),
}, { additionalProperties: true })
export type TokenError = Static<typeof TokenError>

// ── Commands ───────────────────────────────────────────────────────────────────────────────────

const NodeId = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' })
const OfNode = Type.Object({ nodeId: NodeId }, { additionalProperties: false })
const None = Type.Object({}, { additionalProperties: false })

/**
 * What an administrator can have a gateway do, by name: functions of the gateway's own console. What they hold of the configuration is
 * checked by the gateway, whose version knows what it may be.
 */
export const gatewayCommands = {
  startService: None,
  stopService: None,
  setConfiguration: Type.Object({
    change: Type.Record(Type.String({ maxLength: 50 }), Type.Unknown(), { description: 'members of the configuration document, each replaced whole; what is absent stays' }),
    ifRevision: Type.Optional(Type.Integer({ minimum: 0, description: 'only when the configuration still has this revision' })),
  }, { additionalProperties: false }),
  addPeer: Type.Object({ peer: Type.Record(Type.String({ maxLength: 50 }), Type.Unknown(), { description: 'aeTitle, address, port …' }) }, { additionalProperties: false }),
  pauseNode: OfNode,
  resumeNode: OfNode,
  testNode: OfNode,
  retryDeliveries: Type.Object({
    StudyInstanceUID: Type.Optional(Type.String({ pattern: '^[0-9.]{1,64}$' })),
    objectId: Type.Optional(Words(64)),
    nodeId: Type.Optional(NodeId),
  }, { additionalProperties: false, description: 'failed deliveries of a study, of one object, to one node; all without any' }),
  fetchStudies: Type.Object({
    nodeId: NodeId,
    studies: Type.Array(Type.Object({ StudyInstanceUID: UID }, { additionalProperties: false }), { minItems: 1, maxItems: 200 }),
  }, { additionalProperties: false, description: 'has an archive send these studies to the gateway' }),
  fetchDays: Type.Object({
    nodeId: NodeId,
    StudyDate: Type.String({ pattern: '^[0-9]{8}(-[0-9]{8})?$', description: 'a day, or from one to another' }),
  }, { additionalProperties: false, description: 'has an archive send everything of these days to the gateway' }),
  cancelFetches: Type.Object({ nodeId: Type.Optional(NodeId) }, { additionalProperties: false, description: 'calls off what has not begun, of one archive or of all' }),
  printFilms: Type.Object({ printerId: PrinterId, jobId: Type.String({ format: 'uuid' }) }, { additionalProperties: false, description: 'reads the print order of this id and prints it; its value is what became of it' }),
  testPrinter: Type.Object({ printerId: PrinterId }, { additionalProperties: false, description: 'asks a film printer how it is' }),
} as const satisfies Record<string, TSchema>
export type GatewayCommandName = keyof typeof gatewayCommands
export const gatewayCommandNames = Object.keys(gatewayCommands) as GatewayCommandName[]
export type GatewayCommandArguments<Name extends GatewayCommandName> = Static<(typeof gatewayCommands)[Name]>

/** A command as an administrator gives it. */
export const CommandRequest = Type.Object({
  name: Type.Enum(gatewayCommandNames),
  arguments: Type.Optional(Type.Record(Type.String({ maxLength: 100 }), Type.Unknown(), { description: 'those of the command, as the schema called after it has them: testNodeArguments …' })),
  expiresAfterSeconds: Type.Optional(Type.Integer({ minimum: 10, maximum: 30 * 86_400, default: 86_400, description: 'given up when the gateway has not taken it by then' })),
}, { additionalProperties: false })
export type CommandRequest = Static<typeof CommandRequest>

/** A command as the gateway gets it; it comes again with every report until its result is reported. */
export const IssuedCommand = Type.Object({
  commandId: Id,
  name: Words(50),
  arguments: Type.Record(Type.String(), Type.Unknown()),
})
export type IssuedCommand = Static<typeof IssuedCommand>

/** What became of a command in the gateway. */
export const CommandResult = Type.Object({
  commandId: Id,
  outcome: Literals('succeeded', 'failed'),
  value: Type.Optional(Type.Unknown({ description: 'what the command answers: the latency of a test, the new revision' })),
  reason: Type.Optional(Type.String({ maxLength: 500, description: 'why it failed, for a person' })),
}, { additionalProperties: false })
export type CommandResult = Static<typeof CommandResult>

/** `waiting`: not yet taken; `delivered`: taken, result to come; `expired`: not taken in time. */
export const commandStates = ['waiting', 'delivered', 'succeeded', 'failed', 'expired'] as const
export type CommandState = typeof commandStates[number]

/** A command as administrators see it. */
export const Command = Type.Object({
  commandId: Id,
  name: Type.String(),
  arguments: Type.Record(Type.String(), Type.Unknown()),
  state: Type.Enum([...commandStates]),
  value: Type.Optional(Type.Unknown()),
  reason: Type.Optional(Type.String()),
  createdAt: Moment,
  createdBy: Type.String(),
  expiresAt: Moment,
  deliveredAt: Type.Optional(Moment),
  finishedAt: Type.Optional(Moment),
})
export type Command = Static<typeof Command>

// ── Reports ────────────────────────────────────────────────────────────────────────────────────

/** Why something did not work: a word that screens translate, and the other side's own text where it gave one. */
const Failure = Type.Object({ reason: Words(50), text: Type.Optional(Words(1_000)) })
const FailureAt = Type.Object({ ...Failure.properties, at: Moment })

/**
 * What the gateway says of itself: what its own console shows. Counts and states, no patient. Words of states, alarms and reasons are
 * open here, since a newer gateway may know more of them than this server.
 */
export const GatewayState = Type.Object({
  version: Type.String({ minLength: 1, maxLength: 50 }),
  startedAt: Moment,
  now: Type.String({ format: 'date-time', maxLength: 40, description: "by the gateway's own clock" }),
  service: Type.Object({
    status: Type.String({ maxLength: 50, description: 'running, stopped, failed' }),
    reason: Type.Optional(Words(1_000)),
    aeTitle: AETitle, port: Type.Integer({ minimum: 0, maximum: 65535 }),
    addresses: Type.Array(Words(100), { maxItems: 100 }),
    tls: Type.Boolean(), associations: Count, maxAssociations: Count,
  }),
  spool: Type.Object({ objects: Count, bytes: Count, quotaBytes: Type.Optional(Count), freeBytes: Count, refusing: Type.Boolean() }),
  queue: Type.Object({ waiting: Count, waitingBytes: Type.Optional(Count), failed: Count, oldestWaitingAt: Type.Optional(Moment), receivedToday: Count, arrivedToday: Count }),
  nodes: Type.Array(Type.Object({
    id: Words(64), name: Words(100),
    kind: Type.String({ maxLength: 50, description: 'cloud, dicomweb, dicom' }),
    status: Type.String({ maxLength: 50, description: 'idle, sending, retrying, paused' }),
    waiting: Count, waitingBytes: Type.Optional(Count),
    failed: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'deliveries given up until somebody retries them' }),
    lastArrivalAt: Type.Optional(Moment), nextAttemptAt: Type.Optional(Moment), lastFailure: Type.Optional(FailureAt),
  }), { maxItems: 200 }),
  printers: Type.Optional(Type.Array(FilmPrinterDescription, { maxItems: 20, description: 'film printers of its site' })),
  alarms: Type.Array(Type.Object({
    code: Words(100), severity: Words(50), since: Type.Optional(Moment), nodeId: Type.Optional(Words(64)), count: Type.Optional(Count),
  }), { maxItems: 500 }),
})
export type GatewayState = Static<typeof GatewayState>

/** Somebody who sent and is not on the accept list, so that an administrator can let them in. */
export const UnknownSender = Type.Object({
  callingAETitle: AETitle, calledAETitle: AETitle, remoteAddress: Words(100), firstSeenAt: Moment, lastSeenAt: Moment, attempts: Count, wasRefused: Type.Boolean(),
  refusedServices: Type.Optional(Type.Array(Words(50), { maxItems: 20, description: 'services it asked for and did not get: query, retrieve, worklist, performedSteps, commitment' })),
})
export type UnknownSender = Static<typeof UnknownSender>

export const maxUnknownSenders = 100
export const maxResultsPerReport = 20

/** One report: the state, and the results that have come since the last report that was answered. */
export const ReportRequest = Type.Object({
  state: GatewayState,
  unknownSenders: Type.Array(UnknownSender, { maxItems: maxUnknownSenders, description: 'newest first' }),
  configuration: Type.Object({
    revision: Count,
    document: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'without secrets; left out while the server has this revision' })),
  }),
  results: Type.Array(CommandResult, { maxItems: maxResultsPerReport }),
})
export type ReportRequest = Static<typeof ReportRequest>

export const ReportAnswer = Type.Object({
  commands: Type.Array(IssuedCommand, { description: 'in the order they were given' }),
  reportAfterMs: Type.Integer({ description: 'the next report is expected after so long' }),
  configurationRevision: Type.Optional(Type.Integer({ description: 'revision of the configuration document the server has; absent when it has none' })),
})
export type ReportAnswer = Static<typeof ReportAnswer>

// ── Administrators ─────────────────────────────────────────────────────────────────────────────

/** By the last contact against the time promised for the next: `unheard` has never reported, `revoked` may not. */
export const gatewayHealths = ['online', 'late', 'offline', 'unheard', 'revoked'] as const
export type GatewayHealth = typeof gatewayHealths[number]

/** One gateway in a list. */
export const GatewaySummary = Type.Object({
  gatewayId: Id,
  name: Type.String(),
  version: Type.String(),
  health: Type.Enum([...gatewayHealths]),
  enrolledAt: Moment,
  revokedAt: Type.Optional(Moment),
  lastContactAt: Type.Optional(Moment),
  alarms: Type.Integer({ description: 'alarms of the last report' }),
  waiting: Type.Optional(Type.Integer({ description: 'objects that wait, by the last report' })),
  failed: Type.Optional(Type.Integer({ description: 'deliveries given up, by the last report' })),
  pendingCommands: Type.Integer(),
})
export type GatewaySummary = Static<typeof GatewaySummary>

export const GatewayDetail = Type.Object({
  ...GatewaySummary.properties,
  keyThumbprint: Type.String({ description: 'RFC 7638, of the enrolled key' }),
  state: Type.Optional(GatewayState),
  unknownSenders: Type.Array(UnknownSender),
  configuration: Type.Optional(Type.Object({ revision: Type.Integer(), document: Type.Optional(Type.Record(Type.String(), Type.Unknown())) })),
  commands: Type.Array(Command, { description: 'the newest hundred, newest first' }),
})
export type GatewayDetail = Static<typeof GatewayDetail>

export const GatewayPage = Type.Object({ items: Type.Array(GatewaySummary), next: Type.Optional(Type.String()) })
export type GatewayPage = Static<typeof GatewayPage>

export const GatewayPatch = Type.Object({ name: Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' }) }, { additionalProperties: false })
export type GatewayPatch = Static<typeof GatewayPatch>

export const GatewayParams = Type.Object({ gatewayId: Id })
export type GatewayParams = Static<typeof GatewayParams>

export const UploadCode = Type.Object({ uploadCode: Type.String(), rotatedAt: Moment })
export type UploadCode = Static<typeof UploadCode>
