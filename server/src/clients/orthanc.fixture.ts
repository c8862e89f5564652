/** Orthanc with its DICOMweb plugin, as Debian has them, for tests in which it is a client of ours. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile, open } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, hasProgram } from '@isocenter/testkit'

const plugin = '/usr/share/orthanc/plugins/libOrthancDicomWeb.so'

/** Says once what is skipped where it is missing. @throws where CI is set */
export function hasOrthanc(): boolean {
  if (!hasProgram('Orthanc')) return false
  if (existsSync(plugin)) return true
  const message = 'The DICOMweb plugin of Orthanc is not installed (Debian: orthanc-dicomweb)'
  if (process.env['CI'] === 'true') throw new Error(`${message}, and CI skips no test.`)
  console.warn(`Skipped: ${message}.`)
  return false
}

export interface Orthanc {
  readonly dicomPort: number
  /** Its REST interface: JSON out, and JSON in or a text as it is. @throws Error with what it says when the status is not 2xx */
  readonly rest: (method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown) => Promise<unknown>
  readonly bytes: (path: string) => Promise<Buffer>
  readonly stop: () => Promise<void>
}

/** Starts one that knows the DICOMweb server at `url` as `isocenter`. */
export async function startOrthanc(directory: string, url: string, authorization: string): Promise<Orthanc> {
  await mkdir(directory, { recursive: true })
  const [httpPort, dicomPort] = await Promise.all([freePort(), freePort()])
  await writeFile(join(directory, 'orthanc.json'), JSON.stringify({
    Name: 'client', StorageDirectory: directory, IndexDirectory: directory,
    HttpPort: httpPort, DicomPort: dicomPort, DicomAet: 'ORTHANC', RemoteAccessAllowed: false, AuthenticationEnabled: false, DicomAlwaysAllowStore: true,
    Plugins: [plugin],
    DicomWeb: { Enable: true, Root: '/dicom-web/', Servers: { isocenter: { Url: `${url}/`, HttpHeaders: { Authorization: authorization }, HasDelete: true } } },
  }), { mode: 0o600 })
  const log = await open(join(directory, 'log'), 'w')
  // DCMTK's switch against 40 ms for each message on loopback.
  const child = spawn('Orthanc', [join(directory, 'orthanc.json')], { stdio: ['ignore', log.fd, log.fd], env: { ...process.env, TCP_NODELAY: '1' } })
  await once(child, 'spawn')
  await log.close()
  const origin = `http://127.0.0.1:${String(httpPort)}`

  const ask = async (method: string, path: string, body?: unknown): Promise<Buffer> => {
    const response = await fetch(origin + path, { method, ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }) })
    const answer = Buffer.from(await response.arrayBuffer())
    if (!response.ok) throw new Error(`Orthanc answers ${String(response.status)} to ${method} ${path}: ${answer.toString()}\n${(await readFile(join(directory, 'log'), 'utf8')).slice(-1500)}`)
    return answer
  }
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill('SIGTERM')
    await exit
  }
  for (const until = Date.now() + 30_000; ;) {
    if (await fetch(`${origin}/system`).then(({ ok }) => ok, () => false)) break
    if (child.exitCode !== null || Date.now() > until) throw new Error(`Orthanc does not start:\n${await readFile(join(directory, 'log'), 'utf8')}`)
    await sleep(50)
  }
  return {
    dicomPort,
    rest: async (method, path, body) => JSON.parse((await ask(method, path, body)).toString()) as unknown,
    bytes: (path) => ask('GET', path),
    stop,
  }
}
