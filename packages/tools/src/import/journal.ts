import { createHash } from 'node:crypto'
import { appendFile, mkdir, readFile, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

/** Remembers what a run has already sent, so that the same command goes on where it was stopped. */
export interface Journal {
  /** True when this very content was stored by an earlier, interrupted run. */
  readonly isDone: (name: string, stamp: string) => boolean
  /** Entries an earlier run left. */
  readonly remembered: number
  readonly done: (entries: readonly { name: string; stamp: string }[]) => Promise<void>
  /** The run reached its end: the next one begins anew. */
  readonly forget: () => Promise<void>
}

/** Where the journal of one command (a server, and paths) lives. */
export function journalFile(url: string, paths: readonly string[], stateHome = process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state')): string {
  const id = createHash('sha256').update(JSON.stringify([url, ...paths.map((path) => resolve(path))])).digest('hex').slice(0, 24)
  return join(stateHome, 'isocenter', 'import', `${id}.jsonl`)
}

/** Opens a journal, empty when there is none. A line that was cut off by a crash is left out. */
export async function openJournal(file: string): Promise<Journal> {
  const entries = new Map((await linesOf(file)).flatMap((line) => {
    const entry = parse(line)
    return entry === undefined ? [] : [[entry.name, entry.stamp] as const]
  }))
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  return {
    remembered: entries.size,
    isDone: (name, stamp) => entries.get(name) === stamp,
    // The newline in front ends a line that a crash may have cut off.
    done: (added) => appendFile(file, added.map(({ name, stamp }) => `\n${JSON.stringify({ name, stamp })}`).join(''), { mode: 0o600 }),
    forget: () => rm(file, { force: true }),
  }
}

async function linesOf(file: string): Promise<string[]> {
  try {
    return (await readFile(file, 'utf8')).split('\n')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function parse(line: string): { name: string; stamp: string } | undefined {
  try {
    const { name, stamp } = JSON.parse(line) as { name?: unknown; stamp?: unknown }
    return typeof name === 'string' && typeof stamp === 'string' ? { name, stamp } : undefined
  } catch {
    return undefined
  }
}
