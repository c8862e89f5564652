import { spawn } from 'node:child_process'
import { chown, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { LauncherError } from '../launcher-error.ts'
import { postgresMajor } from './binaries.ts'
import type { Unprivileged } from './unprivileged.ts'

/**
 * Text orders by its bytes and knows Unicode letters, by Postgres's own tables: an upgrade of the system's C library
 * cannot change the order under an index. Extensions still read the system's LC_CTYPE, which macOS names otherwise.
 */
const locale = ['-E', 'UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8',
  ...(process.platform === 'darwin' ? ['--locale=C', '--lc-ctype=UTF-8'] : ['--locale=C.UTF-8'])]

/**
 * Makes the database cluster where there is none: UTF-8, byte-order collation with Unicode character classes, checksums.
 *
 * It is made beside its place and moved there when complete, so that a first start cut short leaves nothing half made.
 * @throws LauncherError when the cluster there is of another major version
 */
export async function ensureCluster(cluster: string, initdb: string, as: Unprivileged): Promise<void> {
  const version = await clusterVersion(cluster)
  if (version === postgresMajor) return
  if (version !== undefined) {
    throw new LauncherError(`The database in ${cluster} was made by Postgres ${version}; this release carries Postgres ${postgresMajor}. Start it with the release that made it, or choose another DATA_DIR.`)
  }
  const unfinished = `${cluster}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { mode: 0o700 })
  if (as.owner) await chown(unfinished, as.owner.uid, as.owner.gid)
  await runInitdb(initdb, unfinished, as)
  await rename(unfinished, cluster)
  await syncDirectory(dirname(cluster))
}

async function clusterVersion(cluster: string): Promise<string | undefined> {
  try {
    return (await readFile(join(cluster, 'PG_VERSION'), 'utf8')).trim()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

async function runInitdb(initdb: string, directory: string, as: Unprivileged): Promise<void> {
  // Whoever can enter the folder, which is closed to others, may connect; over the network nobody may.
  const [file, ...args] = [...as.prefix, initdb, '-D', directory, '-U', 'postgres', ...locale,
    '--data-checksums', '--auth-local=trust', '--auth-host=reject', '--no-instructions']
  const child = spawn(file, args, { ...as.owner, cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => { said = (said + text).slice(-4000) })
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  if (code !== 0) throw new LauncherError(`Postgres could not make a database in ${directory}:\n${said.trim()}`)
}

/** Makes a rename in `directory` durable. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
