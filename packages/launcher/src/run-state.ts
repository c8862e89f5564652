import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LauncherError } from './launcher-error.ts'
import { processIdentity } from './process-identity.ts'

/**
 * What a running `npm start` tells other commands, in `DATA_DIR/run/state.json` (mode 0600: it may hold a password).
 * Described in the launcher's README.
 */
export interface RunState {
  /** Process of the launcher. */
  readonly pid: number
  /** Address to reach the server at from this machine, without a slash at the end; absent until it is ready. */
  readonly url?: string
  readonly databaseUrl?: string
  /** ISO 8601. */
  readonly startedAt: string
}

interface StoredRunState extends RunState {
  /** As `processIdentity` tells it: a state left by a killed launcher is recognised, also when its number lives on. */
  readonly process: string
}

const stateFile = (dataDirectory: string) => join(dataDirectory, 'run', 'state.json')

/** The state of the `npm start` that runs on this data folder; undefined when none does. */
export async function readRunState(dataDirectory: string): Promise<RunState | undefined> {
  const state = await stored(stateFile(dataDirectory))
  return state && (await isAlive(state)) ? state : undefined
}

/** A data folder claimed by this process. */
export interface ClaimedFolder {
  readonly tell: (state: Pick<RunState, 'url' | 'databaseUrl'>) => Promise<void>
  readonly release: () => Promise<void>
}

/**
 * Claims the data folder for this process, so that two starts never share one.
 * @throws LauncherError when another start runs on it
 */
export async function claimDataFolder(dataDirectory: string): Promise<ClaimedFolder> {
  const file = stateFile(dataDirectory)
  await mkdir(join(dataDirectory, 'run'), { recursive: true, mode: 0o700 })
  const mine: StoredRunState = { pid: process.pid, startedAt: new Date().toISOString(), process: (await processIdentity(process.pid)) ?? '' }
  const own = `${file}.${process.pid}`
  const write = (state: StoredRunState) => writeFile(own, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 })

  await write(mine)
  try {
    // A link is made by one of any number of starts; the others find it there.
    while (!(await linked(own, file))) await removeStale(file, dataDirectory)
  } finally {
    await rm(own, { force: true })
  }
  return {
    tell: async (state) => {
      await write({ ...mine, ...state })
      await rename(own, file)
    },
    release: () => rm(file, { force: true }),
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** Takes away the state of a launcher that was killed. */
async function removeStale(file: string, dataDirectory: string): Promise<void> {
  const state = await stored(file)
  if (state && (await isAlive(state))) {
    const where = state.url ? ` and serves ${state.url}` : ''
    throw new LauncherError(`Isocenter already runs on ${dataDirectory} (process ${state.pid})${where}. Stop it first, or choose another DATA_DIR.`)
  }
  // Moved, not removed: of two starts that found the same remains, the second must not take what the first put there since.
  const remains = `${file}.stale-${process.pid}`
  await rename(file, remains).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  })
  const moved = await stored(remains)
  if (moved && (await isAlive(moved))) await linked(remains, file)
  await rm(remains, { force: true })
}

async function stored(file: string): Promise<StoredRunState | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as StoredRunState
  } catch (error) {
    // Absent, or cut short by a power failure: either way no launcher vouches for it.
    if (error instanceof SyntaxError || (error instanceof Error && 'code' in error && error.code === 'ENOENT')) return undefined
    throw error
  }
}

async function isAlive(state: StoredRunState): Promise<boolean> {
  return (await processIdentity(state.pid)) === state.process
}
