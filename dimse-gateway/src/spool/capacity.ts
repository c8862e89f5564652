import { statfs } from 'node:fs/promises'
import type { SpoolSettings } from '../configuration/schema.ts'
import type { Alarms } from '../platform/alarms.ts'
import { SpoolFull } from './errors.ts'

/** How long the system's answer on free space is believed; what was written since is counted. */
const believedMs = 1000
/** How long what was too little for one object is taken to be too little for the next, which may be smaller. */
const notEnoughForMs = 60_000
/** Of the quota, from which on somebody is told. */
const nearlyFull = 0.9

export interface Capacity {
  /** @throws SpoolFull before an object is begun for which there is no room */
  admit(): Promise<void>
  /** Counts bytes of an object on its way. @throws SpoolFull */
  grow(bytes: number): void
  /** Bytes of an object on its way that came to nothing. */
  shrink(bytes: number): void
  /** An object did not fit: none is begun for a while, until there is more room than now. */
  noteFull(): void
  /** Counts an object, all of whose bytes have been counted. */
  count(): void
  /** Objects that were there at the start, or were deleted (negative). */
  adjust(change: { readonly objects: number; readonly bytes: number }): void
  /** Asks the system again. */
  refresh(): Promise<void>
  usage(): { objects: number; bytes: number; freeBytes: number; totalBytes: number; quotaBytes?: number; isRefusing: boolean }
}

/** Keeps count of the bytes in the spool and of the room there is for more. @param settings asked each time: they may change */
export function createCapacity(root: string, settings: () => SpoolSettings, alarms: Alarms): Capacity {
  let objects = 0
  let bytes = 0
  let freeBytes = 0
  let totalBytes = 0
  /** So much room was too little for the last object that did not fit. */
  let notEnough = 0
  let notEnoughUntil = 0
  let askedAt = Number.NEGATIVE_INFINITY
  let asking: Promise<void> | undefined

  /** Bytes that may still come, by the quota or the disk. */
  function room(): { bytes: number; by: 'quota' | 'disk' } {
    const { quotaBytes = Number.POSITIVE_INFINITY, refuseAtFreeBytes } = settings()
    const byQuota = quotaBytes - bytes
    const byDisk = freeBytes - refuseAtFreeBytes
    return byQuota < byDisk ? { bytes: byQuota, by: 'quota' } : { bytes: byDisk, by: 'disk' }
  }

  function shortage(): 'quota' | 'disk' | undefined {
    const left = room()
    return left.bytes <= (performance.now() < notEnoughUntil ? notEnough : 0) ? left.by : undefined
  }

  function watch(): void {
    const short = shortage()
    if (!short) notEnough = 0
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
    noteFull() {
      notEnough = Math.max(0, room().bytes)
      notEnoughUntil = performance.now() + notEnoughForMs
      watch()
    },
    count() { objects++ },
    adjust(change) {
      objects += change.objects
      bytes += change.bytes
      watch()
    },
    refresh,
    usage() {
      const { quotaBytes } = settings()
      return { objects, bytes, freeBytes, totalBytes, ...(quotaBytes === undefined ? {} : { quotaBytes }), isRefusing: shortage() !== undefined }
    },
  }
}
