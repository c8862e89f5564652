import { DatabaseSync } from 'node:sqlite'
import { applySchema, type SchemaStep } from './schema.ts'

export interface WriteOptions {
  /** Return only when what was written outlives a power cut: where an acknowledgement depends on it. */
  readonly durable?: boolean
}

/**
 * The gateway's one SQLite file, on one connection. Statements block: reads take microseconds, and what is written often is
 * written in groups. Without `durable` a crash of the process loses nothing that was committed; a power cut may lose the last
 * moments, never the file.
 */
export interface Database {
  /** For preparing statements; outside a transaction each is one of its own. */
  readonly sql: DatabaseSync
  /** Does work in a transaction, at once; inside another it is part of that one. Work that throws is undone. */
  readonly transaction: <T>(work: () => T, options?: WriteOptions) => T
  /** Does work at the end of the present turn of the event loop, in one transaction with what else waits. Work that throws is undone alone. */
  readonly write: <T>(work: () => T, options?: WriteOptions) => Promise<T>
  /** Calls back once the transaction that is open has committed, never when it does not; at once where none is open. */
  readonly afterCommit: (then: () => void) => void
  /** Writes what waits, and closes the file. */
  readonly close: () => void
}

interface Waiting {
  readonly work: () => unknown
  readonly isDurable: boolean
  readonly resolve: (value: unknown) => void
  readonly reject: (reason: unknown) => void
}

/** Most pieces of work in one transaction: nothing else happens while it runs. */
const largestGroup = 500

/**
 * Opens the file, made where it is missing, and brings its tables up to date.
 * @param steps of all owners of tables, in the order they were added
 * @throws SchemaTooNew
 */
export function openDatabase(path: string, steps: readonly SchemaStep[]): Database {
  const sql = new DatabaseSync(path, { enableForeignKeyConstraints: true })
  try {
    sql.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192')
    applySchema(sql, steps)
  } catch (error) {
    sql.close()
    throw error
  }

  let waiting: Waiting[] = []
  let scheduled: NodeJS.Immediate | undefined
  let whenCommitted: (() => void)[] = []

  function transaction<T>(work: () => T, { durable = false }: WriteOptions = {}): T {
    if (sql.isTransaction) {
      if (durable) throw new Error('What must be durable needs a transaction of its own.')
      return inSavepoint(work)
    }
    // May be set outside a transaction only. A flush of the WAL makes all earlier commits durable too.
    if (durable) sql.exec('PRAGMA synchronous = FULL')
    try {
      sql.exec('BEGIN IMMEDIATE')
      whenCommitted = []
      const value = work()
      sql.exec('COMMIT')
      const then = whenCommitted
      whenCommitted = []
      for (const call of then) call()
      return value
    } catch (error) {
      if (sql.isTransaction) sql.exec('ROLLBACK')
      throw error
    } finally {
      if (durable) sql.exec('PRAGMA synchronous = NORMAL')
    }
  }

  function inSavepoint<T>(work: () => T): T {
    const calls = whenCommitted.length
    sql.exec('SAVEPOINT work')
    try {
      const value = work()
      sql.exec('RELEASE work')
      return value
    } catch (error) {
      sql.exec('ROLLBACK TO work; RELEASE work')
      whenCommitted.length = calls
      throw error
    }
  }

  function writeGroup(): void {
    const group = waiting.splice(0, largestGroup)
    scheduled = waiting.length > 0 ? setImmediate(writeGroup) : undefined
    const settle: (() => void)[] = []
    try {
      transaction(() => { for (const one of group) settle.push(outcomeOf(one)) }, { durable: group.some(({ isDurable }) => isDurable) })
    } catch (error) {
      for (const { reject } of group) reject(error)
      return
    }
    for (const done of settle) done()
  }

  /** How to tell the outcome of one piece of work once the group has committed. */
  function outcomeOf({ work, resolve, reject }: Waiting): () => void {
    try {
      const value = inSavepoint(work)
      return () => { resolve(value) }
    } catch (error) {
      return () => { reject(error) }
    }
  }

  return {
    sql,
    transaction,
    write: (work, { durable = false } = {}) => new Promise((resolve, reject) => {
      waiting.push({ work, isDurable: durable, resolve: resolve as (value: unknown) => void, reject })
      scheduled ??= setImmediate(writeGroup)
    }),
    afterCommit: (then) => {
      if (sql.isTransaction) whenCommitted.push(then)
      else then()
    },
    close() {
      if (!sql.isOpen) return
      while (waiting.length > 0) writeGroup()
      clearImmediate(scheduled)
      waiting = []
      sql.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      sql.close()
    },
  }
}
