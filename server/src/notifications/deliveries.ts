/** Messages on their way to one person, or to an organisation's program: tried again when a way fails, given up after a day or so where administrators can see it. */
import { linkUrl, type NotificationEvent, type NotificationLink, type NotificationMethod } from '@isocenter/contracts'
import { rows, type Db } from '../platform/db.ts'
import { eventCatalogue, isKnownEvent, pathOf } from './catalogue.ts'
import type { Channel, Text } from './channel.ts'
import type { SendPush } from './channels/web-push.ts'
import type { SendWebhook } from './channels/webhook.ts'
import { languageOf, sayEvent } from './event-texts.ts'
import { publish } from './publish.ts'
import type { Subscriptions } from './push/subscriptions.ts'
import { readerLanguage } from './reader-language.ts'
import type { Recipients } from './recipients.ts'
import type { Language } from './texts.ts'
import type { Webhooks } from './webhooks.ts'

/** A delivery that has not ended by then is taken for one whose process is gone. */
const leaseMs = 2 * 60_000
const firstRetryMs = 15_000
const longestRetryMs = 3_600_000
/** Some nine hours of trying. */
export const mostAttempts = 16
/** In one digest. */
const mostTogether = 50
export type DeliveryMethod = Exclude<NotificationMethod, 'inApp'>

/** What becomes of a message that was not refused: taken; put by in the local outbox, as the installation has no channel; no address. */
export type DeliveryOutcome = 'delivered' | 'kept' | 'unreachable'

/** One thing to be said to one account. */
export interface Saying {
  readonly event: NotificationEvent
  readonly organisationId: string
  readonly details: unknown
  readonly recordId: string | undefined
  readonly happenedAt: Date
}

export interface DeliveriesDeps {
  readonly db: Db
  readonly recipients: Recipients
  readonly channels: readonly Channel[]
  readonly sendPush: SendPush
  readonly sendWebhook: SendWebhook
  readonly subscriptions: Subscriptions
  readonly webhooks: Webhooks
  /** Scheme and host users reach the server at: messages then say where the matter is. */
  readonly publicUrl: string | undefined
  readonly now: () => Date
  readonly onFailure: (fields: { messageId: string; event: string; method: string; err: unknown }) => void
}

export interface Deliveries {
  /** Delivers what is due, and tells how many messages were tried. Any number of processes may do so at once. */
  readonly deliverDue: (signal?: AbortSignal) => Promise<number>
  /** Says something to one account in one way, now. @throws when it was not taken */
  readonly say: (accountId: string, method: Exclude<DeliveryMethod, 'webhook'>, sayings: readonly Saying[], messageId: string) => Promise<DeliveryOutcome>
  /** Tells an organisation's program, now. @throws when it was not taken */
  readonly sayToProgram: (saying: Saying, messageId: string) => Promise<DeliveryOutcome>
}

export interface KeptMessage {
  readonly createdAt: Date
  readonly method: string
  readonly text: Text
  readonly recipient: { readonly email: string | undefined; readonly phone: string }
}

interface DeliveryRow {
  readonly delivery_id: string
  readonly account_id: string | null
  readonly organisation_id: string
  readonly method: DeliveryMethod
  readonly is_digest: boolean
  readonly attempts: number
}

interface SayingRow {
  readonly delivery_id: string
  readonly event: string
  readonly organisation_id: string
  readonly is_personal: boolean
  readonly record_id: string | null
  readonly details: unknown
  readonly created_at: Date
}

interface PersonRow {
  readonly email: string | null
  readonly phone: string
  readonly language: string | null
  readonly state: string
}

const linkOf = ({ event, organisationId, recordId }: Saying): NotificationLink => ({ path: pathOf(eventCatalogue[event].path, organisationId), ...(recordId === undefined ? {} : { recordId }) })

/** Several things as one message. */
function textOf(sayings: readonly Saying[], language: Language, publicUrl: string | undefined): Text {
  const address = (saying: Saying): string[] => (publicUrl === undefined ? [] : [`${publicUrl}${linkUrl(linkOf(saying))}`])
  const [only] = sayings
  if (only !== undefined && sayings.length === 1) {
    const { title, body } = sayEvent(only.event, only.details, language)
    return {
      subject: title,
      body: [body === '' ? title : body, ...address(only)].join('\n\n'),
      brief: body === '' ? title : `${title}${language === 'en' ? '. ' : '。'}${body}`,
      template: { name: only.event, language, parameters: only.details },
    }
  }
  const lines = sayings.map((saying) => [sayEvent(saying.event, saying.details, language).title, ...address(saying)].join('\n'))
  const subject = language === 'en' ? `${String(sayings.length)} notifications` : `${String(sayings.length)} 条通知`
  return { subject, body: lines.join('\n\n'), brief: subject, template: { name: 'digest', language, parameters: { count: sayings.length } } }
}

const recipientOf = ({ email, phone }: Pick<PersonRow, 'email' | 'phone'>) => ({ email: email ?? undefined, phone })
/** None of what a newer release has written. */
const toSaying = (row: Omit<SayingRow, 'delivery_id' | 'is_personal'>): Saying[] => (isKnownEvent(row.event)
  ? [{ event: row.event, organisationId: row.organisation_id, details: row.details, recordId: row.record_id ?? undefined, happenedAt: row.created_at }] : [])

/** The local outbox: the latest of what was put by because the installation has no such channel, the oldest first; for who looks after it. */
export async function keptMessages(db: Db, publicUrl: string | undefined): Promise<readonly KeptMessage[]> {
  const found = await db('notification_delivery').where('notification_delivery.state', 'kept').join('notification_event', 'notification_event.event_id', 'notification_delivery.event_id')
    .join('account', 'account.account_id', 'notification_delivery.account_id').orderBy('notification_delivery.created_at', 'desc').limit(100)
    .select<(SayingRow & PersonRow & { method: string })[]>('method', 'event', 'notification_event.organisation_id', 'record_id', 'details', 'notification_event.created_at', 'email', 'phone', readerLanguage(db))
  return found.reverse().flatMap((row) => toSaying(row).map((saying) => ({ createdAt: row.created_at, method: row.method, text: textOf([saying], languageOf(row.language), publicUrl), recipient: recipientOf(row) })))
}

export function createDeliveries({ db, recipients, channels, sendPush, sendWebhook, subscriptions, webhooks, publicUrl, now, onFailure }: DeliveriesDeps): Deliveries {
  const personOf = (accountId: string) => db('account').where({ account_id: accountId }).first<PersonRow | undefined>('email', 'phone', readerLanguage(db), 'state')

  const claim = async (): Promise<DeliveryRow | undefined> => {
    const at = now()
    const [row] = await rows<DeliveryRow>(db, `
      update notification_delivery set attempts = attempts + 1, due_at = ?
      where delivery_id = (select delivery_id from notification_delivery where state = 'waiting' and due_at <= ? order by due_at limit 1 for update skip locked)
      returning delivery_id, account_id, organisation_id, method, is_digest, attempts`, [new Date(at.getTime() + leaseMs), at])
    return row
  }
  /** What goes with it into the same digest. */
  const claimOthers = async ({ account_id, method }: DeliveryRow): Promise<string[]> => {
    const at = now()
    const found = await rows<{ delivery_id: string }>(db, `
      update notification_delivery set attempts = attempts + 1, due_at = ?
      where delivery_id in (select delivery_id from notification_delivery where state = 'waiting' and is_digest and due_at <= ? and account_id = ? and method = ? order by created_at limit ? for update skip locked)
      returning delivery_id`, [new Date(at.getTime() + leaseMs), at, account_id, method, mostTogether - 1])
    return found.map(({ delivery_id }) => delivery_id)
  }
  const sayingsOf = (deliveryIds: readonly string[]) => db('notification_delivery').join('notification_event', 'notification_event.event_id', 'notification_delivery.event_id').whereIn('delivery_id', [...deliveryIds])
    .orderBy('notification_event.event_id').select<SayingRow[]>('delivery_id', 'event', 'notification_event.organisation_id', 'is_personal', 'record_id', 'details', 'notification_event.created_at')
  const end = (deliveryIds: readonly string[], state: 'delivered' | 'kept' | 'dead', failure: string | null) =>
    db('notification_delivery').whereIn('delivery_id', [...deliveryIds]).update({ state, failure, ended_at: now() })

  const push = async (accountId: string, { language }: PersonRow, sayings: readonly Saying[]): Promise<DeliveryOutcome> => {
    const spoken = languageOf(language)
    const [first] = sayings
    const targets = first === undefined ? [] : await subscriptions.targetsOf(accountId)
    const failures: unknown[] = []
    let isDelivered = false
    for (const target of targets) {
      const { subject, brief = '' } = textOf(sayings, spoken, undefined)
      const message = sayings.length === 1 && first !== undefined
        ? { title: subject, body: sayEvent(first.event, first.details, spoken).body, url: linkUrl(linkOf(first)), tag: [first.event, first.recordId ?? ''].join(':') }
        : { title: subject, body: brief === subject ? '' : brief, url: '/notifications', tag: 'digest' }
      try {
        if (await sendPush(target, message, { isUrgent: sayings.some(({ event }) => eventCatalogue[event].isSafety === true) }) === 'gone') await subscriptions.forget(target.subscriptionId)
        else {
          isDelivered = true
          await subscriptions.noteDelivered(target.subscriptionId)
        }
      } catch (error) {
        failures.push(error)
      }
    }
    // One browser that has it is enough: tried again, the others would be told twice.
    if (!isDelivered && failures.length > 0) throw failures[0]
    return isDelivered ? 'delivered' : 'unreachable'
  }

  const say: Deliveries['say'] = async (accountId, method, sayings, messageId) => {
    const person = await personOf(accountId)
    if (person === undefined || person.state !== 'active') return 'unreachable'
    if (method === 'webPush') return push(accountId, person, sayings)
    const channel = channels.find(({ name }) => name === method)
    const hasAddress = method === 'sms' || person.email !== null
    if (!hasAddress) return 'unreachable'
    const address = channel?.addressOf(recipientOf(person))
    if (channel === undefined || address === undefined) return 'kept'
    await channel.deliver(address, textOf(sayings, languageOf(person.language), publicUrl), messageId)
    return 'delivered'
  }
  const sayToProgram: Deliveries['sayToProgram'] = async (saying, messageId) => {
    const target = await webhooks.targetOf(saying.organisationId)
    if (target === undefined) return 'unreachable'
    await sendWebhook(target, { messageId, event: saying.event, organisationId: saying.organisationId, occurredAt: saying.happenedAt.toISOString(), link: linkOf(saying), details: saying.details })
    return 'delivered'
  }

  const fail = async (row: DeliveryRow, ids: readonly string[], sayings: readonly SayingRow[], err: unknown): Promise<void> => {
    const event = sayings[0]?.event ?? ''
    onFailure({ messageId: row.delivery_id, event, method: row.method, err })
    if (row.attempts < mostAttempts) {
      const waitMs = Math.min(firstRetryMs * 2 ** (row.attempts - 1), longestRetryMs)
      await db('notification_delivery').whereIn('delivery_id', [...ids]).update({ due_at: new Date(now().getTime() + waitMs), failure: 'undelivered' })
      return
    }
    await end(ids, 'dead', 'undelivered')
    await noteDead(row, event)
  }
  /** Tells those who look after notifications; once an hour, and never of a message that tells of this. */
  const noteDead = (row: DeliveryRow, event: string): Promise<void> => db.transaction(async (trx) => {
    if (event === 'delivery.failed') return
    const organisation = await trx('organisation').where({ organisation_id: row.organisation_id }).forNoKeyUpdate().first<{ name: string } | undefined>('name')
    const recent = await trx('notification_event')
      .where({ organisation_id: row.organisation_id, event: 'delivery.failed' })
      .where('created_at', '>', new Date(now().getTime() - 3_600_000))
      .first<object | undefined>('event_id')
    if (organisation === undefined || recent !== undefined) return
    await publish(trx, { event: 'delivery.failed', organisationId: row.organisation_id, recordId: row.delivery_id, details: { organisation: organisation.name, method: row.method } })
  })

  const deliver = async (row: DeliveryRow): Promise<void> => {
    const ids = [row.delivery_id, ...(row.is_digest ? await claimOthers(row) : [])]
    const all = await sayingsOf(ids)
    // Between what happened and now its reader may have left.
    const places = row.account_id === null ? [] : await recipients.placesOf(db, { accountId: row.account_id })
    const [still, late] = parted(all, (one) => row.account_id === null || one.is_personal || places.some(({ organisationId }) => organisationId === one.organisation_id))
    if (late.length > 0) await end(late.map(({ delivery_id }) => delivery_id), 'dead', 'no-member')
    const sayings = still.flatMap(toSaying)
    const [first] = sayings
    if (first === undefined) return
    const left = still.map(({ delivery_id }) => delivery_id)
    try {
      const outcome = row.account_id === null || row.method === 'webhook' ? await sayToProgram(first, row.delivery_id) : await say(row.account_id, row.method, sayings, row.delivery_id)
      await end(left, outcome === 'unreachable' ? 'dead' : outcome, outcome === 'unreachable' ? outcome : null)
    } catch (error) {
      await fail(row, left, still, error)
    }
  }

  return {
    say, sayToProgram,
    deliverDue: async (signal) => {
      let tried = 0
      for (let row = await claim(); row !== undefined; row = signal?.aborted === true ? undefined : await claim()) {
        await deliver(row)
        tried++
      }
      return tried
    },
  }
}

function parted<One>(all: readonly One[], isFirst: (one: One) => boolean): [One[], One[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))]
}
