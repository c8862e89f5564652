/** Everything the server does to tell people what has happened. */
import type { Sealing } from '../identity/index.ts'
import type { Db } from '../platform/db.ts'
import { createInbox, type Inbox } from './inbox.ts'
import { createLive, type Live, type LiveDeps } from './live/hub.ts'
import type { Recipients } from './recipients.ts'
import { createTelling, type Telling } from './telling.ts'

export interface NotifyingDeps {
  readonly db: Db
  readonly sealing: Sealing
  readonly recipients: Recipients
  readonly sessionEnds: LiveDeps['sessionEnds']
  /** IANA name: the day of organisations that have not said where they are. */
  readonly timeZone: string
  readonly now?: () => Date
  /** Told of what went wrong behind everybody's back: it is tried again. */
  readonly onFailure: (err: unknown) => void
  readonly liveOptions?: LiveDeps['options']
}

export interface Notifying {
  readonly inbox: Inbox
  readonly live: Live
  readonly telling: Telling
}

export function createNotifying({ db, recipients, sessionEnds, timeZone, now = () => new Date(), onFailure, liveOptions }: NotifyingDeps): Notifying {
  return {
    inbox: createInbox({ db, recipients, now }),
    live: createLive({ db, recipients, sessionEnds, now, onFailure, ...(liveOptions === undefined ? {} : { options: liveOptions }) }),
    telling: createTelling({ db, recipients, timeZone, now }),
  }
}
