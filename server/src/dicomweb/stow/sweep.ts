/** Removes what stores and deletions leave behind: bytes no row names, and half-written ones. */
import type { FastifyBaseLogger } from 'fastify'
import { forgetObsoleteBlobs, obsoleteBlobs, organisationIds, unnamedBlobs } from '../../catalogue/index.ts'
import type { Db } from '../../platform/db.ts'
import { derivedFolders, recentBlobKeys, type BlobStore } from '../../storage/index.ts'

/** What one sweep removed. */
export interface Swept {
  /** Blobs whose rows were deleted or replaced. */
  readonly obsolete: number
  /** Blobs whose store ended between bytes and row: a crash, a lost connection. */
  readonly orphans: number
  /** Writes that were never finished. */
  readonly unfinished: number
}

export interface SweepOptions {
  readonly db: Db
  readonly blobs: BlobStore
  readonly now: () => Date
}

/** A store is done with its blob within this time, or has crashed; and a reader of a deleted blob has ended. */
export const minimumAgeMs = 60 * 60 * 1000
/**
 * How far back orphans are looked for. Each sweep sees what the ones before saw, a day long, so that a store of many hours
 * and a bucket that fails for a night are covered; the whole store would be too much every hour, and is the doctor's.
 */
const orphanWindowMs = 26 * 60 * 60 * 1000
const batch = 500

/** Sweeps once. Safe beside stores, retrievals and other sweeps: nothing younger than an hour is touched, and removing twice is harmless. */
export async function sweep(options: SweepOptions): Promise<Swept> {
  const before = new Date(options.now().getTime() - minimumAgeMs)
  const obsolete = await removeObsolete(options, before)
  const orphans = await removeOrphans(options, before)
  return { obsolete, orphans, unfinished: await options.blobs.sweepUnfinished(before) }
}

async function removeObsolete({ db, blobs }: SweepOptions, before: Date): Promise<number> {
  let removed = 0
  for (;;) {
    const blobKeys = await obsoleteBlobs(db, before, batch)
    if (blobKeys.length === 0) return removed
    for (const blobKey of blobKeys) await blobs.delete(blobKey)
    // Only now: a crash in between removes them again next time, which is harmless.
    await forgetObsoleteBlobs(db, blobKeys)
    removed += blobKeys.length
  }
}

async function removeOrphans({ db, blobs, now }: SweepOptions, before: Date): Promise<number> {
  const since = new Date(now().getTime() - orphanWindowMs)
  let removed = 0
  let waiting: string[] = []
  const flush = async () => {
    for (const blobKey of await unnamedBlobs(db, waiting)) {
      await blobs.delete(blobKey)
      removed++
    }
    waiting = []
  }
  for (const organisationId of await organisationIds(db)) {
    for (const { prefix, after } of ['' as const, ...derivedFolders].flatMap((folder) => recentBlobKeys(organisationId, since, now(), folder))) {
      for await (const { key, modifiedAt } of blobs.list(prefix, { after })) {
        if (modifiedAt >= before) continue
        waiting.push(key)
        if (waiting.length >= batch) await flush()
      }
    }
  }
  await flush()
  return removed
}

/** Sweeps now and then again and again, `intervalMs` after each end, until closed. A sweep that fails is logged and the next one tries. */
export function startSweeping(options: SweepOptions, log: FastifyBaseLogger, intervalMs = minimumAgeMs): { close: () => Promise<void> } {
  let timer: NodeJS.Timeout | undefined
  let isClosed = false
  const run = async () => {
    try {
      const swept = await sweep(options)
      if (swept.obsolete + swept.orphans + swept.unfinished > 0) log.info({ ...swept }, 'blobs swept')
    } catch (error) {
      log.error({ err: error }, 'sweep failed')
    }
    if (!isClosed) timer = setTimeout(() => { running = run() }, intervalMs).unref()
  }
  let running = run()
  return {
    close: async () => {
      isClosed = true
      clearTimeout(timer)
      await running
    },
  }
}
