import { createNotifications } from '../platform/notifications.ts'
import type { Db } from '../platform/db.ts'
import type { Deliveries } from './deliveries.ts'
import type { Outbox } from './outbox.ts'
import type { Telling } from './telling.ts'

const everyMs = 5_000

export interface DeliveringDeps {
  readonly db: Db
  readonly outbox: Pick<Outbox, 'deliverDue'>
  readonly telling: Telling
  readonly deliveries: Pick<Deliveries, 'deliverDue'>
  readonly log: { readonly warn: (fields: object, message: string) => void }
}

/** Tells what has happened as soon as it has, and delivers what is due every few seconds, beside the requests, until it is closed. */
export function startDelivering({ db, outbox, telling, deliveries, log }: DeliveringDeps): { close: () => Promise<void> } {
  const stopping = new AbortController()
  const words = createNotifications(db, 'isocenter_notification')
  const delivered = inTurns(async () => { await deliveries.deliverDue(stopping.signal) }, log, stopping.signal)
  const told = inTurns(async () => { if (await telling.tellDue(stopping.signal) > 0) delivered.soon() }, log, stopping.signal)
  const posted = inTurns(async () => { await outbox.deliverDue() }, log, stopping.signal)
  words.listen(told.soon)
  const timer = setInterval(() => {
    told.soon()
    delivered.soon()
    posted.soon()
  }, everyMs).unref()
  return {
    close: async () => {
      stopping.abort()
      clearInterval(timer)
      await Promise.all([told.ended(), delivered.ended(), posted.ended(), words.close()])
    },
  }
}

/** Does something once at a time; asked for meanwhile, once more after it. */
function inTurns(act: () => Promise<void>, log: DeliveringDeps['log'], signal: AbortSignal): { soon: () => void; ended: () => Promise<void> } {
  let running: Promise<void> | undefined
  let isAskedFor = false
  const soon = () => {
    if (signal.aborted) return
    if (running !== undefined) {
      isAskedFor = true
      return
    }
    running = act().catch((err: unknown) => { log.warn({ err }, 'messages cannot be delivered now') }).finally(() => {
      running = undefined
      if (isAskedFor) {
        isAskedFor = false
        soon()
      }
    })
  }
  return { soon, ended: async () => { await running } }
}
