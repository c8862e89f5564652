/** Words passed between server processes through Postgres (LISTEN/NOTIFY). They may be lost: who waits for one also looks for itself now and then. */
import type { Knex } from 'knex'
import type { Client } from 'pg'
import { rows, type Db } from './db.ts'

export interface Notifications {
  /** Tells `listener` of every payload on the channel, whichever process it came from; answers with what ends that. */
  listen: (listener: (payload: string) => void) => () => void
  notify: (payload: string) => Promise<void>
  /** True while the connection that listens is believed to be whole: what is told arrives. */
  isListening: () => boolean
  close: () => Promise<void>
}

const reconnectAfterMs = 1_000

/**
 * Notifications on one channel. The connection that listens is one of its own, opened when somebody first listens, and opened
 * again when it breaks.
 * @param channel an SQL name
 */
export function createNotifications(db: Db, channel: string): Notifications {
  const listeners = new Set<(payload: string) => void>()
  const client = db.client as Knex.Client
  let connecting: Promise<Client | undefined> | undefined
  let timer: NodeJS.Timeout | undefined
  let isClosed = false
  let isListening = false

  const connect = async (): Promise<Client | undefined> => {
    try {
      const connection = await client.acquireRawConnection() as Client
      connection.on('notification', ({ payload }) => { for (const listener of listeners) listener(payload ?? '') })
      connection.on('error', reconnectLater)
      connection.on('end', reconnectLater)
      await connection.query(`listen ${channel}`)
      isListening = true
      return connection
    } catch {
      // The database is away. Nothing depends on this connection, and whatever else needs the database reports it.
      reconnectLater()
      return undefined
    }
  }
  const reconnectLater = () => {
    connecting = undefined
    isListening = false
    clearTimeout(timer)
    if (!isClosed) timer = setTimeout(() => { connecting ??= connect() }, reconnectAfterMs).unref()
  }

  return {
    listen: (listener) => {
      listeners.add(listener)
      connecting ??= connect()
      return () => { listeners.delete(listener) }
    },
    notify: async (payload) => { await rows(db, 'select pg_notify(?, ?)', [channel, payload]) },
    isListening: () => isListening,
    close: async () => {
      isClosed = true
      clearTimeout(timer)
      const connection = await connecting
      connection?.removeAllListeners('end')
      await connection?.end()
    },
  }
}
