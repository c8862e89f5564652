import { live, notifications, session } from '@isocenter/api-client'
import type { NotificationCounts } from '@isocenter/contracts'
import { useResource } from '@isocenter/design-system'

const changes = (reload: () => void) => live.on(['notification.added', 'notification.read', 'todo.changed'], reload)

/** How much waits: unread notifications and open to-dos, live. */
export const useCounts = (): NotificationCounts => useResource('counts', (signal) => notifications(session.api).counts({}, { signal, isBackground: true }), { changes }).value ?? { unread: 0, todos: 0 }
