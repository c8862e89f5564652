/** What people are told of: each event with who is told, how unless a rule says otherwise, and where the matter is. A new event is a row here and its words in event-texts.ts. */
import type { NotificationEvent, NotificationMethod, RolePermission, TodoKind } from '@isocenter/contracts'

export interface EventEntry {
  /** The person it is about, or who holds this permission in the organisation. */
  readonly to: 'account' | RolePermission
  /** About the account itself: seen without being a member of the organisation. */
  readonly isPersonal?: true
  /** Safety, of patients or of the account: no rule and no person switches it off, narrows or delays it. */
  readonly isSafety?: true
  readonly methods: readonly NotificationMethod[]
  /** Page of the matter; `{organisationId}` is filled in, the record goes beside it (PLAT-13). */
  readonly path: string
  readonly keptDays: number
  /** It comes and goes: who has one of the last day, of the same record and with the same details, unread is told nothing more. */
  readonly isOnceUnread?: true
  /** Sent when asked for, and not by rule. */
  readonly isTest?: true
}

const quarter = 90
const quietly = ['inApp'] as const
const pushed = ['inApp', 'webPush'] as const
const mailed = ['inApp', 'webPush', 'email'] as const
const everyWay = ['inApp', 'webPush', 'email', 'sms'] as const

const security = '/me/security'
const workbench = '/workbench'
const members = '/o/{organisationId}/admin/members'
const invitations = '/o/{organisationId}/admin/invitations'
const pairings = '/o/{organisationId}/admin/pairings'
const gateways = '/o/{organisationId}/admin/gateways'

export const eventCatalogue: Readonly<Record<NotificationEvent, EventEntry>> = {
  'account.frozen': { to: 'account', isPersonal: true, isSafety: true, methods: everyWay, path: security, keptDays: quarter },
  'account.unfrozen': { to: 'account', isPersonal: true, isSafety: true, methods: everyWay, path: security, keptDays: quarter },
  'account.password-changed': { to: 'account', isPersonal: true, isSafety: true, methods: mailed, path: security, keptDays: quarter },
  'account.second-factor-changed': { to: 'account', isPersonal: true, isSafety: true, methods: mailed, path: security, keptDays: quarter },
  // By message it is told the way the code came.
  'account.password-reset': { to: 'account', isPersonal: true, isSafety: true, methods: quietly, path: security, keptDays: quarter },
  'account.linked': { to: 'account', isPersonal: true, isSafety: true, methods: mailed, path: security, keptDays: quarter },
  'account.unlinked': { to: 'account', isPersonal: true, isSafety: true, methods: mailed, path: security, keptDays: quarter },

  'invitation.received': { to: 'account', isPersonal: true, methods: everyWay, path: workbench, keptDays: quarter },
  'invitation.accepted': { to: 'org.member', methods: quietly, path: members, keptDays: quarter },
  'invitation.declined': { to: 'org.member', methods: quietly, path: invitations, keptDays: quarter },

  'membership.role-changed': { to: 'account', methods: pushed, path: workbench, keptDays: quarter },
  // Who is out sees nothing of the organisation any more, but that he is out.
  'membership.suspended': { to: 'account', isPersonal: true, methods: mailed, path: workbench, keptDays: quarter },
  'membership.reinstated': { to: 'account', isPersonal: true, methods: mailed, path: workbench, keptDays: quarter },
  'membership.removed': { to: 'account', isPersonal: true, methods: mailed, path: workbench, keptDays: quarter },
  'role.changed': { to: 'org.role', methods: quietly, path: '/o/{organisationId}/admin/roles', keptDays: quarter },
  'member.account-frozen': { to: 'admin.unfreeze', methods: pushed, path: '/o/{organisationId}/admin/frozen-accounts', keptDays: 7 },

  'pairing.requested': { to: 'team.pairing', methods: mailed, path: pairings, keptDays: quarter },
  'pairing.agreed': { to: 'org.pairing', methods: mailed, path: pairings, keptDays: quarter },
  'pairing.declined': { to: 'org.pairing', methods: mailed, path: pairings, keptDays: quarter },
  'pairing.ended': { to: 'team.pairing', methods: mailed, path: pairings, keptDays: quarter },
  'pairing.order-taking-on': { to: 'org.pairing', methods: pushed, path: pairings, keptDays: quarter },
  'pairing.order-taking-off': { to: 'org.pairing', methods: mailed, path: pairings, keptDays: quarter },

  'credential.submitted': { to: 'org.member', methods: pushed, path: members, keptDays: quarter },
  'credential.verified': { to: 'account', isPersonal: true, methods: mailed, path: '/me/credentials', keptDays: quarter },
  'credential.refused': { to: 'account', isPersonal: true, methods: mailed, path: '/me/credentials', keptDays: quarter },

  'study.shared': { to: 'account', methods: pushed, path: '/o/{organisationId}/studies', keptDays: 30 },
  'study.held-apart': { to: 'admin.data_maintain', methods: pushed, path: '/o/{organisationId}/admin/quarantine', keptDays: quarter },

  'gateway.enrolled': { to: 'gateway.manage', methods: pushed, path: gateways, keptDays: quarter },
  'gateway.revoked': { to: 'gateway.manage', methods: pushed, path: gateways, keptDays: quarter },
  'gateway.alarm': { to: 'gateway.manage', isOnceUnread: true, methods: mailed, path: gateways, keptDays: 30 },
  'gateway.offline': { to: 'gateway.manage', isSafety: true, methods: mailed, path: gateways, keptDays: 30 },
  'gateway.online': { to: 'gateway.manage', methods: quietly, path: gateways, keptDays: 30 },
  'upload-code.rotated': { to: 'gateway.manage', methods: quietly, path: gateways, keptDays: quarter },

  'api-key.created': { to: 'org.api_key', isSafety: true, methods: quietly, path: '/o/{organisationId}/admin/api-keys', keptDays: quarter },
  'api-key.expiring': { to: 'org.api_key', methods: mailed, path: '/o/{organisationId}/admin/api-keys', keptDays: 30 },
  'download.ready': { to: 'account', methods: pushed, path: '/o/{organisationId}/downloads', keptDays: 7 },
  'download.failed': { to: 'account', methods: pushed, path: '/o/{organisationId}/downloads', keptDays: 7 },
  'notification.test': { to: 'account', isPersonal: true, isTest: true, methods: quietly, path: '/notifications', keptDays: 1 },
  'delivery.failed': { to: 'admin.notify', methods: quietly, path: '/o/{organisationId}/admin/notifications', keptDays: 30 },
}

export interface TodoEntry {
  /** The one person, or who holds this permission. */
  readonly for: 'account' | RolePermission
  readonly path: string
}

export const todoCatalogue: Readonly<Record<TodoKind, TodoEntry>> = {
  'invitation.answer': { for: 'account', path: workbench },
  'pairing.answer': { for: 'team.pairing', path: pairings },
  'credential.verify': { for: 'org.member', path: members },
}

/** Ways an event could go at all: what is about one person is not told to the organisation's program. */
export const possibleMethods = ({ to }: EventEntry): readonly NotificationMethod[] => (to === 'account' ? everyWay : [...everyWay, 'webhook'])

export const isKnownEvent = (event: string): event is NotificationEvent => Object.hasOwn(eventCatalogue, event)
export const isKnownTodo = (kind: string): kind is TodoKind => Object.hasOwn(todoCatalogue, kind)

/** The page of a matter, of ids alone. */
export const pathOf = (path: string, organisationId: string): string => path.replace('{organisationId}', organisationId)
