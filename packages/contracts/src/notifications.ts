/** What a screen and the server say to each other about notifications, to-dos, the rules they are sent by, and what happens live. */
import { Type, type Static } from 'typebox'
import { RolePermission } from './permissions.ts'
import { Id, Moment } from './values.ts'

const OrganisationId = Type.String({ pattern: '^[1-9][0-9]{0,17}$' })
const NotificationId = Type.String({ pattern: '^[1-9][0-9]{0,17}$' })
const Version = Type.Integer({ minimum: 0, description: 'goes up with each change; the ETag; 0: as the product has it' })
const strict = { additionalProperties: false } as const

/** What people are told of. Each word is a row of the server's catalogue; screens may have an icon for some. */
export const notificationEvents = [
  'account.frozen', 'account.unfrozen', 'account.password-changed', 'account.second-factor-changed', 'account.linked', 'account.unlinked', 'account.password-reset',
  'invitation.received', 'invitation.accepted', 'invitation.declined',
  'membership.role-changed', 'membership.suspended', 'membership.reinstated', 'membership.removed', 'role.changed', 'member.account-frozen',
  'pairing.requested', 'pairing.agreed', 'pairing.declined', 'pairing.ended', 'pairing.order-taking-on', 'pairing.order-taking-off',
  'credential.submitted', 'credential.verified', 'credential.refused', 'study.shared', 'study.held-apart',
  'gateway.enrolled', 'gateway.revoked', 'gateway.alarm', 'gateway.offline', 'gateway.online', 'upload-code.rotated',
  'api-key.created', 'api-key.expiring', 'download.ready', 'download.failed', 'delivery.failed', 'notification.test',
] as const
export type NotificationEvent = typeof notificationEvents[number]
export const NotificationEvent = Type.Enum([...notificationEvents])

/** What waits for somebody to do it. */
export const todoKinds = ['invitation.answer', 'pairing.answer', 'credential.verify'] as const
export type TodoKind = typeof todoKinds[number]
export const TodoKind = Type.Enum([...todoKinds])

/** Ways by which people are told. `inApp` is the list of notifications, live in every open page; `webhook` tells a program of the organisation's. */
export const notificationMethods = ['inApp', 'webPush', 'email', 'sms', 'webhook'] as const
export type NotificationMethod = typeof notificationMethods[number]
export const NotificationMethod = Type.Enum([...notificationMethods])

/** Ways a person can switch off for himself: not the list, which is no message, nor the organisation's own program. */
export const personalMethods = ['webPush', 'email', 'sms'] as const
export type PersonalMethod = typeof personalMethods[number]
export const PersonalMethod = Type.Enum([...personalMethods])

export const notificationLanguages = ['zh-CN', 'en'] as const

// ── Notifications ──────────────────────────────────────────────────────────────────────────────

/** Where the matter is: a page of ours, and the record in it that is to be found and shown whatever the page's filters are (PLAT-13). Ids only, nothing of a patient. */
export const NotificationLink = Type.Object({
  path: Type.String({ description: 'path of a page, without query' }),
  recordId: Type.Optional(Type.String({ description: 'of the record in it; the page takes it as `?record=`' })),
})
export type NotificationLink = Static<typeof NotificationLink>

/** The address of the page with its record to be found. */
export const linkUrl = ({ path, recordId }: NotificationLink): string => (recordId === undefined ? path : `${path}?record=${encodeURIComponent(recordId)}`)

const AboutOrganisation = Type.Object({ organisationId: OrganisationId, name: Type.String() })

export const Notification = Type.Object({
  notificationId: NotificationId,
  event: NotificationEvent,
  organisation: Type.Optional(AboutOrganisation),
  title: Type.String(),
  body: Type.String({ description: 'may be empty' }),
  isUrgent: Type.Boolean({ description: 'a safety message: shown apart' }),
  link: NotificationLink,
  createdAt: Moment,
  readAt: Type.Optional(Moment),
})
export type Notification = Static<typeof Notification>

export const NotificationQuery = Type.Object({
  unread: Type.Optional(Type.Boolean({ description: 'only those not read yet' })),
  organisationId: Type.Optional(Type.String({ ...OrganisationId, description: 'only those of this organisation, and those about the account itself' })),
  language: Type.Optional(Type.Enum([...notificationLanguages], { description: 'of title and body; the account\'s where it is absent' })),
})
export type NotificationQuery = Static<typeof NotificationQuery>
export const NotificationParams = Type.Object({ notificationId: NotificationId })

export const NotificationPage = Type.Object({ items: Type.Array(Notification), next: Type.Optional(Type.String()) })
export type NotificationPage = Static<typeof NotificationPage>

/** Most that is counted: beyond it a screen shows "more than". */
export const mostCounted = 999

export const NotificationCounts = Type.Object({
  unread: Type.Integer({ minimum: 0, maximum: mostCounted, description: `unread notifications; ${String(mostCounted)} may be more` }),
  todos: Type.Integer({ minimum: 0, maximum: mostCounted, description: 'open to-dos' }),
})
export type NotificationCounts = Static<typeof NotificationCounts>

export const ReadAll = Type.Object({
  organisationId: Type.Optional(OrganisationId),
  upTo: Type.Optional(Type.String({ ...NotificationId, description: 'the newest the reader has seen: what came after it stays unread' })),
}, { additionalProperties: false, description: 'all of the account where nothing is named' })
export type ReadAll = Static<typeof ReadAll>

// ── To-dos ─────────────────────────────────────────────────────────────────────────────────────

export const Todo = Type.Object({
  todoId: Id,
  kind: TodoKind,
  organisation: Type.Optional(AboutOrganisation),
  title: Type.String(),
  body: Type.String({ description: 'may be empty' }),
  link: NotificationLink,
  createdAt: Moment,
  expiresAt: Type.Optional(Moment),
  closedAt: Type.Optional(Moment),
  outcome: Type.Optional(Type.Enum(['done', 'withdrawn', 'expired'])),
})
export type Todo = Static<typeof Todo>

export const TodoQuery = Type.Object({
  state: Type.Optional(Type.Enum(['open', 'closed'], { default: 'open' })),
  organisationId: NotificationQuery.properties.organisationId,
  language: NotificationQuery.properties.language,
})
export type TodoQuery = Static<typeof TodoQuery>
export const TodoPage = Type.Object({ items: Type.Array(Todo), next: Type.Optional(Type.String()) })
export type TodoPage = Static<typeof TodoPage>

// ── Own settings (PC-05, PC-06) ────────────────────────────────────────────────────────────────

export const NotificationSwitches = Type.Object({
  methods: Type.Array(Type.Object({
    method: PersonalMethod,
    isAvailable: Type.Boolean({ description: 'it can reach this account: an address or number is known, and the installation has the channel; the switch is shown only then' }),
    isOn: Type.Boolean(),
  })),
  events: Type.Array(Type.Object({ event: NotificationEvent, isMuted: Type.Boolean(), canBeMuted: Type.Boolean({ description: 'false: a message of safety, which comes in any case' }) })),
}, { description: 'switches take away from what the organisations\' rules allow; they add nothing' })
export type NotificationSwitches = Static<typeof NotificationSwitches>

export const NotificationSwitchesPatch = Type.Object({
  methodsOff: Type.Optional(Type.Array(PersonalMethod, { uniqueItems: true, maxItems: personalMethods.length })),
  muted: Type.Optional(Type.Array(NotificationEvent, { uniqueItems: true, maxItems: notificationEvents.length, description: 'reach the list of notifications alone' })),
}, { additionalProperties: false, minProperties: 1, description: 'what is absent stays; a list takes the place of the one before' })
export type NotificationSwitchesPatch = Static<typeof NotificationSwitchesPatch>

/** The key a browser subscribes by (RFC 8292): `applicationServerKey`. */
export const PushKey = Type.Object({ publicKey: Type.String({ description: 'uncompressed P-256 point, base64url' }) })
export type PushKey = Static<typeof PushKey>

/** What `PushSubscription.toJSON()` gives. It lives no longer than the session it was made in. */
export const PushSubscriptionRequest = Type.Object({
  endpoint: Type.String({ minLength: 10, maxLength: 2_000, pattern: '^https://' }),
  expirationTime: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
  keys: Type.Object({ p256dh: Type.String({ pattern: '^[A-Za-z0-9_-]{87}=?$' }), auth: Type.String({ pattern: '^[A-Za-z0-9_-]{22}(==)?$' }) }, strict),
}, strict)
export type PushSubscriptionRequest = Static<typeof PushSubscriptionRequest>

export const PushDevice = Type.Object({ subscriptionId: Id, isThisSession: Type.Boolean(), userAgent: Type.Optional(Type.String()), createdAt: Moment, lastDeliveredAt: Type.Optional(Moment) })
export type PushDevice = Static<typeof PushDevice>
export const PushDevices = Type.Object({ items: Type.Array(PushDevice) })
export type PushDevices = Static<typeof PushDevices>
export const PushDeviceParams = Type.Object({ subscriptionId: Id })

/** What a service worker is pushed, decrypted: never anything of a patient. */
export const PushMessage = Type.Object({
  title: Type.String(),
  body: Type.String(),
  url: Type.String({ description: 'path of a page of ours, with its record' }),
  tag: Type.String({ description: 'the same matter again takes the place of what is shown' }),
})
export type PushMessage = Static<typeof PushMessage>

// ── Rules (ADM-16) ─────────────────────────────────────────────────────────────────────────────

const TimeOfDay = Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$', description: 'HH:MM in the organisation\'s time zone' })

/** When messages leave; the list of notifications has them at once whatever stands here. */
export const NotificationTiming = Type.Object({
  digestAt: Type.Optional(Type.String({ ...TimeOfDay, description: 'once a day, together, at this time; at once where it is absent' })),
  quiet: Type.Optional(Type.Object({ from: TimeOfDay, to: TimeOfDay }, { additionalProperties: false, description: 'what comes meanwhile leaves at the end' })),
}, strict)
export type NotificationTiming = Static<typeof NotificationTiming>

/** Whom of those who could be told; everybody where all lists are empty. In one list or another is enough. */
export const NotificationScope = Type.Object({
  roleIds: Type.Array(Id, { maxItems: 100, uniqueItems: true }),
  departmentIds: Type.Array(Id, { maxItems: 200, uniqueItems: true }),
  membershipIds: Type.Array(Id, { maxItems: 500, uniqueItems: true }),
}, strict)
export type NotificationScope = Static<typeof NotificationScope>

export const NotificationRuleRequest = Type.Object({
  isOn: Type.Boolean(),
  methods: Type.Array(NotificationMethod, { uniqueItems: true, maxItems: notificationMethods.length }),
  scope: NotificationScope,
  timing: NotificationTiming,
}, strict)
export type NotificationRuleRequest = Static<typeof NotificationRuleRequest>

export const NotificationRule = Type.Object({
  event: NotificationEvent,
  title: Type.String({ description: 'the event in words' }),
  recipients: Type.Object({
    kind: Type.Enum(['account', 'permission'], { description: 'the person it is about, or all who hold a permission' }),
    permission: Type.Optional(RolePermission),
  }),
  ...NotificationRuleRequest.properties,
  isDefault: Type.Boolean({ description: 'nobody has changed it' }),
  canBeSwitchedOff: Type.Boolean({ description: 'false: a message of safety; it cannot be narrowed or delayed either' }),
  possibleMethods: Type.Array(NotificationMethod),
  version: Version,
})
export type NotificationRule = Static<typeof NotificationRule>
export const NotificationRuleList = Type.Object({
  items: Type.Array(NotificationRule),
  installed: Type.Array(NotificationMethod, { description: 'methods this installation and organisation have' }),
})
export type NotificationRuleList = Static<typeof NotificationRuleList>
export const NotificationRuleParams = Type.Object({ event: NotificationEvent })

export const TestSend = Type.Object({ results: Type.Array(Type.Object({
  method: NotificationMethod,
  outcome: Type.Enum(['sent', 'kept', 'unreachable', 'failed'], { description: 'kept: in the local outbox, as no channel is set up; unreachable: no address, or no channel' }),
})) })
export type TestSend = Static<typeof TestSend>

/** Where the organisation's own program is told. */
export const NotificationWebhook = Type.Object({ url: Type.String(), hasSecret: Type.Boolean(), changedAt: Moment })
export type NotificationWebhook = Static<typeof NotificationWebhook>
export const NotificationWebhookRequest = Type.Object({ url: Type.String({ minLength: 10, maxLength: 1_000, pattern: '^https?://' }) }, strict)
export type NotificationWebhookRequest = Static<typeof NotificationWebhookRequest>
export const NotificationWebhookSecret = Type.Object({ ...NotificationWebhook.properties, secret: Type.String({ description: 'key of the HMAC-SHA256 in X-Isocenter-Signature; shown this one time' }) })
export type NotificationWebhookSecret = Static<typeof NotificationWebhookSecret>

/** One message on its way, as administrators see it: never what it says. */
export const NotificationDelivery = Type.Object({
  deliveryId: Id,
  event: NotificationEvent,
  method: NotificationMethod,
  state: Type.Enum(['waiting', 'delivered', 'kept', 'dead'], { description: 'kept: in the local outbox; dead: given up after many tries' }),
  recipient: Type.Optional(Type.String({ description: 'name of the person' })),
  attempts: Type.Integer(),
  failure: Type.Optional(Type.String({ description: 'in one word' })),
  createdAt: Moment,
  dueAt: Type.Optional(Moment),
  endedAt: Type.Optional(Moment),
})
export type NotificationDelivery = Static<typeof NotificationDelivery>
export const NotificationDeliveryQuery = Type.Object({ state: Type.Optional(NotificationDelivery.properties.state) })
export type NotificationDeliveryQuery = Static<typeof NotificationDeliveryQuery>
export const NotificationDeliveryPage = Type.Object({ items: Type.Array(NotificationDelivery), next: Type.Optional(Type.String()) })
export type NotificationDeliveryPage = Static<typeof NotificationDeliveryPage>
export const NotificationDeliveryParams = Type.Object({ deliveryId: Id })

// ── Live ───────────────────────────────────────────────────────────────────────────────────────

/**
 * What `GET /api/events` says, by the name of the event (`event:`), with its data (`data:`, JSON). They say that something is new and where; what
 * it is is asked for by the usual requests, which hold it against the reader's permissions. An event may come twice, after a line that broke.
 */
export interface LiveEvents {
  /** The first of each connection. `isResumed` is false where something may have been missed: read anew what is shown. */
  readonly 'stream.open': { readonly isResumed: boolean }
  readonly 'notification.added': { readonly event: NotificationEvent; readonly organisationId?: string }
  /** Read, or read all, in another page. */
  readonly 'notification.read': Readonly<Record<never, never>>
  /** Opened or closed. */
  readonly 'todo.changed': { readonly kind: TodoKind; readonly organisationId?: string }
  /** What the account may do somewhere has changed: ask for its memberships again. */
  readonly 'membership.changed': { readonly organisationId: string }
  /** Studies of the organisation are new or have changed. */
  readonly 'study.arrived': { readonly organisationId: string }
  /** Somebody has corrected what is told of the patient, the examination or what was asked for. */
  readonly 'study.corrected': { readonly organisationId: string; readonly StudyInstanceUID: string }
  /** A download of the account is further on, or is over. */
  readonly 'download.changed': { readonly organisationId: string; readonly downloadId: string }
  /** Without an operation by then the session ends. */
  readonly 'session.ending': { readonly signsOutAt: string }
  /** It has ended; the stream ends with it. */
  readonly 'session.ended': Readonly<Record<never, never>>
}
export type LiveEventName = keyof LiveEvents
export const liveEventNames = [
  'stream.open', 'notification.added', 'notification.read', 'todo.changed', 'membership.changed', 'study.arrived', 'study.corrected',
  'download.changed', 'session.ending', 'session.ended',
] as const satisfies readonly LiveEventName[]

/** Query of the stream, for a page that opens it anew and knows where it was: a browser that reconnects says so by itself in `Last-Event-ID`. */
export const LiveQuery = Type.Object({ lastEventId: Type.Optional(Type.String({ pattern: '^[0-9]{1,20}-[0-9]{1,11}$' })) })
export type LiveQuery = Static<typeof LiveQuery>
