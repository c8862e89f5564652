import { randomInt } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createAlarms, type Alarms } from '../platform/alarms.ts'
import { systemClock } from '../platform/clock.ts'
import { openDatabase, type Database } from '../platform/database.ts'
import { createLog } from '../platform/log.ts'
import type { SpoolSettings } from '../configuration/schema.ts'
import { openSpool, spoolSchema, type Identity, type Origin, type Spool, type SpooledObject } from './index.ts'

export const origin: Origin = { callingAETitle: 'CT_1', calledAETitle: 'USTCFQ-Transfer', remoteAddress: '192.0.2.7' }

export interface OpenedSpool {
  readonly spool: Spool
  readonly database: Database
  readonly alarms: Alarms
  readonly announced: SpooledObject[]
  readonly lost: string[]
  close(): Promise<void>
}

/** A spool in a folder, started; `announced` and `lost` are what its subscriber was told, the latter by id. */
export async function openedSpool(directory: string, settings: SpoolSettings = { refuseAtFreeBytes: 0 }, log = createLog('silent')): Promise<OpenedSpool> {
  const database = openDatabase(join(directory, 'spool.db'), [spoolSchema])
  const alarms = createAlarms(systemClock)
  const spool = await openSpool({ directory: join(directory, 'spool'), database, settings: () => settings, alarms, clock: systemClock, log })
  const announced: SpooledObject[] = []
  spool.subscribe((objects) => { announced.push(...objects) })
  const lost: string[] = []
  spool.onLoss((ids) => { lost.push(...ids) })
  await spool.start()
  return {
    spool, database, alarms, announced, lost,
    close: async () => {
      await spool.close()
      database.close()
    },
  }
}

/** Ids of the files in a spool's folder that have something in them, in order; `ID damaged` for those put aside. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = await Promise.all(entries.filter((entry) => entry.isFile()).map(async ({ parentPath, name }) => ({ name: basename(name, '.dcm'), isAside: basename(parentPath) === 'damaged', size: (await stat(join(parentPath, name))).size })))
  return files.filter(({ size }) => size > 0).map(({ name, isAside }) => (isAside ? `${name} damaged` : name)).sort()
}

/** Sends a data set into the spool in pieces of random length, their memory used again after each. */
export async function received(spool: Spool, identity: Identity, dataSet: Uint8Array, from: Origin = origin): Promise<SpooledObject> {
  const writer = await spool.receive(from, identity)
  try {
    for (let at = 0; at < dataSet.length;) {
      const piece = Buffer.from(dataSet.subarray(at, at + randomInt(1, 64 * 1024)))
      at += piece.length
      await writer.write(piece)
      piece.fill(0xff)
    }
    return await writer.commit()
  } catch (error) {
    await writer.abort()
    throw error
  }
}
