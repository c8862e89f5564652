/** Wakes who waits for changes in an organisation, whichever server process made them. */
import type { Db } from '../platform/db.ts'
import { createNotifications } from '../platform/notifications.ts'

/** Attention to one organisation, from its beginning on: what happens between two waits is not missed. */
export interface ChangeWatch {
  /** Resolves true when something has changed since the last wait, false when the time is over or the signal fired. */
  wait: (milliseconds: number, signal: AbortSignal) => Promise<boolean>
  stop: () => void
}

export interface ChangeSignal {
  /** Something changed: waiters here are woken now, those in other processes shortly after. */
  changed: (organisationId: string) => void
  watch: (organisationId: string) => ChangeWatch
  close: () => Promise<void>
}

/** A process that stores hundreds of instances a second tells the others so a few times a second: notifying locks out all other notifiers until its commit. */
const tellAfterMs = 100

export function createChangeSignal(db: Db): ChangeSignal {
  const notifications = createNotifications(db, 'isocenter_change')
  const watchers = new Map<string, Set<() => void>>()
  const untold = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  let stopListening: (() => void) | undefined

  const wake = (organisationId: string) => { for (const watcher of watchers.get(organisationId) ?? []) watcher() }

  const tell = () => {
    timer = undefined
    for (const organisationId of untold) {
      // A word that is lost is made up for: who waits looks again by itself.
      notifications.notify(organisationId).catch(() => undefined)
    }
    untold.clear()
  }

  return {
    changed: (organisationId) => {
      wake(organisationId)
      untold.add(organisationId)
      timer ??= setTimeout(tell, tellAfterMs).unref()
    },
    watch: (organisationId) => {
      stopListening ??= notifications.listen(wake)
      let hasChanged = false
      let wakeUp: (() => void) | undefined
      const watcher = () => {
        hasChanged = true
        wakeUp?.()
      }
      const all = watchers.get(organisationId) ?? new Set()
      watchers.set(organisationId, all.add(watcher))
      return {
        wait: (milliseconds, signal) => new Promise((resolve) => {
          const end = () => {
            clearTimeout(waiting)
            signal.removeEventListener('abort', end)
            wakeUp = undefined
            resolve(hasChanged)
            hasChanged = false
          }
          const waiting = setTimeout(end, milliseconds)
          wakeUp = end
          signal.addEventListener('abort', end)
          if (hasChanged || signal.aborted) end()
        }),
        stop: () => {
          all.delete(watcher)
          if (all.size === 0 && watchers.get(organisationId) === all) watchers.delete(organisationId)
        },
      }
    },
    close: async () => {
      clearTimeout(timer)
      stopListening?.()
      await notifications.close()
    },
  }
}
