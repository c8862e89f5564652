import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where Debian has the programs that tests look for. */
const packages: Readonly<Record<string, string>> = { radosgw: 'radosgw ceph-mon ceph-osd ceph-common' }
const told = new Set<string>()

/**
 * True when a program is on the PATH, for `describe.skipIf(!hasProgram('…'))`; says once what is skipped where it is not.
 * @throws where CI is set: there a test must not be left out unseen
 */
export function hasProgram(name: string): boolean {
  if (process.env['PATH']?.split(delimiter).some((folder) => isExecutable(join(folder, name)))) return true
  const message = `${name} is not installed${packages[name] ? ` (Debian: ${packages[name]})` : ''}`
  if (process.env['CI'] === 'true') throw new Error(`${message}, and CI skips no test.`)
  if (!told.has(name)) console.warn(`Skipped: ${message}.`)
  told.add(name)
  return false
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
