import { once } from 'node:events'
import { createServer } from 'node:http'

export interface PretendedAnswer {
  readonly status: number
  readonly json?: unknown
}

export interface PretendedServer {
  readonly origin: string
  /** Requests that came, as `POST /path?query`, the oldest first. */
  readonly requests: string[]
  /** Connections are cut instead of answered. */
  cut: boolean
  readonly close: () => Promise<void>
}

/** A server that answers as a test says: what the real one, or a proxy before it, does once in a year. */
export async function aPretendedServer(answer: (request: string) => PretendedAnswer): Promise<PretendedServer> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    const what = `${request.method ?? ''} ${request.url ?? ''}`
    requests.push(what)
    if (pretended.cut) {
      request.socket.destroy()
      return
    }
    const { status, json } = answer(what)
    request.resume()
    response.writeHead(status, json === undefined ? {} : { 'content-type': 'application/json' }).end(json === undefined ? undefined : JSON.stringify(json))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const pretended: PretendedServer = {
    origin: `http://127.0.0.1:${port}`, requests, cut: false,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => { server.close(resolve) })
    },
  }
  return pretended
}
