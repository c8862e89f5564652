/** A server in a process of its own, as `npm start` runs it, for tests that kill it or read what it logs. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('./main.ts', import.meta.url))
const readyWithinMs = 30_000

export interface ServerUnderTest {
  /** Base of the DICOMweb service, without a slash at the end. */
  readonly url: string
  /** Everything it has written to standard output and standard error. */
  readonly said: () => string
  /** Ends it at once, whatever it is doing (SIGKILL). */
  readonly kill: () => Promise<void>
  /** Asks it to end (SIGTERM) and waits until it has. */
  readonly stop: () => Promise<void>
}

/** Starts a server with these settings on a free port and waits until it is ready. */
export async function startServerUnderTest(env: Readonly<Record<string, string>>): Promise<ServerUnderTest> {
  const port = await freePort()
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: String(port), LOG_LEVEL: 'error', ...env }, stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => { said += text })
  const address = `http://127.0.0.1:${String(port)}`
  try {
    await untilReady(address, child)
  } catch (error) {
    await end(child, 'SIGKILL')
    throw new Error(`The server does not become ready:\n${said}`, { cause: error })
  }
  return { url: `${address}/dicom-web`, said: () => said, kill: () => end(child, 'SIGKILL'), stop: () => end(child, 'SIGTERM') }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  child.kill(signal)
  await closed
}

async function untilReady(address: string, child: ChildProcess): Promise<void> {
  const until = Date.now() + readyWithinMs
  for (;;) {
    const isReady = await fetch(`${address}/readyz`).then(({ ok }) => ok, () => false)
    if (isReady) return
    if (child.exitCode !== null || Date.now() > until) throw new Error(`exit code ${String(child.exitCode)}`)
    await sleep(10)
  }
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}
