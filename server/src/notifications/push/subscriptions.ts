/** Browsers that can be pushed to, each as long as its session lives: nobody is told what was meant for who used the workstation before. */
import { createHash, createECDH } from 'node:crypto'
import type { PushDevice, PushDevices, PushSubscriptionRequest } from '@isocenter/contracts'
import type { AccountSession, Sealing } from '../../identity/index.ts'
import type { Db } from '../../platform/db.ts'
import { invalidPushSubscription, noSuchPushSubscription } from '../problems.ts'
import type { PushKeys } from './encrypt.ts'

const purpose = 'push-subscription'
/** Of one account: who has more has old ones, which go first. */
const mostOfAccount = 20

/** Where one browser is pushed to. */
export interface PushTarget {
  readonly subscriptionId: string
  readonly endpoint: string
  readonly keys: PushKeys
}

export interface Subscriptions {
  readonly list: (session: AccountSession) => Promise<PushDevices>
  /** Subscribing the same browser again is one subscription, of who is signed in there now. @throws invalidPushSubscription 422 */
  readonly add: (session: AccountSession, request: PushSubscriptionRequest) => Promise<PushDevice>
  /** @throws noSuchPushSubscription 404 */
  readonly remove: (session: AccountSession, subscriptionId: string) => Promise<void>
  readonly targetsOf: (accountId: string) => Promise<readonly PushTarget[]>
  readonly noteDelivered: (subscriptionId: string) => Promise<void>
  /** The push service says that it is no more. */
  readonly forget: (subscriptionId: string) => Promise<void>
}

interface DeviceRow {
  readonly subscription_id: string
  readonly session_id: string
  readonly user_agent: string | null
  readonly created_at: Date
  readonly last_delivered_at: Date | null
}

export function createSubscriptions({ db, sealing, now }: { readonly db: Db; readonly sealing: Sealing; readonly now: () => Date }): Subscriptions {
  const devices = (accountId: string) => db('push_subscription').join('account_session', 'account_session.session_id', 'push_subscription.session_id').where('push_subscription.account_id', accountId)
    .orderBy([{ column: 'push_subscription.created_at', order: 'desc' }, 'subscription_id'])
    .select<DeviceRow[]>('subscription_id', 'push_subscription.session_id', 'user_agent', 'push_subscription.created_at', 'last_delivered_at')
  const toDevice = ({ sessionId }: AccountSession, row: DeviceRow): PushDevice => ({
    subscriptionId: row.subscription_id, isThisSession: row.session_id === sessionId, createdAt: row.created_at.toISOString(),
    ...(row.user_agent === null ? {} : { userAgent: row.user_agent }), ...(row.last_delivered_at === null ? {} : { lastDeliveredAt: row.last_delivered_at.toISOString() }),
  })

  return {
    list: async (session) => ({ items: (await devices(session.accountId)).map((row) => toDevice(session, row)) }),

    add: async (session, { endpoint, keys: { p256dh, auth } }) => {
      if (!isPoint(p256dh)) throw invalidPushSubscription('"keys.p256dh" is no key of a browser.')
      const { kid, bytes } = sealing.seal(JSON.stringify({ endpoint, keys: { p256dh, auth } }), purpose)
      const { accountId, sessionId } = session
      const subscriptionId = await db.transaction(async (trx) => {
        const [row] = await trx('push_subscription').insert({
          account_id: accountId, session_id: sessionId, endpoint_sha256: createHash('sha256').update(endpoint).digest(), sealed: bytes, sealed_with: kid, created_at: now(),
        }).onConflict('endpoint_sha256').merge({ account_id: accountId, session_id: sessionId, sealed: bytes, sealed_with: kid }).returning<{ subscription_id: string }[]>('subscription_id')
        const old = trx('push_subscription').where({ account_id: accountId }).orderBy('created_at', 'desc').offset(mostOfAccount).select('subscription_id')
        await trx('push_subscription').where({ account_id: accountId }).whereIn('subscription_id', old).delete()
        return String(row?.subscription_id)
      })
      const row = (await devices(accountId)).find((one) => one.subscription_id === subscriptionId)
      if (row === undefined) throw noSuchPushSubscription('It has just been removed.')
      return toDevice(session, row)
    },

    remove: async ({ accountId }, subscriptionId) => {
      const removed = await db('push_subscription').where({ account_id: accountId, subscription_id: subscriptionId }).delete()
      if (removed === 0) throw noSuchPushSubscription('No browser of yours has this id.')
    },

    targetsOf: async (accountId) => {
      const found = await db('push_subscription')
        .where({ account_id: accountId })
        .orderBy('created_at')
        .select<{ subscription_id: string; sealed: Buffer; sealed_with: string }[]>('subscription_id', 'sealed', 'sealed_with')
      return found.flatMap((row) => {
        const text = sealing.open({ kid: row.sealed_with, bytes: row.sealed }, purpose)
        return text === undefined ? [] : [{ subscriptionId: row.subscription_id, ...JSON.parse(text) as Omit<PushTarget, 'subscriptionId'> }]
      })
    },

    noteDelivered: async (subscriptionId) => { await db('push_subscription').where({ subscription_id: subscriptionId }).update({ last_delivered_at: now() }) },
    forget: async (subscriptionId) => { await db('push_subscription').where({ subscription_id: subscriptionId }).delete() },
  }
}

function isPoint(p256dh: string): boolean {
  const pair = createECDH('prime256v1')
  pair.generateKeys()
  try {
    pair.computeSecret(Buffer.from(p256dh, 'base64url'))
    return true
  } catch {
    // Not on the curve: every message to it would fail.
    return false
  }
}
