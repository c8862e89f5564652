import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { LauncherError } from './launcher-error.ts'
import { root } from './settings.ts'

/**
 * Runs one of the repository's scripts with this Node and this terminal, and answers its exit code.
 * Ctrl-C reaches the script by the terminal; this process waits for it to end.
 * @param nodeArguments of node itself
 */
export function runScript([script, ...args]: readonly string[], env: NodeJS.ProcessEnv, nodeArguments: readonly string[] = []): Promise<number> {
  if (script === undefined) throw new LauncherError('No script is named.')
  const child = spawn(process.execPath, [...nodeArguments, resolve(root, script), ...args], { env, stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => { if (signal === 'SIGTERM') child.kill(signal) })
  return new Promise((done, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => { done(code ?? (signal === 'SIGINT' ? 130 : 1)) })
  })
}

/**
 * Runs `work`, then exits with the code it answers; what a person can mend is shown without a stack.
 * @param failureCode exit code when the work could not be done at all
 */
export async function exitWith(work: () => Promise<number>, failureCode = 1): Promise<never> {
  try {
    process.exit(await work())
  } catch (error) {
    console.error(error instanceof LauncherError ? error.message : error)
    process.exit(failureCode)
  }
}
