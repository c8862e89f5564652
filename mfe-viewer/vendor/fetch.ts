import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { release } from './release.ts'

/**
 * The release's archive in `folder`, fetched by npm from the registry it is set to when it is not there yet.
 * @throws Error when it cannot be fetched, or is not the one we know
 */
export function fetchRelease(folder: string, say: (line: string) => void): string {
  const archive = join(folder, `ohif-app-${release.version}.tgz`)
  if (existsSync(archive) && isTheOne(archive)) return archive
  say(`Fetching the viewer, ${release.package} ${release.version} (${release.megabytes} MB) …`)
  mkdirSync(folder, { recursive: true })
  const arriving = join(folder, `arriving-${process.pid}`)
  mkdirSync(arriving, { recursive: true })
  try {
    const run = spawnSync(npm.command, [...npm.leading, 'pack', `${release.package}@${release.version}`, '--silent', '--pack-destination', arriving], { encoding: 'utf8', cwd: arriving })
    if (run.status !== 0) throw new Error(`${release.package} ${release.version} cannot be fetched:\n${run.stderr}${run.error?.message ?? ''}`)
    const fetched = join(arriving, `ohif-app-${release.version}.tgz`)
    if (!isTheOne(fetched)) throw new Error(`What the registry gives as ${release.package} ${release.version} is not the release that is pinned.`)
    renameSync(fetched, archive)
  } finally {
    rmSync(arriving, { recursive: true, force: true })
  }
  return archive
}

const isTheOne = (archive: string): boolean =>
  `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}` === release.integrity

/** npm of whoever runs us, else the one beside this Node, else the one on the path; on Windows only the first can be run without a shell. */
const npm = ((): { command: string; leading: string[] } => {
  const running = process.env['npm_execpath']
  if (running?.endsWith('.js') === true) return { command: process.execPath, leading: [running] }
  const beside = join(dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js')
  return existsSync(beside) ? { command: process.execPath, leading: [beside] } : { command: 'npm', leading: [] }
})()
