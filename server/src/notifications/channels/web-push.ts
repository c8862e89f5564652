/** Push messages to browsers, through whatever push service the browser's maker runs (RFC 8030). */
import type { PushMessage } from '@isocenter/contracts'
import type { OutboundFetch } from '../../platform/outbound-fetch.ts'
import { encryptPush } from '../push/encrypt.ts'
import type { PushTarget } from '../push/subscriptions.ts'
import type { Vapid } from '../push/vapid.ts'

/** How long a push service keeps a message for a browser that is off. */
const keptSeconds = 24 * 3_600

export interface PushOptions {
  readonly isUrgent: boolean
}

/** Pushes to one browser; `gone` when its subscription is no more. @throws when the push service did not take it */
export type SendPush = (target: PushTarget, message: PushMessage, options: PushOptions) => Promise<'delivered' | 'gone'>

export const createSendPush = ({ vapid, fetch }: { readonly vapid: Vapid; readonly fetch: OutboundFetch }): SendPush => async ({ endpoint, keys }, message, { isUrgent }) => {
  const { status } = await fetch(endpoint, {
    method: 'POST', body: encryptPush(JSON.stringify(message), keys),
    headers: { authorization: await vapid.authorization(new URL(endpoint)), 'content-encoding': 'aes128gcm', 'content-type': 'application/octet-stream', ttl: String(keptSeconds), urgency: isUrgent ? 'high' : 'normal' },
  })
  if (status === 404 || status === 410) return 'gone'
  if (status < 200 || status >= 300) throw new Error(`The push service answered ${String(status)}.`)
  return 'delivered'
}
