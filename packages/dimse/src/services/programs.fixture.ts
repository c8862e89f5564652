import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** Runs a program to its end and gives what it said on both outputs. @throws when it fails, with what it said */
export async function run(program: string, args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await execute(program, args, { timeout: 30_000, maxBuffer: 64 * 2 ** 20, env: { ...process.env, TCP_NODELAY: '1' } })
  return stdout + stderr
}

/** A folder that is gone when it is disposed. */
export async function aFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'isocenter-dimse-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** A server program that listens on `port`; stopped when disposed. */
export async function startProgram(program: string, args: readonly string[], port: number, cwd?: string): Promise<AsyncDisposable> {
  const child = spawn(program, args, { stdio: 'ignore', ...(cwd !== undefined && { cwd }), env: { ...process.env, TCP_NODELAY: '1' } })
  for (let tries = 0; !(await answers(port)); tries++) {
    if (child.exitCode !== null || tries > 500) throw new Error(`${program} does not listen`)
    await new Promise((resolve) => { setTimeout(resolve, 50) })
  }
  return { [Symbol.asyncDispose]: () => stop(child) }
}

async function stop(child: ChildProcess): Promise<void> {
  const exited = child.exitCode === null ? once(child, 'exit') : undefined
  child.kill('SIGKILL')
  await exited
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true) })
    socket.once('error', () => resolve(false))
  })
}
