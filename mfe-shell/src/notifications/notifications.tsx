import { notifications, session } from '@isocenter/api-client'
import { Link, navigate, Page, useAction, useLocation } from '@isocenter/design-system'
import { Button, Card, Segmented, Tabs } from 'antd'
import { useShellWords } from '../words/index.ts'
import { NotificationList, TodoList } from './lists.tsx'
import { useCounts } from './use-counts.ts'

/** Everything one was told and is to do; which of it stands in the address. */
export function Notifications() {
  const { notifications: words } = useShellWords()
  const { search } = useLocation()
  const { run, isBusy } = useAction()
  const counts = useCounts()
  const tab = search.get('tab') === 'todos' ? 'todos' : 'notifications'
  const filter = search.get('show') ?? ''
  const go = (change: Readonly<Record<string, string>>) => {
    const next = new URLSearchParams(search)
    for (const [name, value] of Object.entries(change)) if (value === '') next.delete(name); else next.set(name, value)
    navigate(`/notifications${next.size > 0 ? `?${next.toString()}` : ''}`, { replace: true })
  }
  const readAll = () => run(() => notifications(session.api).readAll())
  return (
    <Page title={words.title} actions={<Link href="/me/notifications">{words.settings}</Link>}>
      <Card className="tab-card">
        <Tabs
          activeKey={tab}
          destroyOnHidden
          onChange={(key) => { go({ tab: key === 'todos' ? key : '', show: '' }) }}
          tabBarExtraContent={tab === 'notifications' && counts.unread > 0 ? <Button loading={isBusy} onClick={() => void readAll()}>{words.readAll}</Button> : null}
          items={[
            {
              key: 'notifications', label: words.tab(counts.unread),
              children: (
                <>
                  <Segmented aria-label={words.show} className="list-filter" value={filter === 'unread' ? 'unread' : ''} options={[{ value: '', label: words.all }, { value: 'unread', label: words.onlyUnread }]} onChange={(show) => { go({ show }) }} />
                  <NotificationList unreadOnly={filter === 'unread'} />
                </>
              ),
            },
            {
              key: 'todos', label: words.todoTab(counts.todos),
              children: (
                <>
                  <Segmented aria-label={words.show} className="list-filter" value={filter === 'closed' ? 'closed' : ''} options={[{ value: '', label: words.open }, { value: 'closed', label: words.closed }]} onChange={(show) => { go({ show }) }} />
                  <TodoList state={filter === 'closed' ? 'closed' : 'open'} />
                </>
              ),
            },
          ]}
        />
      </Card>
    </Page>
  )
}
