import { createHash, randomBytes } from 'node:crypto'
import { readInstance } from '@isocenter/dicom'
import { startServerProcess, testDatabase, type ServerProcess } from '@isocenter/testkit'
import { anInstance, aStudy } from '@isocenter/testkit/instances'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { verify } from '../services/commitment/verify.ts'
import { createUpstream } from '../services/upstream/upstream.ts'
import { aForwardingGateway, aLine, bearer, settingsOf, until, type ForwardingGateway, type Line } from './forwarding.fixture.ts'

let server: ServerProcess
let token: string
let origin: URL
beforeAll(async () => {
  server = await startServerProcess((await testDatabase()).url)
  token = await server.token('--scope', 'dicomweb:search dicomweb:retrieve dicomweb:store upload')
  origin = new URL(server.url)
}, 180_000)
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
    for (const row of deliveries(gateway)) expect(row).toMatchObject({ verified: 1, confirmed: 1, attempts: 1, receipt: expect.stringMatching(/^[0-9a-f]{64}$/), state: 'delivered' })
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
    await Promise.all([anInstance({ StudyInstanceUID: '1.2.x' }), ...aStudy({ instances: 3 }).instances].map(gateway.receiveInstance))
    await until(() => gateway.forwarding.counts().dead === 1 && delivered(gateway) === 3)
    expect(deliveries(gateway).find(({ state }) => state === 'dead')).toMatchObject({ attempts: 1, last_error: 'refused', last_error_detail: expect.stringMatching(/UID/) })
  })

  test('an object the server holds apart, since its study is of another patient, has arrived, and is committed to who asks', async () => {
    const gateway = await aGateway([cloudNode()])
    const { StudyInstanceUID, instances } = aStudy({ instances: 1, PatientID: 'P-1' })
    await Promise.all(instances.map(gateway.receiveInstance))
    await until(() => delivered(gateway) === 1)
    const [{ SOPClassUID, SOPInstanceUID } = { SOPClassUID: '', SOPInstanceUID: '' }] = await Promise.all(aStudy({ instances: 1, StudyInstanceUID, PatientID: 'P-2' }).instances.map(gateway.receiveInstance))
    await until(() => delivered(gateway) === 2)
    expect(deliveries(gateway).at(-1)).toMatchObject({ state: 'delivered', verified: 1, confirmed: 1, receipt: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(await (await ask(`/instances?SOPInstanceUID=${SOPInstanceUID}`)).json()).toEqual([])
    const upstream = createUpstream(() => Promise.resolve({ url: origin.origin, tls: { minVersion: 'TLSv1.2' }, authorization: bearer(token) }))
    open.push(() => { upstream.close(); return Promise.resolve() })
    const [asked, unknown] = [{ SOPClassUID, SOPInstanceUID }, { SOPClassUID, SOPInstanceUID: '1.2.3' }]
    expect(await verify(upstream, [asked, unknown])).toEqual({ committed: [asked], failed: [{ ...unknown, FailureReason: 0x0112 }] })
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

  test.each([['htj2k', '1.2.840.10008.1.2.4.201'], ['jpegLs', '1.2.840.10008.1.2.4.80']])('recompressed (%s), arrives smaller and with the same pixels; the original stays', async (recompress, transferSyntaxUID) => {
    const gateway = await aGateway([cloudNode({ recompress })])
    const pixels = Buffer.alloc(2 * 256 * 256)
    for (let at = 0; at < 256 * 256; at++) pixels.writeInt16LE(Math.round(800 * Math.sin(at / 900)) + (at % 7), at * 2)
    const object = await gateway.receiveInstance(anInstance({ Rows: 256, Columns: 256, PixelData: pixels }))
    await until(() => delivered(gateway) === 1)
    expect(deliveries(gateway)[0]).toMatchObject({ verified: 1, sent_transfer_syntax_uid: transferSyntaxUID })
    expect(deliveries(gateway)[0]?.['receipt']).not.toBe(object.dataSetSha256)
    const answer = await ask(`/studies/${object.StudyInstanceUID}/series/${object.SeriesInstanceUID}/instances/${object.SOPInstanceUID}/frames/1`, 'multipart/related; type="application/octet-stream"; transfer-syntax=1.2.840.10008.1.2.1')
    expect(Buffer.from(await answer.arrayBuffer()).includes(pixels)).toBe(true)
    expect(gateway.spool.get(object.id)).toMatchObject({ dataSetSha256: object.dataSetSha256, transferSyntaxUID: '1.2.840.10008.1.2.1' })
  })

  test('a large object goes on where a cut line left it, accelerated', async () => {
    const line = await lineToServer()
    const gateway = await aGateway([cloudNode({ accelerated: true, concurrency: 1 }, line.port)])
    line.cutAfterBytes = 20 * 1024 * 1024
    const noise = randomBytes(50 * 1024 * 1024)
    const object = await gateway.receiveInstance(anInstance({ kind: 'US', Rows: 1024, Columns: 1024, SamplesPerPixel: 1, BitsAllocated: 8, BitsStored: 8, HighBit: 7, PhotometricInterpretation: 'MONOCHROME2', NumberOfFrames: 50, PlanarConfiguration: undefined, PixelData: noise }))
    await until(() => delivered(gateway) === 1, 90_000)
    expect(deliveries(gateway)[0]).toMatchObject({ verified: 1, upload_url: null })
    // Each cut cost less than a chunk and its confirmation.
    expect(line.sent).toBeLessThan(object.byteLength * 1.6)
    expect(await dataSetHeld(object.StudyInstanceUID, object.SeriesInstanceUID, object.SOPInstanceUID)).toBe(object.dataSetSha256)
  }, 120_000)

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
    await until(() => gateway.forwarding.counts().waiting === 1)
    expect(gateway.forwarding.nodes()[0]).toMatchObject({ status: 'paused', counts: { waiting: 1, sending: 0 } })
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
