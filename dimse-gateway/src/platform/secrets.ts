import { isAbsent, replaceFile } from '@isocenter/durable-files'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Keys and passwords that the configuration names and never holds: a file each, for its owner alone. */
export interface SecretStore {
  /** The secret of a name; undefined when there is none. */
  read(name: string): Promise<string | undefined>
  write(name: string, value: string): Promise<void>
  remove(name: string): Promise<void>
}

/** @param folder exists */
export function createSecretStore(folder: string): SecretStore {
  // A name is never a path: one that could be has no secret.
  const pathOf = (name: string) => (/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name) ? join(folder, name) : undefined)
  return {
    async read(name) {
      const path = pathOf(name)
      if (path === undefined) return undefined
      try {
        return (await readFile(path, 'utf8')).trimEnd()
      } catch (error) {
        if (isAbsent(error)) return undefined
        throw error
      }
    },
    async write(name, value) {
      const path = pathOf(name)
      if (path === undefined) throw new Error('A secret is named with letters, digits, ".", "_" and "-".')
      await replaceFile(path, `${value}\n`)
    },
    async remove(name) {
      const path = pathOf(name)
      if (path !== undefined) await rm(path, { force: true })
    },
  }
}
