import type { SQLInputValue, StatementSync } from 'node:sqlite'
import type { Database, WriteOptions } from './database.ts'

/** Statements by their text, prepared once each. `R` says what a statement selects. */
export interface Transaction {
  readonly run: (text: string, ...values: SQLInputValue[]) => { readonly changes: number }
  readonly get: <R = unknown>(text: string, ...values: SQLInputValue[]) => R | undefined
  readonly all: <R = unknown>(text: string, ...values: SQLInputValue[]) => R[]
}

/** Statements on the gateway's database: reading at once, writing in groups. */
export interface Statements extends Omit<Transaction, 'run'> {
  /** At once; part of the transaction that is open, if one is. */
  readonly writeNow: <T>(work: (transaction: Transaction) => T) => T
  readonly write: <T>(work: (transaction: Transaction) => T, options?: WriteOptions) => Promise<T>
}

export function createStatements(database: Database): Statements {
  const prepared = new Map<string, StatementSync>()
  const statement = (text: string): StatementSync => {
    const known = prepared.get(text)
    if (known) return known
    const made = database.sql.prepare(text)
    prepared.set(text, made)
    return made
  }
  const get = <R>(text: string, ...values: SQLInputValue[]): R | undefined => statement(text).get(...values) as R | undefined
  const all = <R>(text: string, ...values: SQLInputValue[]): R[] => statement(text).all(...values) as R[]
  const transaction: Transaction = { get, all, run: (text, ...values) => ({ changes: Number(statement(text).run(...values).changes) }) }
  return { get, all, writeNow: (work) => database.transaction(() => work(transaction)), write: (work, options) => database.write(() => work(transaction), options) }
}
