import { isAbsent, replaceFile } from '@isocenter/durable-files'
import { execFile } from 'node:child_process'
import { access, mkdir, readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { defaultPort } from '../../../dimse-gateway/src/configuration/service.ts'
import { enrolmentFileName, leftCloudFileName } from '../../../dimse-gateway/src/enrolment-file.ts'
import { askReadiness } from './ask-readiness.ts'
import { keepRunning, type KeptRunning } from './keep-running.ts'
import { portToListenOn } from './port.ts'
import { startServerProcess } from './server-process.ts'
import { gatewayNodeArguments } from './server-runtime.ts'
import { root, type GatewaySettings } from './settings.ts'

const run = promisify(execFile)
const main = resolve(root, 'dimse-gateway/src/main.ts')

export interface GatewayPorts { readonly dimse: number; readonly control: number }

/** The ports the gateway will listen on, which are free now. @throws LauncherError when one is not */
export async function portsOfGateway(settings: GatewaySettings): Promise<GatewayPorts> {
  const dimse = settings.DIMSE_PORT ?? (await storedConfiguration(settings)).service?.port ?? defaultPort
  return {
    dimse: await portToListenOn(settings.DIMSE_HOST, dimse, { port: 'DIMSE_PORT', host: 'DIMSE_HOST' }),
    control: await portToListenOn(settings.CONTROL_HOST, settings.CONTROL_PORT, { port: 'CONTROL_PORT', host: 'CONTROL_HOST' }),
  }
}

export interface StartGatewayOptions {
  readonly settings: GatewaySettings
  readonly ports: GatewayPorts
  readonly env: NodeJS.ProcessEnv
  readonly onLog: (line: string) => void
  readonly say: (line: string) => void
}

/** Starts the gateway beside the server, and again whenever it ends. */
export async function startGateway({ settings, ports, env, onLog, say }: StartGatewayOptions): Promise<KeptRunning & { readonly controlUrl: string }> {
  const controlHost = settings.CONTROL_HOST === '0.0.0.0' ? '127.0.0.1' : settings.CONTROL_HOST === '::' ? '[::1]' : settings.CONTROL_HOST
  const controlUrl = `http://${controlHost}:${ports.control}`
  const gatewayEnv = {
    ...env, GATEWAY_DATA_DIR: settings.GATEWAY_DATA_DIR, CONTROL_PORT: String(ports.control),
    // A port set in the console can be changed there; one from the environment, or any free one, stays for this start.
    ...(settings.DIMSE_PORT === undefined ? {} : { DIMSE_PORT: String(ports.dimse) }),
  }
  const kept = await keepRunning(() => startServerProcess({ env: gatewayEnv, url: controlUrl, onLog, script: main, name: 'gateway', nodeArguments: gatewayNodeArguments }), { name: 'gateway', say })
  return { ...kept, controlUrl }
}

export interface PrepareEnrolmentOptions {
  readonly gateway: GatewaySettings
  /** Address of the server for this process. */
  readonly serverUrl: string
  /** Address of the server for the gateway. */
  readonly cloudUrl: string
  readonly certificate: Buffer | undefined
  /** Of the server. */
  readonly env: NodeJS.ProcessEnv
}

/**
 * Has the gateway beside a server enrol with its default organisation, where it is enrolled nowhere and nobody has left the cloud by
 * hand: the upload code is put into a file that the gateway reads when it starts. No secret stands on a command line.
 */
export async function prepareEnrolment({ gateway, serverUrl, cloudUrl, certificate, env }: PrepareEnrolmentOptions): Promise<void> {
  if ((await storedConfiguration(gateway)).cloud !== undefined || await isThere(join(gateway.GATEWAY_DATA_DIR, leftCloudFileName))) return
  const { stdout: token } = await run(process.execPath, [resolve(root, 'server/src/cli/token.ts'), '--days', '0.01', '--scope', 'gateways:manage'], { env })
  const { status, body } = await askReadiness(`${serverUrl}/api/upload-code`, certificate, { authorization: `Bearer ${token.trim()}` })
  if (status !== 200) throw new Error(`The server did not tell its upload code (${status}).`)
  const { uploadCode } = JSON.parse(body) as { uploadCode: string }
  await mkdir(gateway.GATEWAY_DATA_DIR, { recursive: true, mode: 0o700 })
  await replaceFile(join(gateway.GATEWAY_DATA_DIR, enrolmentFileName), `${JSON.stringify({ url: cloudUrl, uploadCode, name: hostname() })}\n`)
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch (error) {
    if (isAbsent(error)) return false
    throw error
  }
}

/** The two things looked at here of the gateway's configuration document; what is wrong with the rest the gateway says itself. */
async function storedConfiguration(settings: GatewaySettings): Promise<{ service?: { port?: number }; cloud?: unknown }> {
  try {
    return JSON.parse(await readFile(join(settings.GATEWAY_DATA_DIR, 'configuration.json'), 'utf8')) as { service?: { port?: number }; cloud?: unknown }
  } catch (error) {
    if (isAbsent(error) || error instanceof SyntaxError) return {}
    throw error
  }
}
