/** Everything the server does to tell people what has happened. */
import type { Sealing } from '../identity/index.ts'
import type { Db } from '../platform/db.ts'
import { createOutboundFetch } from '../platform/outbound-fetch.ts'
import type { Channel } from './channel.ts'
import { createSendPush } from './channels/web-push.ts'
import { createSendWebhook } from './channels/webhook.ts'
import { createDeliveries, type Deliveries } from './deliveries.ts'
import { createInbox, type Inbox } from './inbox.ts'
import { createLive, type Live, type LiveDeps } from './live/hub.ts'
import { createSubscriptions, type Subscriptions } from './push/subscriptions.ts'
import { createVapid, type Vapid } from './push/vapid.ts'
import type { Recipients } from './recipients.ts'
import { createRuleAdministration, installedMethods, type RuleAdministration } from './rule-administration.ts'
import { createSwitches, type Switches } from './switches.ts'
import { createTelling, type Telling } from './telling.ts'
import { createWebhooks, type Webhooks } from './webhooks.ts'

export interface NotifyingDeps {
  readonly db: Db
  readonly sealing: Sealing
  readonly recipients: Recipients
  /** What this installation has beside browsers and programs. */
  readonly channels: readonly Channel[]
  readonly sessionEnds: LiveDeps['sessionEnds']
  /** Scheme and host users reach the server at, where it is fixed. */
  readonly publicUrl?: string | undefined
  /** Address by which a push service reaches who runs this installation. */
  readonly contact?: string | undefined
  /** Origins, with commas between them, of programs that may be at private addresses and without TLS. */
  readonly trustedOrigins: string
  /** IANA name: the day of organisations that have not said where they are. */
  readonly timeZone: string
  readonly now?: () => Date
  /** Told of what went wrong behind everybody's back: it is tried again. */
  readonly onFailure: (err: unknown, fields?: Readonly<Record<string, string>>) => void
}

export interface Notifying {
  readonly inbox: Inbox
  readonly live: Live
  readonly telling: Telling
  readonly deliveries: Deliveries
  readonly rules: RuleAdministration
  readonly webhooks: Webhooks
  readonly switches: Switches
  readonly subscriptions: Subscriptions
  readonly vapid: Vapid
}

export function createNotifying({ db, sealing, recipients, channels, sessionEnds, publicUrl, contact, trustedOrigins: listed, timeZone, now = () => new Date(), onFailure }: NotifyingDeps): Notifying {
  const trustedOrigins = listed.split(',').map((origin) => origin.trim()).filter((origin) => origin !== '')
  const fetch = createOutboundFetch({ trustedOrigins })
  const installed = installedMethods(channels)
  const vapid = createVapid({ db, sealing, contact, now })
  const subscriptions = createSubscriptions({ db, sealing, now })
  const webhooks = createWebhooks({ db, sealing, trustedOrigins, now })
  const deliveries = createDeliveries({
    db, recipients, channels, subscriptions, webhooks, publicUrl, now, sendPush: createSendPush({ vapid, fetch }), sendWebhook: createSendWebhook({ fetch, now }),
    onFailure: ({ err, ...fields }) => { onFailure(err, fields) },
  })
  return {
    inbox: createInbox({ db, recipients, now }), live: createLive({ db, recipients, sessionEnds, now, onFailure }), telling: createTelling({ db, recipients, timeZone, now }),
    deliveries, webhooks, subscriptions, vapid, switches: createSwitches({ db, installed }), rules: createRuleAdministration({ db, deliveries, installed, now, onFailure }),
  }
}
