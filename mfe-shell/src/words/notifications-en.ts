import type { NotificationEvent, PersonalMethod } from '@isocenter/contracts'

const eventNames: Readonly<Record<NotificationEvent, string>> = {
  'account.frozen': 'Your account is frozen', 'account.unfrozen': 'Your account is released', 'account.password-changed': 'Your password was changed', 'account.second-factor-changed': 'Your second factor was changed', 'account.password-reset': 'Your password was reset', 'account.linked': 'Your account was linked to a sign-in', 'account.unlinked': 'A link of your account has ended',
  'invitation.received': 'You are invited', 'invitation.accepted': 'An invitation was accepted', 'invitation.declined': 'An invitation was declined',
  'membership.role-changed': 'Your role was changed', 'membership.suspended': 'Your membership is suspended', 'membership.reinstated': 'Your membership is active again', 'membership.removed': 'Your membership has ended', 'role.changed': 'What your role may do was changed',
  'member.account-frozen': "A member's account is frozen", 'pairing.requested': 'A pairing is asked for', 'pairing.agreed': 'A pairing was agreed to', 'pairing.declined': 'A pairing was declined', 'pairing.ended': 'A pairing has ended',
  'pairing.order-taking-on': 'A team takes orders', 'pairing.order-taking-off': 'A team takes no more orders', 'credential.submitted': 'A document waits to be verified', 'credential.verified': 'Your document was verified', 'credential.refused': 'Your document was refused', 'study.shared': 'A colleague shares a study with you', 'study.held-apart': 'Images of another patient are held apart',
  'gateway.enrolled': 'A gateway was enrolled', 'gateway.revoked': 'A gateway was revoked', 'gateway.alarm': 'A gateway raises an alarm', 'gateway.offline': 'A gateway is offline', 'gateway.online': 'A gateway is online again', 'upload-code.rotated': 'The upload code was changed',
  'api-key.created': 'An API key was made', 'api-key.expiring': 'An API key will expire', 'download.ready': 'A download is ready', 'download.failed': 'A download could not be made', 'delivery.failed': 'A message could not be delivered', 'notification.test': 'Test message',
}
const methods: Readonly<Record<PersonalMethod, string>> = { webPush: 'Push messages in browsers', email: 'E-mail', sms: 'Short message' }

export const notificationsEn = {
  notifications: {
    title: 'Notifications', settings: 'Settings', openPage: 'Show all', readAll: 'Mark all read', more: 'Show more', show: 'Show', all: 'All', onlyUnread: 'Unread', open: 'Open', closed: 'Closed',
    tab: (unread: number) => (unread > 0 ? `Notifications (${String(unread)})` : 'Notifications'), todoTab: (todos: number) => (todos > 0 ? `To do (${String(todos)})` : 'To do'),
    bell: (unread: number, todos: number) => `Notifications: ${String(unread)} unread, ${String(todos)} to do`,
    none: 'Nothing has been told yet', noneUnread: 'Everything is read', noTodos: 'Nothing is left to do', noClosedTodos: 'Nothing has been done yet', unread: '(unread)', urgent: 'Urgent', until: (moment: string) => `until ${moment}`,
    outcomes: { done: 'Done', withdrawn: 'Withdrawn', expired: 'Expired' },
  },
  notificationSettings: {
    title: 'Messages', intro: 'What your organisations send you can be made less here. The list of notifications always has everything.',
    ways: 'Ways', methods, events: 'About what', eventsHint: 'What is switched off is in the list of notifications alone.', eventNames, safety: 'A safety message: it always comes.',
    push: 'Push messages', pushHere: 'Messages in this browser', pushHint: 'Also while no page is open. The browser asks for permission when you switch this on.', pushNotHere: 'This browser takes push messages only over HTTPS.', pushRefused: 'The browser does not allow messages of this page. Allow them in its settings, then switch this on again.',
  },
}
export type NotificationWords = typeof notificationsEn
