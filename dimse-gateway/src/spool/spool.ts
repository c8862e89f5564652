import { DurableDirectories, isAbsent, makeDurably, StagedFile } from '@isocenter/durable-files'
import { stat, unlink } from 'node:fs/promises'
import { setImmediate as others } from 'node:timers/promises'
import type { SpoolSettings } from '../configuration/schema.ts'
import type { Alarms } from '../platform/alarms.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database.ts'
import type { Log } from '../platform/log.ts'
import { createCapacity } from './capacity.ts'
import { takesDirect } from './takes-direct.ts'
import { inTermsOfSpool, SpoolFull, SpoolUnavailable } from './errors.ts'
import { createIndexTable } from './index-table.ts'
import { Kept } from './kept.ts'
import { OpenFolders } from './open-folders.ts'
import { markWhole } from './new-file.ts'
import { spoolPlaces } from './places.ts'
import { readFile } from './read-file.ts'
import { idsByFolder, putAside, readSpoolFile, removeFormerArriving } from './recovery.ts'
import { Reserve, type ReservedFile } from './reserve.ts'
import type { Identity, Origin, SpooledObject } from './spooled-object.ts'
import { ObjectWriter, type Keeper, type SpoolWriter } from './writer.ts'

/** Objects read from files at a start, or missed there, that are told of together. */
const toldAtATime = 200
/** Of files found to be gone at the start, so many are named in the log. */
const namedWhenGone = 10

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
  /** The file's bytes, from an offset on, in buffers that may be given back. @throws the system's error when the object is deleted before the first is read */
  read(id: string, from?: number): AsyncIterable<Buffer>
  /** Path of an object's file, for whoever reads parts of it. */
  pathOf(id: string): string
  /** Looks whether an object's file is there, as long as it was written. One that has gone is no object of the spool any more. */
  look(id: string): Promise<boolean>
  /** Deletes objects for good; those that are not there count as deleted. */
  delete(...ids: readonly string[]): Promise<void>
  usage(): SpoolUsage
  /** Takes every object that is new, once it is in the index; answers how to stop. Throwing undoes all, which is tried again. */
  subscribe(listener: SpoolListener): () => void
  /** Takes every object that came once more with the same bytes, as it is in the spool, before the sender is answered; answers how to stop. */
  onRepeat(listener: (object: SpooledObject, origin: Origin) => Promise<void>): () => void
  /**
   * Takes the ids of objects whose files somebody took away, in the transaction that takes them out of the index; answers how to stop. Of one
   * that was looked for and is not in the index it is told, too.
   */
  onLoss(listener: (ids: readonly string[]) => void): () => void
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
  for (const folder of [places.objects, places.damaged]) await makeDurably(folder)
  const isDirect = await takesDirect(places.root)
  log.info({ isDirect }, 'opened the spool')
  const folders = new OpenFolders()
  const reserve = new Reserve({ places, directories: new DurableDirectories(places.root, (folder) => folders.flush(folder)), folders, clock, isDirect })
  const capacity = createCapacity(places.root, settings, alarms)
  const table = createIndexTable(database)
  const kept = new Kept({ database, table, isThere, onLost, log })
  let hasStarted = false
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

  /** Somebody is told when objects are refused for something else than room, until one is taken. */
  function tellOfFailure(failure: Error): void {
    if (failure instanceof SpoolUnavailable) alarms.raise({ code: 'spoolUnavailable', severity: 'critical' })
  }

  const keeper: Keeper = {
    keep: async (object, commit) => {
      const there = await kept.keep(object, commit)
      alarms.clear('spoolUnavailable')
      return there
    },
  }

  async function takeReserved(): Promise<ReservedFile> {
    try {
      return await reserve.take()
    } catch (error) {
      const failure = inTermsOfSpool(error)
      if (failure instanceof SpoolFull) capacity.noteFull()
      tellOfFailure(failure)
      throw failure
    }
  }

  function onLost({ id, byteLength }: SpooledObject): void {
    log.debug({ id }, 'the file of a spooled object is gone')
    capacity.adjust({ objects: -1, bytes: -byteLength })
  }

  /** The object in a file that has no row; `neverEnded` where there was none and the file is gone. */
  async function recover(id: string): Promise<SpooledObject | 'neverEnded' | undefined> {
    let failure: unknown
    let mayBeUnacknowledged = false
    try {
      const found = await readSpoolFile(places.pathOf(id), id)
      if (found.kind === 'object') return found.object
      if (found.kind === 'neverEnded') {
        await unlink(places.pathOf(id))
        return 'neverEnded'
      }
      mayBeUnacknowledged = found.isUnderWay
    } catch (error) {
      if (isExhaustion(error)) throw error
      failure = error
    }
    alarms.raise({ code: 'objectDamaged', severity: mayBeUnacknowledged ? 'warning' : 'critical', subject: id })
    try {
      await putAside(places, id)
      log.error({ id, err: failure }, 'a spooled object is not what was received; it was put aside')
    } catch (error) {
      // One bad sector is no reason for the gateway not to come up; the file is tried again at the next start.
      log.error({ id, err: error }, 'a spooled object is not what was received, and could not be put aside')
    }
    return undefined
  }

  /** Whether the same bytes are here as another object: they came anew while this file was away. */
  async function isHereTwice(object: SpooledObject): Promise<boolean> {
    const same = kept.sameAs(object)
    return same !== undefined && await isThere(same)
  }

  async function start(): Promise<void> {
    let neverEnded = await removeFormerArriving(places)
    const lost = new Set(table.ids())
    let batch: SpooledObject[] = []
    let recovered = 0
    let twice = 0
    for await (const ids of idsByFolder(places, clock())) {
      for (const id of ids) {
        if (lost.delete(id)) continue
        const object = await recover(id)
        if (object === 'neverEnded') neverEnded++
        if (object === undefined || object === 'neverEnded') continue
        if (await isHereTwice(object)) {
          await unlink(places.pathOf(id))
          twice++
          continue
        }
        recovered++
        batch.push(object)
        if (batch.length < toldAtATime) continue
        kept.announce(batch)
        batch = []
      }
    }
    kept.announce(batch)
    if (neverEnded > 0) log.info({ files: neverEnded }, 'removed what was on its way, or lay ready, when the gateway ended')
    if (twice > 0) log.info({ files: twice }, 'removed files that were away while their objects came anew')
    if (recovered > 0) log.info({ objects: recovered }, 'found objects the index did not know yet')
    if (lost.size > 0) {
      log.warn({ objects: lost.size }, 'files of spooled objects are gone')
      log.debug({ ids: [...lost].slice(0, namedWhenGone) }, 'the first of the files that are gone')
    }
    for (const ids of inGroups([...lost])) {
      kept.forget(ids)
      await others()
    }
    capacity.adjust(table.totals())
    hasStarted = true
  }

  return {
    start,
    async receive(origin, identity) {
      await capacity.admit()
      const { id, path, file: reserved } = await takeReserved()
      const file = new StagedFile(path, () => Promise.resolve(reserved))
      file.open()
      try {
        return new ObjectWriter({ id, origin, identity, receivedAt: clock(), file, isDirect, markWhole: () => { markWhole(path) }, capacity, keeper, onFailure: tellOfFailure })
      } catch (error) {
        // There is no room for its header. What cannot be removed now goes at the next start.
        await file.abort().catch(() => undefined)
        throw error
      }
    },
    look: async (id) => {
      if (hasStarted) return kept.look(id)
      // What has gone is told by the start.
      const object = kept.get(id)
      return object !== undefined && isThere(object)
    },
    get: (id) => kept.get(id),
    find: (SOPInstanceUID) => kept.find(SOPInstanceUID),
    list: (after, limit) => table.list(after, limit),
    read: (id, from = 0) => readFile(places.pathOf(id), from, { isDirect }),
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
    onLoss: (listener) => kept.onLoss(listener),
    async close() {
      clearInterval(looking)
      kept.close()
      await reserve.close()
      await folders.close()
    },
  }
}

const inGroups = (ids: readonly string[]): string[][] => Array.from({ length: Math.ceil(ids.length / toldAtATime) }, (_, group) => ids.slice(group * toldAtATime, (group + 1) * toldAtATime))

/** The system has no more of something, which says nothing against the file. */
const isExhaustion = (error: unknown): boolean => error instanceof Error && 'code' in error && ['EMFILE', 'ENFILE', 'ENOMEM'].includes(String(error.code))
