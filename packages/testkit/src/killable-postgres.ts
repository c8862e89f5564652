import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '@isocenter/launcher/postgres'
import { migrate } from '@isocenter/migrations'

/** A migrated Postgres of one test's own, with the settings users have, which the test may kill. */
export interface KillablePostgres {
  /** The same after every start. */
  readonly url: string
  /** Ends it at once (SIGKILL), with every connection. */
  readonly kill: () => Promise<void>
  readonly start: () => Promise<void>
  /** Stops it and removes its data. */
  readonly stop: () => Promise<void>
}

export async function startKillablePostgres(): Promise<KillablePostgres> {
  const directory = await mkdtemp(join(tmpdir(), 'isocenter-postgres-'))
  let postgres = await startPostgres({ directory })
  await migrate(postgres.connectionString)
  return {
    url: postgres.connectionString,
    kill: async () => {
      // Its own number, not that of a wrapper around it.
      process.kill(Number((await readFile(join(directory, 'cluster', 'postmaster.pid'), 'utf8')).split('\n')[0]), 'SIGKILL')
      await postgres.exited
    },
    start: async () => { postgres = await startPostgres({ directory }) },
    stop: async () => {
      await postgres.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
