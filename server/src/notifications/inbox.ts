/** What one account has been told: its notifications, and the to-dos that wait for it (NTF-01 to NTF-04). */
import { mostCounted, NotificationParams, type Notification, type NotificationCounts, type NotificationPage, type NotificationQuery, type ReadAll, type Todo, type TodoPage, type TodoQuery } from '@isocenter/contracts'
import { Type } from 'typebox'
import type { AccountSession } from '../identity/index.ts'
import { decodeCursor, encodeCursor, exactly } from '../platform/cursor.ts'
import { rows, type Db } from '../platform/db.ts'
import { eventCatalogue, isKnownEvent, isKnownTodo, pathOf, todoCatalogue } from './catalogue.ts'
import { languageOf, sayEvent, sayTodo, withWords } from './event-texts.ts'
import { tell } from './live/tell.ts'
import { noSuchNotification } from './problems.ts'
import type { ActivePlace, Recipients } from './recipients.ts'

interface Page { readonly cursor: string | undefined; readonly limit: number }

export interface Inbox {
  /** The latest first; of organisations only while one is an active member. */
  readonly list: (session: AccountSession, query: NotificationQuery, page: Page) => Promise<NotificationPage>
  readonly counts: (session: AccountSession, query: Pick<NotificationQuery, 'organisationId'>) => Promise<NotificationCounts>
  /** Once read it stays read. @throws noSuchNotification 404 */
  readonly read: (session: AccountSession, notificationId: string) => Promise<void>
  readonly readAll: (session: AccountSession, which: ReadAll) => Promise<void>
  /** What is to be done by who asks, or by anybody who may; the latest first. */
  readonly todos: (session: AccountSession, query: TodoQuery, page: Page) => Promise<TodoPage>
}

interface NotificationRow {
  readonly notification_id: string
  readonly read_at: Date | null
  readonly event: string
  readonly is_personal: boolean
  readonly organisation_id: string
  readonly organisation_name: string
  readonly record_id: string | null
  readonly details: unknown
  readonly inside: { readonly reason?: string }
  readonly created_at: Date
}

interface TodoRow {
  readonly todo_id: string
  readonly kind: string
  readonly organisation_id: string
  readonly organisation_name: string
  readonly record_id: string
  readonly details: unknown
  readonly created_at: Date
  readonly place: string
  readonly expires_at: Date | null
  readonly closed_at: Date | null
  readonly outcome: 'done' | 'withdrawn' | null
}

const NotificationPosition = Type.Tuple([NotificationParams.properties.notificationId])
const TodoPosition = Type.Tuple([Type.String({ maxLength: 40, format: 'date-time' }), Type.String({ format: 'uuid' })])
const isOpenNow = 'closed_at is null and (notification_todo.expires_at is null or notification_todo.expires_at > ?)'

export function createInbox({ db, recipients, now }: { readonly db: Db; readonly recipients: Recipients; readonly now: () => Date }): Inbox {
  const languageFor = async ({ accountId }: AccountSession, asked: NotificationQuery['language']) =>
    languageOf(asked ?? (await db('account').where({ account_id: accountId }).first<{ language: string | null } | undefined>('language'))?.language)

  /** Where the account is active; in the one organisation that is asked for. */
  const placesOf = async (session: AccountSession, organisationId: string | undefined) =>
    (await recipients.placesOf(db, session)).filter((place) => organisationId === undefined || place.organisationId === organisationId)

  /** Notifications of the account that it may see now: of an organisation that one has left, nothing. */
  const visible = ({ accountId }: AccountSession, places: readonly ActivePlace[]) => {
    const seen = places.map((place) => place.organisationId)
    return db('notification').join('notification_event', 'notification_event.event_id', 'notification.event_id').where('notification.account_id', accountId).where('notification_event.expires_at', '>', now())
      .where((one) => one.where('notification_event.is_personal', true).orWhereIn('notification_event.organisation_id', seen))
  }
  const toNotification = (row: NotificationRow, language: 'zh-CN' | 'en'): Notification[] => {
    if (!isKnownEvent(row.event)) return []
    const entry = eventCatalogue[row.event]
    return [{
      notificationId: row.notification_id,
      event: row.event,
      isUrgent: entry.isSafety ?? false,
      createdAt: row.created_at.toISOString(),
      ...withWords(row.event, sayEvent(row.event, row.details, language), row.inside.reason, language),
      link: { path: pathOf(entry.path, row.organisation_id), ...(row.record_id === null ? {} : { recordId: row.record_id }) },
      ...(row.is_personal ? {} : { organisation: { organisationId: row.organisation_id, name: row.organisation_name } }), ...(row.read_at === null ? {} : { readAt: row.read_at.toISOString() }),
    }]
  }

  /** To-dos that wait for the account itself, or for who holds what it holds. */
  const todosFor = ({ accountId }: AccountSession, places: readonly ActivePlace[]) => {
    const asked = Object.values(todoCatalogue).flatMap(({ for: whose }) => (whose === 'account' ? [] : [whose]))
    const held = places.flatMap((place) => [...new Set(asked)].filter((permission) => place.permissions.has(permission)).map((permission): [string, string] => [place.organisationId, permission]))
    return db('notification_todo').where((one) => {
      void one.where('notification_todo.account_id', accountId)
      if (held.length > 0) void one.orWhere((ours) => ours.whereNull('notification_todo.account_id').whereIn(['notification_todo.organisation_id', 'permission'], held))
    })
  }
  const toTodo = (row: TodoRow, language: 'zh-CN' | 'en'): Todo[] => {
    if (!isKnownTodo(row.kind)) return []
    const isExpired = row.closed_at === null && row.expires_at !== null && row.expires_at <= now()
    const closedAt = isExpired ? row.expires_at : row.closed_at
    const outcome = isExpired ? 'expired' : row.outcome
    return [{
      todoId: row.todo_id, kind: row.kind, createdAt: row.created_at.toISOString(), ...sayTodo(row.kind, row.details, language), organisation: { organisationId: row.organisation_id, name: row.organisation_name },
      link: { path: pathOf(todoCatalogue[row.kind].path, row.organisation_id), recordId: row.record_id },
      ...(row.expires_at === null ? {} : { expiresAt: row.expires_at.toISOString() }), ...(closedAt === null ? {} : { closedAt: closedAt.toISOString() }), ...(outcome === null ? {} : { outcome }),
    }]
  }

  return {
    list: async (session, { unread = false, organisationId, language }, { cursor, limit }) => {
      const [before] = decodeCursor(cursor, NotificationPosition) ?? []
      const query = visible(session, await placesOf(session, organisationId)).join('organisation', 'organisation.organisation_id', 'notification_event.organisation_id')
        .orderBy('notification.notification_id', 'desc').limit(limit + 1)
        .select<NotificationRow[]>(
          'notification_id', 'read_at', 'event', 'is_personal', 'notification_event.organisation_id', 'organisation.name as organisation_name',
          'record_id', 'details', 'inside', 'notification_event.created_at',
        )
      if (unread) void query.whereNull('read_at')
      if (before !== undefined) void query.where('notification.notification_id', '<', before)
      const [found, spoken] = await Promise.all([query, languageFor(session, language)])
      const last = found.length > limit ? found[limit - 1] : undefined
      return { items: found.slice(0, limit).flatMap((row) => toNotification(row, spoken)), ...(last ? { next: encodeCursor([last.notification_id]) } : {}) }
    },

    counts: async (session, { organisationId }) => {
      const counted = async (query: ReturnType<typeof visible>): Promise<number> => {
        const [row] = await db.from(query.limit(mostCounted).select(db.raw('1')).as('some')).count<{ count: string }[]>('* as count')
        return Number(row?.count)
      }
      const places = await placesOf(session, organisationId)
      const [unread, todos] = await Promise.all([counted(visible(session, places).whereNull('read_at')), counted(todosFor(session, places).whereRaw(isOpenNow, [now()]))])
      return { unread, todos }
    },

    read: async (session, notificationId) => {
      const found = await visible(session, await placesOf(session, undefined)).where({ notification_id: notificationId }).first<{ read_at: Date | null } | undefined>('read_at')
      if (found === undefined) throw noSuchNotification('No notification of yours has this id.')
      if (found.read_at !== null) return
      await db.transaction(async (trx) => {
        await trx('notification').where({ notification_id: notificationId, account_id: session.accountId }).whereNull('read_at').update({ read_at: now() })
        await tell(trx, 'notification.read', { accountIds: [session.accountId] }, {})
      })
    },

    readAll: async (session, { organisationId, upTo }) => {
      const which = visible(session, await placesOf(session, organisationId)).whereNull('read_at').select('notification.notification_id')
      if (upTo !== undefined) void which.where('notification.notification_id', '<=', upTo)
      await db.transaction(async (trx) => {
        const read = await trx('notification').where({ account_id: session.accountId }).whereIn('notification_id', which).update({ read_at: now() })
        if (read > 0) await tell(trx, 'notification.read', { accountIds: [session.accountId] }, {})
      })
    },

    todos: async (session, { state = 'open', organisationId, language }, { cursor, limit }) => {
      const after = decodeCursor(cursor, TodoPosition)
      const query = todosFor(session, await placesOf(session, organisationId)).join('organisation', 'organisation.organisation_id', 'notification_todo.organisation_id')
        .whereRaw(state === 'open' ? isOpenNow : `not (${isOpenNow})`, [now()])
        .orderBy([{ column: 'notification_todo.created_at', order: 'desc' }, { column: 'todo_id', order: 'desc' }]).limit(limit + 1)
        .select<TodoRow[]>(
          'todo_id', 'notification_todo.kind', 'notification_todo.organisation_id', 'organisation.name as organisation_name', 'record_id',
          'details', 'notification_todo.created_at', 'expires_at', 'closed_at', 'outcome',
          db.raw(`${exactly('notification_todo.created_at')} as place`),
        )
      if (after) void query.whereRaw('(notification_todo.created_at, todo_id) < (?::timestamptz, ?::uuid)', [...after])
      const [found, spoken] = await Promise.all([query, languageFor(session, language)])
      const last = found.length > limit ? found[limit - 1] : undefined
      return { items: found.slice(0, limit).flatMap((row) => toTodo(row, spoken)), ...(last ? { next: encodeCursor([last.place, last.todo_id]) } : {}) }
    },
  }
}

/** Forgets what has expired, and to-dos that were closed long ago. */
export async function forgetNotifications(db: Db, now: Date): Promise<void> {
  await db('notification_event').where('expires_at', '<', now).delete()
  await rows(db, `delete from notification_todo where coalesce(closed_at, expires_at) < ?::timestamptz - interval '90 days'`, [now])
}
