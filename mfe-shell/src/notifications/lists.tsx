import { BellOutlined, CheckCircleOutlined, WarningOutlined } from '@ant-design/icons'
import { live, notifications, session } from '@isocenter/api-client'
import { linkUrl, type Notification, type Todo } from '@isocenter/contracts'
import { EmptyState, follow, Loaded, useLanguage, useNow, usePages } from '@isocenter/design-system'
import { Button, Tag } from 'antd'
import type { MouseEvent, ReactNode } from 'react'
import { useShellWords } from '../words/index.ts'

const api = notifications(session.api)
const whenNotified = (reload: () => void) => live.on(['notification.added', 'notification.read'], reload)
const whenToDo = (reload: () => void) => live.on(['todo.changed'], reload)

/** What one was told, the latest first; a click marks it read and opens its page (NTF-02). */
export function NotificationList({ unreadOnly = false, onOpened }: { readonly unreadOnly?: boolean; readonly onOpened?: () => void }) {
  const { notifications: words } = useShellWords()
  const { language } = useLanguage()
  const pages = usePages(`notifications ${String(unreadOnly)} ${language}`, (cursor, signal, isAgain) => api.list({ language, ...(unreadOnly && { unread: true }), ...(cursor !== undefined && { cursor }) }, { signal, isBackground: isAgain }), { changes: whenNotified })
  return (
    <Loaded resource={pages}>{({ items }) => items.length === 0 ? <EmptyState title={unreadOnly ? words.noneUnread : words.none} /> : (
      <>
        <ul className="quiet-list messages">{items.map((one) => <NotificationRow key={one.notificationId} notification={one} onOpened={onOpened} />)}</ul>
        {pages.hasMore && <Button block onClick={pages.more} loading={pages.isLoading}>{words.more}</Button>}
      </>
    )}</Loaded>
  )
}

function NotificationRow({ notification: { notificationId, title, body, organisation, isUrgent, link, createdAt, readAt }, onOpened }: { readonly notification: Notification; readonly onOpened: (() => void) | undefined }) {
  const { notifications: words } = useShellWords()
  const open = () => {
    // Reading is not waited for: a page that opens late helps nobody, and the list hears of it live.
    if (readAt === undefined) api.read(notificationId).catch(() => undefined)
    onOpened?.()
  }
  const Icon = isUrgent ? WarningOutlined : BellOutlined
  return (
    <Message href={linkUrl(link)} onOpen={open} className={readAt === undefined ? 'is-unread' : ''} symbol={<Icon aria-hidden className={isUrgent ? 'is-urgent' : ''} />} title={title} body={body} note={organisation?.name} at={createdAt}>
      {readAt === undefined && <span className="only-read">{words.unread}</span>}
      {isUrgent && <Tag color="error">{words.urgent}</Tag>}
    </Message>
  )
}

/** What waits for somebody to do it; it closes when it is done, not when it is opened (NTF-03, NTF-04). */
export function TodoList({ state = 'open', onOpened }: { readonly state?: 'open' | 'closed'; readonly onOpened?: () => void }) {
  const { notifications: words } = useShellWords()
  const { language, formats } = useLanguage()
  const pages = usePages(`todos ${state} ${language}`, (cursor, signal, isAgain) => api.todos({ state, language, ...(cursor !== undefined && { cursor }) }, { signal, isBackground: isAgain }), { changes: whenToDo })
  const note = ({ organisation, expiresAt, outcome }: Todo) => [organisation?.name, outcome === undefined ? expiresAt && words.until(formats.moment(expiresAt)) : words.outcomes[outcome]].filter((part) => part !== undefined && part !== '').join(' · ')
  return (
    <Loaded resource={pages}>{({ items }) => items.length === 0 ? <EmptyState title={state === 'open' ? words.noTodos : words.noClosedTodos} /> : (
      <>
        <ul className="quiet-list messages">{items.map((one) => (
          <Message key={one.todoId} href={linkUrl(one.link)} onOpen={onOpened} className={one.closedAt === undefined ? 'is-unread' : ''} symbol={<CheckCircleOutlined aria-hidden />} title={one.title} body={one.body} note={note(one)} at={one.createdAt} />
        ))}</ul>
        {pages.hasMore && <Button block onClick={pages.more} loading={pages.isLoading}>{words.more}</Button>}
      </>
    )}</Loaded>
  )
}

interface MessageProps {
  readonly href: string
  readonly onOpen: (() => void) | undefined
  readonly className: string
  readonly symbol: ReactNode
  readonly title: string
  readonly body: string
  readonly note: string | undefined
  readonly at: string
  readonly children?: ReactNode
}

function Message({ href, onOpen, className, symbol, title, body, note, at, children }: MessageProps) {
  const { formats } = useLanguage()
  const now = useNow()
  const click = (event: MouseEvent<HTMLAnchorElement>) => {
    onOpen?.()
    follow(event, href)
  }
  return (
    <li>
      <a className={`message ${className}`} href={href} onClick={click}>
        <span className="message-symbol">{symbol}</span>
        <span className="message-words">
          <strong>{title} {children}</strong>
          {body !== '' && <span>{body}</span>}
          <span className="hint">{note !== undefined && note !== '' && `${note} · `}<time dateTime={at} title={formats.moment(at)}>{formats.fromNow(at, now)}</time></span>
        </span>
      </a>
    </li>
  )
}
