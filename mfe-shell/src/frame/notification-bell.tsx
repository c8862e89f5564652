import { BellOutlined } from '@ant-design/icons'
import { notifications, session } from '@isocenter/api-client'
import { mostCounted } from '@isocenter/contracts'
import { Link, useAction } from '@isocenter/design-system'
import { Badge, Button, Drawer, Tabs } from 'antd'
import { useState } from 'react'
import { NotificationList, TodoList } from '../notifications/lists.tsx'
import { useCounts } from '../notifications/use-counts.ts'
import { useShellWords } from '../words/index.ts'

/** How much is new, from anywhere; and a panel with it. */
export function NotificationBell() {
  const { notifications: words } = useShellWords()
  const { unread, todos } = useCounts()
  const { run, isBusy } = useAction()
  const [isOpen, setOpen] = useState(false)
  const close = () => { setOpen(false) }
  return (
    <>
      <Badge count={unread + todos} size="small" overflowCount={Math.min(99, mostCounted)} offset={[-6, 6]}>
        <Button type="text" icon={<BellOutlined aria-hidden />} aria-label={words.bell(unread, todos)} aria-haspopup="dialog" onClick={() => { setOpen(true) }} />
      </Badge>
      <Drawer open={isOpen} title={words.title} size={420} onClose={close} destroyOnHidden extra={<Link href="/notifications" onClick={close}>{words.openPage}</Link>} styles={{ body: { paddingTop: 8 } }}>
        <Tabs
          destroyOnHidden
          tabBarExtraContent={unread > 0 ? <Button type="text" size="small" loading={isBusy} onClick={() => void run(() => notifications(session.api).readAll())}>{words.readAll}</Button> : null}
          items={[{ key: 'notifications', label: words.tab(unread), children: <NotificationList onOpened={close} /> }, { key: 'todos', label: words.todoTab(todos), children: <TodoList onOpened={close} /> }]}
        />
      </Drawer>
    </>
  )
}
