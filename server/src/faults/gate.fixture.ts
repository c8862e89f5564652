/** A line to a service that can be cut, or fall silent, while both sides are up. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { Transform } from 'node:stream'

export type LineState =
  /** Everything passes. */
  | 'open'
  /** Everything passes, each piece late: a bucket far away, or busy. */
  | 'slow'
  /** New connections are reset, those that were are cut: the service is gone. */
  | 'cut'
  /** Connections are taken and nothing comes back: the service hangs, or a firewall swallows packets. */
  | 'silent'

export interface Gate {
  /** `http://…` as the service's own, with the gate's port. */
  readonly endpoint: string
  readonly set: (state: LineState) => void
  readonly close: () => Promise<void>
}

const lateMs = 40

/** Opens a gate before the service at `endpoint`. */
export async function openGate(endpoint: string): Promise<Gate> {
  const { hostname, port } = new URL(endpoint)
  const pairs = new Set<readonly [Socket, Socket]>()
  let state: LineState = 'open'

  const late = () => new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      if (state === 'open') done(null, chunk)
      // What fell silent stays so on this connection: nothing more is taken from it.
      else if (state === 'slow') setTimeout(() => { done(null, chunk) }, lateMs)
    },
  })

  const server = createServer((client) => {
    client.on('error', () => client.destroy())
    if (state === 'cut') {
      client.resetAndDestroy()
      return
    }
    const service = connect(Number(port), hostname)
    const pair = [client, service] as const
    pairs.add(pair)
    const end = () => {
      client.destroy()
      service.destroy()
      pairs.delete(pair)
    }
    for (const socket of pair) socket.on('error', end).on('close', end)
    client.pipe(late()).pipe(service)
    service.pipe(late()).pipe(client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    endpoint: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    set: (next) => {
      state = next
      if (next === 'cut') for (const [client] of pairs) client.resetAndDestroy()
    },
    close: async () => {
      for (const [client] of pairs) client.destroy()
      await new Promise((resolve) => { server.close(resolve) })
    },
  }
}
