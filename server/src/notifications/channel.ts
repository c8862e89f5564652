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
}

export interface Channel {
  readonly name: 'email' | 'sms'
  /** Where this channel reaches somebody; undefined where it does not. */
  readonly addressOf: (recipient: Recipient) => string | undefined
  /** Hands a text over. The same message id again is the same message. @throws when it was not taken; it is tried again */
  readonly deliver: (address: string, text: Text, messageId: string) => Promise<void>
}
