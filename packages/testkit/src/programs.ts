import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { connect } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Where Debian has the programs that tests look for. */
const packages: Readonly<Record<string, string>> = { radosgw: 'radosgw ceph-mon ceph-osd ceph-common' }
const told = new Set<string>()

/**
 * True when a program is on the PATH, for `describe.skipIf(!hasProgram('…'))`; says once what is skipped where it is not.
 * @throws where CI is set: there a test must not be left out unseen
 */
export function hasProgram(name: string): boolean {
  if (process.env['PATH']?.split(delimiter).some((folder) => isExecutable(join(folder, name)))) return true
  const message = `${name} is not installed${packages[name] ? ` (Debian: ${packages[name]})` : ''}`
  if (process.env['CI'] === 'true') throw new Error(`${message}, and CI skips no test.`)
  if (!told.has(name)) console.warn(`Skipped: ${message}.`)
  told.add(name)
  return false
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** A program of others that a test has started; it ends when `stop` is called, or it is disposed of. */
export interface StartedProgram extends AsyncDisposable {
  /** Ends it at once. */
  readonly stop: () => Promise<void>
}

const listensWithinMs = 30_000

/**
 * Starts a program that serves on a port of this machine, and waits until it does. Whatever it speaks, it first meets a connection that ends without a word.
 * @throws Error where it ends first, or does not listen within half a minute
 */
export async function startProgram(program: string, args: readonly string[], port: number, cwd?: string): Promise<StartedProgram> {
  // DCMTK's switch against 40 ms for each message on loopback.
  const child = spawn(program, args, { stdio: 'ignore', ...(cwd !== undefined && { cwd }), env: { ...process.env, TCP_NODELAY: '1' } })
  await once(child, 'spawn')
  const stop = (): Promise<void> => killed(child)
  for (const until = Date.now() + listensWithinMs; !(await listensOn(port));) {
    if (hasEnded(child) || Date.now() > until) {
      await stop()
      throw new Error(`${program} does not listen on port ${String(port)}.`)
    }
    await sleep(25)
  }
  return { stop, [Symbol.asyncDispose]: stop }
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null

async function killed(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

const listensOn = (port: number): Promise<boolean> => new Promise((resolve) => {
  const socket = connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true) })
  socket.once('error', () => { resolve(false) })
})
