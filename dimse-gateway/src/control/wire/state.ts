import { FilmPrinterDescription } from '@isocenter/contracts'
import { Type, type Static } from 'typebox'

const Time = Type.String({ description: 'ISO 8601 with offset' })
const Count = Type.Integer({ minimum: 0 })

/** Why something did not work: a word that screens translate, and the other side's own text where it gave one. */
export const Failure = Type.Object({
  reason: Type.Union([
    Type.Literal('lineDown'), Type.Literal('timedOut'), Type.Literal('tlsFailed'),
    Type.Literal('nodeBusy'), Type.Literal('nodeFailing'), Type.Literal('notAuthorised'), Type.Literal('wrongAddress'), Type.Literal('badAnswer'),
    Type.Literal('refused'), Type.Literal('tooLarge'), Type.Literal('classNotAccepted'), Type.Literal('transferSyntaxNotAccepted'),
    Type.Literal('receiptDiffers'), Type.Literal('notAnswered'), Type.Literal('objectUnreadable'),
  ]),
  text: Type.Optional(Type.String()),
})
export type Failure = Static<typeof Failure>

export const ServiceState = Type.Object({
  /** `failed`: asked to run, and cannot (the port is taken, a certificate cannot be read). */
  status: Type.Union([Type.Literal('running'), Type.Literal('stopped'), Type.Literal('failed')]),
  reason: Type.Optional(Type.String({ description: 'why it failed, in the words of the operating system' })),
  aeTitle: Type.String(),
  port: Type.Integer(),
  addresses: Type.Array(Type.String(), { description: 'addresses of this machine that a modality can send to' }),
  tls: Type.Boolean(),
  associations: Count,
  maxAssociations: Count,
})
export type ServiceState = Static<typeof ServiceState>

export const SpoolState = Type.Object({
  objects: Count,
  bytes: Count,
  quotaBytes: Type.Optional(Count),
  freeBytes: Count,
  /** New objects are refused (0xA700) for want of room. */
  refusing: Type.Boolean(),
})
export type SpoolState = Static<typeof SpoolState>

export const NodeState = Type.Object({
  id: Type.String(),
  name: Type.String(),
  kind: Type.Union([Type.Literal('cloud'), Type.Literal('dicomweb'), Type.Literal('dicom')]),
  /** `retrying`: the last attempt failed and the next one waits for its time. */
  status: Type.Union([Type.Literal('idle'), Type.Literal('sending'), Type.Literal('retrying'), Type.Literal('paused'), Type.Literal('outsideHours')]),
  waiting: Count,
  waitingBytes: Type.Optional(Count),
  failed: Count,
  lastArrivalAt: Type.Optional(Time),
  nextAttemptAt: Type.Optional(Time),
  lastFailure: Type.Optional(Type.Intersect([Failure, Type.Object({ at: Time })])),
})
export type NodeState = Static<typeof NodeState>

export const CloudState = Type.Object({
  url: Type.String(),
  gatewayId: Type.String(),
  organisation: Type.Object({ slug: Type.String(), name: Type.String() }),
  lastContactAt: Type.Optional(Time),
  lastFailure: Type.Optional(Type.Intersect([Failure, Type.Object({ at: Time })])),
})
export type CloudState = Static<typeof CloudState>

/** How nodes are removed for which something waits: it is called off, or they stay. */
export const Removal = Type.Object({ callOff: Type.Optional(Type.Boolean()) }, { additionalProperties: false })

/** What somebody should do something about; the screens say what. */
export const Alarm = Type.Object({
  code: Type.Union([
    Type.Literal('serviceStopped'), Type.Literal('serviceFailed'), Type.Literal('spoolFull'), Type.Literal('spoolNearlyFull'), Type.Literal('spoolUnavailable'),
    Type.Literal('nodeUnreachable'), Type.Literal('nodePaused'), Type.Literal('deliveriesFailed'), Type.Literal('noNodes'),
    Type.Literal('cloudUnreachable'), Type.Literal('unknownSenders'), Type.Literal('objectDamaged'), Type.Literal('objectMissing'),
    Type.Literal('objectsGoNowhere'), Type.Literal('calledOffKept'), Type.Literal('performedStepRefused'), Type.Literal('commitmentUnreported'), Type.Literal('configurationRestored'),
  ]),
  severity: Type.Union([Type.Literal('critical'), Type.Literal('warning')]),
  since: Type.Optional(Time),
  nodeId: Type.Optional(Type.String()),
  count: Type.Optional(Count),
})
export type Alarm = Static<typeof Alarm>

/** The whole gateway at a glance; the console shows it, the report to the cloud carries it. */
export const GatewayState = Type.Object({
  version: Type.String(),
  startedAt: Time,
  now: Time,
  service: ServiceState,
  spool: SpoolState,
  queue: Type.Object({
    waiting: Count,
    waitingBytes: Type.Optional(Count),
    failed: Count,
    oldestWaitingAt: Type.Optional(Time),
    receivedToday: Count,
    arrivedToday: Count,
  }),
  nodes: Type.Array(NodeState),
  printers: Type.Array(FilmPrinterDescription),
  cloud: Type.Optional(CloudState),
  alarms: Type.Array(Alarm),
})
export type GatewayState = Static<typeof GatewayState>

/** What a film printer says of itself (PS3.3 §C.13.9), or why it could not be asked. */
export const PrinterTest = Type.Object({
  state: Type.Optional(Type.Object({ PrinterStatus: Type.String(), PrinterStatusInfo: Type.Optional(Type.String()), PrinterName: Type.Optional(Type.String()) })),
  failure: Type.Optional(Failure),
})
export type PrinterTest = Static<typeof PrinterTest>

/** One step of a connectivity test: how long it took, or why it failed; later steps are then not tried. */
export const TestStep = Type.Object({
  name: Type.Union([
    Type.Literal('resolve'), Type.Literal('connect'), Type.Literal('tls'), Type.Literal('associate'), Type.Literal('echo'),
    Type.Literal('answer'), Type.Literal('authorise'),
  ]),
  milliseconds: Type.Number({ minimum: 0 }),
  failure: Type.Optional(Failure),
})
export type TestStep = Static<typeof TestStep>

export const NodeTest = Type.Object({
  at: Time,
  succeeded: Type.Boolean(),
  /** Round trip of the last step (C-ECHO, or one HTTP request), milliseconds. */
  latencyMs: Type.Optional(Type.Number({ minimum: 0 })),
  steps: Type.Array(TestStep),
})
export type NodeTest = Static<typeof NodeTest>
