import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAcceptor, DimseConnection, DimseStatusError, eventReport, requestAssociation, serveServices, type ServiceHandlers } from '@isocenter/dimse'
import { aStudy, bytesOf, hasProgram, startProgram } from '@isocenter/testkit/instances'
import { afterEach, describe, expect, test } from 'vitest'
import { commitmentReport, readCommitmentRequest, type Reference } from '@isocenter/dimse'
import { createLog } from '../../platform/log.ts'
import { aServedGateway, until as untilServed } from '../../services/services.fixture.ts'
import { aPretendedServer } from '../../services/pretended-server.fixture.ts'
import { aForwardingGateway, until, type ForwardingGateway } from '../forwarding.fixture.ts'

const StorageCommitment = '1.2.840.10008.1.20.1'
const Instance = '1.2.840.10008.1.20.1.1'
const explicit = '1.2.840.10008.1.2.1'
const pace = { everyMs: 20, collectMs: 50, lingerMs: 200, patienceMs: 60_000 }

const open: (() => unknown)[] = []
afterEach(async () => { for (const close of open.splice(0).toReversed()) await close() })

interface Asked {
  readonly TransactionUID: string
  readonly references: readonly Reference[]
  readonly connection: DimseConnection
}

/** A provider of the class; `onAsked` tells of it, on whichever association it likes. */
async function anArchive(onAsked: (asked: Asked) => Promise<unknown> | undefined): Promise<{ port: number; asked: Asked[]; stored: string[] }> {
  const asked: Asked[] = []
  const stored: string[] = []
  const handlers: ServiceHandlers = {
    store: ({ SOPInstanceUID }) => {
      stored.push(SOPInstanceUID)
      return { status: 0 }
    },
    action: ({ dataSet, connection }) => {
      const one = { ...readCommitmentRequest(dataSet), connection }
      asked.push(one)
      return { status: 0, afterwards: async () => { await onAsked(one) } }
    },
  }
  const acceptor = createAcceptor({
    host: '127.0.0.1', port: 0, serve: (association) => serveServices(association, handlers),
    negotiate: ({ contexts }) => ({ accept: contexts.map(({ id, transferSyntaxes: [transferSyntax = ''] }) => ({ id, transferSyntax })) }),
  })
  const { port } = await acceptor.listen()
  open.push(() => acceptor.close({ graceMs: 0 }))
  return { port, asked, stored }
}

const report = (connection: DimseConnection, TransactionUID: string, committed: readonly Reference[], failed: readonly Reference[] = []): Promise<unknown> => eventReport(connection, {
  SOPClassUID: StorageCommitment, SOPInstanceUID: Instance, EventTypeID: failed.length === 0 ? 1 : 2,
  dataSet: commitmentReport(TransactionUID, committed, failed.map((one) => ({ ...one, FailureReason: 0x0112 as const }))),
})

/** The gateway's port, where what nodes report comes to forwarding. */
async function aPortOf(gateway: () => ForwardingGateway | Promise<ForwardingGateway>, port = 0): Promise<number> {
  const acceptor = createAcceptor({
    host: '127.0.0.1', port, serve: (association) => serveServices(association, { echo: () => 0, eventReport: async (request) => (await gateway()).forwarding.eventReport(request) }),
    negotiate: ({ contexts }) => ({ accept: contexts.map(({ id, transferSyntaxes: [transferSyntax = ''], role }) => ({ id, transferSyntax, ...(role && { role }) })) }),
  })
  open.push(() => acceptor.close({ graceMs: 0 }))
  return (await acceptor.listen()).port
}

/** As the provider, on an association of its own. */
async function reportAnew(port: number, ...what: [TransactionUID: string, committed: readonly Reference[], failed?: readonly Reference[]]): Promise<void> {
  const association = await requestAssociation({
    host: '127.0.0.1', port, callingAETitle: 'PACS', calledAETitle: 'GATEWAY', contexts: [{ abstractSyntax: StorageCommitment, transferSyntaxes: [explicit], role: { scu: false, scp: true } }],
  })
  try {
    await report(new DimseConnection(association), ...what)
  } finally {
    await association.release()
  }
}

const node = (port: number, more: object = {}): object => ({ id: 'pacs', name: 'PACS', kind: 'dicom', host: '127.0.0.1', port, calledAETitle: 'PACS', default: true, commitment: true, ...more })
async function aGateway(nodes: object[], folder?: string): Promise<ForwardingGateway> {
  const gateway = await aForwardingGateway({ nodes }, { commitmentPace: pace, ...(folder !== undefined && { folder }) })
  open.push(gateway.close)
  return gateway
}
const confirmed = ({ database }: ForwardingGateway): number => Number(database.sql.prepare('SELECT count(*) AS n FROM delivery WHERE confirmed = 1').get()?.['n'])
const arrivedEverywhere = ({ database }: ForwardingGateway): number => Number(database.sql.prepare('SELECT count(*) AS n FROM forward_object WHERE arrived_everywhere_at IS NOT NULL').get()?.['n'])
const instances = (count: number): Uint8Array[] => aStudy({ instances: count }).instances.map((one) => bytesOf(one))

describe('a DICOM node that is asked for storage commitment', () => {
  test('confirms on the association it was asked on, and all that arrived together is asked about together', async () => {
    const archive = await anArchive(({ connection, TransactionUID, references }) => report(connection, TransactionUID, references))
    const gateway = await aGateway([node(archive.port)])
    await Promise.all(instances(8).map((one) => gateway.receive(one)))
    await until(() => confirmed(gateway) === 8)
    expect(arrivedEverywhere(gateway)).toBe(8)
    expect(archive.asked.length).toBeLessThan(8)
    expect(new Set(archive.asked.flatMap(({ references }) => references.map(({ SOPInstanceUID }) => SOPInstanceUID)))).toEqual(new Set(archive.stored))
  })

  test('confirms nothing by C-STORE, and by a report on an association of its own', async () => {
    const archive = await anArchive(() => undefined)
    const gateway = await aGateway([node(archive.port)])
    const port = await aPortOf(() => gateway)
    await gateway.receive(instances(1)[0]!)
    await until(() => archive.asked.length === 1)
    expect([gateway.forwarding.counts().delivered, confirmed(gateway), arrivedEverywhere(gateway)]).toEqual([1, 0, 0])
    const [{ TransactionUID, references }] = archive.asked as [Asked]
    await reportAnew(port, TransactionUID, references)
    expect([confirmed(gateway), arrivedEverywhere(gateway)]).toEqual([1, 1])
    // Once more, because our answer was lost.
    await reportAnew(port, TransactionUID, references)
  })

  test('is sent again what it does not commit to, and what it never commits to is left to a person', async () => {
    const archive = await anArchive(({ connection, TransactionUID, references: [first, ...others] }) => report(connection, TransactionUID, others, [first!]))
    const gateway = await aGateway([node(archive.port, { maxAttempts: 2 })])
    await gateway.receive(instances(1)[0]!)
    await until(() => gateway.database.sql.prepare('SELECT last_error_detail AS detail FROM delivery').get()?.['detail'] === 'storage commitment: 0x0112')
    await gateway.forwarding.retry({})
    await until(() => archive.stored.length === 2)
    gateway.database.sql.exec('UPDATE delivery SET attempts = 2')
    await until(() => gateway.forwarding.counts().dead === 1)
    expect(confirmed(gateway)).toBe(0)
  })

  test('may report after a restart of the gateway, and is not asked twice meanwhile', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'commitment-'))
    open.push(() => rm(folder, { recursive: true, force: true }))
    const archive = await anArchive(() => undefined)
    const before = await aForwardingGateway({ nodes: [node(archive.port)] }, { commitmentPace: pace, folder })
    await before.receive(instances(1)[0]!)
    await until(() => archive.asked.length === 1)
    await new Promise((resolve) => { setTimeout(resolve, 2 * pace.lingerMs) })
    await before.close()

    const gateway = await aGateway([node(archive.port)], folder)
    const port = await aPortOf(() => gateway)
    const [{ TransactionUID, references }] = archive.asked as [Asked]
    await new Promise((resolve) => { setTimeout(resolve, 5 * pace.collectMs) })
    expect(archive.asked).toHaveLength(1)
    await reportAnew(port, TransactionUID, references)
    expect(confirmed(gateway)).toBe(1)
  })

  test('is believed only about what it was asked', async () => {
    const archive = await anArchive(() => undefined)
    const gateway = await aGateway([node(archive.port)])
    const port = await aPortOf(() => gateway)
    await gateway.receive(instances(1)[0]!)
    await until(() => archive.asked.length === 1)
    const [{ references }] = archive.asked as [Asked]
    await expect(reportAnew(port, '2.25.7', references)).rejects.toThrow(DimseStatusError)
    expect(confirmed(gateway)).toBe(0)
  })

  test('that is another gateway of ours commits once its server holds the objects', async () => {
    const held = new Set<string>()
    const server = await aPretendedServer((request) => {
      const uids = decodeURIComponent(/SOPInstanceUID=([^&]*)/.exec(request)?.[1] ?? '').split(',')
      return { status: 200, json: uids.filter((uid) => held.has(uid)).map((uid) => ({ '00080018': { vr: 'UI', Value: [uid] }, '00080016': { vr: 'UI', Value: ['1.2.840.10008.5.1.4.1.1.2'] } })) }
    })
    open.push(() => server.close())
    const provider = await aServedGateway({ origin: () => server.origin, token: 'any', isOnItsWay: (uid) => !held.has(uid) })
    open.push(() => provider.close())
    const gateway = await aGateway([node(provider.port)])
    const port = await aPortOf(() => gateway)
    await provider.configuration.change(({ service }) => ({ service: { ...service, peers: [{ aeTitle: 'GATEWAY', address: '127.0.0.1', port }] } }))
    const objects = await Promise.all(instances(3).map((one) => gateway.receive(one)))
    await untilServed(() => provider.commitments.list(10).length > 0)
    expect(confirmed(gateway)).toBe(0)
    for (const { SOPInstanceUID } of objects) held.add(SOPInstanceUID)
    await until(() => confirmed(gateway) === 3, 30_000)
  }, 40_000)
})

test('what a node says of its troubles in its own words is in no line of the log', async () => {
  const words = 'ZHANG^WEI P000184'
  let refusals = 0
  const refusing: ServiceHandlers = {
    store: () => {
      refusals++
      return { status: refusals === 1 ? 0xa700 : 0, ErrorComment: words }
    },
    action: () => {
      refusals++
      throw new DimseStatusError(0x0110, { ErrorComment: words })
    },
  }
  const acceptor = createAcceptor({
    host: '127.0.0.1', port: 0, serve: (association) => serveServices(association, refusing),
    negotiate: ({ contexts }) => ({ accept: contexts.map(({ id, transferSyntaxes: [transferSyntax = ''] }) => ({ id, transferSyntax })) }),
  })
  const { port } = await acceptor.listen()
  open.push(() => acceptor.close({ graceMs: 0 }))
  const lines: string[] = []
  const gateway = await aForwardingGateway({ nodes: [node(port)] }, { commitmentPace: pace, log: createLog('trace', { write: (line) => { lines.push(line) } }) })
  open.push(() => gateway.close())
  await Promise.all(instances(2).map((instance) => gateway.receive(instance)))
  await until(() => lines.some((line) => line.includes('could not be asked for storage commitment')), 30_000)
  expect(refusals).toBeGreaterThan(2)
  expect(lines.filter((line) => line.includes('ZHANG') || line.includes('P000184'))).toEqual([])
}, 40_000)

describe.skipIf(!hasProgram('Orthanc'))('Orthanc', () => {
  test('commits on an association of its own', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'orthanc-'))
    const started = Promise.withResolvers<ForwardingGateway>()
    const gatewayPort = await aPortOf(() => started.promise)
    const port = await aPortOf(() => started.promise)
    // Its port is free again.
    await open.pop()?.()
    await writeFile(join(folder, 'orthanc.json'), JSON.stringify({
      Name: 'peer', StorageDirectory: folder, IndexDirectory: folder, HttpServerEnabled: false, DicomAet: 'PACS', DicomPort: port, Plugins: [], DicomCheckCalledAet: false,
      DicomModalities: { gateway: ['GATEWAY', '127.0.0.1', gatewayPort] }, DicomAlwaysAllowStore: true, DicomAlwaysAllowEcho: true,
    }))
    open.push(() => rm(folder, { recursive: true, force: true }))
    open.push((await startProgram('Orthanc', [join(folder, 'orthanc.json')], port)).stop)
    const one = await aGateway([node(port)])
    started.resolve(one)
    await Promise.all(instances(5).map((instance) => one.receive(instance)))
    await until(() => confirmed(one) === 5, 40_000)
    expect(arrivedEverywhere(one)).toBe(5)
  }, 60_000)
})
