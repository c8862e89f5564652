import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database.ts'
import type { SchemaStep } from '../platform/schema.ts'
import { serviceNames, type ServiceName } from './service.ts'

export const unknownSenderSchema: SchemaStep = {
  name: 'reception-1',
  sql: `
CREATE TABLE unknown_sender (
  calling_ae_title TEXT NOT NULL, called_ae_title TEXT NOT NULL, remote_address TEXT NOT NULL,
  first_seen_at INTEGER NOT NULL, last_seen_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL, was_refused INTEGER NOT NULL,
  PRIMARY KEY (calling_ae_title, called_ae_title, remote_address)
) STRICT, WITHOUT ROWID;
CREATE INDEX unknown_sender_by_time ON unknown_sender (last_seen_at);
`,
}

/** Which services were refused to it: names with commas between. */
export const refusedServicesSchema: SchemaStep = {
  name: 'reception-2',
  sql: `ALTER TABLE unknown_sender ADD COLUMN refused_services TEXT NOT NULL DEFAULT ''`,
}

/** More are not kept, the longest unseen going first: whoever tries names at random must not fill the disk. */
const mostKept = 500

/** Somebody who asked for an association and is none of the peers. */
export interface UnknownSender {
  readonly callingAETitle: string
  readonly calledAETitle: string
  readonly remoteAddress: string
  readonly firstSeenAt: Date
  readonly lastSeenAt: Date
  readonly attempts: number
  /** Whether it was turned away the last time, or let in because anybody is. */
  readonly wasRefused: boolean
  /** What it asked for and did not get, since it is none of the peers: all of it since it is on the list. */
  readonly refusedServices: readonly ServiceName[]
}

/** Who called without being known, so that a person can add them to the peers. */
export interface UnknownSenders {
  note(sender: Pick<UnknownSender, 'callingAETitle' | 'calledAETitle' | 'remoteAddress' | 'wasRefused' | 'refusedServices'>): void
  /** The last seen first. */
  list(): readonly UnknownSender[]
  /** Takes one caller off the list, as when it was made a peer. */
  forget(callingAETitle: string): void
  clear(): void
  subscribe(listener: () => void): () => void
}

export function createUnknownSenders({ sql }: Database, clock: Clock): UnknownSenders {
  const upsert = sql.prepare(`INSERT INTO unknown_sender VALUES (:calling, :called, :address, :now, :now, 1, :refused, :services)
    ON CONFLICT DO UPDATE SET last_seen_at = :now, attempts = attempts + 1, was_refused = :refused, refused_services = :services`)
  const refusedBefore = sql.prepare('SELECT refused_services AS services FROM unknown_sender WHERE calling_ae_title = ? AND called_ae_title = ? AND remote_address = ?')
  const trim = sql.prepare('DELETE FROM unknown_sender WHERE last_seen_at < (SELECT last_seen_at FROM unknown_sender ORDER BY last_seen_at DESC LIMIT 1 OFFSET ?)')
  const select = sql.prepare('SELECT * FROM unknown_sender ORDER BY last_seen_at DESC')
  const forget = sql.prepare('DELETE FROM unknown_sender WHERE calling_ae_title = ?')
  const clear = sql.prepare('DELETE FROM unknown_sender')
  const listeners = new Set<() => void>()
  const tell = () => { for (const listener of listeners) listener() }
  return {
    note({ callingAETitle, calledAETitle, remoteAddress, wasRefused, refusedServices }) {
      const before = namesIn(refusedBefore.get(callingAETitle, calledAETitle, remoteAddress)?.['services'])
      const services = [...new Set([...before, ...refusedServices])].join()
      upsert.run({ calling: callingAETitle, called: calledAETitle, address: remoteAddress, now: clock().getTime(), refused: Number(wasRefused), services })
      trim.run(mostKept - 1)
      tell()
    },
    list: () => select.all().map((row) => ({
      callingAETitle: String(row['calling_ae_title']), calledAETitle: String(row['called_ae_title']), remoteAddress: String(row['remote_address']),
      firstSeenAt: new Date(Number(row['first_seen_at'])), lastSeenAt: new Date(Number(row['last_seen_at'])),
      attempts: Number(row['attempts']), wasRefused: row['was_refused'] === 1, refusedServices: namesIn(row['refused_services']),
    })),
    forget(callingAETitle) {
      forget.run(callingAETitle)
      tell()
    },
    clear() {
      clear.run()
      tell()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    },
  }
}

function namesIn(text: unknown): ServiceName[] {
  const written = typeof text === 'string' ? text.split(',') : []
  return serviceNames.filter((name) => written.includes(name))
}
