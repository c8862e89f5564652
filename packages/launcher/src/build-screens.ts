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
import { compressFiles } from './screens/compress-files.ts'
import { usedIcons } from './screens/used-icons.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

interface Screens {
  /** Holds vite.config.ts, or the script that builds it. */
  readonly folder: string
  /** Instead of the bundler: a script of `folder`, which is told `--outDir`. */
  readonly script?: string
  /** Where the result goes. */
  readonly to: string
  /** What goes into them besides the folder itself, as globs. */
  readonly from: readonly string[]
  /** What else their content depends on. */
  readonly also?: () => string
  /** Where a server sends the files as they are, compressed already: brotli's quality. */
  readonly compression?: number
}

/** How applications of the page are built: another way makes other files. */
const how = 'packages/launcher/src/screens/*.ts'

/** Of the design system what has no framework in it; unlike the rest it is not loaded by name but built in. */
const plain = 'packages/design-system/src/{chosen-language,dicom-date,person-name,preference-store}.ts'

const screens: readonly Screens[] = [
  { folder: 'dimse-gateway/console', to: 'dimse-gateway/console/dist', from: ['packages/design-system/src/**', 'packages/contracts/src/{gateway-alarm-words,film-printer-words,film-terms}.ts'] },
  { folder: 'mfe-shell/shared', to: 'dist/screens/shared', from: ['packages/{design-system,api-client,contracts}/src/**', how], also: () => usedIcons(root).join(), compression: 11 },
  { folder: 'mfe-shell', to: 'dist/screens/mfe-shell', from: ['packages/{contracts,dicom}/src/**', how], compression: 11 },
  { folder: 'mfe-admin', to: 'dist/screens/mfe-admin', from: ['packages/contracts/src/**', how], compression: 11 },
  { folder: 'mfe-viewer', to: 'dist/screens/mfe-viewer', from: ['packages/contracts/src/**', plain, how], compression: 11 },
  { folder: 'mfe-viewer/vendor', script: 'build.ts', to: 'dist/viewer', from: ['mfe-viewer/src/ohif/**', 'packages/contracts/src/viewer.ts', plain], compression: 9 },
]

/** Beside what was built: the digest of what it was built from. */
const stampName = '.built-from'
/** Longest somebody else's build is waited for; one takes seconds. */
const longestBuildMs = 5 * 60_000

/**
 * Brings every build up to date, or those of some folders.
 * @throws LauncherError with the bundler's words when the sources cannot be built
 */
export async function buildScreens(say: (line: string) => void, folders?: readonly string[]): Promise<void> {
  for (const one of screens.filter(({ folder }) => folders?.includes(folder) ?? true)) {
    const wanted = digestOfSources(one)
    const isBuilt = () => readStamp(one) === wanted
    if (isBuilt()) continue
    await withBuildLock(one.folder, async () => {
      // Two starts at a time: the second finds the work done.
      if (isBuilt()) return
      const began = performance.now()
      say(`Building the screens in ${one.folder} …`)
      await build(one, wanted)
      say(`Built the screens in ${one.folder} (${((performance.now() - began) / 1000).toFixed(1)} s).`)
    })
  }
}

/** The built folder takes the old one's place whole, so that who starts meanwhile never reads half of it. */
async function build({ folder, script, to, compression }: Screens, stamp: string): Promise<void> {
  const target = resolve(root, to)
  const fresh = `${target}.${String(process.pid)}`
  const builder = script === undefined
    ? [resolve(root, 'node_modules/vite/bin/vite.js'), 'build', '--config', resolve(root, folder, 'vite.config.ts'), '--emptyOutDir', '--logLevel', 'warn']
    : [resolve(root, folder, script)]
  const run = spawnSync(process.execPath, [...builder, '--outDir', fresh], {
    cwd: root, encoding: 'utf8', env: { ...process.env, NODE_ENV: 'production' },
    // A script tells what takes long.
    stdio: ['ignore', script === undefined ? 'pipe' : 'inherit', 'pipe'],
  })
  if (run.status !== 0) {
    rmSync(fresh, { recursive: true, force: true })
    throw new LauncherError(`The screens in ${folder} cannot be built:\n${run.stderr}${run.stdout ?? ''}`)
  }
  if (compression !== undefined) await compressFiles(fresh, compression)
  writeFileSync(join(fresh, stampName), stamp)
  rmSync(target, { recursive: true, force: true })
  renameSync(fresh, target)
}

function readStamp({ to }: Screens): string | undefined {
  const file = resolve(root, to, stampName)
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

/** Of the sources' contents and names, and of the lock file: another bundler or component library makes other screens. */
function digestOfSources({ folder, from, also }: Screens): string {
  const hash = createHash('sha256').update(also?.() ?? '')
  const patterns = [`${folder}/*.{ts,html}`, `${folder}/{src,public}/**`, ...from]
  const files = globSync(patterns, { cwd: root }).filter((file) => !/\.(test|fixture)\.tsx?$/.test(file)).sort()
  for (const file of [...files, 'package-lock.json']) {
    const path = resolve(root, file)
    if (statSync(path).isFile()) hash.update(`${file}\0`).update(readFileSync(path)).update('\0')
  }
  return hash.digest('hex')
}

async function withBuildLock(folder: string, work: () => Promise<void>): Promise<void> {
  const lock = resolve(root, '.cache', `building-${folder.replaceAll('/', '-')}`)
  await mkdir(dirname(lock), { recursive: true })
  const until = Date.now() + longestBuildMs
  while (!takeLock(lock)) {
    if (Date.now() > until) throw new LauncherError(`Another build of ${folder} does not end. If there is none, delete ${lock}.`)
    await wait(200)
  }
  try {
    await work()
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
    const folders = process.argv.slice(2)
    await buildScreens((line) => { console.log(line) }, folders.length > 0 ? folders : undefined)
  } catch (error) {
    if (!(error instanceof LauncherError)) throw error
    console.error(error.message)
    process.exitCode = 1
  }
}
