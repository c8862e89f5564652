/** Removes what stores and deletions leave behind: bytes no row names, and half-written ones. */
import type { FastifyBaseLogger } from 'fastify'
import { forgetObsoleteBlobs, heldObjects, obsoleteBlobs, organisationIds, unnamedBlobs } from '../../catalogue/index.ts'
import type { Db } from '../../platform/db.ts'
import { startRepeating, type Repeating } from '../../platform/repeating.ts'
import { BlobNotFound, derivedFolders, isDerivedBlobKey, organisationOfBlobKey, recentBlobKeys, uploadFolder, type BlobStat, type BlobStore } from '../../storage/index.ts'
import { isDigestOf, reread, type Reread } from './reread.ts'
import type { Identity } from './validate.ts'

/** What one sweep removed. */
export interface Swept {
  /** Blobs whose rows were deleted or replaced. */
  readonly obsolete: number
  /** Blobs whose store ended between bytes and row: a crash, a lost connection. */
  readonly orphans: number
  /** Whole objects without a row that no row holds either: left for the doctor, since the database may be older than the blobs. And what is still to be read. */
  readonly left: number
  /** Writes that were never finished. */
  readonly unfinished: number
}

export interface SweepOptions {
  readonly db: Db
  readonly blobs: BlobStore
  readonly now: () => Date
  /** What sweeps before this one left; a sweep without reads all of it again. */
  readonly remembered?: LeftObjects
  /** Bytes of blobs without a row that one sweep reads, and at least one blob. */
  readonly maxReadBytes?: number
}

type LeftObject = Pick<Reread, 'sha256' | 'plainSha256' | 'identity'>

/**
 * What was found in blobs that were left: after a database was restored that is all of a day, and a blob never changes, so it is read once and not every hour.
 * Beyond the number of them that is held, the bytes one sweep reads are the bound.
 */
export class LeftObjects {
  #found = new Map<string, LeftObject>()
  #seen = new Map<string, LeftObject>()
  readonly #most: number

  constructor(most = 50_000) {
    this.#most = most
  }

  get(blobKey: string): LeftObject | undefined { return this.#found.get(blobKey) }

  set(blobKey: string, { sha256, plainSha256, identity }: LeftObject): void {
    if (this.#seen.size < this.#most) this.#seen.set(blobKey, { sha256, plainSha256, identity })
  }

  /** Forgets what the sweep that ends has not come by. */
  endSweep(): void {
    this.#found = this.#seen
    this.#seen = new Map()
  }
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
/** Ten minutes of a store that gives 100 MB a second. */
const defaultMaxReadBytes = 60e9
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

async function removeOrphans({ db, blobs, now, remembered = new LeftObjects(), maxReadBytes = defaultMaxReadBytes }: SweepOptions): Promise<Pick<Swept, 'orphans' | 'left'>> {
  const since = new Date(now().getTime() - orphanWindowMs)
  let orphans = 0
  let left = 0
  let unreadBytes = maxReadBytes
  let waiting = new Map<string, BlobStat>()
  /** What an object is, by its bytes or as they were found before; undefined when others are to be read first. */
  const objectIn = async (blobKey: string): Promise<LeftObject | undefined> => {
    const known = remembered.get(blobKey)
    if (known) return known
    if (unreadBytes <= 0) return undefined
    unreadBytes -= waiting.get(blobKey)?.byteLength ?? 0
    return reread(blobs, blobKey)
  }
  const flush = async () => {
    for (const blobKey of await unnamedBlobs(db, [...waiting.keys()])) {
      const found = await whatIsIn(blobKey, objectIn)
      if (found === 'gone') continue
      if (found === 'unread' || (found !== 'nothing' && !await isHeld({ db, blobs }, found.organisationId, found.object))) {
        left++
        if (found !== 'unread') remembered.set(blobKey, found.object)
      } else {
        await blobs.delete(blobKey)
        orphans++
      }
    }
    waiting = new Map()
  }
  for (const organisationId of await organisationIds(db)) {
    for (const { prefix, after } of ['' as const, ...derivedFolders, uploadFolder].flatMap((folder) => recentBlobKeys(organisationId, since, now(), folder))) {
      for await (const blob of blobs.list(prefix, { after })) {
        if (!isSettled(blob, now())) continue
        waiting.set(blob.key, blob)
        if (waiting.size >= batch) await flush()
      }
    }
  }
  await flush()
  remembered.endSweep()
  return { orphans, left }
}

/** What a blob no row names is: nothing that is missed, since it can be made again or is no object that could have been stored; or an object. */
async function whatIsIn(
  blobKey: string,
  objectIn: (blobKey: string) => Promise<LeftObject | undefined>,
): Promise<'nothing' | 'unread' | 'gone' | { readonly organisationId: string; readonly object: LeftObject & { readonly identity: Identity } }> {
  const organisationId = organisationOfBlobKey(blobKey)
  if (isDerivedBlobKey(blobKey) || organisationId === undefined) return 'nothing'
  try {
    const object = await objectIn(blobKey)
    if (!object) return 'unread'
    const { identity } = object
    return identity ? { organisationId, object: { ...object, identity } } : 'nothing'
  } catch (error) {
    // Another server's sweep was there first.
    if (error instanceof BlobNotFound) return 'gone'
    throw error
  }
}

/**
 * Whether an object is held under another key, where there is a blob. Of what else a restored database may once have had a row: bytes whose store was
 * acknowledged are never removed on the word of a database that is younger or older than they are.
 */
async function isHeld({ db, blobs }: Pick<SweepOptions, 'db' | 'blobs'>, organisationId: string, object: LeftObject & { readonly identity: Identity }): Promise<boolean> {
  for (const held of await heldObjects(db, organisationId, object.identity)) if (isDigestOf(held.sha256, object) && await blobs.stat(held.blobKey)) return true
  return false
}

/** Sweeps now and then again and again, `intervalMs` after each end, until closed. A sweep that fails is logged and the next one tries. */
export function startSweeping(options: SweepOptions, log: FastifyBaseLogger, intervalMs = minimumAgeMs): Repeating {
  const remembered = new LeftObjects()
  return startRepeating({
    round: async () => {
      const swept = await sweep({ ...options, remembered })
      if (swept.obsolete + swept.orphans + swept.unfinished > 0) log.info({ ...swept }, 'blobs swept')
      if (swept.left > 0) log.warn({ left: swept.left }, 'the store holds objects the catalogue does not know: run the doctor')
    },
    pauseMs: intervalMs,
    onError: (error) => { log.error({ err: error }, 'sweep failed') },
  })
}
