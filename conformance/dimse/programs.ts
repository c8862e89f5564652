/** Outside programs: run, started, looked for. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { must } from '../expect.ts'
import { NotApplicable } from '../suite.ts'

/** DCMTK leaves Nagle's algorithm on unless told otherwise: 40 ms for each message on a fast network. */
const env = { ...process.env, TCP_NODELAY: '1' }

/** What a program said, on both outputs, and its exit code. */
export interface Said {
  readonly code: number
  readonly text: string
}

/** Runs a program to its end, whatever its exit code. @throws NotApplicable where it is not installed */
export async function run(program: string, ...args: readonly string[]): Promise<Said> {
  needs(program)
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, { timeout: 25_000, maxBuffer: 64 * 1024 ** 2, env })
    return { code: 0, text: stdout + stderr }
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: number | string; stdout?: string; stderr?: string }
    return { code: typeof code === 'number' ? code : -1, text: stdout + stderr }
  }
}

/** Runs a program that must end well. @throws Error with the end of what it said */
export async function runs(program: string, ...args: readonly string[]): Promise<string> {
  const { code, text } = await run(program, ...args)
  must(code === 0, `${program} ended with ${String(code)}: ${text.trim().split('\n').slice(-3).join(' ')}`)
  return text
}

/** @throws NotApplicable where a program is not installed */
export function needs(program: string): void {
  if (!(process.env['PATH'] ?? '').split(delimiter).some((folder) => isExecutable(join(folder, program)))) throw new NotApplicable(`${program} is not installed`)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Does something while a server program listens on `port`; it is killed at the end. */
export async function beside<Result>(program: string, args: readonly string[], port: number, work: () => Promise<Result>, cwd?: string): Promise<Result> {
  needs(program)
  const child = spawn(program, args, { stdio: 'ignore', env, ...(cwd === undefined ? {} : { cwd }) })
  const exited = once(child, 'exit')
  try {
    await listensOn(port, () => child.exitCode === null, program)
    return await work()
  } finally {
    child.kill('SIGKILL')
    await exited
  }
}

async function listensOn(port: number, isRunning: () => boolean, program: string): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true) }).once('error', () => { resolve(false) })
    })
    if (isOpen) return
    must(isRunning(), `${program} does not start`)
    await sleep(25)
  }
  throw new Error(`${program} does not listen on port ${String(port)}`)
}

/** A port that nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Asks again until the answer is there. @throws what the last look threw */
export async function eventually<Result>(look: () => Promise<Result>, withinMs = 20_000): Promise<Result> {
  for (const end = performance.now() + withinMs; ;) {
    try {
      return await look()
    } catch (error) {
      if (performance.now() > end) throw error
      await sleep(200)
    }
  }
}
