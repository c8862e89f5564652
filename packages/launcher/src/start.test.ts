import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hasProgram } from '@isocenter/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { portToListenOn } from './port.ts'
import { readRunState } from './run-state.ts'

/** How long a start may take that builds the screens first, on a machine that is busy. */
const readyWithinMs = 240_000
/** Several starts a test. */
vi.setConfig({ testTimeout: 480_000, hookTimeout: 300_000 })

const startScript = fileURLToPath(new URL('./start.ts', import.meta.url))
const withDatabase = fileURLToPath(new URL('./with-database.ts', import.meta.url))

let folder: string
/** One folder for all, as users have it: a cluster and a schema are made once. What is about a first start has another. */
let dataDirectory: string
let started: Start[] = []

beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'isocenter-start-')) })
afterAll(() => rm(folder, { recursive: true, force: true }))
/** In which nothing was ever started. */
const never = () => join(folder, 'never')
beforeEach(() => { dataDirectory = join(folder, 'data') })
afterEach(async () => {
  for (const one of started) await ended(one)
  started = []
})

async function ended({ child }: Start): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'close')
}

/** One `npm start`, less npm. */
interface Start {
  readonly child: ChildProcess
  readonly url: string
  said(): string
  /** Resolves when the text has been printed. */
  until(text: string): Promise<void>
  readonly exit: Promise<number | null>
}

async function start(env: Record<string, string> = {}): Promise<Start> {
  const port = env['PORT'] === undefined ? await portToListenOn('127.0.0.1', 0) : Number(env['PORT'])
  const { npm_lifecycle_event: _npm, DATABASE_URL: _url, ...inherited } = process.env
  const child = spawn(process.execPath, [startScript], {
    env: {
      ...inherited,
      HOST: '127.0.0.1',
      PORT: String(port),
      DATA_DIR: dataDirectory,
      DIMSE_PORT: '0',
      CONTROL_PORT: '0',
      DEMONSTRATION: 'false',
      DEMONSTRATION_LANGUAGE: 'en',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk: string) => { text += chunk })
  const exit = once(child, 'close').then(([code]) => code as number | null)
  const one: Start = {
    child, exit, url: `http://127.0.0.1:${port}`, said: () => text,
    until: async (wanted) => {
      // What has ended says no more.
      await vi.waitFor(() => { if (child.exitCode === null) expect(text).toContain(wanted) }, { timeout: readyWithinMs, interval: 20 })
      expect(text).toContain(wanted)
    },
  }
  started.push(one)
  return one
}

const ready = (url: string) => fetch(`${url}/readyz`).then(({ ok }) => ok, () => false)
const becomesReady = async (url: string, withinMs: number) => { await expect.poll(() => ready(url), { timeout: withinMs }).toBe(true) }

/** Numbers of the processes whose command line names the data folder or whose environment does: everything this start brought up. */
function processesOf(directory: string): number[] {
  const { stdout } = spawnSync('ps', ['axeww', '-o', 'pid=,command='], { encoding: 'utf8' })
  return stdout.split('\n').filter((line) => line.includes(directory)).map((line) => Number.parseInt(line, 10)).filter((pid) => pid !== process.pid)
}

/** What ends takes a moment. */
const nothingIsLeftOf = async (directory: string) => { await expect.poll(() => processesOf(directory), { timeout: 30_000, interval: 100 }).toEqual([]) }

test('it comes up ready, says where it is, ends cleanly on Ctrl-C; in production it makes no demonstration', async () => {
  const one = await start({ DEMONSTRATION: '', NODE_ENV: 'production' })
  await one.until('Isocenter is ready')
  expect(one.said()).toContain(`${one.url}/dicom-web`)
  expect(one.said()).toContain(dataDirectory)
  expect(one.said()).not.toContain('DEMONSTRATION')
  expect(await ready(one.url)).toBe(true)
  expect(await readRunState(dataDirectory)).toMatchObject({ url: one.url, pid: one.child.pid })
  await endsCleanly(one, 'SIGINT')
  expect(await readRunState(dataDirectory)).toBeUndefined()
})

/** Stops it in order: nothing of it is left. */
async function endsCleanly(one: Start, signal: 'SIGINT' | 'SIGTERM'): Promise<void> {
  one.child.kill(signal)
  expect(await one.exit).toBe(0)
  expect(one.said()).toMatch(/Stopping the gateway …\n(.*\n)*Stopping the server …\n(.*\n)*Stopping the database …\n(.*\n)*Stopped\.\n$/)
  await nothingIsLeftOf(dataDirectory)
}

const token = (directory: string) => spawnSync(process.execPath, [withDatabase, 'server/src/cli/token.ts'], { encoding: 'utf8', env: { ...process.env, DATA_DIR: directory, DATABASE_URL: '' } })
const aToken = { status: 0, stdout: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+\n$/) as string }

test('a token can be had while it does not run, but not before it ever has', async () => {
  expect(token(never())).toMatchObject({ status: 1, stderr: expect.stringContaining('Start Isocenter first: npm start') as string })
  expect(token(dataDirectory)).toMatchObject(aToken)
  await nothingIsLeftOf(dataDirectory)
})

describe('one that runs', () => {
  let one: Start
  beforeAll(async () => {
    dataDirectory = join(folder, 'data')
    one = await start()
    started = []
    await one.until('Isocenter is ready')
  })
  afterAll(() => ended(one))

  test('gives tokens', async () => {
    const issued = token(dataDirectory)
    expect(issued).toMatchObject(aToken)
    const searched = await fetch(`${one.url}/dicom-web/studies`, { headers: { authorization: `Bearer ${issued.stdout.trim()}` } })
    expect(searched.ok).toBe(true)
  })

  test('goes on where a second start on its data folder is refused by name', async () => {
    const second = await start()
    expect(await second.exit).toBe(1)
    expect(second.said()).toContain(`already runs on ${dataDirectory} (process ${one.child.pid}) and serves ${one.url}`)
    expect(await ready(one.url)).toBe(true)
  })

  test('starts a killed server and a killed Postgres again', async () => {
    const postmaster = Number((await readFile(join(dataDirectory, 'postgres/cluster/postmaster.pid'), 'utf8')).split('\n')[0])
    const server = Number(spawnSync('pgrep', ['-P', String(one.child.pid), '-f', '/server/src/main.ts'], { encoding: 'utf8' }).stdout.split('\n')[0])
    expect(server).toBeGreaterThan(0)
    process.kill(server, 'SIGKILL')
    await one.until('The server runs again.')
    expect(await ready(one.url)).toBe(true)
    process.kill(postmaster, 'SIGKILL')
    await one.until('The database runs again.')
    await becomesReady(one.url, 30_000)
  })

  test('does not wait for requests under way on a second Ctrl-C', async () => {
    // A request that never ends: its body does not come.
    const slow = connect(Number(new URL(one.url).port), '127.0.0.1')
    slow.on('error', () => undefined).write([
      'POST /dicom-web/studies HTTP/1.1', 'Host: x', `Authorization: Bearer ${token(dataDirectory).stdout.trim()}`,
      'Content-Type: multipart/related; type="application/dicom"; boundary=x', 'Content-Length: 10', 'Expect: 100-continue', '', '',
    ].join('\r\n'))
    expect(String(await once(slow, 'data'))).toBe('HTTP/1.1 100 Continue\r\n\r\n')
    one.child.kill('SIGINT')
    // npm passes the terminal's Ctrl-C on once more: that is not a second one.
    one.child.kill('SIGINT')
    await one.until('Stopping the server')
    // After a while it is.
    await expect.poll(() => { one.child.kill('SIGINT'); return one.child.exitCode }, { timeout: 30_000 }).toBe(130)
    expect(one.said()).not.toContain('Stopping the database')
    await nothingIsLeftOf(dataDirectory)
    slow.destroy()
  })
})

test('nothing is left running when it is killed, and the next start works at once', async () => {
  const killed = await start()
  await killed.until('Isocenter is ready')
  expect(processesOf(dataDirectory).length).toBeGreaterThan(2)
  killed.child.kill('SIGKILL')
  const next = await start()
  await next.until('Isocenter is ready')
  await endsCleanly(next, 'SIGTERM')
})

test('when the npm that runs it is killed, it stops in order instead of going on unseen', async () => {
  const port = await portToListenOn('127.0.0.1', 0)
  const env = { ...process.env, HOST: '127.0.0.1', PORT: String(port), DATA_DIR: dataDirectory, DIMSE_PORT: '0', CONTROL_PORT: '0', DEMONSTRATION: 'false', DATABASE_URL: '', npm_lifecycle_event: 'start' }
  const npm = spawn('/bin/sh', ['-c', '"$0" "$1"; exit $?', process.execPath, startScript], { env, stdio: 'ignore' })
  try {
    await becomesReady(`http://127.0.0.1:${port}`, readyWithinMs)
  } finally {
    npm.kill('SIGKILL')
  }
  await nothingIsLeftOf(dataDirectory)
  expect(await readRunState(dataDirectory)).toBeUndefined()
})

test('a Ctrl-C while it starts for the first time is heeded', async () => {
  dataDirectory = join(folder, 'begun')
  const one = await start()
  await expect.poll(() => existsSync(join(dataDirectory, 'postgres')), { timeout: readyWithinMs }).toBe(true)
  one.child.kill('SIGINT')
  expect(await one.exit).toBe(0)
  await nothingIsLeftOf(dataDirectory)
})

test('a port in use is named before anything is started', async () => {
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  const address = taken.address()
  dataDirectory = never()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const one = await start({ PORT: String(port) })
  expect(await one.exit).toBe(1)
  expect(one.said()).toContain(`Port ${port} is already in use`)
  expect(one.said()).not.toContain('migration')
  taken.close()
})

test('wrong settings are listed together', async () => {
  const one = await start({ PORT: '8080000', BLOB_STORE: 'tape' })
  expect(await one.exit).toBe(1)
  expect(one.said()).toMatch(/PORT cannot be used(.|\n)*BLOB_STORE cannot be used/)
})

test('with a certificate, whatever name it is for, it comes up ready over HTTPS and says so', async ({ skip }) => {
  if (!hasProgram('openssl')) skip()
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=pacs.example', '-keyout', key, '-out', certificate], { stdio: 'ignore' })
  const one = await start({ TLS_CERT_FILE: certificate, TLS_KEY_FILE: key })
  await one.until('Isocenter is ready')
  const url = one.url.replace('http:', 'https:')
  expect(one.said()).toContain(`${url}/dicom-web`)
  expect(await readRunState(dataDirectory)).toMatchObject({ url })
  one.child.kill('SIGINT')
  expect(await one.exit).toBe(0)
  const without = await start({ TLS_CERT_FILE: join(folder, 'nothing.pem'), TLS_KEY_FILE: key })
  expect(await without.exit).toBe(1)
  expect(without.said()).toMatch(/^TLS_CERT_FILE and TLS_KEY_FILE cannot both be read: .*nothing\.pem.*\n$/)
})

test('where there is nothing to look at, the doctor says by its exit code that it could not look', () => {
  const scripts = (JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { scripts: { doctor: string } }).scripts
  const [, command = ''] = /exec node (.*)$/.exec(scripts.doctor) ?? []
  const root = fileURLToPath(new URL('../../..', import.meta.url))
  expect(spawnSync(process.execPath, command.split(' '), { encoding: 'utf8', cwd: root, env: { ...process.env, DATA_DIR: never(), DATABASE_URL: '' } }))
    .toMatchObject({ status: 2, stderr: expect.stringContaining('Start Isocenter first: npm start') as string })
})

test('where nobody has an account yet it makes a demonstration consortium and tells its one-time passwords; a later start tells how to get new ones', async () => {
  const first = await start({ DEMONSTRATION: '' })
  await first.until('The demonstration studies are stored.')
  const [, phone, password] = /^ +(1\d{10}) {2}(\S{12}) /m.exec(first.said()) ?? []
  const captcha = await fetch(`${first.url}/api/session`, { method: 'POST', headers: { 'content-type': 'application/json', origin: first.url }, body: JSON.stringify({ login: phone, password }) })
  // Known to the sign-in: it asks for the captcha that comes first, not whether there is such an account.
  expect(await captcha.json()).toMatchObject({ type: '/problems/captcha-needed' })
  first.child.kill('SIGTERM')
  expect(await first.exit).toBe(0)

  const second = await start({ DEMONSTRATION: '' })
  await second.until('A new one-time password: npm run account')
  expect(second.said()).not.toContain(String(password))
  second.child.kill('SIGTERM')
  expect(await second.exit).toBe(0)
})
