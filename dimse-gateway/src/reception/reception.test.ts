import { encodeDataSet, ExplicitVRLittleEndian, ImplicitVRLittleEndian } from '@isocenter/dicom'
import { DimseConnection, echo, requestAssociation, store, VerificationSOPClass, type Association } from '@isocenter/dimse'
import { anInstance, aUID } from '@isocenter/testkit/instances'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { aReceivingGateway, type ReceivingGateway } from './reception.fixture.ts'

/** The machine of a test may be busy. */
const soon = { timeout: 10_000 }

const CTImageStorage = '1.2.840.10008.5.1.4.1.1.2'
const PrivateStorage = '1.2.826.0.1.3680043.9.9999.1'
const JPEGLosslessSV1 = '1.2.840.10008.1.2.4.70'
const JPEGBaseline = '1.2.840.10008.1.2.4.50'
const StudyRootFind = '1.2.840.10008.5.1.4.1.2.2.1'

let gateway: ReceivingGateway
afterEach(() => gateway.close())

interface Calling { readonly callingAETitle?: string; readonly calledAETitle?: string; readonly contexts?: readonly { abstractSyntax: string; transferSyntaxes: readonly string[] }[] }

const associate = ({ callingAETitle = 'CT_1', calledAETitle = 'ANYTHING', contexts }: Calling = {}): Promise<Association> => requestAssociation({
  host: '127.0.0.1', port: gateway.port, callingAETitle, calledAETitle,
  contexts: contexts ?? [{ abstractSyntax: VerificationSOPClass, transferSyntaxes: [ImplicitVRLittleEndian] }, { abstractSyntax: CTImageStorage, transferSyntaxes: [ExplicitVRLittleEndian] }],
})

async function* pieces(bytes: Uint8Array, length = 10_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length)
}

const anObject = (SOPClassUID = CTImageStorage, SOPInstanceUID = aUID()) => ({
  SOPClassUID, SOPInstanceUID, dataSet: encodeDataSet(anInstance({ SOPClassUID, SOPInstanceUID, Rows: 128, Columns: 128 }), { transferSyntaxUID: ExplicitVRLittleEndian }),
})

type Sent = ReturnType<typeof anObject>
const send = (connection: DimseConnection, { SOPClassUID, SOPInstanceUID, dataSet }: Sent) =>
  store(connection, { SOPClassUID, SOPInstanceUID, transferSyntaxUID: ExplicitVRLittleEndian, dataSet: pieces(dataSet) })
const statusOf = async (sent: ReturnType<typeof send>): Promise<string> => `0x${(await sent).status.toString(16).toUpperCase().padStart(4, '0')}`

/** The accepted transfer syntaxes, by context in the order proposed; undefined where one was refused. */
async function chosen(abstractSyntax: string, ...offers: readonly (readonly string[])[]): Promise<(string | undefined)[]> {
  const association = await associate({ contexts: offers.map((transferSyntaxes) => ({ abstractSyntax, transferSyntaxes })) })
  const syntaxes = offers.map((_, index) => association.contexts.get(index * 2 + 1)?.transferSyntax)
  await association.release()
  return syntaxes
}

describe('an association', () => {
  test('may be verified, and carries objects into the spool as they are', async () => {
    gateway = await aReceivingGateway()
    const association = await associate({ callingAETitle: 'MR_7', calledAETitle: 'WHATEVER' })
    const connection = new DimseConnection(association)
    await echo(connection)
    const objects = [anObject(), anObject(), anObject()]
    for (const object of objects) expect(await statusOf(send(connection, object))).toBe('0x0000')
    await association.release()
    for (const { SOPInstanceUID, dataSet } of objects) {
      const [kept] = gateway.spool.find(SOPInstanceUID)
      expect(kept).toMatchObject({ callingAETitle: 'MR_7', calledAETitle: 'WHATEVER', remoteAddress: '127.0.0.1', transferSyntaxUID: ExplicitVRLittleEndian })
      expect((await buffer(gateway.spool.read(kept?.id ?? '', kept?.dataSetOffset))).equals(dataSet)).toBe(true)
    }
  })

  test('is given every storage class, private ones too, and no class of a service nobody offers', async () => {
    gateway = await aReceivingGateway()
    expect(await chosen(CTImageStorage, [ImplicitVRLittleEndian])).toEqual([ImplicitVRLittleEndian])
    expect(await chosen(PrivateStorage, [ImplicitVRLittleEndian])).toEqual([ImplicitVRLittleEndian])
    expect(await chosen(StudyRootFind, [ImplicitVRLittleEndian])).toEqual([undefined])
  })

  test('takes what the sender has compressed as it is, and makes no sender lose pixels', async () => {
    gateway = await aReceivingGateway()
    expect(await chosen(
      CTImageStorage,
      [ImplicitVRLittleEndian, ExplicitVRLittleEndian],
      [ImplicitVRLittleEndian, ExplicitVRLittleEndian, JPEGLosslessSV1],
      [JPEGBaseline, ExplicitVRLittleEndian],
      [ExplicitVRLittleEndian, JPEGBaseline],
      [JPEGBaseline],
      ['1.2.826.0.1.3680043.9.9999.2'],
      ['1.2.826.0.1.3680043.9.9999.2', ImplicitVRLittleEndian],
    )).toEqual([ExplicitVRLittleEndian, JPEGLosslessSV1, JPEGBaseline, ExplicitVRLittleEndian, JPEGBaseline, '1.2.826.0.1.3680043.9.9999.2', ImplicitVRLittleEndian])
  })

  test('serves a service by its handlers, and tells which requests nobody answers', async () => {
    gateway = await aReceivingGateway({
      services: [{ name: 'query', SOPClassUIDs: [StudyRootFind], handlers: { async *find() { yield* [] } } }],
    })
    expect(await chosen(StudyRootFind, [ImplicitVRLittleEndian])).toEqual([ImplicitVRLittleEndian])
  })
})

describe('an object that cannot be kept', () => {
  test('is answered with the status that says why, and the association goes on', async () => {
    gateway = await aReceivingGateway({ quotaBytes: 80_000 })
    const association = await associate()
    const connection = new DimseConnection(association)
    const object = anObject()
    expect(await statusOf(send(connection, { ...object, SOPInstanceUID: aUID() }))).toBe('0xA900')
    expect(await statusOf(send(connection, { ...object, dataSet: new Uint8Array() }))).toBe('0xC000')
    expect(await statusOf(send(connection, object))).toBe('0x0000')
    expect(await statusOf(send(connection, anObject()))).toBe('0x0000')
    expect(await statusOf(send(connection, anObject()))).toBe('0xA700')
    expect(await statusOf(send(connection, anObject()))).toBe('0xA700')
    await echo(connection)
    await association.release()
    expect(gateway.alarms.list().map(({ code }) => code)).toEqual(['spoolFull'])
  })

  test('because its sender went away half-way leaves nothing', async () => {
    gateway = await aReceivingGateway()
    const association = await associate()
    const connection = new DimseConnection(association)
    const { dataSet, ...object } = anObject()
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield dataSet.subarray(0, 20_000)
      await sleep(50)
      throw new Error('the sender broke')
    }
    await expect(store(connection, { ...object, transferSyntaxUID: ExplicitVRLittleEndian, dataSet: broken() })).rejects.toThrow('the sender broke')
    await association.abort()
    await expect.poll(() => gateway.reception.status().associations, soon).toBe(0)
    await expect.poll(() => gateway.spool.usage().bytes, soon).toBe(0)
  })
})

describe('who may call', () => {
  test('anybody, until it is restricted; whoever is not known is noted', async () => {
    gateway = await aReceivingGateway()
    await (await associate({ callingAETitle: 'STRANGER' })).release()
    await (await associate({ callingAETitle: 'STRANGER' })).release()
    expect(gateway.unknownSenders.list()).toMatchObject([{ callingAETitle: 'STRANGER', calledAETitle: 'ANYTHING', remoteAddress: '127.0.0.1', attempts: 2, wasRefused: false }])

    await gateway.set({ restrictCalling: true, peers: [{ aeTitle: 'CT_1', address: '127.0.0.0/8' }, { aeTitle: 'CT_2', address: '192.0.2.1' }, { aeTitle: 'CT_3', address: 'localhost' }] })
    await expect(associate({ callingAETitle: 'STRANGER' })).rejects.toMatchObject({ name: 'AssociationRejected', result: 1, source: 1, reason: 3 })
    await expect(associate({ callingAETitle: 'CT_2' })).rejects.toMatchObject({ reason: 3 })
    await (await associate({ callingAETitle: 'CT_1' })).release()
    await (await associate({ callingAETitle: 'CT_3' })).release()
    expect(gateway.unknownSenders.list().map(({ callingAETitle, attempts, wasRefused }) => [callingAETitle, attempts, wasRefused]).sort()).toEqual([['CT_2', 1, true], ['STRANGER', 3, true]])
  })

  test('only who calls the gateway by its AE title, when told so', async () => {
    gateway = await aReceivingGateway({ service: { acceptAnyCalledAETitle: false } })
    await expect(associate({ calledAETitle: 'OTHER' })).rejects.toMatchObject({ reason: 7 })
    await (await associate({ calledAETitle: 'USTCFQ-Transfer' })).release()
  })

  test('only so many from one address', async () => {
    gateway = await aReceivingGateway({ service: { maxAssociationsPerAddress: 2 } })
    const two = [await associate(), await associate()]
    await expect(associate()).rejects.toMatchObject({ result: 2, source: 3, reason: 2 })
    await two[0]?.release()
    await expect.poll(() => gateway.reception.status().associations, soon).toBe(1)
    await (await associate()).release()
    await two[1]?.release()
  })
})

describe('while it runs', () => {
  test('it moves to another port, and whoever is on the line goes on there', async () => {
    gateway = await aReceivingGateway()
    const association = await associate()
    const before = gateway.port
    const free = createServer().listen(0, '127.0.0.1')
    await once(free, 'listening')
    const { port } = free.address() as AddressInfo
    free.close()
    await gateway.set({ port })
    await expect.poll(() => gateway.port, soon).toBe(port)
    expect(await statusOf(send(new DimseConnection(association), anObject()))).toBe('0x0000')
    await association.release()
    await (await associate()).release()
    const socket = connect(before, '127.0.0.1')
    await expect(once(socket, 'connect')).rejects.toThrow('ECONNREFUSED')
  })

  test('it stops and starts as it is told', async () => {
    gateway = await aReceivingGateway()
    await gateway.set({ running: false })
    await expect.poll(() => gateway.reception.status().status, soon).toBe('stopped')
    expect(gateway.alarms.list().map(({ code }) => code)).toEqual(['serviceStopped'])
    await gateway.set({ running: true })
    await expect.poll(() => gateway.reception.status().status, soon).toBe('running')
    await (await associate()).release()
  })

  test('a port that is taken is said, and taken once it is free', async () => {
    gateway = await aReceivingGateway()
    const holder = createServer().listen(0, '127.0.0.1')
    await once(holder, 'listening')
    const { port } = holder.address() as AddressInfo
    await gateway.set({ port })
    await expect.poll(() => gateway.reception.status(), soon).toMatchObject({ status: 'failed', reason: `Port ${port} is already in use by another program.` })
    expect(gateway.alarms.list().map(({ code }) => code)).toEqual(['serviceFailed'])
    holder.close()
    await expect.poll(() => gateway.reception.status(), { timeout: 10_000 }).toMatchObject({ status: 'running', port })
    expect(gateway.alarms.list()).toEqual([])
  })
})
