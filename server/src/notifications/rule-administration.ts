/** How administrators say what their people are told, and see what became of it (ADM-16). */
import {
  NotificationDeliveryParams, notificationEvents, notificationMethods, personalMethods,
  type NotificationDelivery, type NotificationDeliveryPage, type NotificationDeliveryQuery, type NotificationEvent, type NotificationMethod,
  type NotificationRule, type NotificationRuleList, type NotificationRuleRequest, type PersonalMethod, type TestSend,
} from '@isocenter/contracts'
import { randomUUID } from 'node:crypto'
import { Type } from 'typebox'
import { record } from '../audit/index.ts'
import { actorOf, forbidden, type Access } from '../identity/index.ts'
import { decodeCursor, encodeCursor, exactly } from '../platform/cursor.ts'
import type { Db, Trx } from '../platform/db.ts'
import { createRateLimit } from '../platform/rate-limit.ts'
import { eventCatalogue, isKnownEvent, possibleMethods } from './catalogue.ts'
import type { Deliveries } from './deliveries.ts'
import { eventName, languageOf } from './event-texts.ts'
import { deliveryNotDead, invalidNotificationRule, noSuchDelivery, ruleChangedMeanwhile } from './problems.ts'
import { publish } from './publish.ts'
import { defaultRule, inForce, refusalOf, ruleOf, rulesSet, toRule, type Rule, type RuleRow } from './rules.ts'

export interface RuleAdministration {
  readonly list: (access: Access, language: string | undefined) => Promise<NotificationRuleList>
  /** @param version the one the caller has seen; any where it is undefined. @throws invalidNotificationRule 422, ruleChangedMeanwhile 412 */
  readonly set: (access: Access, event: NotificationEvent, request: NotificationRuleRequest, version: number | undefined) => Promise<NotificationRule>
  /** Lets the catalogue's rule hold again. */
  readonly reset: (access: Access, event: NotificationEvent) => Promise<NotificationRule>
  /** Sends a test to who asks, in every way of the rule. @throws forbidden 403 for who is no person, tooManyRequests 429 */
  readonly test: (access: Access, event: NotificationEvent) => Promise<TestSend>
  /** Messages of the organisation, the latest first; never what they say. */
  readonly deliveries: (access: Access, query: NotificationDeliveryQuery, page: { readonly cursor: string | undefined; readonly limit: number }) => Promise<NotificationDeliveryPage>
  /** Tries one again that was given up. @throws noSuchDelivery 404, deliveryNotDead 409 */
  readonly deliverAgain: (access: Access, deliveryId: string) => Promise<void>
}

interface DeliveryRow {
  readonly delivery_id: string
  readonly event: string
  readonly method: NotificationDelivery['method']
  readonly state: NotificationDelivery['state']
  readonly name: string | null
  readonly attempts: number
  readonly failure: string | null
  readonly created_at: Date
  readonly due_at: Date
  readonly ended_at: Date | null
  readonly place: string
}

const Position = Type.Tuple([Type.String({ maxLength: 40, format: 'date-time' }), NotificationDeliveryParams.properties.deliveryId])

export interface RuleAdministrationDeps {
  readonly db: Db
  readonly deliveries: Pick<Deliveries, 'say' | 'sayToProgram'>
  readonly installed: readonly PersonalMethod[]
  readonly now: () => Date
  readonly onFailure: (err: unknown) => void
}

export function createRuleAdministration({ db, deliveries, installed, now, onFailure }: RuleAdministrationDeps): RuleAdministration {
  const testing = createRateLimit({ burst: 20, refillMs: 30_000 })

  const toApi = (event: NotificationEvent, { isOn, methods, scope, timing, version }: Rule, language: string | undefined): NotificationRule => {
    const { to, isSafety = false } = eventCatalogue[event]
    return {
      event, title: eventName(event, languageOf(language)), recipients: to === 'account' ? { kind: 'account' } : { kind: 'permission', permission: to },
      isOn, methods: [...methods], scope, timing, version, isDefault: version === 0, canBeSwitchedOff: !isSafety, possibleMethods: [...possibleMethods(eventCatalogue[event])],
    }
  }
  const note = (trx: Trx, access: Access, detail: Readonly<Record<string, unknown>>) =>
    record(trx, [{ organisationId: access.organisationId, actor: actorOf(access), action: 'notification-rule.change', outcome: 'success', detail }])
  const languageFor = async ({ actor }: Access) => (
    actor.kind === 'account'
      ? (await db('account').where({ account_id: actor.id }).first<{ language: string | null } | undefined>('language'))?.language ?? undefined
      : undefined
  )

  return {
    list: async (access, language) => {
      const [set, hasWebhook, spoken] = await Promise.all([
        rulesSet(db, access.organisationId), db('notification_webhook').where({ organisation_id: access.organisationId }).first<object | undefined>('url'), language ?? languageFor(access),
      ])
      return {
        items: notificationEvents.filter((event) => eventCatalogue[event].isTest !== true).map((event) => toApi(event, set.get(event) ?? inForce(event, defaultRule(event)), spoken)),
        installed: notificationMethods.filter((method) => method === 'inApp' || (method === 'webhook' ? hasWebhook !== undefined : installed.includes(method))),
      }
    },

    set: (access, event, request, version) => db.transaction(async (trx) => {
      const refusal = refusalOf(event, request)
      if (refusal !== undefined) throw invalidNotificationRule(refusal)
      const key = { organisation_id: access.organisationId, event }
      // Locked, so that of two administrators one sees that the other was first.
      await trx('organisation').where({ organisation_id: access.organisationId }).forNoKeyUpdate().first('organisation_id')
      const before = await trx('notification_rule').where(key).first<RuleRow | undefined>()
      if (version !== undefined && version !== (before?.version ?? 0)) throw ruleChangedMeanwhile('Read it again, then change it.', { version: before?.version ?? 0 })
      const values = { is_on: request.isOn, methods: request.methods, scope: JSON.stringify(request.scope), timing: JSON.stringify(request.timing), version: (before?.version ?? 0) + 1, changed_at: now() }
      const [row] = await trx('notification_rule').insert({ ...key, ...values }).onConflict(['organisation_id', 'event']).merge(values).returning<RuleRow[]>('*')
      await note(trx, access, { event, isOn: request.isOn, methods: request.methods })
      return toApi(event, row === undefined ? defaultRule(event) : toRule(row), await languageFor(access))
    }),

    reset: (access, event) => db.transaction(async (trx) => {
      await trx('notification_rule').where({ organisation_id: access.organisationId, event }).delete()
      await note(trx, access, { event, isDefault: true })
      return toApi(event, inForce(event, defaultRule(event)), await languageFor(access))
    }),

    test: async (access, event) => {
      const { actor, organisationId } = access
      if (actor.kind !== 'account') throw forbidden('A test is sent to the person who asks for it.')
      testing.check(organisationId)
      testing.use(organisationId)
      const { methods } = await ruleOf(db, organisationId, event)
      const saying = { event: 'notification.test', organisationId, details: { about: event }, recordId: undefined, happenedAt: now() } as const
      const send = async (method: NotificationMethod): Promise<TestSend['results'][number]['outcome']> => {
        if (method === 'inApp') {
          await db.transaction((trx) => publish(trx, { event: 'notification.test', organisationId, accountId: actor.id, details: { about: event } }))
          return 'sent'
        }
        try {
          const outcome = method === 'webhook' ? await deliveries.sayToProgram(saying, randomUUID()) : await deliveries.say(actor.id, method, [saying], randomUUID())
          return outcome === 'delivered' ? 'sent' : outcome
        } catch (error) {
          onFailure(error)
          return 'failed'
        }
      }
      const results = await Promise.all(methods.map(async (method) => ({ method, outcome: await send(method) })))
      await db.transaction((trx) => note(trx, access, { event, test: results.map(({ method, outcome }) => `${method}: ${outcome}`) }))
      return { results }
    },

    deliveries: async ({ organisationId }, { state }, { cursor, limit }) => {
      const after = decodeCursor(cursor, Position)
      const query = db('notification_delivery').where('notification_delivery.organisation_id', organisationId).join('notification_event', 'notification_event.event_id', 'notification_delivery.event_id')
        .leftJoin('account', 'account.account_id', 'notification_delivery.account_id')
        .orderBy([{ column: 'notification_delivery.created_at', order: 'desc' }, { column: 'delivery_id', order: 'desc' }]).limit(limit + 1)
        .select<DeliveryRow[]>(
          'delivery_id', 'event', 'method', 'notification_delivery.state', 'account.name', 'notification_delivery.attempts', 'failure',
          'notification_delivery.created_at', 'notification_delivery.due_at', 'ended_at',
          db.raw(`${exactly('notification_delivery.created_at')} as place`),
        )
      if (state !== undefined) void query.where('notification_delivery.state', state)
      if (after) void query.whereRaw('(notification_delivery.created_at, delivery_id) < (?::timestamptz, ?::uuid)', [...after])
      const found = await query
      const last = found.length > limit ? found[limit - 1] : undefined
      return {
        items: found.slice(0, limit).flatMap((row) => (isKnownEvent(row.event) ? [{
          deliveryId: row.delivery_id, event: row.event, method: row.method, state: row.state, attempts: row.attempts, createdAt: row.created_at.toISOString(),
          ...(row.name === null ? {} : { recipient: row.name }), ...(row.failure === null ? {} : { failure: row.failure }),
          ...(row.state === 'waiting' ? { dueAt: row.due_at.toISOString() } : {}), ...(row.ended_at === null ? {} : { endedAt: row.ended_at.toISOString() }),
        }] : [])),
        ...(last ? { next: encodeCursor([last.place, last.delivery_id]) } : {}),
      }
    },

    deliverAgain: (access, deliveryId) => db.transaction(async (trx) => {
      const own = { organisation_id: access.organisationId, delivery_id: deliveryId }
      const row = await trx('notification_delivery').where(own).forUpdate().first<{ state: string } | undefined>('state')
      if (row === undefined) throw noSuchDelivery('No delivery of your organisation has this id.')
      if (row.state !== 'dead') throw deliveryNotDead(`The delivery is ${row.state}.`, { state: row.state })
      await trx('notification_delivery').where(own).update({ state: 'waiting', attempts: 0, due_at: now(), ended_at: null, failure: null })
      await note(trx, access, { deliveryId, renewed: true })
    }),
  }
}

/** Ways of an installation to reach people: browsers need no setting. */
export const installedMethods = (channels: readonly { readonly name: 'email' | 'sms' }[]): PersonalMethod[] => personalMethods.filter((method) => method === 'webPush' || channels.some(({ name }) => name === method))
