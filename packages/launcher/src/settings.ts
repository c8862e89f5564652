import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { loadEnvFile } from 'node:process'
import { fileURLToPath } from 'node:url'
import { ConfigError, readConfig, type Config } from '../../../server/src/config.ts'
import { LauncherError } from './launcher-error.ts'

/** Folder of the repository. */
export const root = fileURLToPath(new URL('../../..', import.meta.url))

/**
 * Reads `.env` in the repository's folder, where there is one, into this process's environment, and checks all settings
 * together; what the environment already holds wins. Paths count from the repository's folder.
 * @throws LauncherError listing every mistake
 */
export function readSettings(): { config: Config; ownDatabase: boolean } {
  const file = resolve(root, '.env')
  if (existsSync(file)) loadEnvFile(file)
  const ownDatabase = (process.env['DATABASE_URL'] ?? '') === ''
  try {
    const config = readConfig({ ...process.env, ...(ownDatabase ? { DATABASE_URL: 'postgresql://embedded' } : {}) })
    return { config: { ...config, DATA_DIR: resolve(root, config.DATA_DIR) }, ownDatabase }
  } catch (error) {
    if (error instanceof ConfigError) throw new LauncherError(error.message, { cause: error })
    throw error
  }
}
