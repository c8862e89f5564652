import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import type { NodeTlsOptions } from '../../nodes/node-tls.ts'
import { createUpstream, UpstreamUnavailable, type Upstream } from './upstream.ts'

const stallMs = 200
const bytes = 8 * 1024 * 1024

let server: Server
let upstream: Upstream
let tls: NodeTlsOptions
async function serve(listener: RequestListener): Promise<void> {
  tls = { minVersion: 'TLSv1.2' }
  server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  upstream = createUpstream(() => Promise.resolve({ url, tls, authorization: { header: () => Promise.resolve(undefined), refused: () => false } }), { stallMs })
}
afterEach(() => {
  upstream.close()
  server.closeAllConnections()
  server.close()
})

const ask = () => upstream.ask({ path: '/', accept: '*/*' })

test('a receiver that is slow to take what comes does not make the line count as dead', async () => {
  await serve((_request, response) => { response.end(Buffer.alloc(bytes)) })
  let taken = 0
  for await (const chunk of (await ask()).body) {
    if (taken === 0) await wait(3 * stallMs)
    taken += chunk.length
  }
  expect(taken).toBe(bytes)
})

test('a server that stops in the middle of what is waited for ends in time', async () => {
  await serve((_request, response) => { response.writeHead(200, { 'content-length': bytes }).write(Buffer.alloc(1000)) })
  const { body } = await ask()
  await expect(Array.fromAsync(body)).rejects.toThrow('nothing came')
  await serve((_request, response) => { response.writeHead(200, { 'content-length': 1000 }).write('[') })
  await expect((await ask()).json()).rejects.toThrow(UpstreamUnavailable)
})

test('a body that is left unread lets its connection go', async () => {
  await serve((_request, response) => { response.end(Buffer.alloc(bytes)) })
  const { body } = await ask()
  await body[Symbol.asyncIterator]().return?.()
  await expect.poll(() => connections(), { timeout: 10_000 }).toBe(0)
})

test('connections of a line that was set anew are closed, those under way when they have ended', async () => {
  await serve((request, response) => {
    if (request.url === '/slow') setTimeout(() => { response.end('{}') }, 100)
    else response.end('{}')
  })
  await (await ask()).json()
  expect(await connections()).toBe(1)
  const slow = upstream.ask({ path: '/slow', accept: '*/*' })
  await wait(20)
  tls = { minVersion: 'TLSv1.2' }
  await (await ask()).json()
  expect(await (await slow).json()).toEqual({})
  // The new line's alone is left.
  await expect.poll(() => connections(), { timeout: 10_000 }).toBe(1)
})

const connections = (): Promise<number> => new Promise((resolve, reject) => { server.getConnections((error, count) => { if (error) reject(error); else resolve(count) }) })
