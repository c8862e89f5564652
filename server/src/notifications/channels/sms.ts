import { createHmac } from 'node:crypto'
import type { Channel } from '../channel.ts'

export interface SmsOptions {
  /** Where a program of the operator's takes `{messageId, to, text, template}` and passes it to whatever sends short messages there; `template` has name, language and parameters. */
  readonly url: string
  /** Shared with that program: it knows by `X-Isocenter-Signature` that the request is ours. */
  readonly secret: string
}

const timeoutMs = 10_000

/** Short messages by webhook: every country has its own senders, and none is built in. */
export function createSmsChannel({ url, secret }: SmsOptions): Channel {
  return {
    name: 'sms',
    addressOf: ({ phone }) => phone,
    deliver: async (to, { body: whole, brief: text = whole, template }, messageId) => {
      const body = JSON.stringify({ messageId, to, text, template })
      const answer = await fetch(url, {
        method: 'POST', redirect: 'error', signal: AbortSignal.timeout(timeoutMs), body,
        headers: { 'content-type': 'application/json', 'x-isocenter-signature': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` },
      })
      await answer.body?.cancel()
      if (!answer.ok) throw new Error(`The webhook for short messages answered ${String(answer.status)}.`)
    },
  }
}
