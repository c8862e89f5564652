import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres, type RunningPostgres } from '@isocenter/launcher/postgres'
import { migrate } from '@isocenter/migrations'
import pg from 'pg'
import type { SharedService } from './leases.ts'

const template = 'migrated'

/** Tests lose nothing worth keeping in a power cut, and share two cores. */
const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', shared_buffers: '128MB', max_connections: '300' }

/** One Postgres for the test run; each lease is a database of its own, cloned from one that was migrated once. */
export function sharedPostgres(): SharedService {
  let running: Promise<{ postgres: RunningPostgres; directory: string }> | undefined
  let clones = 0
  return {
    lease: async () => {
      running ??= start()
      const { postgres } = await running
      const name = `test_${++clones}`
      await administer(postgres, `create database ${name} template ${template} owner isocenter`)
      return {
        value: databaseUrl(postgres.connectionString, name),
        release: () => administer(postgres, `drop database ${name} with (force)`),
      }
    },
    close: async () => {
      if (!running) return
      const { postgres, directory } = await running
      await postgres.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function start(): Promise<{ postgres: RunningPostgres; directory: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'isocenter-postgres-'))
  const postgres = await startPostgres({ directory, settings })
  await administer(postgres, `create database ${template} owner isocenter`)
  await migrate(databaseUrl(postgres.connectionString, template))
  return { postgres, directory }
}

async function administer(postgres: RunningPostgres, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgres.adminConnectionString })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

function databaseUrl(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.href
}
