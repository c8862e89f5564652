import { makeDurably } from '@isocenter/durable-files'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Another gateway works on the data folder. */
export class DataFolderInUse extends Error {
  override readonly name = 'DataFolderInUse'
}

/** A data folder that this process alone works on. */
export interface DataFolder {
  /** Absolute path of something in it. */
  path(...names: string[]): string
  release(): void
}

/**
 * Makes the folder where it is missing and claims it: two gateways on one folder would each take the other's files for leftovers.
 * The claim is a lock the operating system takes back however the process ends.
 * @throws DataFolderInUse
 */
export async function claimDataFolder(directory: string): Promise<DataFolder> {
  const root = resolve(directory)
  await makeDurably(root)
  const owner = join(root, 'lock.pid')
  const lock = new DatabaseSync(join(root, 'lock.db'))
  try {
    // SQLite's exclusive lock: the one lock that Node has on every system.
    lock.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    if (!isBusy(error)) throw error
    throw new DataFolderInUse(`A gateway already works on ${root} (process ${pidIn(owner)}). Stop it first, or choose another GATEWAY_DATA_DIR.`, { cause: error })
  }
  writeFileSync(owner, `${process.pid}\n`, { mode: 0o600 })
  mkdirSync(join(root, 'secrets'), { recursive: true, mode: 0o700 })
  return {
    path: (...names) => join(root, ...names),
    release: () => lock.close(),
  }
}

/** SQLITE_BUSY of SQLite's result codes. */
const isBusy = (error: unknown): boolean => error instanceof Error && 'errcode' in error && error.errcode === 5

function pidIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return 'unknown'
  }
}
