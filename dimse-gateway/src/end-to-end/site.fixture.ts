/** A whole site: server with its database, line, gateway; each a process that can be killed and started again. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startServerProcess, type ServerProcess } from '@isocenter/testkit'
import { startGatewayProcess, writeConfiguration, type GatewayProcess } from './gateway-process.fixture.ts'
import { aLine, type Line } from './line.fixture.ts'

export interface Site {
  readonly gateway: GatewayProcess
  readonly line: Line
  /** Base of the server's DICOMweb services, past the line. */
  readonly dicomweb: string
  readonly api: string
  readonly authorization: string
  /** Where the server keeps objects as files. */
  readonly blobFolder: string
  /** Number of the server's process. */
  readonly serverPid: number
  readonly killGateway: () => Promise<void>
  readonly startGateway: () => Promise<void>
  readonly killServer: () => Promise<void>
  readonly startServer: () => Promise<void>
  /** Somebody who may do everything in the gateway's organisation, signed in: asks the server's product API by path. */
  readonly aPerson: (phone: string) => Promise<(method: string, path: string, body?: object) => Promise<Response>>
  /** Asks the server itself. */
  readonly ask: (url: string, init?: RequestInit) => Promise<Response>
  readonly stop: () => Promise<void>
}

const scopes = [
  'dicomweb:search', 'dicomweb:retrieve', 'dicomweb:store', 'gateways:manage', 'worklist:read', 'worklist:write', 'performed-procedure:read', 'performed-procedure:write',
]

/** A server on this database and a gateway that has enrolled with it over a line of its own. */
export async function aSite(databaseUrl: string): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'isocenter-site-'))
  const directories = { server: join(folder, 'server'), gateway: join(folder, 'gateway') }
  const startServer = (port = 0): Promise<ServerProcess> => startServerProcess(databaseUrl, { dataDirectory: directories.server, env: { PORT: String(port), LOG_LEVEL: 'info', CAPTCHA_BITS: '0' } })
  let server = await startServer()
  const serverPort = Number(new URL(server.url).port)
  const line = await aLine(() => serverPort)
  const authorization = `Bearer ${await server.token('--scope', scopes.join(' '))}`
  const ask = (url: string, init: RequestInit = {}) => fetch(url, { ...init, headers: { authorization, ...init.headers as Record<string, string> } })
  const api = `${new URL(server.url).origin}/api`
  await writeConfiguration(directories.gateway)
  let gateway = await startGatewayProcess({ folder: directories.gateway })
  const { uploadCode } = await (await ask(`${api}/upload-code`)).json() as { uploadCode: string }
  await gateway.control.enrol(`http://127.0.0.1:${line.port}`, uploadCode)
  return {
    get gateway() { return gateway },
    get serverPid() { return server.process.pid ?? 0 },
    aPerson: (phone) => signedIn(server, phone),
    line, api, authorization, dicomweb: server.url, blobFolder: join(directories.server, 'blobs'), ask,
    killGateway: () => gateway.kill(),
    async startGateway() { gateway = await startGatewayProcess({ folder: directories.gateway, ports: gateway }) },
    killServer: () => killed(server),
    async startServer() { server = await startServer(serverPort) },
    async stop() {
      await gateway.stop()
      await line.close()
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function signedIn(server: ServerProcess, phone: string): Promise<(method: string, path: string, body?: object) => Promise<Response>> {
  const printed = await server.account('create', '--phone', phone, '--name', 'Li Hua', '--organisation', 'default')
  const password = printed.split(/\s+/).at(-1) ?? ''
  const { origin } = new URL(server.url)
  let cookie = ''
  let organisationId = ''
  const call = async (method: string, path: string, body?: object): Promise<Response> => {
    const answer = await fetch(`${origin}/api${path}`, {
      method, headers: { origin, ...(cookie !== '' && { cookie }), ...(organisationId !== '' && { 'x-organisation': organisationId }), ...(body && { 'content-type': 'application/json' }) }, ...(body && { body: JSON.stringify(body) }),
    })
    cookie = answer.headers.getSetCookie().map((one) => one.split(';')[0] ?? '').join('; ') || cookie
    return answer
  }
  const { challenge } = await (await call('POST', '/captchas')).json() as { challenge: string }
  for (const [method, path, body] of [['POST', '/session', { login: phone, password, captcha: { challenge, nonce: 0 } }], ['PUT', '/session/password', { newPassword: 'Radiology$1' }]] as const) {
    const answer = await call(method, path, body)
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  }
  const { items } = await (await call('GET', '/account/memberships')).json() as { items: { organisation: { organisationId: string } }[] }
  organisationId = items[0]?.organisation.organisationId ?? ''
  return call
}

async function killed({ process }: ServerProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return
  const exited = new Promise((resolve) => { process.once('exit', resolve) })
  process.kill('SIGKILL')
  await exited
}

/** Waits until something holds; says what it waited for otherwise. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, timeoutMs = 60_000): Promise<void> {
  for (const end = performance.now() + timeoutMs; !await holds();) {
    if (performance.now() > end) throw new Error(`Not within ${String(timeoutMs / 1000)} s: ${what}`)
    await sleep(50)
  }
}

/** Waits until at least so many objects are in the gateway's records, and none of them waits. */
export async function forwarded({ gateway }: Pick<Site, 'gateway'>, objects: number, timeoutMs = 120_000): Promise<void> {
  let seen = ''
  await until(`${String(objects)} objects forwarded`, async () => {
    const [{ queue }, studies] = [await gateway.control.state(), await gateway.control.studies()]
    const recorded = studies.reduce((sum, { instances }) => sum + instances, 0)
    seen = `${String(recorded)} recorded, queue ${JSON.stringify(queue)}`
    return recorded >= objects && queue.waiting === 0
  }, timeoutMs).catch((error: unknown) => { throw new Error(`${(error as Error).message} (${seen})`) })
}
