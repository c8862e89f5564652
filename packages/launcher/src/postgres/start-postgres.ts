import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { LauncherError } from '../launcher-error.ts'
import { postgresBinaries } from './binaries.ts'
import { ensureCluster } from './cluster.ts'
import { clearPostmaster } from './postmaster.ts'
import { startServer, type PostgresServer } from './postgres-server.ts'
import { postgresSettings } from './settings.ts'
import { socketDirectory, socketUrl } from './socket-directory.ts'
import { unprivileged } from './unprivileged.ts'

const database = 'isocenter'

export interface StartPostgresOptions {
  /** Folder of this Postgres alone; made where missing, and closed to other users. */
  readonly directory: string
  /** Settings that differ from ours; tests turn `fsync` off here. */
  readonly settings?: Readonly<Record<string, string>>
  /** How long one that is still shutting down in this folder is waited for; 10 s. */
  readonly patienceMs?: number
  /** false: behave as in a container that refuses user namespaces. */
  readonly namespaces?: boolean
}

/** A Postgres that accepts connections. */
export interface RunningPostgres {
  /** For the application: owner of the database `isocenter`, no superuser. */
  readonly connectionString: string
  /** For making other databases: the superuser. */
  readonly adminConnectionString: string
  readonly pid: number
  /** Resolves when the server process has ended, whatever ended it. */
  readonly exited: Promise<void>
  /** Rolls back what is open, writes everything down and ends; a second call waits for the same end. */
  readonly stop: () => Promise<void>
}

/**
 * Starts a Postgres of our own on a Unix socket in `directory`, making its database on first use.
 *
 * It runs in a session of its own, so a Ctrl-C at the terminal reaches only the caller, who stops it last; and it ends
 * by itself when the caller is killed.
 * @throws LauncherError when it cannot be started, with what to do about it
 */
export async function startPostgres(options: StartPostgresOptions): Promise<RunningPostgres> {
  const directory = resolve(options.directory)
  const as = await unprivileged(directory, options.namespaces)
  const binaries = await postgresBinaries(join(directory, 'binaries'), as.owner)
  const cluster = join(directory, 'cluster')
  await ensureCluster(cluster, binaries.initdb, as)
  const socket = await socketDirectory(directory, as.owner)
  const adminUrl = socketUrl(socket, 'postgres', 'postgres')
  const server = await startReady(() => startServer({
    program: binaries.postgres,
    cluster,
    socketDirectory: socket,
    logFile: join(directory, 'postgres.log'),
    settings: { ...postgresSettings(), ...options.settings },
    as,
  }), () => clearPostmaster(cluster, options.patienceMs ?? 10_000), adminUrl)
  try {
    await ensureDatabase(adminUrl)
  } catch (error) {
    await server.stop()
    throw error
  }
  return {
    connectionString: socketUrl(socket, database, database),
    adminConnectionString: adminUrl,
    pid: server.pid,
    exited: server.exited,
    stop: server.stop,
  }
}

/** Attempts, because the children of a killed Postgres hold its shared memory for a moment longer. */
const attempts = 6

async function startReady(start: () => Promise<PostgresServer>, clear: () => Promise<void>, url: string): Promise<PostgresServer> {
  for (let attempt = 1; ; attempt++) {
    await clear()
    const server = await start()
    if (await becomesReady(server, url)) return server
    if (attempt === attempts) {
      throw new LauncherError(`Postgres does not start. The end of its log:\n${await server.logTail()}`)
    }
    await sleep(100 * 2 ** attempt)
  }
}

/** Waits until the server answers; false when it ended instead. Recovery after a crash takes as long as it takes. */
async function becomesReady(server: PostgresServer, url: string): Promise<boolean> {
  const ended = server.exited.then(() => true)
  for (;;) {
    if (await answers(url)) return true
    if (await Promise.race([ended, sleep(20, false)])) return false
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  try {
    await client.connect()
    await client.query('select 1')
    return true
  } catch {
    // No socket yet, or "the database system is starting up": either is the answer to the question asked.
    return false
  } finally {
    await client.end()
  }
}

/** Makes the application's role and database. The role owns its database, which lets it install trusted extensions such as pg_trgm. */
async function ensureDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ role: boolean; database: boolean }>(
      'select exists(select from pg_roles where rolname = $1) as role, exists(select from pg_database where datname = $1) as database', [database])
    if (!rows[0]?.role) await client.query(`create role ${database} login`)
    if (!rows[0]?.database) await client.query(`create database ${database} owner ${database}`)
  } finally {
    await client.end()
  }
}
