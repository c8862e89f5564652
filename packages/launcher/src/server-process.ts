import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { askReadiness } from './ask-readiness.ts'
import { endWithUs, parentDeathPrefix } from './die-with-parent.ts'
import type { Started } from './keep-running.ts'
import { LauncherError } from './launcher-error.ts'
import { serverEnvironment, serverNodeArguments } from './server-runtime.ts'

const main = fileURLToPath(new URL('../../../server/src/main.ts', import.meta.url))
/** The server gives requests under way half a minute; past that it hangs. */
const stopWithinMs = 40_000
const readyWithinMs = 60_000

export interface ServerProcessOptions {
  readonly env: NodeJS.ProcessEnv
  /** Address to ask for readiness, without a slash at the end. */
  readonly url: string
  /** The server's own certificate, PEM, where it serves HTTPS. */
  readonly certificate?: Buffer | undefined
  /** Takes each line the server logs. */
  readonly onLog: (line: string) => void
  /** The script to run; the server's own where absent. */
  readonly script?: string
  /** What the script is, as in "The server does not start". */
  readonly name?: string
  /** Of node; the server's where absent. */
  readonly nodeArguments?: readonly string[]
}

/**
 * Starts the server in a session of its own and waits until it is ready to work.
 * It ends at once when this process is killed: everything acknowledged is safe by then.
 * @throws LauncherError when it ends before, or does not become ready
 */
export async function startServerProcess({ env, url, certificate, onLog, script = main, name = 'server', nodeArguments = serverNodeArguments }: ServerProcessOptions): Promise<Started> {
  const prefix = parentDeathPrefix('KILL')
  const [file, ...args] = [...prefix, process.execPath, ...nodeArguments, script]
  const child = spawn(file, args, { env: { ...serverEnvironment, ...env }, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', onLog)
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => { resolve(error.message) })
    child.once('close', (code, signal) => { resolve(signal ?? `exit code ${String(code)}`) })
  })
  if (prefix.length === 0 && child.pid !== undefined) endWithUs(child.pid, 'KILL', ended)

  const failure = await untilReady(url, certificate, ended)
  if (failure === undefined) return { ended, stop: () => stop(child, ended) }
  await stop(child, ended)
  throw new LauncherError(`The ${name} does not start: ${failure}`)
}

/** Why the server did not become ready; undefined when it did. */
async function untilReady(url: string, certificate: Buffer | undefined, ended: Promise<string>): Promise<string | undefined> {
  const until = Date.now() + readyWithinMs
  let answer = 'no answer'
  while (Date.now() < until) {
    try {
      const { status, body } = await askReadiness(`${url}/readyz`, certificate)
      if (status === 200) return undefined
      answer = body
    } catch {
      answer = 'no answer'
    }
    const why = await Promise.race([ended, sleep(25)])
    if (why !== undefined) return why
  }
  return `not ready after ${readyWithinMs / 1000} s (${answer})`
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  child.kill('SIGTERM')
  const impatience = setTimeout(() => child.kill('SIGKILL'), stopWithinMs)
  await ended
  clearTimeout(impatience)
}
