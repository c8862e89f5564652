import { rows, type Trx } from '../platform/db.ts'

/**
 * Runs a statement that reads its rows from one JSON text, `?`. The statement's text is the same for any number of rows,
 * and Postgres takes the types from the table: `json_populate_recordset(null::study, ?)`.
 */
export const withRows = <Row = never>(trx: Trx, sql: string, given: readonly object[]): Promise<Row[]> => rows<Row>(trx, sql, [JSON.stringify(given)])

/** Bytes as Postgres reads them out of JSON. */
export const bytea = (bytes: Uint8Array): string => `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`

/** `a = given.a, b = given.b`, for an update from a row set called `given`. */
export const assigned = (columns: readonly string[]): string => columns.map((column) => `${column} = given.${column}`).join(', ')

/** Behind every number: what a series or an instance without one is sorted by. As text, because no JavaScript number holds it. */
export const sortsLast = '9223372036854775807'
