/** Removes what stores and deletions leave behind: bytes no row names, and half-written ones. */
import type { FastifyBaseLogger } from 'fastify'
import { forgetObsoleteBlobs, heldObjects, obsoleteBlobs, organisationIds, unnamedBlobs } from '../../catalogue/index.ts'
import type { Db } from '../../platform/db.ts'
import { BlobNotFound, derivedFolders, isDerivedBlobKey, organisationOfBlobKey, recentBlobKeys, uploadFolder, type BlobStat, type BlobStore } from '../../storage/index.ts'
import { isDigestOf, reread } from './reread.ts'

/** What one sweep removed. */
export interface Swept {
  /** Blobs whose rows were deleted or replaced. */
  readonly obsolete: number
  /** Blobs whose store ended between bytes and row: a crash, a lost connection. */
  readonly orphans: number
  /** Whole objects without a row that no row holds either: left for the doctor, since the database may be older than the blobs. */
  readonly left: number
  /** Writes that were never finished. */
  readonly unfinished: number
}

export interface SweepOptions {
  readonly db: Db
  readonly blobs: BlobStore
  readonly now: () => Date
}

/** A store is done with a blob whose bytes are all there within this time, or has crashed; and a reader of a deleted blob has ended. */
export const minimumAgeMs = 60 * 60 * 1000
/** No object is longer on its way than this: the largest, over a line of 2 Mbit/s, takes eighteen hours. */
export const longestStoreMs = 24 * 60 * 60 * 1000
/**
 * How far back orphans are looked for. Each sweep sees what the ones before saw, a day long, so that a store of many hours
 * and a bucket that fails for a night are covered; the whole store would be too much every hour, and is the doctor's.
 */
const orphanWindowMs = 26 * 60 * 60 * 1000
const slowestBytesPerMs = 256
const batch = 500

/**
 * True when a store is surely done with this blob, so that no row is still to come for it. On S3 the time of an object that
 * came in parts is that of its beginning: what is long may have become whole a moment ago.
 */
export function isSettled({ modifiedAt, byteLength }: BlobStat, now: Date): boolean {
  const onItsWayMs = Math.min(byteLength / slowestBytesPerMs, longestStoreMs)
  return modifiedAt.getTime() + onItsWayMs + minimumAgeMs < now.getTime()
}

/** Sweeps once. Safe beside stores, retrievals and other sweeps: nothing that may be in use is touched, and removing twice is harmless. */
export async function sweep(options: SweepOptions): Promise<Swept> {
  const now = options.now().getTime()
  const obsolete = await removeObsolete(options, new Date(now - minimumAgeMs))
  const { orphans, left } = await removeOrphans(options)
  return { obsolete, orphans, left, unfinished: await options.blobs.sweepUnfinished(new Date(now - longestStoreMs)) }
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

async function removeOrphans({ db, blobs, now }: SweepOptions): Promise<Pick<Swept, 'orphans' | 'left'>> {
  const since = new Date(now().getTime() - orphanWindowMs)
  let orphans = 0
  let left = 0
  let waiting: string[] = []
  const flush = async () => {
    for (const blobKey of await unnamedBlobs(db, waiting)) {
      if (await isMissedByNobody({ db, blobs }, blobKey)) {
        await blobs.delete(blobKey)
        orphans++
      } else {
        left++
      }
    }
    waiting = []
  }
  for (const organisationId of await organisationIds(db)) {
    for (const { prefix, after } of ['' as const, ...derivedFolders, uploadFolder].flatMap((folder) => recentBlobKeys(organisationId, since, now(), folder))) {
      for await (const blob of blobs.list(prefix, { after })) {
        if (!isSettled(blob, now())) continue
        waiting.push(blob.key)
        if (waiting.length >= batch) await flush()
      }
    }
  }
  await flush()
  return { orphans, left }
}

/**
 * Whether nothing is lost with a blob no row names: it can be made again, is no object that could have been stored, or is held under another
 * key where there is a blob. Of what else a restored database may once have had a row: bytes whose store was acknowledged are never removed on the
 * word of a database that is younger or older than they are.
 */
async function isMissedByNobody({ db, blobs }: Pick<SweepOptions, 'db' | 'blobs'>, blobKey: string): Promise<boolean> {
  const organisationId = organisationOfBlobKey(blobKey)
  if (isDerivedBlobKey(blobKey) || organisationId === undefined) return true
  try {
    const object = await reread(blobs, blobKey)
    if (!object.identity) return true
    for (const held of await heldObjects(db, organisationId, object.identity)) if (isDigestOf(held.sha256, object) && await blobs.stat(held.blobKey)) return true
    return false
  } catch (error) {
    // Another server's sweep was there first.
    if (error instanceof BlobNotFound) return true
    throw error
  }
}

/** Sweeps now and then again and again, `intervalMs` after each end, until closed. A sweep that fails is logged and the next one tries. */
export function startSweeping(options: SweepOptions, log: FastifyBaseLogger, intervalMs = minimumAgeMs): { close: () => Promise<void> } {
  let timer: NodeJS.Timeout | undefined
  let isClosed = false
  const run = async () => {
    try {
      const swept = await sweep(options)
      if (swept.obsolete + swept.orphans + swept.unfinished > 0) log.info({ ...swept }, 'blobs swept')
      if (swept.left > 0) log.warn({ left: swept.left }, 'the store holds objects the catalogue does not know: run the doctor')
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
