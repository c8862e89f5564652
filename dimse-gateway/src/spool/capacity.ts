import { statfs } from 'node:fs/promises'
import type { SpoolSettings } from '../configuration/schema.ts'
import type { Alarms } from '../platform/alarms.ts'
import { SpoolFull } from './errors.ts'

/** How long the system's answer on free space is believed; what was written since is counted. */
const believedMs = 1000
/** Of the quota, from which on somebody is told. */
const nearlyFull = 0.9

export interface Capacity {
  /** @throws SpoolFull before an object is begun for which there is no room */
  admit(): Promise<void>
  /** Counts bytes of an object on its way. @throws SpoolFull */
  grow(bytes: number): void
  /** Bytes of an object on its way that came to nothing. */
  shrink(bytes: number): void
  /** Objects that were there at the start, or were deleted (negative). */
  adjust(bytes: number): void
  /** Asks the system again. */
  refresh(): Promise<void>
  usage(): { bytes: number; freeBytes: number; totalBytes: number; quotaBytes?: number; isRefusing: boolean }
}

/** Keeps count of the bytes in the spool and of the room there is for more. @param settings asked each time: they may change */
export function createCapacity(root: string, settings: () => SpoolSettings, alarms: Alarms): Capacity {
  let bytes = 0
  let freeBytes = 0
  let totalBytes = 0
  let askedAt = Number.NEGATIVE_INFINITY
  let asking: Promise<void> | undefined

  function shortage(): 'quota' | 'disk' | undefined {
    const { quotaBytes = Number.POSITIVE_INFINITY, refuseAtFreeBytes } = settings()
    if (bytes >= quotaBytes) return 'quota'
    return freeBytes < refuseAtFreeBytes ? 'disk' : undefined
  }

  function watch(): void {
    const short = shortage()
    const { quotaBytes, refuseAtFreeBytes } = settings()
    const isNearly = (quotaBytes !== undefined && bytes >= quotaBytes * nearlyFull) || freeBytes < refuseAtFreeBytes * 2
    if (short) alarms.raise({ code: 'spoolFull', severity: 'critical', reason: short })
    else alarms.clear('spoolFull')
    if (isNearly && !short) alarms.raise({ code: 'spoolNearlyFull', severity: 'warning' })
    else alarms.clear('spoolNearlyFull')
  }

  async function refresh(): Promise<void> {
    asking ??= statfs(root).then(({ bavail, blocks, bsize }) => {
      freeBytes = bavail * bsize
      totalBytes = blocks * bsize
      askedAt = performance.now()
      watch()
    }).finally(() => { asking = undefined })
    await asking
  }

  return {
    async admit() {
      if (performance.now() - askedAt > believedMs) await refresh()
      const short = shortage()
      if (!short) return
      watch()
      throw new SpoolFull(short)
    },
    grow(added) {
      const { quotaBytes = Number.POSITIVE_INFINITY, refuseAtFreeBytes } = settings()
      if (bytes + added > quotaBytes) throw new SpoolFull('quota')
      // An object on its way may use half of what new ones must leave.
      if (freeBytes - added < refuseAtFreeBytes / 2) throw new SpoolFull('disk')
      bytes += added
      freeBytes -= added
    },
    shrink(removed) {
      bytes -= removed
      freeBytes += removed
    },
    adjust(change) {
      bytes += change
      watch()
    },
    refresh,
    usage() {
      const { quotaBytes } = settings()
      return { bytes, freeBytes, totalBytes, ...(quotaBytes === undefined ? {} : { quotaBytes }), isRefusing: shortage() !== undefined }
    },
  }
}
