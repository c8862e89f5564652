import { spawn, type ChildProcess } from 'node:child_process'
import { open, rename, stat } from 'node:fs/promises'
import { endWithUs } from '../die-with-parent.ts'
import { LauncherError } from '../launcher-error.ts'
import type { Unprivileged } from './unprivileged.ts'

/** The log is begun anew, keeping one old file, when it has grown past this. */
const longestLogBytes = 10 * 1024 ** 2
/** How long a shutdown may write before it is cut short; the next start then recovers from the log. */
const shutdownMs = 60_000

export interface ServerCommand {
  readonly program: string
  readonly cluster: string
  readonly socketDirectory: string
  readonly logFile: string
  readonly settings: Readonly<Record<string, string>>
  readonly as: Unprivileged
}

/** One postmaster process. */
export interface PostgresServer {
  readonly pid: number
  readonly exited: Promise<void>
  readonly stop: () => Promise<void>
  /** Last lines this process logged. */
  readonly logTail: () => Promise<string>
}

/** Starts the postmaster; it may still be recovering, or end at once. */
export async function startServer(command: ServerCommand): Promise<PostgresServer> {
  const { as, logFile } = command
  await keepLogShort(logFile)
  const log = await open(logFile, 'a', 0o600)
  const logStart = (await log.stat()).size
  const settings = Object.entries({ ...command.settings, unix_socket_directories: quoteList(command.socketDirectory) })
  const [file = command.program, ...args] = [...as.prefix, command.program, '-D', command.cluster,
    ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])]
  const child = spawn(file, args, { ...as.owner, cwd: command.cluster, detached: true, stdio: ['ignore', log.fd, log.fd] })
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()))
  try {
    await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject))
  } catch (cause) {
    throw new LauncherError(`Postgres could not be run: ${command.program}`, { cause })
  } finally {
    await log.close()
  }
  const { pid } = child
  if (pid === undefined) throw new LauncherError(`Postgres could not be run: ${command.program}`)
  if (!as.diesWithParent) endWithUs(pid, 'INT', exited)
  return { pid, exited, stop: () => stop(child, exited), logTail: () => readFrom(logFile, logStart) }
}

/** Fast shutdown; where that takes too long, an immediate one. */
async function stop(child: ChildProcess, exited: Promise<void>): Promise<void> {
  child.kill('SIGINT')
  const impatience = setTimeout(() => child.kill('SIGQUIT'), shutdownMs)
  await exited
  clearTimeout(impatience)
}

async function keepLogShort(logFile: string): Promise<void> {
  const { size } = await stat(logFile).catch(() => ({ size: 0 }))
  if (size > longestLogBytes) await rename(logFile, `${logFile}.1`)
}

async function readFrom(logFile: string, start: number): Promise<string> {
  const file = await open(logFile, 'r')
  try {
    const { size } = await file.stat()
    const length = Math.min(size - start, 3000)
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length)
    return buffer.toString('utf8').trim()
  } finally {
    await file.close()
  }
}

/** The setting is a list: a folder whose name holds a comma or a space must be quoted. */
function quoteList(path: string): string {
  return `"${path.replaceAll('"', '""')}"`
}
