/** A gateway in a process of its own, as users run it, and its control interface. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort, gatewayNodeArguments, serverEnvironment } from '@isocenter/testkit'
import type { Configuration } from '../configuration/schema.ts'
import type { GatewayState } from '../control/wire/state.ts'
import type { InstanceRecord, StudyRecord } from '../control/wire/records.ts'

const main = fileURLToPath(new URL('../main.ts', import.meta.url))
const readyWithinMs = 60_000

export interface GatewayProcess {
  /** The port modalities send to. */
  readonly port: number
  readonly controlPort: number
  readonly pid: number
  /** Everything it has written to standard output and standard error. */
  readonly said: () => string
  readonly isRunning: () => boolean
  /** Ends it at once, whatever it is doing (SIGKILL). */
  readonly kill: () => Promise<void>
  /** Asks it to end (SIGTERM) and waits until it has. */
  readonly stop: () => Promise<void>
  readonly control: GatewayControlClient
}

export interface GatewayProcessOptions {
  /** Its data folder; configuration and objects of a gateway before stay there. */
  readonly folder: string
  /** The same as before, for one that is started again. */
  readonly ports?: { readonly port: number; readonly controlPort: number }
}

/** Starts a gateway on free ports, or on those of the one before, and waits until it takes associations. @throws Error with what it printed */
export async function startGatewayProcess({ folder, ports }: GatewayProcessOptions): Promise<GatewayProcess> {
  const child = spawn(process.execPath, [...gatewayNodeArguments, main], {
    env: {
      PATH: process.env['PATH'], NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'], ...serverEnvironment, GATEWAY_DATA_DIR: folder, DIMSE_HOST: '127.0.0.1', LOG_LEVEL: process.env['GATEWAY_LOG_LEVEL'] ?? 'info',
      // Told, not 0: settings that make it listen anew must not move it.
      DIMSE_PORT: String(ports?.port ?? await freePort()), CONTROL_PORT: String(ports?.controlPort ?? 0),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => { said = (said + text).slice(-1_000_000) })
  const isRunning = () => child.exitCode === null && child.signalCode === null
  const controlPort = await until(() => Number(/Server listening at http:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1] ?? 0), isRunning, () => said)
  const port = await until(async () => {
    const answer = await fetch(`http://127.0.0.1:${controlPort}/readyz`).catch(() => undefined)
    return answer?.status === 200 ? (await answer.json() as { port: number }).port : 0
  }, isRunning, () => said)
  const key = (await readFile(join(folder, 'secrets', 'control.key'), 'utf8')).trim()
  return {
    port, controlPort, pid: child.pid ?? 0, said: () => said, isRunning, kill: () => end(child, 'SIGKILL'), stop: () => end(child, 'SIGTERM'),
    control: controlClient(`http://127.0.0.1:${controlPort}/api`, key),
  }
}

async function until(what: () => number | Promise<number>, isRunning: () => boolean, said: () => string): Promise<number> {
  for (const patience = Date.now() + readyWithinMs; ;) {
    const value = await what()
    if (value > 0) return value
    if (!isRunning() || Date.now() > patience) throw new Error(`The gateway does not become ready:\n${said()}`)
    await sleep(10)
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  child.kill(signal)
  await closed
}

/** Writes the configuration a gateway starts with; tests share a disk whose free space says nothing of them. */
export async function writeConfiguration(folder: string, document: Partial<Record<keyof Configuration, unknown>> = {}): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'configuration.json'), JSON.stringify({ spool: { refuseAtFreeBytes: 0 }, ...document }))
}

/** The control API, asked as a script of the technician would. */
export interface GatewayControlClient {
  state(): Promise<GatewayState>
  enrol(url: string, uploadCode: string): Promise<void>
  change(part: Partial<Record<'service' | 'nodes' | 'rules' | 'printers' | 'retention' | 'spool', unknown>>): Promise<Configuration>
  configuration(): Promise<Configuration>
  studies(): Promise<StudyRecord[]>
  instances(StudyInstanceUID: string): Promise<InstanceRecord[]>
  ask<Body>(path: string, init?: { method?: string; body?: unknown }): Promise<Body>
}

function controlClient(base: string, key: string): GatewayControlClient {
  async function ask<Body>(path: string, { method = 'GET', body }: { method?: string; body?: unknown } = {}): Promise<Body> {
    const answer = await fetch(base + path, {
      method, headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path} was answered with ${answer.status}: ${text}`)
    return (text === '' ? undefined : JSON.parse(text)) as Body
  }
  async function pages<Record>(path: string): Promise<Record[]> {
    const records: Record[] = []
    for (let after: string | undefined = ''; after !== undefined;) {
      const page: { records: Record[]; next?: string } = await ask(`${path}?limit=200${after === '' ? '' : `&after=${after}`}`)
      records.push(...page.records)
      after = page.next
    }
    return records
  }
  return {
    ask,
    state: () => ask('/state'),
    enrol: (url, uploadCode) => ask('/cloud/enrolment', { method: 'POST', body: { url, uploadCode, name: 'End to end' } }),
    change: (part) => ask('/configuration', { method: 'PATCH', body: part }),
    configuration: () => ask('/configuration'),
    studies: () => pages('/records/studies'),
    instances: (StudyInstanceUID) => pages(`/records/studies/${StudyInstanceUID}/instances`),
  }
}
