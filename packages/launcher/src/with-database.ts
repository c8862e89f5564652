/**
 * Runs a script of ours with the database of the running `npm start`, of DATABASE_URL, or, where nothing runs, with
 * the embedded Postgres started for as long as the script takes.
 *
 *   node packages/launcher/src/with-database.ts [--failure-code=NUMBER] SCRIPT [ARGUMENT…]
 *
 * The failure code is what it exits with when the script could not be run; 1 without it.
 */
import { migrate } from '@isocenter/migrations'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { LauncherError } from './launcher-error.ts'
import { startPostgres } from './postgres/index.ts'
import { claimDataFolder, readRunState } from './run-state.ts'
import { exitWith, runScript } from './script.ts'
import { readSettings } from './settings.ts'

const [, failureCode] = /^--failure-code=(\d+)$/.exec(process.argv[2] ?? '') ?? []
const script = process.argv.slice(failureCode === undefined ? 2 : 3)

await exitWith(async () => {
  const { config, ownDatabase } = readSettings()
  const run = (databaseUrl: string) =>
    runScript(script, { ...process.env, DATA_DIR: config.DATA_DIR, DATABASE_URL: databaseUrl })
  if (!ownDatabase) return run(config.DATABASE_URL)
  const state = await readRunState(config.DATA_DIR)
  if (state) {
    if (state.databaseUrl === undefined) throw new LauncherError('Isocenter is just starting; try again when it is ready.')
    return run(state.databaseUrl)
  }
  const directory = join(config.DATA_DIR, 'postgres')
  if (!existsSync(directory)) throw new LauncherError(`There is nothing in ${config.DATA_DIR} yet. Start Isocenter first: npm start`)
  const folder = await claimDataFolder(config.DATA_DIR)
  try {
    const postgres = await startPostgres({ directory })
    try {
      await migrate(postgres.connectionString)
      return await run(postgres.connectionString)
    } finally {
      await postgres.stop()
    }
  } finally {
    await folder.release()
  }
}, failureCode === undefined ? undefined : Number(failureCode))
