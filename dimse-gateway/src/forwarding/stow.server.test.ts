import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { readInstance } from '@isocenter/dicom'
import { startServerProcess, testDatabase, type ServerProcess } from '@isocenter/testkit'
import { anInstance, aStudy, aUID } from '@isocenter/testkit/instances'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { aForwardingGateway, aLine, bearer, settingsOf, until, type ForwardingGateway, type Line } from './forwarding.fixture.ts'

let server: ServerProcess
let token: string
let origin: URL
beforeAll(async () => {
  server = await startServerProcess((await testDatabase()).url)
  token = await server.token()
  origin = new URL(server.url)
})
afterAll(async () => { await server.stop() })
const open: (() => Promise<void>)[] = []
afterEach(async () => { for (const close of open.splice(0).toReversed()) await close() })

const cloudNode = (more: object = {}, port: number | string = origin.port): object => ({ id: 'cloud', name: 'Cloud', kind: 'cloud', url: `http://127.0.0.1:${String(port)}`, default: true, ...more })
async function aGateway(nodes: object[], more: Parameters<typeof aForwardingGateway>[1] = {}): Promise<ForwardingGateway> {
  const gateway = await aForwardingGateway({ nodes }, { authorization: bearer(token), ...more })
  open.push(gateway.close)
  return gateway
}
async function lineToServer(): Promise<Line> {
  const line = await aLine(Number(origin.port))
  open.push(line.close)
  return line
}
const deliveries = ({ database }: ForwardingGateway) => database.sql.prepare('SELECT * FROM delivery ORDER BY delivery_id').all()
const delivered = (gateway: ForwardingGateway): number => gateway.forwarding.counts().delivered
const ask = (path: string, accept = 'application/dicom+json') => fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${token}`, accept } })

/** The data set the server holds of an instance. */
async function dataSetHeld(StudyInstanceUID: string, SeriesInstanceUID: string, SOPInstanceUID: string): Promise<string> {
  const answer = await ask(`/studies/${StudyInstanceUID}/series/${SeriesInstanceUID}/instances/${SOPInstanceUID}`, 'application/dicom; transfer-syntax=*')
  const bytes = Buffer.from(await answer.arrayBuffer())
  const { dataSetOffset } = await readInstance(bytes)
  return createHash('sha256').update(bytes.subarray(dataSetOffset)).digest('hex')
}

describe('forwarding to the server', () => {
  test('what was received arrives byte for byte, and the receipt says so', async () => {
    const gateway = await aGateway([cloudNode()])
    const study = aStudy({ series: 2, instances: 5 })
    const objects = await Promise.all(study.instances.map(gateway.receiveInstance))
    await until(() => delivered(gateway) === 10)
    for (const [index, row] of deliveries(gateway).entries()) expect(row).toMatchObject({ verified: 1, confirmed: 1, attempts: 1, receipt: expect.stringMatching(/^[0-9a-f]{64}$/), state: 'delivered' }, index.toString())
    for (const { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID, dataSetSha256 } of objects) expect(await dataSetHeld(StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID)).toBe(dataSetSha256)
  })

  test('accelerated, arrives the same through fewer bytes of the line', async () => {
    const line = await lineToServer()
    const gateway = await aGateway([cloudNode({ accelerated: true }, line.port)])
    const smooth = Buffer.alloc(2 * 512 * 512, 7)
    const object = await gateway.receiveInstance(anInstance({ Rows: 512, Columns: 512, PixelData: smooth }))
    await until(() => delivered(gateway) === 1)
    expect(line.sent).toBeLessThan(object.byteLength / 10)
    expect(await dataSetHeld(object.StudyInstanceUID, object.SeriesInstanceUID, object.SOPInstanceUID)).toBe(object.dataSetSha256)
  })

  test('an object the server refuses goes to the dead letters with its reason; the others of its request arrive', async () => {
    const gateway = await aGateway([cloudNode({ maxAttempts: 1 })])
    const good = aStudy({ instances: 3 })
    const taken = anInstance({ StudyInstanceUID: good.StudyInstanceUID })
    await gateway.receiveInstance(taken)
    await until(() => delivered(gateway) === 1)
    // Other bytes under UIDs the server has already: it keeps the former (0x0111).
    await Promise.all([...good.instances, { ...taken, '00104000': { vr: 'LT', Value: ['another'] } } as typeof taken].map(gateway.receiveInstance))
    await until(() => gateway.forwarding.counts().dead === 1 && delivered(gateway) === 4)
    const dead = deliveries(gateway).find(({ state }) => state === 'dead')
    expect(dead).toMatchObject({ attempts: 1 })
    expect(['receiptDiffers', 'refused']).toContain(dead?.['last_error'])
  })

  test('a line that is down for a while loses nothing, and is not held against the objects', async () => {
    const line = await lineToServer()
    line.isCut = true
    const gateway = await aGateway([cloudNode({}, line.port)])
    await Promise.all(aStudy({ instances: 20 }).instances.map(gateway.receiveInstance))
    await until(() => gateway.forwarding.nodes()[0]?.status === 'retrying')
    expect(gateway.forwarding.nodes()[0]?.trouble?.code).toBe('lineDown')
    line.isCut = false
    await until(() => delivered(gateway) === 20, 30_000)
    expect(deliveries(gateway).every(({ attempts }) => attempts === 1)).toBe(true)
    expect(gateway.forwarding.nodes()[0]).toMatchObject({ status: 'idle', trouble: undefined })
  }, 60_000)

  test('a line that is cut in the middle, again and again, delivers everything in the end', async () => {
    const line = await lineToServer()
    const gateway = await aGateway([cloudNode({ concurrency: 3 }, line.port)])
    line.cutAfterBytes = 300_000
    await Promise.all(aStudy({ instances: 60, Rows: 64, Columns: 64 }).instances.map(gateway.receiveInstance))
    await until(() => delivered(gateway) === 60, 60_000)
    expect(deliveries(gateway).every(({ verified }) => verified === 1)).toBe(true)
  }, 90_000)

  test('keeps within the bandwidth it is given, on the line itself', async () => {
    const line = await lineToServer()
    const gateway = await aGateway([cloudNode({ bandwidthBytesPerSecond: 200_000, concurrency: 4 }, line.port)])
    const noise = Buffer.from(Array.from({ length: 2 * 256 * 256 }, () => Math.floor(Math.random() * 256)))
    const start = performance.now()
    await Promise.all(Array.from({ length: 4 }, () => gateway.receiveInstance(anInstance({ Rows: 256, Columns: 256, PixelData: noise }))))
    await until(() => delivered(gateway) === 4, 20_000)
    const rate = line.sent / ((performance.now() - start) / 1000)
    expect(rate).toBeGreaterThan(100_000)
    expect(rate).toBeLessThan(225_000)
  }, 30_000)

  test('a paused node gets nothing until it is resumed', async () => {
    const gateway = await aGateway([cloudNode({ paused: true })])
    await gateway.receiveInstance(anInstance())
    expect(gateway.forwarding.nodes()[0]).toMatchObject({ status: 'paused', counts: { waiting: 1 } })
    await gateway.forwarding.configure(settingsOf({ nodes: [cloudNode()] }))
    await until(() => delivered(gateway) === 1)
  })

  test('a server whose token has run out is asked again with a new one', async () => {
    let current = 'expired'
    let renewed = 0
    const gateway = await aGateway([cloudNode()], { authorization: {
      header: () => Promise.resolve(`Bearer ${current}`),
      refused: () => {
        renewed++
        current = token
        return true
      },
    } })
    await gateway.receiveInstance(anInstance())
    await until(() => delivered(gateway) === 1)
    expect(renewed).toBe(1)
    expect(gateway.forwarding.nodes()[0]?.trouble).toBeUndefined()
  })
})

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
    const gateway = await aGateway([cloudNode({}, stub.port)])
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
    const gateway = await aGateway([cloudNode({ maxAttempts: 1 }, stub.port)])
    await gateway.receiveInstance(anInstance())
    await until(() => gateway.forwarding.counts().dead === 1)
    expect(deliveries(gateway)[0]).toMatchObject({ last_error: 'receiptDiffers' })
  })
})
