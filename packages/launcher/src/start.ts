import { migrate } from '@isocenter/migrations'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { readTlsFiles } from '../../../server/src/platform/tls.ts'
import { banner } from './banner.ts'
import { buildScreens } from './build-screens.ts'
import { demonstrationSettings, demonstrationText, isDemonstrationWanted, prepareDemonstration, startStoringSamples } from './demonstration.ts'
import { portsOfGateway, prepareEnrolment, startGateway } from './gateway.ts'
import { keepRunning } from './keep-running.ts'
import { LauncherError } from './launcher-error.ts'
import { LogFile } from './log-file.ts'
import { portToListenOn } from './port.ts'
import { startPostgres } from './postgres/index.ts'
import { claimDataFolder } from './run-state.ts'
import { startServerProcess } from './server-process.ts'
import { readSettings, root } from './settings.ts'
import { onStop, Stopped } from './stopping.ts'
import { terminalLog } from './terminal-log.ts'
import { gatewaySources, screenSources, serverSources, watchSources } from './watch-sources.ts'

const say = (line: string) => { console.log(line) }

/** Everything started so far, each with how to stop it; stopped last first. */
const running: { name: string; stop: () => Promise<void> }[] = []

async function start(stopRequested: () => void): Promise<void> {
  const { config, gateway: gatewaySettings, ownDatabase } = readSettings()
  await mkdir(config.DATA_DIR, { recursive: true, mode: 0o700 })
  const folder = await claimDataFolder(config.DATA_DIR)
  running.push({ name: '', stop: folder.release })
  const port = await portToListenOn(config.HOST, config.PORT)
  const gatewayPorts = await portsOfGateway(gatewaySettings)
  const tls = await certificateOf(config)
  const url = localUrl(tls ? 'https' : 'http', config.HOST, port)

  const databaseUrl = ownDatabase ? await startOwnDatabase(config.DATA_DIR) : config.DATABASE_URL
  stopRequested()
  const ran = await migrate(databaseUrl)
  if (ran.length > 0) say(`Brought the database up to date (${ran.length} ${ran.length === 1 ? 'migration' : 'migrations'}).`)
  stopRequested()

  const logFile = process.stdout.isTTY ? join(config.DATA_DIR, 'logs', 'server.log') : undefined
  const onLog = logFile ? terminalLog(new LogFile(logFile), say) : say
  const settings = { ...process.env, DATABASE_URL: databaseUrl, DATA_DIR: config.DATA_DIR, PORT: String(port) }
  const demonstration = isDemonstrationWanted(config, ownDatabase, process.env) ? await prepareDemonstration(settings) : undefined
  const env = { ...settings, ...demonstrationSettings(demonstration, process.env) }
  stopRequested()
  // The server reads them when it starts.
  await buildScreens(say)
  stopRequested()
  const server = await keepRunning(() => startServerProcess({ env, url, certificate: tls?.cert, onLog }), { name: 'server', say })
  running.push({ name: 'server', stop: server.stop })
  stopRequested()

  // The certificate is of the public address; one that we signed ourselves is trusted by our own processes.
  const cloud = tls ? { url: config.PUBLIC_URL ?? url, extraEnv: { NODE_EXTRA_CA_CERTS: resolve(root, config.TLS_CERT_FILE ?? '') } } : { url, extraEnv: {} }
  await prepareEnrolment({ gateway: gatewaySettings, serverUrl: url, cloudUrl: cloud.url, certificate: tls?.cert, env })
  stopRequested()
  const gateway = await startGateway({ settings: gatewaySettings, ports: gatewayPorts, env: { ...process.env, ...cloud.extraEnv }, onLog, say })
  running.push({ name: 'gateway', stop: gateway.stop })
  stopRequested()

  await folder.tell({ url, databaseUrl })
  say(banner({
    url: config.PUBLIC_URL ?? url, gateway: { dimsePort: gatewayPorts.dimse, controlUrl: gateway.controlUrl, keyFile: join(gatewaySettings.GATEWAY_DATA_DIR, 'secrets', 'control.key') },
    dataDirectory: config.DATA_DIR, database: ownDatabase ? 'embedded' : 'external', logFile, seconds: performance.now() / 1000,
  }))
  if (demonstration) say(demonstrationText(demonstration, { url: config.PUBLIC_URL ?? url, secondFactor: env.MANAGEMENT_SECOND_FACTOR }))
  if (demonstration && demonstration.state !== 'not wanted' && !demonstration.hasStudies) {
    running.push({ name: '', stop: (await startStoringSamples({ url: cloud.url, env: { ...env, ...cloud.extraEnv }, say })).stop })
  }
  if (process.argv.includes('--watch')) {
    watchSources(serverSources, () => void server.restart())
    watchSources(gatewaySources, () => void gateway.restart())
    // The server reads them when it starts.
    watchSources(screenSources, () => void buildScreens(say).then(() => server.restart(), (error: unknown) => { say(error instanceof Error ? error.message : 'The screens cannot be built.') }))
    say('  Server and gateway start anew when their sources change; screens are built anew.\n')
  }
}

async function startOwnDatabase(dataDirectory: string): Promise<string> {
  let connectionString = ''
  const database = await keepRunning(async () => {
    const postgres = await startPostgres({ directory: join(dataDirectory, 'postgres') })
    ;({ connectionString } = postgres)
    return { ended: postgres.exited.then(() => 'see postgres/postgres.log in the data folder'), stop: postgres.stop }
  }, { name: 'database', say })
  running.push({ name: 'database', stop: database.stop })
  return connectionString
}

async function certificateOf(config: Parameters<typeof readTlsFiles>[0]): ReturnType<typeof readTlsFiles> {
  try {
    return await readTlsFiles(config)
  } catch (error) {
    throw new LauncherError(`TLS_CERT_FILE and TLS_KEY_FILE cannot both be read: ${error instanceof Error ? error.message : 'unknown error'}`, { cause: error })
  }
}

/** The address as this machine reaches it: "all interfaces" is no address to connect to. */
function localUrl(scheme: 'http' | 'https', host: string, port: number): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `${scheme}://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}

async function stopAll(): Promise<void> {
  for (const { name, stop } of running.splice(0).reverse()) {
    if (name !== '') say(`Stopping the ${name} …`)
    await stop()
  }
}

const { stopRequested, whenAsked } = onStop(say)
let exitCode = 0
try {
  await start(stopRequested)
  await whenAsked
} catch (error) {
  if (!(error instanceof Stopped)) {
    exitCode = 1
    if (error instanceof LauncherError) console.error(error.message)
    else console.error(error)
  }
}
await stopAll()
if (exitCode === 0) say('Stopped.')
process.exit(exitCode)
