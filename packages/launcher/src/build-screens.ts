/**
 * Builds the screens whose sources have changed since they were last built: `npm run build:screens`, and part of starting and
 * testing. With nothing changed it takes some milliseconds.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { LauncherError } from './launcher-error.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

interface Screens {
  /** Holds vite.config.ts; the result is in its `dist`. */
  readonly folder: string
  /** What goes into them besides the folder itself, as globs. */
  readonly from: readonly string[]
}

const screens: readonly Screens[] = [
  { folder: 'dimse-gateway/console', from: ['packages/design-system/src/**'] },
]

/** Beside what was built: the digest of what it was built from. */
const stampName = '.built-from'
/** Longest somebody else's build is waited for; one takes seconds. */
const longestBuildMs = 5 * 60_000

/**
 * Brings every build up to date.
 * @throws LauncherError with the bundler's words when the sources cannot be built
 */
export async function buildScreens(say: (line: string) => void): Promise<void> {
  for (const { folder, from } of screens) {
    const wanted = digestOfSources(folder, from)
    const isBuilt = () => readStamp(folder) === wanted
    if (isBuilt()) continue
    await withBuildLock(folder, () => {
      // Two starts at a time: the second finds the work done.
      if (isBuilt()) return
      say(`Building the screens in ${folder} …`)
      build(folder, wanted)
    })
  }
}

/** The built folder takes the old one's place whole, so that a gateway that starts meanwhile never reads half of it. */
function build(folder: string, stamp: string): void {
  const directory = resolve(root, folder)
  const fresh = join(directory, `dist.${process.pid}`)
  const run = spawnSync(process.execPath, [resolve(root, 'node_modules/vite/bin/vite.js'), 'build', '--config', join(directory, 'vite.config.ts'), '--outDir', fresh, '--emptyOutDir', '--logLevel', 'warn'], {
    cwd: root, encoding: 'utf8', env: { ...process.env, NODE_ENV: 'production' },
  })
  if (run.status !== 0) {
    rmSync(fresh, { recursive: true, force: true })
    throw new LauncherError(`The screens in ${folder} cannot be built:\n${run.stderr}${run.stdout}`)
  }
  writeFileSync(join(fresh, stampName), stamp)
  rmSync(join(directory, 'dist'), { recursive: true, force: true })
  renameSync(fresh, join(directory, 'dist'))
}

function readStamp(folder: string): string | undefined {
  const file = resolve(root, folder, 'dist', stampName)
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

/** Of the sources' contents and names, and of the lock file: another bundler or component library makes other screens. */
function digestOfSources(folder: string, from: readonly string[]): string {
  const hash = createHash('sha256')
  const patterns = [`${folder}/*.{ts,html}`, `${folder}/{src,public}/**`, ...from]
  const files = globSync(patterns, { cwd: root }).filter((file) => !/\.test\.tsx?$/.test(file)).sort()
  for (const file of [...files, 'package-lock.json']) {
    const path = resolve(root, file)
    if (statSync(path).isFile()) hash.update(`${file}\0`).update(readFileSync(path)).update('\0')
  }
  return hash.digest('hex')
}

async function withBuildLock(folder: string, work: () => void): Promise<void> {
  const lock = resolve(root, '.cache', `building-${folder.replaceAll('/', '-')}`)
  await mkdir(dirname(lock), { recursive: true })
  const until = Date.now() + longestBuildMs
  while (!takeLock(lock)) {
    if (Date.now() > until) throw new LauncherError(`Another build of ${folder} does not end. If there is none, delete ${lock}.`)
    await wait(200)
  }
  try {
    work()
  } finally {
    rmSync(lock, { force: true })
  }
}

function takeLock(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (!isNodeError(error) || error.code !== 'EEXIST') throw error
    if (!holderLives(lock)) rmSync(lock, { force: true })
    return false
  }
}

function holderLives(lock: string): boolean {
  try {
    process.kill(Number(readFileSync(lock, 'utf8')), 0)
    return true
  } catch (error) {
    // Gone by now, or a process of another user, which lives.
    return isNodeError(error) && error.code === 'EPERM'
  }
}

const isNodeError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'code' in error

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await buildScreens((line) => { console.log(line) })
  } catch (error) {
    if (!(error instanceof LauncherError)) throw error
    console.error(error.message)
    process.exitCode = 1
  }
}
