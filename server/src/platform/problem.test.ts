import { once, type EventEmitter } from 'node:events'
import { connect } from 'node:net'
import Fastify, { LogController, type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { noSuchResource, problemJson } from './problem.ts'

const secret = 'Wang^XiaoMing'
let app: FastifyInstance
let lines: string[]
beforeEach(async () => {
  lines = []
  app = Fastify({ logger: { level: 'debug', base: undefined, stream: { write: (line: string) => lines.push(line) } }, logController: new LogController({ disableRequestLogging: true }) })
  app.addContentTypeParser('*', (_request, _payload, done) => { done(null) })
  await app.register(problemJson)
  app.get('/known', () => { throw noSuchResource('Nothing is here.', { looked: 'everywhere' }, { 'retry-after': '7' }) })
  app.get('/unknown', () => { throw new Error(`no row for ${secret}`) })
  app.post('/body', async (request) => {
    for await (const _ of request.raw);
    return {}
  })
})
afterEach(() => app.close())

test('a declared problem is answered with its status, members and headers, and names its request', async () => {
  const response = await app.inject('/known')
  expect([response.statusCode, response.headers['content-type'], response.headers['retry-after'], response.headers['cache-control']]).toEqual([404, 'application/problem+json', '7', 'no-store'])
  expect(response.json()).toEqual({ type: '/problems/no-such-resource', status: 404, title: 'There is no such resource', detail: 'Nothing is here.', looked: 'everywhere', instance: expect.any(String) as string })
})

test('any other error is a 500 whose text stays inside', async () => {
  const response = await app.inject('/unknown')
  expect(response.statusCode).toBe(500)
  expect(response.body).not.toContain(secret)
})

test('a client that goes away while its body is read is no failure of the server', async () => {
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const gone = once(app.server, 'request').then(([, response]) => once(response as EventEmitter, 'close'))
  const client = connect(Number(new URL(url).port), '127.0.0.1')
  client.write('POST /body HTTP/1.1\r\nHost: here\r\nContent-Type: application/dicom\r\nContent-Length: 100\r\n\r\nhalf')
  await once(app.server, 'request')
  client.destroy()
  await gone
  await expect.poll(() => lines.some((line) => line.includes('/problems/bad-request')), { timeout: 10_000 }).toBe(true)
  expect(lines.filter((line) => (JSON.parse(line) as { level: number }).level >= 50)).toEqual([])
})
