/** A server in a process of its own, as `npm start` runs it, for tests that kill it or read what it logs. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('./main.ts', import.meta.url))
const readyWithinMs = 50_000

export interface ServerUnderTest {
  /** Base of the DICOMweb service, without a slash at the end. */
  readonly url: string
  /** Everything it has written to standard output and standard error. */
  readonly said: () => string
  /** False once it has ended, whatever ended it. */
  readonly isRunning: () => boolean
  /** Ends it at once, whatever it is doing (SIGKILL). */
  readonly kill: () => Promise<void>
  /** Asks it to end (SIGTERM) and waits until it has. */
  readonly stop: () => Promise<void>
}

/** Starts a server with these settings on a free port, logging at least at `info`, and waits until it is ready. */
export async function startServerUnderTest(env: Readonly<Record<string, string>>): Promise<ServerUnderTest> {
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'], HOST: '127.0.0.1', LOG_LEVEL: 'info', ...env, PORT: '0' }, stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => { said += text })
  const isRunning = () => child.exitCode === null && child.signalCode === null
  const until = Date.now() + readyWithinMs
  for (;;) {
    // Its own word for the port: one looked for beforehand could be somebody else's by now.
    const address = /Server listening at (http:[^"\s]+)/.exec(said)?.[1]
    if (address !== undefined && await fetch(`${address}/readyz`).then(({ ok }) => ok, () => false)) {
      return { url: `${address}/dicom-web`, said: () => said, isRunning, kill: () => end(child, 'SIGKILL'), stop: () => end(child, 'SIGTERM') }
    }
    if (!isRunning() || Date.now() > until) {
      await end(child, 'SIGKILL')
      throw new Error(`The server does not become ready:\n${said}`)
    }
    await sleep(10)
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  child.kill(signal)
  await closed
}
