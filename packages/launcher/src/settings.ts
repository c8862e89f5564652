import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { loadEnvFile } from 'node:process'
import { fileURLToPath } from 'node:url'
import { readConfig as readGatewayConfig, ConfigError as GatewayConfigError, type GatewayConfig } from '../../../dimse-gateway/src/config.ts'
import { ConfigError, readConfig, type Config } from '../../../server/src/config.ts'
import { LauncherError } from './launcher-error.ts'

/** Folder of the repository. */
export const root = fileURLToPath(new URL('../../..', import.meta.url))

/**
 * Reads `.env` in the repository's folder, where there is one, into this process's environment, and checks all settings
 * together; what the environment already holds wins. Paths count from the repository's folder.
 * @throws LauncherError listing every mistake
 */
export function readSettings(): { config: Config; gateway: GatewaySettings; ownDatabase: boolean } {
  loadDotEnv()
  const ownDatabase = (process.env['DATABASE_URL'] ?? '') === ''
  const mistakes: string[] = []
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof ConfigError) && !(error instanceof GatewayConfigError)) throw error
      mistakes.push(error.message)
      return undefined
    }
  }
  const config = attempt(() => readConfig({ ...process.env, ...(ownDatabase ? { DATABASE_URL: 'postgresql://embedded' } : {}) }))
  const gateway = attempt(readGatewaySettings)
  if (!config || !gateway) throw new LauncherError(mistakes.join('\n'))
  return { config: { ...config, DATA_DIR: resolve(root, config.DATA_DIR) }, gateway, ownDatabase }
}

/** The gateway's settings, its folder absolute. */
export type GatewaySettings = GatewayConfig & { readonly GATEWAY_DATA_DIR: string }

/** The settings of a gateway on its own. @throws LauncherError listing every mistake */
export function readGatewayAlone(): GatewaySettings {
  loadDotEnv()
  try {
    return readGatewaySettings()
  } catch (error) {
    if (error instanceof GatewayConfigError) throw new LauncherError(error.message, { cause: error })
    throw error
  }
}

function readGatewaySettings(): GatewaySettings {
  const config = readGatewayConfig(process.env)
  return { ...config, GATEWAY_DATA_DIR: resolve(root, config.GATEWAY_DATA_DIR ?? join(config.DATA_DIR, 'gateway')) }
}

function loadDotEnv(): void {
  const file = resolve(root, '.env')
  if (existsSync(file)) loadEnvFile(file)
}
