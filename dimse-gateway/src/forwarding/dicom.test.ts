import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readInstance } from '@isocenter/dicom'
import { anInstance, aStudy, bytesOf, freePort, hasProgram, startProgram } from '@isocenter/testkit/instances'
import { afterEach, describe, expect, test } from 'vitest'
import { aForwardingGateway, aLine, settingsOf, until, type ForwardingGateway } from './forwarding.fixture.ts'

const open: (() => Promise<void>)[] = []
afterEach(async () => { for (const close of open.splice(0).toReversed()) await close() })

/** DCMTK's storescp, writing data sets as they come. */
async function aStoreScp(...args: string[]): Promise<{ port: number; folder: string; files: () => Promise<Buffer[]> }> {
  const folder = await mkdtemp(join(tmpdir(), 'storescp-'))
  const port = await freePort()
  open.push(() => rm(folder, { recursive: true, force: true }))
  open.push((await startProgram('storescp', ['+B', '-od', folder, ...args, String(port)], port)).stop)
  return { port, folder, files: async () => Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name)))) }
}
const node = (port: number, more: object = {}): object => ({ id: 'pacs', name: 'PACS', kind: 'dicom', host: '127.0.0.1', port, calledAETitle: 'PACS', default: true, ...more })
async function aGateway(nodes: object[]): Promise<ForwardingGateway> {
  const gateway = await aForwardingGateway({ nodes })
  open.push(gateway.close)
  return gateway
}
const deliveries = ({ database }: ForwardingGateway) => database.sql.prepare('SELECT * FROM delivery ORDER BY delivery_id').all()
const delivered = (gateway: ForwardingGateway): number => gateway.forwarding.counts().delivered

describe.skipIf(!hasProgram('storescp'))('forwarding to a DICOM node', () => {
  test('data sets go out as they came in, over few associations', async () => {
    const scp = await aStoreScp('+xa')
    const line = await aLine(scp.port)
    open.push(line.close)
    const gateway = await aGateway([node(line.port, { concurrency: 1 })])
    const sent = [...aStudy({ instances: 20 }).instances.map((one) => bytesOf(one)), bytesOf(anInstance(), { transferSyntaxUID: '1.2.840.10008.1.2' }), bytesOf(anInstance({ kind: 'MR' }), { transferSyntaxUID: '1.2.840.10008.1.2.5' })]
    for (const bytes of sent) await gateway.receive(bytes)
    await until(() => delivered(gateway) === sent.length, 20_000)
    const held = await scp.files()
    const dataSet = async (file: Uint8Array) => Buffer.from(file.subarray((await readInstance(file)).dataSetOffset)).toString('base64')
    expect(new Set(await Promise.all(held.map(dataSet)))).toEqual(new Set(await Promise.all(sent.map(dataSet))))
    expect(deliveries(gateway).every(({ verified, confirmed }) => verified === 0 && confirmed === 1)).toBe(true)
  }, 40_000)

  test('what the node takes in no form offered is left to a person, with the reason', async () => {
    const scp = await aStoreScp('+xi')
    const gateway = await aGateway([node(scp.port)])
    const undecodable = Buffer.from(bytesOf(anInstance(), { transferSyntaxUID: '1.2.840.10008.1.2.5' }))
    // RLE with fifteen segments, which no image of one sample a pixel has (PS3.5 §G.4).
    undecodable.writeUInt32LE(15, undecodable.lastIndexOf(Buffer.from('feff00e0', 'hex')) + 8)
    await gateway.receive(undecodable)
    await until(() => deliveries(gateway)[0]?.['attempts'] === 1)
    expect(deliveries(gateway)[0]).toMatchObject({ last_error: expect.stringMatching(/NotAccepted$/) })
  })

  test('what is compressed is decoded for a node that takes no compression', async () => {
    const scp = await aStoreScp('+x=')
    const gateway = await aGateway([node(scp.port)])
    const native = anInstance()
    await gateway.receive(bytesOf(native, { transferSyntaxUID: '1.2.840.10008.1.2.5' }))
    await until(() => delivered(gateway) === 1)
    const [held] = await scp.files()
    const read = await readInstance(held!)
    expect(Buffer.from(read.dataSet.get('PixelData')!.value!).toString('base64')).toBe(native['7FE00010']?.InlineBinary)
    expect(deliveries(gateway)[0]).toMatchObject({ sent_transfer_syntax_uid: '1.2.840.10008.1.2.1' })
  })

  test.each(['1.2.840.10008.1.2.1', '1.2.840.10008.1.2.5'])('what came in %s goes to a node that knows Implicit VR alone', async (transferSyntaxUID) => {
    const scp = await aStoreScp('+xi')
    const gateway = await aGateway([node(scp.port)])
    const instance = anInstance()
    await gateway.receive(bytesOf(instance, { transferSyntaxUID }))
    await until(() => delivered(gateway) === 1)
    const read = await readInstance((await scp.files())[0]!)
    expect(read.transferSyntaxUID).toBe('1.2.840.10008.1.2')
    expect(Buffer.from(read.dataSet.get('PixelData')!.value!).toString('base64')).toBe(instance['7FE00010']?.InlineBinary)
    expect(deliveries(gateway)[0]).toMatchObject({ sent_transfer_syntax_uid: '1.2.840.10008.1.2' })
  })

  test('a node that is away is sent to when it is back', async () => {
    const port = await freePort()
    const gateway = await aGateway([node(port)])
    await Promise.all(aStudy({ instances: 5 }).instances.map(gateway.receiveInstance))
    await until(() => gateway.forwarding.nodes()[0]?.trouble?.code === 'lineDown')
    const scp = await aStoreScp('+xa')
    await gateway.forwarding.configure(settingsOf({ nodes: [node(scp.port)] }))
    await until(() => delivered(gateway) === 5)
  }, 30_000)

  test('what came before there was a node goes to the first one, and what was given up is tried again when it comes again', async () => {
    const taking = await aStoreScp('+xa')
    const gateway = await aGateway([])
    const [early, late] = aStudy({ instances: 2 }).instances.map((one) => bytesOf(one))
    await gateway.receive(early!)
    await until(() => gateway.database.sql.prepare('SELECT 1 FROM forward_object').get() !== undefined)
    const refusing = node(await freePort(), { maxAttempts: 1 })
    await gateway.forwarding.configure(settingsOf({ nodes: [refusing] }))
    await until(() => gateway.forwarding.counts().waiting + gateway.forwarding.counts().sending === 1)
    await gateway.forwarding.configure(settingsOf({ nodes: [node(taking.port)] }))
    await until(() => delivered(gateway) === 1)

    await gateway.forwarding.configure(settingsOf({ nodes: [node(taking.port, { paused: true })] }))
    await gateway.receive(late!)
    await until(() => gateway.forwarding.counts().waiting === 1)
    await gateway.forwarding.cancel({ nodeId: 'pacs' })
    await gateway.forwarding.configure(settingsOf({ nodes: [node(taking.port)] }))
    expect(gateway.forwarding.counts()).toMatchObject({ waiting: 0, cancelled: 1 })
    await gateway.receive(late!)
    await until(() => delivered(gateway) === 2)
    expect(await taking.files()).toHaveLength(2)
  }, 30_000)

  test('an association that is cut in the middle costs no object', async () => {
    const scp = await aStoreScp('+xa')
    const line = await aLine(scp.port)
    open.push(line.close)
    line.cutAfterBytes = 200_000
    const gateway = await aGateway([node(line.port)])
    await Promise.all(aStudy({ instances: 30, Rows: 128, Columns: 128 }).instances.map(gateway.receiveInstance))
    await until(() => delivered(gateway) === 30, 60_000)
    expect((await scp.files()).length).toBeGreaterThanOrEqual(30)
    expect(gateway.forwarding.counts()).toMatchObject({ dead: 0, waiting: 0 })
  }, 90_000)
})
