import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A receiver under test. */
export interface Receiver {
  readonly port: number
  /** Processor time it has taken so far, ms. */
  cpuMs(): number
  /** The most memory it has had, MiB. */
  peakMiB(): number
  stop(): Promise<void>
}

/** Starts a program that listens on `port` and waits until it does. */
export async function startReceiver(port: number, file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Receiver> {
  const child = spawn(file, args, { env: { ...process.env, ...env }, stdio: 'ignore' })
  await untilListening(port, child)
  const pid = String(child.pid)
  return {
    port,
    cpuMs: () => {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
      return (Number(fields[11]) + Number(fields[12])) * 10
    },
    peakMiB: () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024,
    stop: async () => {
      const exit = once(child, 'exit')
      child.kill('SIGTERM')
      await exit
    },
  }
}

async function untilListening(port: number, child: ChildProcess): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end;) {
    if (child.exitCode !== null) throw new Error(`The receiver ended with code ${child.exitCode}.`)
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy()
        resolve(true)
      }).once('error', () => { resolve(false) })
    })
    if (isOpen) return
    await sleep(50)
  }
  throw new Error(`Nothing listens on port ${port}.`)
}

/** Sends one folder an association with DCMTK's dcmsend, TCP_NODELAY as it should be; answers the seconds until the last has ended. */
export async function dcmsend(port: number, folders: readonly string[]): Promise<number> {
  const began = performance.now()
  await Promise.all(folders.map(async (folder) => {
    const child = spawn('dcmsend', ['--scan-directories', '127.0.0.1', String(port), folder], { env: { ...process.env, TCP_NODELAY: '1' }, stdio: 'ignore' })
    const [code] = await once(child, 'exit') as [number]
    if (code !== 0) throw new Error(`dcmsend ended with code ${code}.`)
  }))
  return (performance.now() - began) / 1000
}
