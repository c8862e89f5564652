import { DurableDirectories, isAbsent, makeDurably, StagedFile, uuidv7 } from '@isocenter/durable-files'
import { constants, createReadStream, renameSync } from 'node:fs'
import { open, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { SpoolSettings } from '../configuration/schema.ts'
import type { Alarms } from '../platform/alarms.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database.ts'
import type { Log } from '../platform/log.ts'
import { createCapacity } from './capacity.ts'
import { createIndexTable } from './index-table.ts'
import { Kept } from './kept.ts'
import { OpenFolders } from './open-folders.ts'
import { spoolPlaces } from './places.ts'
import { idsByFolder, putAside, readSpoolFile, removeArriving } from './recovery.ts'
import type { Identity, Origin, SpooledObject } from './spooled-object.ts'
import { ObjectWriter, type SpoolWriter } from './writer.ts'

/** Where the system has it, a write returns when it is on disk: most objects are one write, and each step less is an acknowledgement sooner. */
const writesAreDurable = (constants as { O_DSYNC?: number }).O_DSYNC !== undefined
const openNew = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (writesAreDurable ? constants.O_DSYNC : 0)

/** Objects read from files at a start that are announced together. */
const recoveredAtATime = 200

export interface SpoolUsage {
  readonly objects: number
  readonly bytes: number
  readonly freeBytes: number
  readonly totalBytes: number
  readonly quotaBytes?: number
  /** New objects are refused for want of room. */
  readonly isRefusing: boolean
}

/** Called in the transaction that puts objects into the index: what is written in it stands or falls with them. */
export type SpoolListener = (objects: readonly SpooledObject[]) => void

/** Everything received that has not been deleted, safe on this machine. */
export interface Spool {
  /**
   * Finds what a crash left: objects that have no row yet are announced like new ones, what was not acknowledged is removed.
   * To be called once, when everybody has subscribed and before anything is received.
   */
  start(): Promise<void>
  /** Begins an object. @throws SpoolFull when there is no room for more */
  receive(origin: Origin, identity: Identity): Promise<SpoolWriter>
  get(id: string): SpooledObject | undefined
  /** Objects of a SOP Instance UID, the oldest first: more than one where it came with different bytes. */
  find(SOPInstanceUID: string): readonly SpooledObject[]
  /** The next objects in the order they came. @param after id of the last one seen; '' for the first */
  list(after: string, limit: number): readonly SpooledObject[]
  /** The file's bytes, from an offset on. The stream fails when the object is deleted before it is opened. */
  read(id: string, from?: number): Readable
  /** Path of an object's file, for whoever reads parts of it. */
  pathOf(id: string): string
  /** Deletes objects for good; those that are not there count as deleted. */
  delete(...ids: readonly string[]): Promise<void>
  usage(): SpoolUsage
  /** Takes every object that is new, once it is in the index; answers how to stop. Throwing undoes all, which is tried again. */
  subscribe(listener: SpoolListener): () => void
  /** Takes every object that came once more with the same bytes, as it is in the spool; answers how to stop. */
  onRepeat(listener: (object: SpooledObject, origin: Origin) => void): () => void
  /** Writes down what is not in the index yet. Nothing may be on its way. */
  close(): Promise<void>
}

export interface SpoolOptions {
  /** The spool's folder, on one file system, used by this process alone. */
  readonly directory: string
  /** With `spoolSchema`. */
  readonly database: Database
  /** Asked each time. */
  readonly settings: () => SpoolSettings
  readonly alarms: Alarms
  readonly clock: Clock
  readonly log: Log
}

/** Opens the spool; the folders are made where they are missing. */
export async function openSpool({ directory, database, settings, alarms, clock, log }: SpoolOptions): Promise<Spool> {
  const places = spoolPlaces(directory)
  for (const folder of [places.objects, places.arriving, places.damaged]) await makeDurably(folder)
  const folders = new OpenFolders()
  const directories = new DurableDirectories(places.objects, (folder) => folders.flush(folder))
  const capacity = createCapacity(places.root, settings, alarms)
  const table = createIndexTable(database)
  const kept = new Kept({ database, table, isThere, onMissing, log })
  await capacity.refresh()
  const looking = setInterval(() => { capacity.refresh().catch((error: unknown) => { log.error({ err: error }, 'free space is unknown') }) }, 5_000).unref()

  async function isThere({ id, byteLength }: SpooledObject): Promise<boolean> {
    try {
      return (await stat(places.pathOf(id))).size === byteLength
    } catch (error) {
      if (isAbsent(error)) return false
      throw error
    }
  }

  async function onMissing({ id, byteLength }: SpooledObject): Promise<void> {
    log.error({ id }, 'the file of a spooled object is gone')
    alarms.raise({ code: 'objectMissing', severity: 'critical', subject: id })
    await kept.remove([id])
    capacity.adjust({ objects: -1, bytes: -byteLength })
  }

  async function move(id: string): Promise<void> {
    const folder = places.folderOf(id)
    await directories.make(folder)
    // At once: it takes microseconds, and a thread to do it would have to be woken first.
    renameSync(join(places.arriving, id), places.pathOf(id))
    await directories.flush(folder)
  }

  async function recover(id: string): Promise<SpooledObject | undefined> {
    let failure: unknown
    try {
      const object = await readSpoolFile(places.pathOf(id), id)
      if (object) return object
    } catch (error) {
      if (isExhaustion(error)) throw error
      failure = error
    }
    alarms.raise({ code: 'objectDamaged', severity: 'critical', subject: id })
    try {
      await putAside(places, id)
      log.error({ id, err: failure }, 'a spooled object is not what was received; it was put aside')
    } catch (error) {
      // One bad sector is no reason for the gateway not to come up; the file is tried again at the next start.
      log.error({ id, err: error }, 'a spooled object is not what was received, and could not be put aside')
    }
    return undefined
  }

  async function start(): Promise<void> {
    const removed = await removeArriving(places)
    if (removed > 0) log.info({ objects: removed }, 'removed what was on its way when the gateway ended')
    const lost = new Set(table.ids())
    let batch: SpooledObject[] = []
    let recovered = 0
    for await (const ids of idsByFolder(places, clock())) {
      for (const id of ids) {
        if (lost.delete(id)) continue
        const object = await recover(id)
        if (!object) continue
        recovered++
        batch.push(object)
        if (batch.length < recoveredAtATime) continue
        kept.announce(batch)
        batch = []
      }
    }
    kept.announce(batch)
    if (recovered > 0) log.info({ objects: recovered }, 'found objects the index did not know yet')
    for (const id of lost) {
      log.error({ id }, 'the file of a spooled object is gone')
      alarms.raise({ code: 'objectMissing', severity: 'critical', subject: id })
    }
    database.transaction(() => { table.remove([...lost]) })
    capacity.adjust(table.totals())
  }

  return {
    start,
    async receive(origin, identity) {
      await capacity.admit()
      const receivedAt = clock()
      const id = uuidv7(receivedAt.getTime())
      const path = join(places.arriving, id)
      const file = new StagedFile(path, () => open(path, openNew, 0o600), { writesAreDurable })
      // Before the file is opened, which nobody would close again should there be no room for its header.
      const writer = new ObjectWriter({ id, origin, identity, receivedAt, file, move: () => move(id), capacity, keeper: kept })
      file.open()
      return writer
    },
    get: (id) => kept.get(id),
    find: (SOPInstanceUID) => kept.find(SOPInstanceUID),
    list: (after, limit) => table.list(after, limit),
    read: (id, from = 0) => createReadStream(places.pathOf(id), { start: from, highWaterMark: 256 * 1024 }),
    pathOf: (id) => places.pathOf(id),
    async delete(...ids) {
      const there = ids.flatMap((id) => kept.get(id) ?? [])
      // The row first, and durably: a row without its file is an object lost.
      await kept.remove(ids)
      for (const { id, byteLength } of there) {
        await unlink(places.pathOf(id)).catch((error: unknown) => { if (!isAbsent(error)) throw error })
        capacity.adjust({ objects: -1, bytes: -byteLength })
      }
    },
    usage: () => capacity.usage(),
    subscribe: (listener) => kept.subscribe(listener),
    onRepeat: (listener) => kept.onRepeat(listener),
    close() {
      clearInterval(looking)
      kept.close()
      return folders.close()
    },
  }
}


/** The system has no more of something, which says nothing against the file. */
const isExhaustion = (error: unknown): boolean => error instanceof Error && 'code' in error && ['EMFILE', 'ENFILE', 'ENOMEM'].includes(String(error.code))
