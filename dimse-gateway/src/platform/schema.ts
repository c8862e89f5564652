import type { DatabaseSync } from 'node:sqlite'

/** One step in the life of the tables. Steps run once, in the order given, and never change once they were released: what comes later is another step. */
export interface SchemaStep {
  /** Names it for ever, as `spool-1`. */
  readonly name: string
  readonly sql: string
}

/** The file was written by a newer version, whose tables this one does not know. */
export class SchemaTooNew extends Error {
  override readonly name = 'SchemaTooNew'
}

/**
 * Brings the tables to what this version wants, each step with its mark in one transaction.
 * @throws SchemaTooNew
 */
export function applySchema(sqlite: DatabaseSync, steps: readonly SchemaStep[]): void {
  sqlite.exec('CREATE TABLE IF NOT EXISTS schema_step (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL) STRICT, WITHOUT ROWID')
  const applied = new Set(sqlite.prepare('SELECT name FROM schema_step').all().map(({ name }) => String(name)))
  const known = new Set(steps.map(({ name }) => name))
  const unknown = [...applied].filter((name) => !known.has(name))
  if (unknown.length > 0) throw new SchemaTooNew(`The gateway's data were written by a newer version (${unknown.join(', ')}). Run that version, or choose another GATEWAY_DATA_DIR.`)
  for (const { name, sql } of steps) {
    if (applied.has(name)) continue
    sqlite.exec('BEGIN IMMEDIATE')
    try {
      sqlite.exec(sql)
      sqlite.prepare('INSERT INTO schema_step (name, applied_at) VALUES (?, ?)').run(name, new Date().toISOString())
      sqlite.exec('COMMIT')
    } catch (error) {
      sqlite.exec('ROLLBACK')
      throw error
    }
  }
}
