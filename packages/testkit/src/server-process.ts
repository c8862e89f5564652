import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { serverEnvironment, serverNodeArguments } from '@isocenter/launcher/server-runtime'

const serverFolder = fileURLToPath(new URL('../../../server/src', import.meta.url))

/** A server of its own process, as users run it. */
export interface ServerProcess {
  /** Base of its DICOMweb services. */
  readonly url: string
  readonly dataDirectory: string
  readonly process: ChildProcess
  /** A bearer token, by the command a user would give. */
  readonly token: (...args: string[]) => Promise<string>
  /** What `npm run account` prints. */
  readonly account: (...args: string[]) => Promise<string>
  /** Stops it and removes its data folder. */
  readonly stop: () => Promise<void>
}

/**
 * Starts the server on a database (see testDatabase), with a data folder of its own unless one is given, and waits until it listens.
 * @throws Error with what it printed when it does not start
 */
export async function startServerProcess(databaseUrl: string, { dataDirectory, env = {} }: { dataDirectory?: string; env?: Readonly<Record<string, string>> } = {}): Promise<ServerProcess> {
  const folder = dataDirectory ?? await mkdtemp(join(tmpdir(), 'isocenter-server-'))
  const settings = { ...process.env, DATABASE_URL: databaseUrl, DATA_DIR: folder, HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'info', ...env }
  const child = spawn(process.execPath, [...serverNodeArguments, join(serverFolder, 'main.ts')], { env: { ...serverEnvironment, ...settings }, stdio: ['ignore', 'pipe', 'pipe'] })
  const origin = await listening(child)
  const command = (name: string) => async (...args: string[]): Promise<string> => (await promisify(execFile)(process.execPath, [join(serverFolder, 'cli', `${name}.ts`), ...args], { env: settings })).stdout.trim()
  return {
    url: `${origin}/dicom-web`,
    dataDirectory: folder,
    process: child,
    token: command('token'),
    account: command('account'),
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM')
        await once(child, 'exit')
      }
      if (dataDirectory === undefined) await rm(folder, { recursive: true, force: true })
    },
  }
}

function listening(child: ChildProcess): Promise<string> {
  let printed = ''
  return new Promise((resolve, reject) => {
    const look = (chunk: Buffer) => {
      if (printed.length < 100_000) printed += chunk.toString()
      const address = /Server listening at (http:\/\/[^"\s]+)/.exec(printed)?.[1]
      if (address !== undefined) resolve(address)
    }
    child.stdout?.on('data', look)
    child.stderr?.on('data', look)
    child.once('exit', () => { reject(new Error(`The server did not start:\n${printed}`)) })
  })
}
