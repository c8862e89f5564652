/** What is done for notifications in the background. */
import type { Tasks } from '../jobs/index.ts'
import type { Db } from '../platform/db.ts'
import { forgetNotifications } from './inbox.ts'
import { forgetLiveEvents } from './live/tail.ts'

export function notificationTasks(db: Db): Tasks {
  return {
    tasks: {
      'forget-live-events': async () => { await forgetLiveEvents(db) },
      'forget-notifications': async () => { await forgetNotifications(db, new Date()) },
    },
    schedule: ['*/10 * * * * forget-live-events', '52 2 * * * forget-notifications'],
  }
}
