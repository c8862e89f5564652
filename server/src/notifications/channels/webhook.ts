/** Messages to a program of the organisation's. */
import { createHmac } from 'node:crypto'
import type { NotificationEvent, NotificationLink } from '@isocenter/contracts'
import type { OutboundFetch } from '../../platform/outbound-fetch.ts'

export interface WebhookMessage {
  /** The same again is the same message. */
  readonly messageId: string
  readonly event: NotificationEvent
  readonly organisationId: string
  readonly occurredAt: string
  readonly link?: NotificationLink
  readonly details: unknown
}

export interface WebhookTarget {
  readonly url: string
  /** Shared with the program: it knows by `X-Isocenter-Signature` that the request is ours. */
  readonly secret: string
}

export const signatureOf = (secret: string, body: Buffer): string => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`

/** @throws when it was not taken */
export type SendWebhook = (target: WebhookTarget, message: WebhookMessage) => Promise<void>

export const createSendWebhook = ({ fetch, now }: { readonly fetch: OutboundFetch; readonly now: () => Date }): SendWebhook => async ({ url, secret }, message) => {
  // With its time inside what is signed, an old request that somebody kept can be told from a new one.
  const body = Buffer.from(JSON.stringify({ ...message, sentAt: now().toISOString() }))
  const { status } = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', 'x-isocenter-signature': signatureOf(secret, body) } })
  if (status < 200 || status >= 300) throw new Error(`The webhook answered ${String(status)}.`)
}
