/**
 * Runs a DICOMweb client of ours against the running `npm start`: sets ISOCENTER_URL and ISOCENTER_TOKEN for it,
 * unless a server is named by --url or by those variables, or none is asked for (--dimse).
 *
 *   node packages/launcher/src/with-server.ts SCRIPT [ARGUMENT…]
 */
import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { LauncherError } from './launcher-error.ts'
import { readRunState } from './run-state.ts'
import { exitWith, runScript } from './script.ts'
import { readSettings, root } from './settings.ts'

const run = promisify(execFile)

await exitWith(async () => {
  const args = process.argv.slice(2)
  const needsNone = args.some((arg) => /^(--(url|dimse)(=.*)?|--help|-h)$/.test(arg)) || process.env['ISOCENTER_URL'] !== undefined
  return runScript(args, needsNone ? process.env : { ...process.env, ...(await runningServer()) })
})

async function runningServer(): Promise<{ ISOCENTER_URL: string; ISOCENTER_TOKEN: string; NODE_EXTRA_CA_CERTS?: string }> {
  const { config } = readSettings()
  const state = await readRunState(config.DATA_DIR)
  if (state?.url === undefined || state.databaseUrl === undefined) {
    throw new LauncherError(`No server runs on ${config.DATA_DIR}. Start it in another terminal (npm start), or name one: --url URL --token TOKEN`)
  }
  const { stdout } = await run(process.execPath, [resolve(root, 'server/src/cli/token.ts'), '--days', '1'],
    { env: { ...process.env, DATA_DIR: config.DATA_DIR, DATABASE_URL: state.databaseUrl } })
  const token = { ISOCENTER_TOKEN: stdout.trim() }
  if (config.TLS_CERT_FILE === undefined) return { ISOCENTER_URL: `${state.url}/dicom-web`, ...token }
  // The certificate is of the public address; one that we signed ourselves is trusted by this client alone.
  return { ISOCENTER_URL: `${config.PUBLIC_URL ?? state.url}/dicom-web`, NODE_EXTRA_CA_CERTS: resolve(root, config.TLS_CERT_FILE), ...token }
}
