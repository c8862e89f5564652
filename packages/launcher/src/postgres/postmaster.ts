import { execFile } from 'node:child_process'
import { readFile, readlink, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { LauncherError } from '../launcher-error.ts'

const run = promisify(execFile)

/**
 * Makes sure that no Postgres runs on `cluster`, and that no lock file of a dead one stops the next.
 *
 * Postgres takes any live process with the recorded number for itself, so after a power cut a lock file can name a
 * stranger: it is removed when that process is not Postgres, and left to Postgres's own checks when it is none.
 * A Postgres whose parent was killed is just shutting down; it gets `patienceMs` for that.
 * @throws LauncherError when a Postgres goes on running there
 */
export async function clearPostmaster(cluster: string, patienceMs = 10_000): Promise<void> {
  const lockFile = join(cluster, 'postmaster.pid')
  const until = Date.now() + patienceMs
  for (;;) {
    const pid = await recordedPid(lockFile)
    if (pid === undefined) return
    const program = await programOf(pid)
    if (program === undefined) return
    if (!program.includes('postgres')) {
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

/** Path or command of a live process; undefined when there is none with this number. */
async function programOf(pid: number): Promise<string | undefined> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return undefined
  }
  if (process.platform === 'linux') {
    // Other users' links cannot be read, their command line can; a zombie has neither.
    const link = await readlink(`/proc/${pid}/exe`).catch(() => '')
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    return link || commandLine.split('\0')[0] || undefined
  }
  const { stdout } = await run('ps', ['-o', 'comm=', '-p', String(pid)]).catch(() => ({ stdout: '' }))
  return stdout.trim() || undefined
}
