import { execFile } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { LauncherError } from '../launcher-error.ts'

const run = promisify(execFile)

/**
 * Makes sure that no Postgres runs on `cluster`, and that no lock file of a dead one stops the next.
 *
 * Postgres takes any live process with the recorded number for itself, so after a power cut a lock file can name a
 * stranger, a Postgres of somebody else's among them: it is removed then, and left to Postgres's own checks when there
 * is no such process.
 * A Postgres whose parent was killed is just shutting down; it gets `patienceMs`, milliseconds, for that.
 * @throws LauncherError when a Postgres goes on running there
 */
export async function clearPostmaster(cluster: string, patienceMs: number): Promise<void> {
  const lockFile = join(cluster, 'postmaster.pid')
  const until = Date.now() + patienceMs
  for (;;) {
    const pid = await recordedPid(lockFile)
    if (pid === undefined) return
    const command = await commandOf(pid)
    if (command === undefined) return
    if (!command.includes(cluster)) {
      await rm(lockFile, { force: true })
      return
    }
    if (Date.now() > until) {
      throw new LauncherError(`Another Postgres (process ${pid}) already runs on ${cluster}. Stop it first, or choose another DATA_DIR.`)
    }
    await sleep(50)
  }
}

async function recordedPid(lockFile: string): Promise<number | undefined> {
  try {
    const pid = Number((await readFile(lockFile, 'utf8')).split('\n')[0])
    return Number.isInteger(pid) && pid > 0 ? pid : undefined
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Command line of a live process; undefined when there is none with this number, or only the remains of one. */
async function commandOf(pid: number): Promise<string | undefined> {
  const command = process.platform === 'linux'
    ? await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    : (await run('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({ stdout: '' }))).stdout.trim()
  return command === '' ? undefined : command
}
