/** How other capabilities say that something has happened: in the transaction in which it does. */
import type { NotificationEvent, TodoKind } from '@isocenter/contracts'
import type { Db, Trx } from '../platform/db.ts'
import { eventCatalogue, todoCatalogue } from './catalogue.ts'
import type { EventDetails, TodoDetails } from './event-texts.ts'
import { tell } from './live/tell.ts'

const dayMs = 86_400_000

export interface Happening<Event extends NotificationEvent> {
  readonly event: Event
  /** Whose people are told and whose rules hold; of what is about an account, the organisation that administers it or that it deals with. */
  readonly organisationId: string
  /** Of events about one person: who. Undefined: nobody, which takes as long. */
  readonly accountId?: string | undefined
  /** Who did it, and need not be told. */
  readonly exceptAccountId?: string | undefined
  /** Of the thing it is about, to be found in its page. An id of ours: it stands in addresses. */
  readonly recordId?: string | undefined
  readonly details: EventDetails[Event]
  /** Words somebody wrote: they stay inside the product, for they may speak of a patient (NTF-12). */
  readonly reason?: string | undefined
  /** Later it says nothing of use; as long as the catalogue says where it is absent. */
  readonly expiresAt?: Date | undefined
}

/** Says that something has happened. Who is told, and how, is found out after the commit. */
export async function publish<Event extends NotificationEvent>(trx: Trx, { event, organisationId, accountId, exceptAccountId, recordId, details, reason, expiresAt }: Happening<Event>): Promise<void> {
  const { isPersonal, keptDays } = eventCatalogue[event]
  assertRecordId(recordId)
  await trx('notification_event').insert({
    event, organisation_id: organisationId, is_personal: isPersonal ?? false, account_id: accountId ?? null, except_account_id: exceptAccountId ?? null, record_id: recordId ?? null,
    details: JSON.stringify(details), inside: JSON.stringify(reason === undefined || reason.trim() === '' ? {} : { reason: reason.trim() }), expires_at: expiresAt ?? new Date(Date.now() + keptDays * dayMs),
  })
}

export interface NewTodo<Kind extends TodoKind> {
  readonly kind: Kind
  readonly organisationId: string
  /** Of to-dos of one person: who. Undefined: nobody's. */
  readonly accountId?: string | undefined
  /** What is to be done something with; a kind has one open to-do for each. */
  readonly recordId: string
  readonly details: TodoDetails[Kind]
  readonly expiresAt?: Date | undefined
}

/** Opens a to-do, or renews the one that is open for the same record. */
export async function openTodo<Kind extends TodoKind>(trx: Trx, { kind, organisationId, accountId, recordId, details, expiresAt }: NewTodo<Kind>): Promise<void> {
  const { for: whose } = todoCatalogue[kind]
  assertRecordId(recordId)
  await trx('notification_todo').insert({
    kind,
    organisation_id: organisationId,
    account_id: whose === 'account' ? accountId ?? null : null,
    permission: whose === 'account' ? null : whose,
    record_id: recordId,
    details: JSON.stringify(details),
    expires_at: expiresAt ?? null,
  }).onConflict(trx.raw('(kind, organisation_id, record_id) where closed_at is null')).merge({ details: JSON.stringify(details), expires_at: expiresAt ?? null })
  await tellOfTodo(trx, kind, organisationId, whose === 'account' ? accountId : undefined)
}

/** Closes a to-do because the work is done, by whomever, or is not wanted any more; none that is open is nothing to close. */
export async function closeTodo(trx: Trx, { kind, organisationId, recordId, outcome = 'done' }: {
  readonly kind: TodoKind
  readonly organisationId: string
  readonly recordId: string
  readonly outcome?: 'done' | 'withdrawn'
}): Promise<void> {
  const closed = await trx('notification_todo').where({ kind, organisation_id: organisationId, record_id: recordId }).whereNull('closed_at')
    .update({ closed_at: trx.fn.now(), outcome }).returning<{ account_id: string | null }[]>('account_id')
  if (closed.length > 0) await tellOfTodo(trx, kind, organisationId, closed[0]?.account_id ?? undefined)
}

function tellOfTodo(db: Db, kind: TodoKind, organisationId: string, accountId: string | undefined): Promise<void> {
  const { for: whose } = todoCatalogue[kind]
  const to = whose === 'account' ? { accountIds: accountId === undefined ? [] : [accountId] } : { organisationId, permission: whose }
  return tell(db, 'todo.changed', to, { kind, organisationId })
}

/** It goes into addresses, which are logged and kept: a programmer's slip shall not put a name there. */
function assertRecordId(recordId: string | undefined): void {
  if (recordId !== undefined && !/^[A-Za-z0-9._-]{1,64}$/.test(recordId)) throw new Error('A record is named by its id.')
}
