import { createTransport } from 'nodemailer'
import type { Channel } from '../channel.ts'

export interface EmailOptions {
  /** `smtp://` or `smtps://` with host, port, user and password. */
  readonly url: string
  /** Address messages come from, with a name where there is one. */
  readonly from: string
}

const timeoutMs = 20_000

/** E-mail through an SMTP server (RFC 5321). Where the server offers STARTTLS it is used; `smtps` has TLS from the beginning. */
export function createEmailChannel({ url, from }: EmailOptions): Channel & { close: () => void } {
  const transport = createTransport({ url, connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs, disableFileAccess: true, disableUrlAccess: true })
  return {
    name: 'email',
    addressOf: ({ email }) => email,
    deliver: async (address, { subject, body }, messageId) => {
      const domain = /@([^>\s]+)>?$/.exec(from)?.[1] ?? 'localhost'
      // The address as a value, not as header text: whatever stands in it, it is one recipient.
      await transport.sendMail({ from, to: { name: '', address }, subject, text: body, messageId: `<${messageId}@${domain}>`, headers: { 'Auto-Submitted': 'auto-generated' } })
    },
    close: () => { transport.close() },
  }
}
