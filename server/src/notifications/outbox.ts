/** Messages that wait to leave: written in the transaction of what they tell of, delivered afterwards, tried again when a channel fails. */
import type { Sealing } from '../identity/index.ts'
import { rows, type Db, type Trx } from '../platform/db.ts'
import type { Channel, Text } from './channel.ts'
import { readerLanguage } from './reader-language.ts'
import { isMessageKind, textOf, type MessageKind, type MessageValues } from './texts.ts'

/** A delivery that has not ended by then is taken for one whose process is gone. */
const leaseMs = 2 * 60_000
const firstRetryMs = 15_000
const longestRetryMs = 3_600_000

export interface NewMessage<Kind extends MessageKind> {
  readonly kind: Kind
  readonly values: MessageValues[Kind]
  /** Undefined: to nobody. */
  readonly accountId: string | undefined
  /** An address that is not the account's, or not yet: this channel alone, and nowhere else. */
  readonly to?: Destination | undefined
  /** Later it says nothing of use. */
  readonly expiresAt: Date
}

/** One address of one channel. */
export interface Destination {
  readonly channel: Channel['name']
  readonly address: string
}

export interface WaitingMessage {
  readonly messageId: string
  readonly kind: MessageKind
  readonly createdAt: Date
  readonly text: Text
  readonly attempts: number
  readonly recipient: { readonly email: string | undefined; readonly phone: string }
  readonly to: Destination | undefined
}

export interface OutboxDeps {
  readonly db: Db
  readonly sealing: Sealing
  readonly channels: readonly Channel[]
  readonly now: () => Date
  readonly onFailure: (fields: { messageId: string; kind: string; channel: string; err: unknown }) => void
}

export interface Outbox {
  readonly add: <Kind extends MessageKind>(trx: Trx, message: NewMessage<Kind>) => Promise<void>
  /** Delivers what is due, and tells how many were tried. Any number of processes may do so at once. */
  readonly deliverDue: () => Promise<number>
  /** What waits, for who looks after an installation that has no channel yet; codes are among it. */
  readonly waiting: () => Promise<WaitingMessage[]>
  readonly forget: () => Promise<void>
}

interface MessageRow {
  readonly message_id: string
  readonly account_id: string | null
  readonly kind: string
  readonly sealed: Buffer
  readonly sealed_with: string
  readonly created_at: Date
  readonly attempts: number
}

interface PersonRow {
  readonly email: string | null
  readonly email_proven_at: Date | null
  readonly phone: string
  readonly language: string | null
}

/** What opens an account goes to no e-mail address that somebody else may have typed. */
const forProvenAddresses: ReadonlySet<string> = new Set<MessageKind>(['password-reset-code'])
const recipientOf = (kind: string, { email, email_proven_at, phone }: PersonRow): WaitingMessage['recipient'] =>
  ({ email: email === null || (email_proven_at === null && forProvenAddresses.has(kind)) ? undefined : email, phone })

const purposeOf = (kind: string) => `message:${kind}`

export function createOutbox({ db, sealing, channels, now, onFailure }: OutboxDeps): Outbox {
  const opened = (row: MessageRow, language: string | null): { text: Text; to: Destination | undefined } | undefined => {
    if (!isMessageKind(row.kind)) return undefined
    const sealed = sealing.open({ kid: row.sealed_with, bytes: row.sealed }, purposeOf(row.kind))
    if (sealed === undefined) return undefined
    const { to, ...values } = JSON.parse(sealed) as MessageValues[MessageKind] & { readonly to?: Destination }
    return { text: textOf(row.kind, values, language ?? undefined), to }
  }
  const personOf = (accountId: string) => db('account').where({ account_id: accountId }).first<PersonRow | undefined>('email', 'email_proven_at', 'phone', readerLanguage(db))
  const finish = (messageId: string, change: object) => db('outbox_message').where({ message_id: messageId }).update({ delivered_at: now(), ...change })

  /** Takes one message that is due for itself: until the lease is over no other process does. */
  const claim = async (): Promise<MessageRow | undefined> => {
    const at = now()
    const [row] = await rows<MessageRow>(db, `
      update outbox_message set attempts = attempts + 1, due_at = ?
      where message_id = (
        select message_id from outbox_message where delivered_at is null and due_at <= ? and expires_at > ? order by due_at limit 1 for update skip locked)
      returning message_id, account_id, kind, sealed, sealed_with, created_at, attempts`, [new Date(at.getTime() + leaseMs), at, at])
    return row
  }

  const deliver = async (row: MessageRow): Promise<void> => {
    const person = row.account_id === null ? undefined : await personOf(row.account_id)
    const message = person === undefined ? undefined : opened(row, person.language)
    if (person === undefined || message === undefined) {
      await finish(row.message_id, { failure: person === undefined ? 'nobody' : 'unreadable' })
      return
    }
    const { text, to } = message
    const recipient = recipientOf(row.kind, person)
    for (const channel of channels) {
      const address = to === undefined ? channel.addressOf(recipient) : to.channel === channel.name ? to.address : undefined
      if (address === undefined) continue
      try {
        await channel.deliver(address, text, row.message_id)
        await finish(row.message_id, { channel: channel.name, failure: null })
        return
      } catch (err) {
        onFailure({ messageId: row.message_id, kind: row.kind, channel: channel.name, err })
      }
    }
    const waitMs = Math.min(firstRetryMs * 2 ** (row.attempts - 1), longestRetryMs)
    await db('outbox_message').where({ message_id: row.message_id }).update({ due_at: new Date(now().getTime() + waitMs), failure: 'undelivered' })
  }

  return {
    add: async (trx, { kind, values, accountId, to, expiresAt }) => {
      const { kid, bytes } = sealing.seal(JSON.stringify({ ...values, to }), purposeOf(kind))
      await trx('outbox_message').insert({ account_id: accountId ?? null, kind, sealed: bytes, sealed_with: kid, created_at: now(), due_at: now(), expires_at: expiresAt })
    },

    deliverDue: async () => {
      let tried = 0
      for (let row = await claim(); row !== undefined; row = await claim()) {
        await deliver(row)
        tried++
      }
      return tried
    },

    waiting: async () => {
      const found = await db('outbox_message').join('account', 'account.account_id', 'outbox_message.account_id').whereNull('delivered_at').where('expires_at', '>', now())
        .orderBy('outbox_message.created_at').limit(100).select<(MessageRow & PersonRow)[]>('outbox_message.*', 'account.email', 'account.email_proven_at', 'account.phone', readerLanguage(db))
      return found.flatMap((row) => {
        const message = opened(row, row.language)
        return message === undefined || !isMessageKind(row.kind) ? [] : [{
          messageId: row.message_id, kind: row.kind, createdAt: row.created_at, attempts: row.attempts, ...message, recipient: recipientOf(row.kind, row),
        }]
      })
    },

    forget: async () => { await db('outbox_message').where('expires_at', '<', now()).delete() },
  }
}
