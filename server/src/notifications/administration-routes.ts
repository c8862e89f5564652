/** HTTP face of notification management (ADM-16). */
import {
  defaultPageSize, NotificationDeliveryPage, NotificationDeliveryParams, NotificationDeliveryQuery, NotificationQuery, NotificationRule, NotificationRuleList, NotificationRuleParams, NotificationRuleRequest,
  NotificationWebhook, NotificationWebhookRequest, NotificationWebhookSecret, PageQuery, Problem, TestSend,
} from '@isocenter/contracts'
import { Type } from 'typebox'
import { noStore } from '../platform/answer-headers.ts'
import type { ApiRoutes } from '../platform/typed-routes.ts'
import type { Notifying } from './notifying.ts'

const Empty = Type.Null()
const bodyLimit = 256 * 1024
const Listing = Type.Object({ ...PageQuery.properties, ...NotificationDeliveryQuery.properties })
const Language = Type.Object({ language: NotificationQuery.properties.language })
const IfMatch = Type.Object({ 'if-match': Type.Optional(Type.String({ pattern: '^"\\d{1,9}"$', description: 'ETag of the rule that is to be changed' })) })
const etagOf = ({ version }: NotificationRule): string => `"${String(version)}"`

export const notificationAdministrationRoutes: ApiRoutes<{ notifying: Notifying }> = async (app, { notifying: { rules, webhooks } }) => {
  const tags = ['Notification rules']
  app.addHook('onSend', noStore)

  app.get('/notification-rules', {
    schema: { operationId: 'listNotificationRules', summary: 'What people are told, by which rules', tags, querystring: Language, response: { 200: NotificationRuleList, '4xx': Problem } },
    config: { policy: 'admin.notify', audit: 'none' },
  }, ({ access, query }) => rules.list(access, query.language))

  app.put('/notification-rules/:event', {
    bodyLimit,
    schema: {
      operationId: 'setNotificationRule',
      summary: 'Sets the rule of one event',
      tags,
      params: NotificationRuleParams,
      headers: IfMatch,
      body: NotificationRuleRequest,
      response: { 200: NotificationRule, '4xx': Problem },
    },
    config: { policy: 'admin.notify', audit: 'notification-rule.change' },
  }, async ({ access, params, body, headers }, reply) => {
    const version = headers['if-match'] === undefined ? undefined : Number(headers['if-match'].slice(1, -1))
    const rule = await rules.set(access, params.event, body, version)
    return reply.header('etag', etagOf(rule)).send(rule)
  })

  app.delete('/notification-rules/:event', {
    schema: { operationId: 'resetNotificationRule', summary: 'Lets the rule of the product hold again', tags, params: NotificationRuleParams, response: { 200: NotificationRule, '4xx': Problem } },
    config: { policy: 'admin.notify', audit: 'notification-rule.change' },
  }, ({ access, params }) => rules.reset(access, params.event))

  app.post('/notification-rules/:event/test', {
    schema: { operationId: 'testNotificationRule', summary: 'Sends a test to who asks, in every way of the rule', tags, params: NotificationRuleParams, response: { 200: TestSend, '4xx': Problem } },
    config: { policy: 'admin.notify', audit: 'notification-rule.change' },
  }, ({ access, params }) => rules.test(access, params.event))

  app.get('/notification-webhook', {
    schema: { operationId: 'getNotificationWebhook', summary: "Where the organisation's own program is told", tags, response: { 200: NotificationWebhook, '4xx': Problem } },
    config: { policy: 'admin.notify', audit: 'none' },
  }, ({ access }) => webhooks.find(access))

  app.put('/notification-webhook', {
    bodyLimit,
    schema: {
      operationId: 'setNotificationWebhook',
      summary: 'Sets the address; answers the secret of its signatures, once',
      tags,
      body: NotificationWebhookRequest,
      response: { 200: NotificationWebhookSecret, '4xx': Problem },
    },
    config: { policy: 'admin.notify', audit: 'notification-rule.change' },
  }, ({ access, body }) => webhooks.set(access, body.url))

  app.delete('/notification-webhook', {
    schema: { operationId: 'removeNotificationWebhook', summary: 'Tells no program any more', tags, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'admin.notify', audit: 'notification-rule.change' },
  }, async ({ access }, reply) => {
    await webhooks.remove(access)
    return reply.code(204).send(null)
  })

  app.get('/notification-deliveries', {
    schema: {
      operationId: 'listNotificationDeliveries',
      summary: 'Messages on their way and what became of them, the latest first',
      tags,
      querystring: Listing,
      response: { 200: NotificationDeliveryPage, '4xx': Problem },
    },
    config: { policy: 'admin.notify', audit: 'none' },
  }, ({ access, query: { cursor, limit = defaultPageSize, ...query } }) => rules.deliveries(access, query, { cursor, limit }))

  app.post('/notification-deliveries/:deliveryId/renewal', {
    schema: { operationId: 'renewNotificationDelivery', summary: 'Tries a message again that was given up', tags, params: NotificationDeliveryParams, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'admin.notify', audit: 'notification-rule.change' },
  }, async ({ access, params }, reply) => {
    await rules.deliverAgain(access, params.deliveryId)
    return reply.code(204).send(null)
  })
}
