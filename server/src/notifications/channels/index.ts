import type { Config } from '../../config.ts'
import type { Channel } from '../channel.ts'
import { createEmailChannel } from './email.ts'
import { createSmsChannel } from './sms.ts'

/** How a push service reaches who runs this installation, where that is known. */
export function contactOf({ MAIL_FROM, PUBLIC_URL }: Pick<Config, 'MAIL_FROM' | 'PUBLIC_URL'>): string | undefined {
  const address = /<([^<>]+)>$/.exec(MAIL_FROM ?? '')?.[1] ?? MAIL_FROM
  return address !== undefined ? `mailto:${address}` : PUBLIC_URL?.startsWith('https://') === true ? PUBLIC_URL : undefined
}

/** The channels this installation has, the one to be tried first first: a code by short message proves the phone the account is known by. */
export function openChannels(config: Config): { channels: readonly Channel[]; close: () => void } {
  const sms = config.SMS_WEBHOOK_URL === undefined || config.SMS_WEBHOOK_SECRET === undefined ? undefined : createSmsChannel({ url: config.SMS_WEBHOOK_URL, secret: config.SMS_WEBHOOK_SECRET })
  const email = config.SMTP_URL === undefined || config.MAIL_FROM === undefined ? undefined : createEmailChannel({ url: config.SMTP_URL, from: config.MAIL_FROM })
  return { channels: [sms, email].filter((channel) => channel !== undefined), close: () => { email?.close() } }
}
