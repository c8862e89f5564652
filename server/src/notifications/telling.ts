/** Finds out who is to be told of what happened, and how, a batch at a time: ten thousand people are twenty short transactions, wherever they are begun and ended. */
import { personalMethods, type NotificationEvent, type NotificationMethod, type PersonalMethod } from '@isocenter/contracts'
import { rows, type Db, type Trx } from '../platform/db.ts'
import { eventCatalogue, isKnownEvent } from './catalogue.ts'
import { tell } from './live/tell.ts'
import type { Recipients } from './recipients.ts'
import { ruleOf, type Rule } from './rules.ts'
import { dueAt } from './timing.ts'

const batchSize = 500
/** A batch takes a moment; one that has not ended by then was begun by a process that is gone. */
const leaseMs = 60_000
const retryMs = 5_000
const longestRetryMs = 600_000

export interface TellingDeps {
  readonly db: Db
  readonly recipients: Recipients
  /** IANA name: the day of organisations that have not said where they are. */
  readonly timeZone: string
  readonly now: () => Date
}

export interface Telling {
  /** Tells what has not been told, and how many events that were. Any number of processes may do so at once. */
  readonly tellDue: (signal?: AbortSignal) => Promise<number>
}

interface EventRow {
  readonly event_id: string
  readonly event: string
  readonly organisation_id: string
  readonly account_id: string | null
  readonly except_account_id: string | null
  readonly told_up_to: string | null
  readonly attempts: number
}

interface ReachRow {
  readonly account_id: string
  readonly has_email: boolean
  readonly has_push: boolean
  readonly methods_off: string[]
  readonly muted: string[]
}

export function createTelling({ db, recipients, timeZone, now }: TellingDeps): Telling {
  const claim = async (): Promise<EventRow | undefined> => {
    const at = now()
    const [row] = await rows<EventRow>(db, `
      update notification_event set attempts = attempts + 1, due_at = ?
      where event_id = (select event_id from notification_event where told_at is null and due_at <= ? order by due_at, event_id limit 1 for update skip locked)
      returning event_id, event, organisation_id, account_id, except_account_id, told_up_to, attempts`, [new Date(at.getTime() + leaseMs), at])
    return row
  }
  const finish = (db: Db, { event_id }: EventRow) => db('notification_event').where({ event_id }).update({ told_at: now() })

  /** Puts one batch into their lists and onto their ways, and remembers how far it got. */
  const tellBatch = (row: EventRow, event: NotificationEvent, rule: Rule, accountIds: readonly string[], upTo: string | undefined, zone: string): Promise<void> => db.transaction(async (trx) => {
    const hasUnread = eventCatalogue[event].isOnceUnread === true ? await haveUnread(trx, row, accountIds) : undefined
    const told = accountIds.filter((accountId) => accountId !== row.except_account_id && hasUnread?.has(accountId) !== true)
    if (told.length > 0) {
      if (rule.methods.includes('inApp')) {
        await rows(trx, 'insert into notification (event_id, account_id) select ?, unnest(?::uuid[]) on conflict do nothing', [row.event_id, [...told]])
        const { isPersonal } = eventCatalogue[event]
        await tell(trx, 'notification.added', { accountIds: told }, { event, ...(isPersonal === true ? {} : { organisationId: row.organisation_id }) })
      }
      await addDeliveries(trx, row, event, rule, told, zone)
    }
    await trx('notification_event').where({ event_id: row.event_id }).update({ due_at: new Date(now().getTime() + leaseMs), ...(upTo === undefined ? { told_at: now() } : { told_up_to: upTo }) })
  })

  /** Who of these has the same still unread from the day before. */
  const haveUnread = async (trx: Trx, { event_id }: EventRow, accountIds: readonly string[]): Promise<ReadonlySet<string>> => {
    const found = await rows<{ account_id: string }>(trx, `
      select distinct notification.account_id from notification_event this
        join notification_event earlier on earlier.organisation_id = this.organisation_id and earlier.event = this.event and earlier.record_id = this.record_id and earlier.details = this.details
          and earlier.event_id < this.event_id and earlier.created_at > this.created_at - interval '1 day'
        join notification on notification.event_id = earlier.event_id
      where this.event_id = ? and notification.read_at is null and notification.account_id = any(?::uuid[])`, [event_id, [...accountIds]])
    return new Set(found.map(({ account_id }) => account_id))
  }

  const addDeliveries = async (trx: Trx, row: EventRow, event: NotificationEvent, rule: Rule, told: readonly string[], zone: string): Promise<void> => {
    const methods = personalMethods.filter((method) => rule.methods.includes(method))
    if (methods.length === 0) return
    const isSafety = eventCatalogue[event].isSafety === true
    const reach = await rows<ReachRow>(trx, `
      select account.account_id, account.email is not null as has_email, exists (select from push_subscription where push_subscription.account_id = account.account_id) as has_push,
        coalesce(methods_off, '{}') as methods_off, coalesce(muted, '{}') as muted
      from account left join notification_switches using (account_id) where account.account_id = any(?::uuid[]) and account.state = 'active'`, [[...told]])
    const isReached = (one: ReachRow, method: PersonalMethod): boolean =>
      (isSafety || (!one.methods_off.includes(method) && !one.muted.includes(event))) && (method === 'email' ? one.has_email : method === 'webPush' ? one.has_push : true)
    const deliveries = reach.flatMap((one) => methods.filter((method) => isReached(one, method)).map((method) => deliveryOf(row, method, rule, zone, one.account_id)))
    if (deliveries.length > 0) await trx('notification_delivery').insert(deliveries).onConflict().ignore()
  }
  const deliveryOf = (row: EventRow, method: NotificationMethod, { timing }: Rule, zone: string, accountId: string | null) => ({
    event_id: row.event_id, organisation_id: row.organisation_id, account_id: accountId, method, created_at: now(),
    // A program has no bedtime.
    due_at: method === 'webhook' ? now() : dueAt(timing, now(), zone), is_digest: method !== 'webhook' && timing.digestAt !== undefined,
  })

  const tellEvent = async (row: EventRow, signal: AbortSignal | undefined): Promise<void> => {
    const { event } = row
    // Of a newer release, which is about to take over: it tells.
    if (!isKnownEvent(event)) return
    const rule = await ruleOf(db, row.organisation_id, event)
    const { to } = eventCatalogue[event]
    if (!rule.isOn || (to === 'account' && row.account_id === null)) {
      await finish(db, row)
      return
    }
    const zone = await recipients.timeZoneOf(db, row.organisation_id) ?? timeZone
    if (to === 'account') {
      await tellBatch(row, event, rule, row.account_id === null ? [] : [row.account_id], undefined, zone)
      return
    }
    if (row.told_up_to === null && rule.methods.includes('webhook')) {
      const hasWebhook = await db('notification_webhook').where({ organisation_id: row.organisation_id }).first<object | undefined>('url') !== undefined
      if (hasWebhook) await db('notification_delivery').insert(deliveryOf(row, 'webhook', rule, zone, null)).onConflict().ignore()
    }
    let after = row.told_up_to ?? undefined
    do {
      const batch = await recipients.holders(db, row.organisation_id, { permission: to, scope: rule.scope, after, limit: batchSize })
      await tellBatch(row, event, rule, batch.accountIds, batch.next, zone)
      after = batch.next
    } while (after !== undefined && signal?.aborted !== true)
  }

  return {
    tellDue: async (signal) => {
      let told = 0
      for (let row = await claim(); row !== undefined; row = signal?.aborted === true ? undefined : await claim()) {
        try {
          await tellEvent(row, signal)
          told++
        } catch (error) {
          const waitMs = Math.min(retryMs * 2 ** (row.attempts - 1), longestRetryMs)
          await db('notification_event').where({ event_id: row.event_id }).whereNull('told_at').update({ due_at: new Date(now().getTime() + waitMs) })
          throw error
        }
      }
      return told
    },
  }
}
