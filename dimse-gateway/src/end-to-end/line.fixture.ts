/** The line between a gateway and its server: it can be cut, and its far end can fail. */
import { createServer as createHttpServer } from 'node:http'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** `cut`: every connection is reset, those to come too. `failing`: whoever asks is answered with 500, after the request or before. */
export type LineCondition = 'open' | 'cut' | 'failing'

export interface Line {
  readonly port: number
  /** How the line is from now on; connections there are do not outlive a change. */
  become(condition: LineCondition): void
  /** Connections asked for while it was not open. */
  readonly refused: number
  close(): Promise<void>
}

/** A line to wherever the server is by now. */
export async function aLine(serverPort: () => number): Promise<Line> {
  const sockets = new Set<Socket>()
  let condition: LineCondition = 'open'
  let refused = 0
  const failing = createHttpServer((request, response) => {
    // Half of all failing servers read what they are sent first.
    if (refused % 2 === 0) response.writeHead(500, { 'content-type': 'text/plain' }).end('Something is wrong.')
    else request.resume().on('end', () => { response.writeHead(500).end() })
  })
  const server: Server = createServer((near) => {
    sockets.add(near)
    near.on('error', () => undefined).on('close', () => sockets.delete(near))
    if (condition !== 'open') refused++
    if (condition === 'cut') near.resetAndDestroy()
    else if (condition === 'failing') failing.emit('connection', near)
    else carry(near, serverPort(), sockets)
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  const cutAll = () => { for (const socket of sockets) socket.resetAndDestroy() }
  return {
    port: (server.address() as AddressInfo).port,
    get refused() { return refused },
    become(now) {
      condition = now
      cutAll()
    },
    close: () => {
      const closed = new Promise<void>((resolve) => { server.close(() => { resolve() }) })
      cutAll()
      return closed
    },
  }
}

function carry(near: Socket, port: number, sockets: Set<Socket>): void {
  const far = connect(port, '127.0.0.1')
  sockets.add(far)
  far.on('error', () => undefined).on('close', () => {
    sockets.delete(far)
    near.destroy()
  })
  near.on('close', () => { far.destroy() })
  for (const socket of [near, far]) socket.setNoDelay(true)
  near.pipe(far)
  far.pipe(near)
}
