import { createServer, type Server } from 'node:http'
import { anInstance, aStudy, aUID } from '@isocenter/testkit/instances'
import { afterEach, describe, expect, test } from 'vitest'
import { aForwardingGateway, until, type ForwardingGateway } from './forwarding.fixture.ts'

const open: (() => Promise<void>)[] = []
afterEach(async () => { for (const close of open.splice(0).toReversed()) await close() })

const cloudNode = (port: number, more: object = {}): object => ({ id: 'cloud', name: 'Cloud', kind: 'cloud', url: `http://127.0.0.1:${String(port)}`, default: true, ...more })
async function aGateway(nodes: object[]): Promise<ForwardingGateway> {
  const gateway = await aForwardingGateway({ nodes })
  open.push(gateway.close)
  return gateway
}
const deliveries = ({ database }: ForwardingGateway) => database.sql.prepare('SELECT * FROM delivery ORDER BY delivery_id').all()
const delivered = (gateway: ForwardingGateway): number => gateway.forwarding.counts().delivered

describe('forwarding to other servers', () => {
  /** A DICOMweb server that answers as told. */
  async function answering(answer: (count: number, body: Buffer) => { status: number; headers?: Record<string, string>; body?: object }): Promise<{ port: number; requests: () => number }> {
    let count = 0
    const stub: Server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const { status, headers, body } = answer(++count, Buffer.concat(chunks))
        response.writeHead(status, { 'content-type': 'application/dicom+json', ...headers }).end(JSON.stringify(body ?? {}))
      })
    })
    await new Promise<void>((resolve) => { stub.listen(0, '127.0.0.1', resolve) })
    open.push(() => new Promise((resolve) => { stub.close(() => { resolve() }); stub.closeAllConnections() }))
    const address = stub.address()
    return { port: typeof address === 'object' && address ? address.port : 0, requests: () => count }
  }
  const stored = (body: Buffer) => {
    const uids = [...body.toString('latin1').matchAll(/\x08\x00\x18\x00UI..([0-9.]+)/gs)].map((match) => match[1] ?? '')
    return { '00081199': { vr: 'SQ', Value: uids.map((uid) => ({ '00081155': { vr: 'UI', Value: [uid] } })) } }
  }
  const foreign = (port: number, more: object = {}) => ({ id: 'other', name: 'Other', kind: 'dicomweb', url: `http://127.0.0.1:${String(port)}/dw`, default: true, ...more })

  test('success without a receipt is delivered, and not verified', async () => {
    const stub = await answering((_count, body) => ({ status: 200, body: stored(body) }))
    const gateway = await aGateway([foreign(stub.port)])
    await gateway.receiveInstance(anInstance())
    await until(() => delivered(gateway) === 1)
    expect(deliveries(gateway)[0]).toMatchObject({ verified: 0, confirmed: 1, receipt: null })
  })

  test('our own server\'s success without a receipt confirms nothing', async () => {
    const stub = await answering((_count, body) => ({ status: 200, body: stored(body) }))
    const gateway = await aGateway([cloudNode(stub.port)])
    await gateway.receiveInstance(anInstance())
    await until(() => delivered(gateway) === 1)
    expect(deliveries(gateway)[0]).toMatchObject({ verified: 0, confirmed: 0 })
  })

  test('a server answering 500 is tried again for ever, and nothing is held against the object', async () => {
    const stub = await answering((count, body) => (count <= 3 ? { status: 500 } : { status: 200, body: stored(body) }))
    const gateway = await aGateway([foreign(stub.port, { maxAttempts: 1 })])
    await gateway.receiveInstance(anInstance())
    await until(() => delivered(gateway) === 1, 30_000)
    expect(deliveries(gateway)[0]).toMatchObject({ attempts: 1, troubles: 3 })
  }, 40_000)

  test('a server that asks for time gets it', async () => {
    const stub = await answering((count, body) => (count === 1 ? { status: 429, headers: { 'retry-after': '2' } } : { status: 200, body: stored(body) }))
    const gateway = await aGateway([foreign(stub.port)])
    const start = performance.now()
    await gateway.receiveInstance(anInstance())
    await until(() => delivered(gateway) === 1)
    expect(performance.now() - start).toBeGreaterThan(1900)
    expect(stub.requests()).toBe(2)
  })

  test('one object that makes the server fail does not hold up the others', async () => {
    const poison = aUID()
    const stub = await answering((_count, body) => (body.includes(poison) ? { status: 500 } : { status: 200, body: stored(body) }))
    const gateway = await aGateway([foreign(stub.port)])
    await gateway.receiveInstance(anInstance({ SOPInstanceUID: poison }))
    await Promise.all(aStudy({ instances: 10 }).instances.map(gateway.receiveInstance))
    await until(() => delivered(gateway) === 10, 30_000)
    expect(gateway.forwarding.counts()).toMatchObject({ dead: 0 })
  }, 40_000)

  test('a refusal that names no instance is found to be of one of them', async () => {
    const bad = aUID()
    const stub = await answering((_count, body) => (body.includes(bad) ? { status: 400, body: {} } : { status: 200, body: stored(body) }))
    const gateway = await aGateway([foreign(stub.port, { maxAttempts: 1 })])
    await Promise.all([anInstance({ SOPInstanceUID: bad }), ...aStudy({ instances: 4 }).instances].map(gateway.receiveInstance))
    await until(() => delivered(gateway) === 4 && gateway.forwarding.counts().dead === 1, 30_000)
  }, 40_000)

  test('a receipt of other bytes than were sent is no arrival', async () => {
    const stub = await answering((_count, body) => {
      const answer = stored(body)
      const items = answer['00081199'].Value.map((item) => ({ ...item, '00090010': { vr: 'LO', Value: ['ISOCENTER'] }, '00091001': { vr: 'UT', Value: [`sha-256=:${Buffer.alloc(32).toString('base64')}:`] } }))
      return { status: 200, body: { '00081199': { vr: 'SQ', Value: items } } }
    })
    const gateway = await aGateway([cloudNode(stub.port, { maxAttempts: 1 })])
    await gateway.receiveInstance(anInstance())
    await until(() => gateway.forwarding.counts().dead === 1)
    expect(deliveries(gateway)[0]).toMatchObject({ last_error: 'receiptDiffers' })
  })
})
