/** HTTP face of what one account is told. */
import {
  defaultPageSize, NotificationCounts, NotificationPage, NotificationParams, NotificationQuery, NotificationSwitches, NotificationSwitchesPatch,
  PageQuery, Problem, PushDevice, PushDeviceParams, PushDevices, PushKey, PushSubscriptionRequest,
  ReadAll, TodoPage, TodoQuery,
} from '@isocenter/contracts'
import { Type } from 'typebox'
import { noStore } from '../platform/answer-headers.ts'
import type { ApiRoutes } from '../platform/typed-routes.ts'
import { liveRoutes } from './live/routes.ts'
import type { Notifying } from './notifying.ts'

const Empty = Type.Null()
const bodyLimit = 16 * 1024
const Listing = Type.Object({ ...PageQuery.properties, ...NotificationQuery.properties })
const TodoListing = Type.Object({ ...PageQuery.properties, ...TodoQuery.properties })
const Counting = Type.Object({ organisationId: NotificationQuery.properties.organisationId })

export const notificationRoutes: ApiRoutes<{ notifying: Notifying }> = async (app, { notifying: { inbox, live, switches, vapid, subscriptions } }) => {
  const tags = ['Notifications']
  await app.register(liveRoutes, { live })
  app.addHook('onSend', noStore)

  app.get('/notifications', {
    schema: { operationId: 'listNotifications', summary: 'What the account was told, the latest first', tags, querystring: Listing, response: { 200: NotificationPage, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'none', isOpenToVouched: true },
  }, ({ session, query: { cursor, limit = defaultPageSize, ...query } }) => inbox.list(session, query, { cursor, limit }))

  app.get('/notifications/counts', {
    schema: { operationId: 'countNotifications', summary: 'How many are unread, and how many to-dos are open', tags, querystring: Counting, response: { 200: NotificationCounts, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'none', isOpenToVouched: true },
  }, ({ session, query }) => inbox.counts(session, query))

  app.post('/notifications/:notificationId/reading', {
    schema: { operationId: 'readNotification', summary: 'Marks one as read', tags, params: NotificationParams, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'none', isOpenToVouched: true },
  }, async ({ session, params }, reply) => {
    await inbox.read(session, params.notificationId)
    return reply.code(204).send(null)
  })

  app.post('/notifications/reading', {
    bodyLimit,
    schema: { operationId: 'readNotifications', summary: 'Marks all as read', tags, body: ReadAll, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'none', isOpenToVouched: true },
  }, async ({ session, body }, reply) => {
    await inbox.readAll(session, body)
    return reply.code(204).send(null)
  })

  app.get('/todos', {
    schema: { operationId: 'listTodos', summary: 'What waits for the account, or for anybody who may do it; the latest first', tags, querystring: TodoListing, response: { 200: TodoPage, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'none', isOpenToVouched: true },
  }, ({ session, query: { cursor, limit = defaultPageSize, ...query } }) => inbox.todos(session, query, { cursor, limit }))

  // ── Own settings ─────────────────────────────────────────────────────────────────────────────

  app.get('/account/notification-switches', {
    schema: { operationId: 'getNotificationSwitches', summary: 'What the account has switched off for itself', tags, response: { 200: NotificationSwitches, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'none' },
  }, ({ session }) => switches.find(session))

  app.patch('/account/notification-switches', {
    bodyLimit,
    schema: { operationId: 'changeNotificationSwitches', summary: 'Switches ways and events off and on for oneself', tags, body: NotificationSwitchesPatch, response: { 200: NotificationSwitches, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'none' },
  }, ({ session, body }) => switches.change(session, body))

  app.get('/account/push/key', {
    schema: { operationId: 'getPushKey', summary: 'The key a browser subscribes by', tags, response: { 200: PushKey, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'none' },
  }, async () => ({ publicKey: await vapid.publicKey() }))

  app.get('/account/push/subscriptions', {
    schema: { operationId: 'listPushSubscriptions', summary: 'Browsers the account is pushed to', tags, response: { 200: PushDevices, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'none' },
  }, ({ session }) => subscriptions.list(session))

  app.post('/account/push/subscriptions', {
    bodyLimit,
    schema: { operationId: 'addPushSubscription', summary: 'Pushes to this browser too, while somebody is signed in here', tags, body: PushSubscriptionRequest, response: { 201: PushDevice, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'none' },
  }, async ({ session, body }, reply) => reply.code(201).send(await subscriptions.add(session, body)))

  app.delete('/account/push/subscriptions/:subscriptionId', {
    schema: { operationId: 'removePushSubscription', summary: 'Pushes to this browser no more', tags, params: PushDeviceParams, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'none' },
  }, async ({ session, params }, reply) => {
    await subscriptions.remove(session, params.subscriptionId)
    return reply.code(204).send(null)
  })
}
