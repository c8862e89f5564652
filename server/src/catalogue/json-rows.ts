import { namedRows, type NamedStatement, type Trx } from '../platform/db.ts'

/**
 * Runs a statement that reads its rows from one JSON text, `$1` (a second set of rows is `$2`): its text, and so its plan, is
 * the same for any number of rows, and Postgres takes the types from the table, as in `json_populate_recordset(null::study, $1)`.
 */
export const withRows = <Row extends object = never>(trx: Trx, statement: NamedStatement, ...given: readonly (readonly object[])[]): Promise<Row[]> =>
  namedRows<Row>(trx, statement, given.map((rows) => JSON.stringify(rows)))

/**
 * Lets the statements of this transaction go by indexes only. They are planned once per connection, perhaps while the
 * tables are empty, and a plan that reads a whole small table would stay in use while the table grows to millions.
 */
export const planByIndex = (trx: Trx): Promise<object[]> => namedRows(trx, planStatement, [])

const planStatement = {
  name: 'plan-by-index',
  text: "select set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)",
}

/** Bytes as Postgres reads them out of JSON. */
export const bytea = (bytes: Uint8Array): string => `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`

/** `a = given.a, b = given.b`, for an update from a row set called `given`. */
export const assigned = (columns: readonly string[]): string => columns.map((column) => `${column} = given.${column}`).join(', ')

/** Behind every number: what a series or an instance without one is sorted by. As text, because no JavaScript number holds it. */
export const sortsLast = '9223372036854775807'
