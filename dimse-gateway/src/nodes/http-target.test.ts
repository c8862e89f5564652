import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTcpServer, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { createHttpTarget, type HttpTarget } from './http-target.ts'
import { LineError } from './line-error.ts'

const open: (() => Promise<unknown>)[] = []
afterEach(async () => { for (const close of open.splice(0).toReversed()) await close() })
const timeouts = { connectMs: 500, stallMs: 300, answerMs: 500 }

function targetOf(port: number): { target: HttpTarget; url: URL } {
  const url = `http://127.0.0.1:${String(port)}`
  const target = createHttpTarget({ url }, { minVersion: 'TLSv1.2' }, timeouts)
  open.push(async () => { target.close() })
  return { target, url: new URL(url) }
}
async function server(listener: RequestListener): Promise<number> {
  const made = createServer(listener).listen(0, '127.0.0.1')
  await once(made, 'listening')
  open.push(() => new Promise((resolve) => { made.close(resolve); made.closeAllConnections() }))
  const address = made.address()
  return typeof address === 'object' && address ? address.port : 0
}
async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) yield Buffer.alloc(64 * 1024)
}
async function* some(): AsyncGenerator<Uint8Array> {
  yield Buffer.alloc(10)
}

test('a line that takes no more bytes ends in time', async () => {
  const sockets: Socket[] = []
  const deaf = createTcpServer((socket) => { sockets.push(socket.pause()) }).listen(0, '127.0.0.1')
  await once(deaf, 'listening')
  open.push(() => new Promise((resolve) => {
    deaf.close(resolve)
    for (const socket of sockets) socket.destroy()
  }))
  const address = deaf.address()
  const { target, url } = targetOf(typeof address === 'object' && address ? address.port : 0)
  await expect(target.exchange({ method: 'POST', url, headers: {}, body: endless() })).rejects.toMatchObject({ name: 'LineError', code: 'timedOut', wasConnected: true })
})

test('a server that never answers ends in time', async () => {
  const { target, url } = targetOf(await server((request) => { request.resume() }))
  await expect(target.exchange({ method: 'POST', url, headers: {}, body: some() })).rejects.toMatchObject({ code: 'timedOut' })
})

test('an answer before the end of the body is the answer', async () => {
  const { target, url } = targetOf(await server((_request, response) => { response.writeHead(413).end('too large') }))
  expect(await target.exchange({ method: 'POST', url, headers: {}, body: endless() })).toMatchObject({ status: 413, isWhole: true })
})

test('a connection on which half a body was left unsent carries nothing more: what followed would be taken for its rest', async () => {
  const bodies: number[] = []
  const { target, url } = targetOf(await server((request, response) => {
    // The first is answered by its headers alone, as a server in trouble does.
    if (bodies.push(0) === 1) {
      response.writeHead(500).end('in trouble')
      return
    }
    const own = bodies.length - 1
    request.on('data', (chunk: Buffer) => { bodies[own] = (bodies[own] ?? 0) + chunk.length })
    request.on('end', () => { response.writeHead(200).end('fine') })
  }))
  const slowly = async function* () {
    yield Buffer.alloc(10)
    await wait(100)
    yield Buffer.alloc(990)
  }
  expect(await target.exchange({ method: 'POST', url, headers: { 'content-length': 1000 }, body: slowly() })).toMatchObject({ status: 500 })
  expect(await target.exchange({ method: 'POST', url, headers: { 'content-length': 10 }, body: some() })).toMatchObject({ status: 200 })
  expect(bodies).toEqual([0, 10])
})

test('of an answer without end no more is read than is of use', async () => {
  const { target, url } = targetOf(await server((_request, response) => {
    const write = (): void => { while (!response.destroyed && response.write(Buffer.alloc(1024 * 1024))); response.once('drain', write) }
    write()
  }))
  const answer = await target.exchange({ method: 'GET', url, headers: {} })
  expect(answer.isWhole).toBe(false)
  expect(answer.body.length).toBeLessThanOrEqual(8 * 1024 * 1024)
})

test('what the body throws is thrown, and what calls it off', async () => {
  const { target, url } = targetOf(await server((request) => { request.resume() }))
  await expect(target.exchange({ method: 'POST', url, headers: {}, body: (async function* () { yield Buffer.alloc(1); throw new Error('unreadable') })() })).rejects.toThrow('unreadable')
  await expect(target.exchange({ method: 'POST', url, headers: {}, body: some(), signal: AbortSignal.timeout(50) })).rejects.toMatchObject({ name: 'TimeoutError' })
})

test('nobody at the port is a line that is down', async () => {
  const { target, url } = targetOf(1)
  const error: unknown = await target.exchange({ method: 'GET', url, headers: {} }).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(LineError)
  expect(error).toMatchObject({ code: 'lineDown', wasConnected: false })
})
