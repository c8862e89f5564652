/** Words about accounts that server processes pass to each other, over one connection: a QR code was approved; somebody's access has changed. */
import type { Db } from '../platform/db.ts'
import { createNotifications } from '../platform/notifications.ts'

/** As the database's triggers have it. */
const channel = 'accounts'

export interface Told {
  /** Tells of each change of anybody's access. */
  readonly onAccess: (listener: () => void) => void
  /** Tells of QR sign-ins by their id. */
  readonly onQr: (listener: (id: string) => void) => void
  readonly tellQr: (id: string) => Promise<void>
  /** True while words arrive. */
  readonly isHeard: () => boolean
  readonly close: () => Promise<void>
}

export function createTold(db: Db): Told {
  const words = createNotifications(db, channel)
  return {
    onAccess: (listener) => { words.listen((word) => { if (word === 'access') listener() }) },
    onQr: (listener) => { words.listen((word) => { if (word.startsWith('qr ')) listener(word.slice(3)) }) },
    tellQr: (id) => words.notify(`qr ${id}`),
    isHeard: words.isListening,
    close: words.close,
  }
}
