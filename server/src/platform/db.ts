import knex, { type Knex } from 'knex'
import type { Client } from 'pg'

/** The database. `bigint` columns come and go as text. */
export type Db = Knex
/** A transaction; asked for where rows are locked. */
export type Trx = Knex.Transaction

/**
 * Opens a pool of connections; connections are made when first needed.
 * @param url `postgres://…`; a socket folder goes into `?host=`
 * @param onWarning told of connections that broke while nobody used them: they are replaced, so nobody fails by it
 */
export function createDb(url: string, poolSize: number, onWarning: (message: string) => void = () => undefined): Db {
  return knex({
    client: 'pg',
    // Statements that do not wait for each other's answers are sent together: see `together`.
    connection: { connectionString: url, application_name: 'isocenter', pipeline: true } as Knex.PgConnectionConfig,
    pool: { min: 0, max: poolSize },
    acquireConnectionTimeout: 15_000,
    // Otherwise the text of an error repeats the statement with its values: patient data.
    compileSqlOnError: false,
    log: { warn: onWarning, error: onWarning, deprecate: onWarning, debug: onWarning },
  })
}

/** Rows of one statement written by hand; `?` stands for a binding. */
export async function rows<Row>(db: Db, sql: string, bindings: readonly Knex.RawBinding[]): Promise<Row[]> {
  const result = await db.raw<{ rows: Row[] }>(sql, bindings)
  return result.rows
}

/** A statement Postgres parses once per connection and then knows by its name; `$1` stands for a value. */
export interface NamedStatement {
  readonly name: string
  readonly text: string
}

/** Rows of a named statement, past knex's builder: for the few paths that run thousands of times a second. */
export async function namedRows<Row extends object>(db: Db, statement: NamedStatement, values: readonly unknown[]): Promise<Row[]> {
  const client = db.client as Knex.Client
  const connection = await client.acquireConnection() as Client
  try {
    return (await connection.query<Row>({ ...statement, values: [...values] })).rows
  } finally {
    await client.releaseConnection(connection)
  }
}

/**
 * The rows of one statement that only reads, run under settings that hold for it alone. Everything is sent at once: one round trip,
 * where a transaction of its own has four.
 */
export async function rowsUnder<Row extends object>(db: Db, settings: Statement, statement: Statement): Promise<Row[]> {
  const client = db.client as Knex.Client
  const connection = await client.acquireConnection() as Client
  const send = <Found extends object>({ text, values }: Statement) => {
    const { sql, bindings } = db.raw(text, values).toSQL().toNative()
    return connection.query<Found>(sql, [...bindings])
  }
  try {
    const [, , found] = await together(connection.query('begin read only'), send(settings), send<Row>(statement), connection.query('commit'))
    return found.rows
  } finally {
    await client.releaseConnection(connection)
  }
}

/** A statement written by hand and its values; `?` stands for one. */
interface Statement {
  readonly text: string
  readonly values: readonly Knex.RawBinding[]
}

/**
 * Waits for statements of one transaction that were sent without waiting for each other's answers: Postgres runs them in the
 * order they were sent, in one round trip. No two of them may have the same name.
 * @throws the first failure, when all have ended; Postgres refuses what comes after it
 */
export async function together<Results extends readonly unknown[]>(...statements: { readonly [Index in keyof Results]: Promise<Results[Index]> }): Promise<Results> {
  const ended = await Promise.allSettled(statements)
  const failures = ended.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))
  if (failures.length > 0) throw failures.find((error) => sqlState(error) !== inFailedTransaction) ?? failures[0]
  return ended.map((one) => (one.status === 'fulfilled' ? one.value : undefined)) as unknown as Results
}

const inFailedTransaction = '25P02'

const connectionErrors = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ENOENT', 'ETIMEDOUT'])

/** SQLSTATE of an error that came from Postgres. */
export function sqlState(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  // The system's own codes look alike where they have five letters: EPIPE.
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !connectionErrors.has(code) ? code : undefined
}

const races = new Set(['40001', '40P01', '23505'])

/** True when another transaction was in the way and the same work may succeed when done again. */
export const isRace = (error: unknown): boolean => races.has(sqlState(error) ?? '')

/** The driver's own words, which carry no code; knex puts the failed ROLLBACK in front. */
const brokenConnection = /Connection (terminated|ended)|not queryable/

/** True when the connection, not the work, failed: the server restarts, a line broke. Whether a commit went through is then unknown. */
export function isConnectionLost(error: unknown): boolean {
  const state = sqlState(error)
  if (state !== undefined) return state.startsWith('08') || state.startsWith('57P')
  if (!(error instanceof Error)) return false
  return ('code' in error && typeof error.code === 'string' && connectionErrors.has(error.code)) || brokenConnection.test(error.message)
}

/** True when something has run out: the connections of the pool, or the connections, memory or disk of Postgres (class 53). */
const isExhausted = (error: unknown): boolean => (error instanceof Error && error.name === 'KnexTimeoutError') || (sqlState(error) ?? '').startsWith('53')

/** True when the database cannot be used now, whatever was asked of it: it restarts, is out of reach, or full. */
export const isDatabaseUnavailable = (error: unknown): boolean => isConnectionLost(error) || isExhausted(error)

/** True when Postgres refuses the values themselves (data, integrity, size), which no second attempt changes. */
export const isRefusedValue = (error: unknown): boolean => /^(22|23|54)/.test(sqlState(error) ?? '')
