import { lease } from './leases.ts'

/**
 * A fresh, migrated Postgres database of this test file's own; the first one of a run takes about a second, the
 * others some tens of milliseconds.
 *
 * `url` connects as the owner of the database, which is no superuser. `drop` closes what is still connected; what a
 * test file does not drop goes with the run.
 */
export async function testDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  // Imported here, so that what uses other parts of the testkit outside Vitest does not need it.
  const { inject } = await import('vitest')
  const { value, release } = await lease(inject('leases'), 'database')
  return { url: value, drop: release }
}
