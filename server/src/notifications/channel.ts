/** Ways by which messages reach people. */

/** Who a message is for, as far as channels need to know. */
export interface Recipient {
  readonly email: string | undefined
  /** E.164 */
  readonly phone: string
}

/** What a person reads. */
export interface Text {
  readonly subject: string
  readonly body: string
  /** In one line, for where a line costs; the body where it is absent. */
  readonly brief?: string
  /** By name and values, for senders that let only texts through that were approved before. */
  readonly template?: { readonly name: string; readonly language: string; readonly parameters: unknown }
}

export interface Channel {
  readonly name: 'email' | 'sms'
  /** Where this channel reaches somebody; undefined where it does not. */
  readonly addressOf: (recipient: Recipient) => string | undefined
  /** Hands a text over. The same message id again is the same message. @throws when it was not taken; it is tried again */
  readonly deliver: (address: string, text: Text, messageId: string) => Promise<void>
}
