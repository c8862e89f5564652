/** A balancer as it stands before several servers, for tests: round robin by request, streamed both ways. */
import { once } from 'node:events'
import { Agent, createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream'

export interface Balancer {
  /** Origin, without a slash at the end. */
  readonly url: string
  /** How many requests each origin was given. */
  readonly given: ReadonlyMap<string, number>
  readonly close: () => Promise<void>
}

/**
 * Gives each request to the next of `origins`, which may change while it runs. One that refuses the connection is passed over;
 * one that dies in the middle of a request costs that request, as with any balancer that cannot know what was done of it.
 */
export async function startBalancer(origins: readonly string[]): Promise<Balancer> {
  // A connection a request: one kept alive would make a dead server look like a broken answer.
  const agent = new Agent({ keepAlive: false })
  const given = new Map<string, number>()
  let turn = 0

  const pass = (request: IncomingMessage, response: ServerResponse, triesLeft: number): void => {
    const origin = origins[turn++ % origins.length]
    if (origin === undefined || triesLeft === 0) {
      response.writeHead(502).end()
      return
    }
    const { host: _host, ...headers } = request.headers
    const onward = httpRequest(origin + String(request.url), { method: request.method, headers, agent })
    let isConnected = false
    onward.once('socket', (socket) => socket.once('connect', () => {
      isConnected = true
      given.set(origin, (given.get(origin) ?? 0) + 1)
      pipeline(request, onward, () => {})
    }))
    onward.once('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      pipeline(answer, response, () => {})
    })
    onward.on('error', () => {
      if (!isConnected) pass(request, response, triesLeft - 1)
      else if (response.headersSent) response.destroy()
      else response.writeHead(502, { connection: 'close' }).end()
    })
    response.once('close', () => { if (!response.writableFinished) onward.destroy() })
  }

  const server = createServer((request, response) => { pass(request, response, origins.length) })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    given,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => { server.close(resolve) })
    },
  }
}
