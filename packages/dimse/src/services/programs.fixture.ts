import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
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
