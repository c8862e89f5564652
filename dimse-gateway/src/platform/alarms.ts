import type { Clock } from './clock.ts'

/** Something a person should do something about, from when it began until it ends. */
export interface Alarm {
  /** Which kind, as `spoolFull`; screens say it in words. */
  readonly code: string
  readonly severity: 'critical' | 'warning'
  readonly since: Date
  /** Tells alarms of one kind apart, as a node's id; absent where there can be only one. */
  readonly subject?: string
  /** For a person; no patient's data. */
  readonly reason?: string
}

/** The alarms that are on. */
export interface Alarms {
  /** Turns an alarm on; one that is on already keeps its time and takes the new reason. */
  raise(alarm: Omit<Alarm, 'since'>): void
  clear(code: string, subject?: string): void
  /** Those that are on, the oldest first. */
  list(): readonly Alarm[]
  /** Calls back when one goes on or off; answers how to stop. */
  subscribe(listener: () => void): () => void
}

export function createAlarms(clock: Clock): Alarms {
  const on = new Map<string, Alarm>()
  const listeners = new Set<() => void>()
  const keyOf = (code: string, subject = '') => `${code} ${subject}`
  const tell = () => { for (const listener of listeners) listener() }
  return {
    raise(alarm) {
      const key = keyOf(alarm.code, alarm.subject)
      const known = on.get(key)
      on.set(key, { ...alarm, since: known?.since ?? clock() })
      if (!known) tell()
    },
    clear(code, subject) {
      if (on.delete(keyOf(code, subject))) tell()
    },
    list: () => [...on.values()],
    subscribe(listener) {
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    },
  }
}
