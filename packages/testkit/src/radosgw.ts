import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { join } from 'node:path'

/** A real S3 service on this machine that forgets everything when it stops. */
export interface Radosgw {
  readonly endpoint: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Ends the programs and removes the directory. */
  stop(): Promise<void>
}

const startTimeoutMs = 30_000

/**
 * Starts Ceph's S3 gateway on a free loopback port over one object store in memory; takes about a second.
 * The programs die with this process, however it ends. Works as root and as any user.
 * @param directory an absolute path, made here and removed by `stop`
 */
export async function startRadosgw(directory: string): Promise<Radosgw> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const running: ChildProcess[] = []
  const stop = async (): Promise<void> => {
    // Nothing is to be kept, so nothing needs to end in good order.
    await Promise.all(running.map(killed))
    await rm(directory, { recursive: true, force: true })
  }
  try {
    return { ...await start(directory, running), stop }
  } catch (error) {
    const tail = await readFile(join(directory, 'log'), 'utf8').then((text) => text.slice(-2000), () => '')
    await stop()
    throw new Error(`radosgw did not start.\n${tail}`, { cause: error })
  }
}

async function start(directory: string, running: ChildProcess[]): Promise<Omit<Radosgw, 'stop'>> {
  const [monitorPort, gatewayPort] = await twoFreePorts()
  const clusterId = randomUUID()
  const osdId = randomUUID()
  await writeFile(join(directory, 'ceph.conf'), configuration(directory, clusterId, monitorPort, gatewayPort))
  for (const folder of ['mon', 'osd', 'rgw']) await mkdir(join(directory, folder))
  const run = (program: string, ...args: string[]): Promise<void> => finished(directory, program, args)
  const keep = async (program: string, ...args: string[]): Promise<void> => { running.push(await started(directory, program, args)) }

  const monitorMap = join(directory, 'monmap')
  await run('monmaptool', '--create', '--clobber', '--fsid', clusterId, '--addv', 'a', `[v2:127.0.0.1:${monitorPort}]`, monitorMap)
  await run('ceph-mon', '--mkfs', '-i', 'a', '--monmap', monitorMap)
  await keep('ceph-mon', '-f', '-i', 'a')
  await run('ceph-osd', '--mkfs', '-i', '0', '--osd-uuid', osdId, '--no-mon-config')
  await run('ceph', 'osd', 'new', osdId)
  await keep('ceph-osd', '-f', '-i', '0')

  const accessKeyId = randomBytes(10).toString('hex')
  const secretAccessKey = randomBytes(20).toString('hex')
  await run('radosgw-admin', 'user', 'create', '--uid', 'tests', '--display-name', 'tests', '--access-key', accessKeyId, '--secret-key', secretAccessKey)
  await keep('radosgw', '-f', '-n', 'client.rgw')
  const endpoint = `http://127.0.0.1:${gatewayPort}`
  await answering(endpoint, running)
  return { endpoint, accessKeyId, secretAccessKey }
}

function configuration(directory: string, clusterId: string, monitorPort: number, gatewayPort: number): string {
  return `[global]
fsid = ${clusterId}
mon host = v2:127.0.0.1:${monitorPort}/0
auth cluster required = none
auth service required = none
auth client required = none
# Without cephx the clients' default of encrypted connections is refused.
ms mon client mode = crc
ms bind ipv6 = false
public addr = 127.0.0.1
cluster addr = 127.0.0.1
run dir = ${directory}
admin socket =
pid file =
log file =
log to stderr = true
err to stderr = true
mon data = ${directory}/mon
# A monitor gives up on a disk that is nearly full.
mon data avail crit = 0
mon data avail warn = 0
mon allow pool size one = true
# Each of the first pools waits for a round of the monitor.
paxos propose interval = 0.02
osd data = ${directory}/osd
osd objectstore = memstore
memstore device bytes = 17179869184
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd crush chooseleaf type = 0
rgw data = ${directory}/rgw
rgw frontends = beast endpoint=127.0.0.1:${gatewayPort}
# What a test deleted is freed at once, not after two hours.
rgw gc obj min wait = 1
rgw gc processor period = 2
# Keys for server-side encryption live here, in the open: real ones never do.
rgw crypt require ssl = false
rgw crypt s3 kms backend = testing
rgw crypt s3 kms encryption keys = ${testKmsKeyId}=${randomBytes(32).toString('base64')}
`
}

/** The one key that the gateway's key service knows, for `aws:kms`. */
export const testKmsKeyId = 'test-key'

async function started(directory: string, program: string, args: readonly string[]): Promise<ChildProcess> {
  const log = await open(join(directory, 'log'), 'a', 0o600)
  try {
    const withConfiguration = [program, '-c', join(directory, 'ceph.conf'), ...args]
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...withConfiguration], { stdio: ['ignore', log.fd, log.fd] })
    await once(child, 'spawn')
    return child
  } finally {
    await log.close()
  }
}

async function finished(directory: string, program: string, args: readonly string[]): Promise<void> {
  const child = await started(directory, program, args)
  const timer = setTimeout(() => child.kill('SIGKILL'), startTimeoutMs)
  const [code, signal] = child.exitCode === null ? await once(child, 'exit') as [number | null, string | null] : [child.exitCode, child.signalCode]
  clearTimeout(timer)
  if (code !== 0) throw new Error(`${program} ended with ${code ?? signal}.`)
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

async function answering(endpoint: string, running: readonly ChildProcess[]): Promise<void> {
  const deadline = Date.now() + startTimeoutMs
  for (;;) {
    if (running.some((child) => child.exitCode !== null || child.signalCode !== null)) throw new Error('One of the programs ended.')
    if (Date.now() > deadline) throw new Error(`Nothing answers at ${endpoint}.`)
    const answer = await fetch(endpoint).catch(() => undefined)
    if (answer?.ok) return
    await new Promise((resolve) => { setTimeout(resolve, 50) })
  }
}

/** Ports nobody listens on at this moment, the first held until the second is found so that they differ. */
async function twoFreePorts(): Promise<[number, number]> {
  const first = await listening()
  const second = await listening()
  const ports: [number, number] = [portOf(first), portOf(second)]
  await Promise.all([first, second].map((server) => new Promise((resolve) => { server.close(resolve) })))
  return ports
}

async function listening(): Promise<Server> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port
