import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** Waits until somebody listens on a port of this machine. */
export async function listensOn(port: number): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true) }).once('error', () => { resolve(false) })
    })
    if (isOpen) return
    await sleep(25)
  }
  throw new Error(`Nobody listens on port ${String(port)}.`)
}
