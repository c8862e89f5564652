import { isRefusedValue, type Db } from '../platform/db.ts'
import { currentOrigin } from '../platform/request-origin.ts'
import { record, type AuditAction, type AuditEvent } from './record.ts'

const defaultFlushAfterMs = 2_000
const flushAtEntries = 1_000

/** Who read what. */
export interface AccessedEvent {
  readonly organisationId: string
  readonly actor: string
  readonly action: AuditAction
  readonly StudyInstanceUID?: string | undefined
  /** success where absent */
  readonly outcome?: AuditEvent['outcome'] | undefined
  readonly occurrences?: number
  readonly detail?: AuditEvent['detail']
  /** Where it was asked from, where that is not the request under way. */
  readonly origin?: AuditEvent['origin']
}

/** Keeps the trail of reads without a write per frame. */
export interface AccessLog {
  /** Notes one read; the same actor reading the same study from the same place again before the next flush raises a count instead of adding a row. */
  accessed: (event: AccessedEvent) => void
  /** Writes what is waiting. */
  flush: () => Promise<void>
  /** Writes what is waiting and stops. */
  close: () => Promise<void>
}

/**
 * An access log that writes in batches. A reading session asks for thousands of frames: they become one row every few seconds.
 * What cannot be written now (the database is restarting) is kept and tried again; `onError` is told each time. What never can
 * be written is given up, and `onError` told of it.
 */
export function createAccessLog(db: Db, onError: (error: unknown) => void, flushAfterMs = defaultFlushAfterMs): AccessLog {
  let waiting = new Map<string, AuditEvent & { occurrences: number }>()
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()

  const add = (event: AuditEvent & { occurrences: number }) => {
    const key = [
      event.organisationId,
      event.actor,
      event.action,
      event.outcome,
      event.StudyInstanceUID ?? '',
      event.origin?.address ?? '',
      event.origin?.userAgent ?? '',
      event.detail === undefined ? '' : JSON.stringify(event.detail),
    ].join('\n')
    const same = waiting.get(key)
    waiting.set(key, { ...event, occurredAt: same?.occurredAt ?? event.occurredAt, occurrences: event.occurrences + (same?.occurrences ?? 0) })
  }

  const write = async () => {
    const batch = [...waiting.values()]
    waiting = new Map()
    await append(batch)
  }

  /** One event Postgres refuses for what it says, such as one of an organisation that has been removed, must not hold up the others for ever. */
  const append = async (batch: readonly (AuditEvent & { occurrences: number })[]): Promise<void> => {
    try {
      await record(db, batch)
    } catch (error) {
      if (!isRefusedValue(error)) {
        for (const event of batch) add(event)
        throw error
      }
      if (batch.length === 1) {
        onError(error)
        return
      }
      const middle = batch.length >> 1
      try {
        await append(batch.slice(0, middle))
      } finally {
        await append(batch.slice(middle))
      }
    }
  }

  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    writing = writing.then(write, write)
    return writing
  }

  const schedule = () => {
    timer ??= setTimeout(() => { flush().catch((error: unknown) => { onError(error); schedule() }) }, flushAfterMs)
    timer.unref()
  }

  return {
    accessed: (event) => {
      currentOrigin()?.noted?.add(event.action)
      // Written by a timer, which has no origin of its own.
      add({ ...event, outcome: event.outcome ?? 'success', occurrences: event.occurrences ?? 1, origin: event.origin === undefined ? currentOrigin() ?? null : event.origin, occurredAt: new Date() })
      if (waiting.size >= flushAtEntries) void flush().catch(onError)
      else schedule()
    },
    flush,
    close: flush,
  }
}
