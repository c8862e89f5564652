import { once } from 'node:events'
import { createServer } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { createAcceptor, serveServices } from '@isocenter/dimse'
import { afterEach, describe, expect, test } from 'vitest'
import { settingsOf } from '../forwarding/forwarding.fixture.ts'
import { testNode, type NodeTest } from './test-node.ts'

const open: (() => Promise<unknown>)[] = []
afterEach(async () => { for (const close of open.splice(0)) await close() })

const deps = { secrets: () => Promise.resolve('secret'), aeTitle: () => 'GATEWAY', clock: () => new Date('2026-11-22T12:00:00Z'), cloudAuthorization: () => ({ header: () => Promise.resolve('Bearer good'), refused: () => false }) }
const test_ = (node: object): Promise<NodeTest> => testNode(settingsOf({ nodes: [{ id: 'n', name: 'N', default: true, ...node }] }).nodes[0]!, deps)
const stepsOf = ({ steps }: NodeTest): string[] => steps.map(({ name, failure }) => (failure ? `${name}: ${failure.reason}` : name))

async function anHttpServer(statusOf: (authorization: string | undefined) => number): Promise<string> {
  const server = createServer((request, response) => { response.writeHead(statusOf(request.headers.authorization)).end() }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  open.push(() => new Promise((resolve) => { server.close(resolve); server.closeAllConnections() }))
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' && address ? String(address.port) : ''}`
}

async function aDicomNode(answer: 'accept' | 'reject'): Promise<number> {
  const acceptor = createAcceptor({
    host: '127.0.0.1', port: 0,
    negotiate: ({ contexts }) => (answer === 'reject' ? { reject: { result: 1, source: 1, reason: 7 } } : { accept: contexts.map(({ id, transferSyntaxes }) => ({ id, transferSyntax: transferSyntaxes[0] ?? '' })) }),
    serve: (association) => serveServices(association, { echo: () => 0 }),
  })
  const { port } = await acceptor.listen()
  open.push(() => acceptor.close())
  return port
}

describe('a connectivity test', () => {
  test('of a cloud node goes from its name to its answer, with the gateway\'s credentials', async () => {
    const url = await anHttpServer((authorization) => (authorization === 'Bearer good' ? 200 : 401))
    const result = await test_({ kind: 'cloud', url })
    expect(stepsOf(result)).toEqual(['resolve', 'connect', 'answer', 'authorise'])
    expect(result).toMatchObject({ at: '2026-11-22T12:00:00.000Z', succeeded: true, latencyMs: expect.any(Number) })
  })

  test.each([
    ['refuses the credentials', 403, ['resolve', 'connect', 'answer', 'authorise: notAuthorised']],
    ['has no such service', 404, ['resolve', 'connect', 'answer: wrongAddress']],
    ['fails', 500, ['resolve', 'connect', 'answer: nodeFailing']],
    ['cannot search but may store', 501, ['resolve', 'connect', 'answer', 'authorise']],
  ])('of a server that %s says so', async (_what, status, expected) => {
    expect(stepsOf(await test_({ kind: 'dicomweb', url: await anHttpServer(() => status) }))).toEqual(expected)
  })

  test('of nobody says where the line ends', async () => {
    expect(stepsOf(await test_({ kind: 'dicomweb', url: 'http://127.0.0.1:1' }))).toEqual(['resolve', 'connect: lineDown'])
    expect(stepsOf(await test_({ kind: 'dicomweb', url: 'http://nowhere.invalid' }))).toEqual(['resolve: lineDown'])
  })

  test('of something that speaks no TLS says so', async () => {
    const server = createTcpServer((socket) => { socket.on('error', () => undefined); socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'); socket.once('data', () => { socket.destroy() }) }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    open.push(() => new Promise((resolve) => { server.close(resolve) }))
    const address = server.address()
    const result = await test_({ kind: 'dicomweb', url: `https://127.0.0.1:${typeof address === 'object' && address ? String(address.port) : ''}` })
    expect(stepsOf(result)).toEqual(['resolve', 'connect', 'tls: tlsFailed'])
  })

  test('of a DICOM node is a C-ECHO', async () => {
    const result = await test_({ kind: 'dicom', host: '127.0.0.1', port: await aDicomNode('accept'), calledAETitle: 'PACS' })
    expect(stepsOf(result)).toEqual(['resolve', 'connect', 'associate', 'echo'])
    expect(result.succeeded).toBe(true)
  })

  test('of a DICOM node that goes by another AE title says so', async () => {
    expect(stepsOf(await test_({ kind: 'dicom', host: '127.0.0.1', port: await aDicomNode('reject'), calledAETitle: 'WRONG' }))).toEqual(['resolve', 'connect', 'associate: wrongAddress'])
  })
})
