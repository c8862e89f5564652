/** The audit trail as people read it: what is written, how it is searched, and the logs made of it. */
import { Type, type Static } from 'typebox'
import { Id, Moment } from './values.ts'

/** How actions are grouped where a person looks for them. */
export const auditGroups = ['studies', 'worklist', 'gateways', 'signIn', 'accounts', 'organisation', 'people', 'apiKeys', 'notifications', 'logs', 'maintenance'] as const
export type AuditGroup = typeof auditGroups[number]
export const AuditGroup = Type.Enum([...auditGroups])

interface AuditActionEntry {
  readonly group: AuditGroup
  /** It only looks: nothing is changed by it. */
  readonly isRead?: true
}

const read = true as const
const entries = {
  'study.search': { group: 'studies', isRead: read },
  'study.retrieve': { group: 'studies', isRead: read },
  'study.store': { group: 'studies' },
  'study.delete': { group: 'studies' },
  'study.lock': { group: 'studies' },
  'study.unlock': { group: 'studies' },
  'study.edit-case': { group: 'studies' },
  'study.share-colleague': { group: 'studies' },
  'attachment.view': { group: 'studies', isRead: read },
  'attachment.download': { group: 'studies', isRead: read },
  'film.collect': { group: 'studies' },
  'film.print': { group: 'studies' },
  'film.cancel': { group: 'studies' },
  'film.fetch': { group: 'studies', isRead: read },
  'study.restore': { group: 'maintenance' },
  'study.purge': { group: 'maintenance' },
  'study.purge-request': { group: 'maintenance' },
  'study.recompress': { group: 'maintenance' },
  'deleted-study.read': { group: 'maintenance', isRead: read },
  'quarantine.read': { group: 'maintenance', isRead: read },
  'quarantine.view': { group: 'maintenance', isRead: read },
  'quarantine.accept': { group: 'maintenance' },
  'quarantine.delete': { group: 'maintenance' },
  'storage.read': { group: 'maintenance', isRead: read },

  'worklist.read': { group: 'worklist', isRead: read },
  'worklist.write': { group: 'worklist' },
  'performed-step.read': { group: 'worklist', isRead: read },
  'performed-step.write': { group: 'worklist' },

  'gateway.enrol': { group: 'gateways' },
  'gateway.token': { group: 'gateways' },
  'gateway.read': { group: 'gateways', isRead: read },
  'gateway.change': { group: 'gateways' },
  'gateway.revoke': { group: 'gateways' },
  'gateway.command': { group: 'gateways' },
  'gateway.command-result': { group: 'gateways' },
  'upload-code.read': { group: 'gateways', isRead: read },
  'upload-code.rotate': { group: 'gateways' },

  'account.sign-in': { group: 'signIn' },
  'account.sign-out': { group: 'signIn' },
  'account.session-end': { group: 'signIn' },
  'account.freeze': { group: 'signIn' },
  'account.unfreeze': { group: 'signIn' },
  'account.frozen-read': { group: 'signIn', isRead: read },
  'account.create': { group: 'accounts' },
  'account.suspend': { group: 'accounts' },
  'account.reinstate': { group: 'accounts' },
  'account.password': { group: 'accounts' },
  'account.password-reset': { group: 'accounts' },
  'account.second-factor': { group: 'accounts' },
  'account.settings': { group: 'accounts' },
  'account.profile': { group: 'accounts' },
  'account.contact': { group: 'accounts' },
  'account.signature': { group: 'accounts' },
  'credential.change': { group: 'accounts' },
  'credential.read': { group: 'people', isRead: read },
  'credential.view': { group: 'people', isRead: read },
  'credential.decide': { group: 'people' },
  'download.request': { group: 'studies' },
  'download.fetch': { group: 'studies', isRead: read },
  'download.remove': { group: 'studies' },
  'list.export': { group: 'studies', isRead: read },
  'share.create': { group: 'studies' },
  'share.revoke': { group: 'studies' },
  'share.view': { group: 'studies', isRead: read },
  'favourite.change': { group: 'studies' },
  'favourite.read': { group: 'studies', isRead: read },
  'account.link': { group: 'accounts' },
  'account.unlink': { group: 'accounts' },

  'organisation.create': { group: 'organisation' },
  'organisation.change': { group: 'organisation' },
  'department.change': { group: 'organisation' },
  'role.change': { group: 'organisation' },
  'device.change': { group: 'organisation' },
  'device.delete': { group: 'organisation' },
  'body-part.change': { group: 'organisation' },
  'pairing.change': { group: 'organisation' },
  'fee.change': { group: 'organisation' },
  'notification-rule.change': { group: 'organisation' },

  'member.read': { group: 'people', isRead: read },
  'member.create': { group: 'people' },
  'member.invite': { group: 'people' },
  'member.change': { group: 'people' },
  'member.switch': { group: 'people' },
  'invitation.withdraw': { group: 'people' },
  'invitation.answer': { group: 'people' },

  'api-key.create': { group: 'apiKeys' },
  'api-key.change': { group: 'apiKeys' },
  'api-key.rotate': { group: 'apiKeys' },
  'api-key.revoke': { group: 'apiKeys' },
  'api-key.use': { group: 'apiKeys' },
  'api-key.token': { group: 'apiKeys' },
  'sign-in-provider.change': { group: 'organisation' },
  'signing-key.rotate': { group: 'maintenance' },

  // Refused alone: of what touches no patient's data, and so has no action of its own.
  'access.refuse': { group: 'logs' },
  'log.read': { group: 'logs', isRead: read },
  'log.export': { group: 'logs', isRead: read },
  'log.cut': { group: 'logs' },
} as const satisfies Record<string, AuditActionEntry>

/** What can be written into the audit trail. */
export type AuditAction = keyof typeof entries
export const auditActions: Readonly<Record<AuditAction, AuditActionEntry>> = entries
export const auditActionNames = Object.keys(entries) as AuditAction[]
export const AuditAction = Type.Enum([...auditActionNames])

/** Actions of some groups. */
export const actionsOfGroups = (groups: readonly AuditGroup[]): AuditAction[] => auditActionNames.filter((action) => groups.includes(auditActions[action].group))

export const auditOutcomes = ['success', 'refused', 'failed'] as const
export type AuditOutcome = typeof auditOutcomes[number]
export const AuditOutcome = Type.Enum([...auditOutcomes])

/** Who can act: a person, a machine with a token or key, a gateway, a visitor by a share link, or a command run on the server. */
export const actorKinds = ['account', 'token', 'api-key', 'gateway', 'share', 'command'] as const
export type ActorKind = typeof actorKinds[number]

export const AuditActor = Type.Object({
  kind: Type.String({ description: `one of ${actorKinds.join(', ')}; releases to come may name others` }),
  id: Type.String(),
  name: Type.Optional(Type.String({ description: 'of a person or a gateway, as it is now' })),
})
export type AuditActor = Static<typeof AuditActor>

/** What an entry is about, where that is still there and may be seen by who reads. */
export const auditTargetKinds = ['study', 'deletedStudy', 'member', 'invitation', 'role', 'department', 'device', 'gateway', 'pairing', 'account', 'organisation', 'worklistItem'] as const
export type AuditTargetKind = typeof auditTargetKinds[number]
export const AuditTarget = Type.Object({ kind: Type.Enum([...auditTargetKinds]), id: Type.String({ description: 'StudyInstanceUID for a study, else the id the resource is addressed by' }) })
export type AuditTarget = Static<typeof AuditTarget>

/** One line of the trail. */
export const AuditEntry = Type.Object({
  entryId: Type.String({ description: 'ascending, with gaps' }),
  occurredAt: Moment,
  actor: AuditActor,
  action: Type.String({ description: 'see auditActions; releases to come may name others' }),
  outcome: AuditOutcome,
  occurrences: Type.Integer({ description: 'how often it was done; reads of one study close together are one entry' }),
  address: Type.Optional(Type.String({ description: 'network address it was asked from' })),
  userAgent: Type.Optional(Type.String()),
  StudyInstanceUID: Type.Optional(Type.String()),
  PatientID: Type.Optional(Type.String()),
  detail: Type.Record(Type.String(), Type.Unknown()),
  target: Type.Optional(AuditTarget),
})
export type AuditEntry = Static<typeof AuditEntry>

/** A page may hold fewer than asked for, even none, and still name the next: a keyword is looked for in a bounded stretch of the trail at a time. */
export const AuditPage = Type.Object({ items: Type.Array(AuditEntry), next: Type.Optional(Type.String()) })
export type AuditPage = Static<typeof AuditPage>

const Keyword = Type.String({ minLength: 1, maxLength: 100, pattern: '\\S', description: 'found in the name of who acted, UIDs, patient id, address, action or detail' })
const between = {
  from: Type.Optional({ ...Moment, description: 'not before this moment' }),
  to: Type.Optional({ ...Moment, description: 'before this moment' }),
}

/** How a log is narrowed down. Several values of one filter are alternatives. */
export const AuditFilter = Type.Object({
  ...between,
  accountId: Type.Optional({ ...Id, description: 'what this person did' }),
  actor: Type.Optional(Type.String({ minLength: 1, maxLength: 200, pattern: '^[a-z-]+:', description: 'kind and id of who did it: gateway:… ' })),
  group: Type.Optional(Type.Array(AuditGroup, { maxItems: auditGroups.length })),
  action: Type.Optional(Type.Array(AuditAction, { maxItems: 50 })),
  outcome: Type.Optional(AuditOutcome),
  StudyInstanceUID: Type.Optional(Type.String({ pattern: '^[0-9.]{1,64}$' })),
  PatientID: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  keyword: Type.Optional(Keyword),
})
export type AuditFilter = Static<typeof AuditFilter>

/** Shortcuts of the home log, days back from now. */
export const homeLogDays = [6, 15, 30] as const

export const HomeLogFilter = Type.Object({
  ...between,
  days: Type.Optional(Type.Integer({ enum: [...homeLogDays], description: 'the last so many days, in place of from and to' })),
  accountId: Type.Optional({ ...Id, description: 'what this person did; for who may see the entries of others' }),
  keyword: Type.Optional(Keyword),
})
export type HomeLogFilter = Static<typeof HomeLogFilter>

/** The home page of an organisation: what was done in it. */
export const HomeLogPage = Type.Object({
  ...AuditPage.properties,
  seesOthers: Type.Boolean({ description: 'entries of everybody, and the filter by user; else own entries alone' }),
  keptDays: Type.Optional(Type.Integer({ description: 'how far back the trail goes; without end where absent' })),
})
export type HomeLogPage = Static<typeof HomeLogPage>

export const AuditExportQuery = Type.Object({ ...AuditFilter.properties, format: Type.Enum(['csv', 'xlsx']), language: Type.Optional(Type.Enum(['zh-CN', 'en'])) })
export type AuditExportQuery = Static<typeof AuditExportQuery>

/** What the study log tells of. */
export const studyLogKinds = ['arrival', 'deletion', 'restoration', 'purge', 'recompression'] as const
export type StudyLogKind = typeof studyLogKinds[number]
export const StudyLogKind = Type.Enum([...studyLogKinds])

export const StudyLogFilter = Type.Object({ ...between, kind: Type.Optional(Type.Array(StudyLogKind)), StudyInstanceUID: AuditFilter.properties.StudyInstanceUID, PatientID: AuditFilter.properties.PatientID })
export type StudyLogFilter = Static<typeof StudyLogFilter>

/** One movement of a study into the cloud or out of it. What charging will say of it comes with charging. */
export const StudyLogEntry = Type.Object({
  entryId: Type.String(),
  occurredAt: Moment,
  kind: StudyLogKind,
  outcome: AuditOutcome,
  actor: AuditActor,
  StudyInstanceUID: Type.Optional(Type.String()),
  PatientID: Type.Optional(Type.String()),
  instances: Type.Integer(),
  bytes: Type.Optional(Type.Integer({ description: 'of what came or went; absent for entries older than its being kept' })),
  reason: Type.Optional(Type.String()),
  target: Type.Optional(AuditTarget),
})
export type StudyLogEntry = Static<typeof StudyLogEntry>
export const StudyLogPage = Type.Object({ items: Type.Array(StudyLogEntry), next: Type.Optional(Type.String()) })
export type StudyLogPage = Static<typeof StudyLogPage>

/** How far the trail has been sealed: what a copy kept elsewhere is compared with. */
export const AuditHead = Type.Object({
  seal: Type.Integer({ description: 'number of the latest seal; 0 before the first' }),
  hash: Type.String({ description: 'SHA-256 of the chain up to it, hexadecimal; empty before the first' }),
  sealedAt: Type.Optional(Moment),
  unsealed: Type.Integer({ description: 'entries that wait to be sealed, up to 1000' }),
  keptDays: Type.Optional(Type.Integer()),
})
export type AuditHead = Static<typeof AuditHead>
