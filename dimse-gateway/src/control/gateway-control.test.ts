import { mkdtemp, readdir, readFile, rm, stat, truncate } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeDataSet, ExplicitVRLittleEndian } from '@isocenter/dicom'
import { DimseConnection, requestAssociation, store } from '@isocenter/dimse'
import { aStudy, hasProgram } from '@isocenter/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '../config.ts'
import { startGateway, type RunningGateway } from '../gateway.ts'
import { startArchive } from '../services/archive.fixture.ts'
import type { ArchiveSearch, FetchedStudy } from './wire/fetches.ts'
import type { InstanceRecordPage, StudyRecordPage } from './wire/records.ts'
import type { GatewayState } from './wire/state.ts'

/** The machine of a test may be busy. */
const soon = { timeout: 10_000 }

let folder: string
let gateway: RunningGateway
let key: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isocenter-control-'))
  gateway = await startGateway(readConfig({ GATEWAY_DATA_DIR: folder, DIMSE_HOST: '127.0.0.1', CONTROL_PORT: '0', LOG_LEVEL: 'silent' }))
  key = (await readFile(join(folder, 'secrets', 'control.key'), 'utf8')).trim()
})
afterEach(async () => {
  await gateway.close()
  await rm(folder, { recursive: true })
})

const ask = (method: string, path: string, body?: object) => fetch(gateway.controlUrl + path, {
  method, headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) }, ...(body && { body: JSON.stringify(body) }),
})
const state = async () => await (await ask('GET', '/api/state')).json() as GatewayState

async function setPort(port: number): Promise<number> {
  const { service } = await (await ask('GET', '/api/configuration')).json() as { service: object }
  return (await ask('PATCH', '/api/configuration', { service: { ...service, port } })).status
}

/** A modality sends a study of one instance. */
async function receiveOne({ StudyInstanceUID, instances: [instance = {}] }: Pick<ReturnType<typeof aStudy>, 'StudyInstanceUID' | 'instances'> = aStudy({ instances: 1 })): Promise<{ readonly StudyInstanceUID: string; readonly SOPInstanceUID: string }> {
  const [SOPClassUID = '', SOPInstanceUID = ''] = [instance['00080016'], instance['00080018']].map((element) => String(element?.Value?.[0]))
  const association = await requestAssociation({ host: '127.0.0.1', port: gateway.dimsePort, callingAETitle: 'CT_1', calledAETitle: 'ANY', contexts: [{ abstractSyntax: SOPClassUID, transferSyntaxes: [ExplicitVRLittleEndian] }] })
  await store(new DimseConnection(association), { SOPClassUID, SOPInstanceUID, transferSyntaxUID: ExplicitVRLittleEndian, dataSet: encodeDataSet(instance, { transferSyntaxUID: ExplicitVRLittleEndian }) })
  await association.release()
  return { StudyInstanceUID, SOPInstanceUID }
}

/** Somebody deletes the files of all objects. */
async function takeFiles(): Promise<void> {
  const entries = await readdir(join(folder, 'spool', 'objects'), { recursive: true, withFileTypes: true })
  for (const { parentPath, name } of entries.filter((entry) => entry.isFile())) {
    const path = join(parentPath, name)
    // What lies ready for the next ones is empty.
    if ((await stat(path)).size > 0) await rm(path)
  }
}

test('a gateway that runs is stopped, and started on another port, from its control interface', async () => {
  expect(await setPort(0)).toBe(200)
  expect((await ask('POST', '/api/service/start')).status).toBe(204)
  await expect.poll(async () => (await state()).service.status, soon).toBe('running')
  expect((await ask('POST', '/api/service/stop')).status).toBe(204)
  await expect.poll(async () => (await state()).service.status, soon).toBe('stopped')
  expect((await state()).alarms).toContainEqual(expect.objectContaining({ code: 'serviceStopped' }))
})

test('a gateway whose configuration was cut short comes up with the one before it, and says so until somebody has set something', async () => {
  expect(await setPort(0)).toBe(200)
  expect(await setPort(11_112)).toBe(200)
  await gateway.close()
  await truncate(join(folder, 'configuration.json'), 40)
  gateway = await startGateway(readConfig({ GATEWAY_DATA_DIR: folder, DIMSE_HOST: '127.0.0.1', CONTROL_PORT: '0', LOG_LEVEL: 'silent' }))
  expect(await (await ask('GET', '/api/configuration')).json()).toMatchObject({ service: { port: 0 } })
  const codes = async () => (await state()).alarms.map(({ code }) => code)
  expect(await codes()).toContain('configurationRestored')
  expect(await setPort(0)).toBe(200)
  expect(await codes()).not.toContain('configurationRestored')
})

test('a port that is taken is said when the service is started, and stands in its state', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await new Promise((listening) => { other.once('listening', listening) })
  await ask('POST', '/api/service/stop')
  await setPort((other.address() as AddressInfo).port)
  const response = await ask('POST', '/api/service/start')
  expect(response.status).toBe(409)
  expect(await response.json()).toMatchObject({ type: '/problems/service-failed' })
  expect((await state()).service).toMatchObject({ status: 'failed' })
  other.close()
})

test('a node that is not there is told apart from a line that is down', async () => {
  const made = await ask('POST', '/api/nodes', { kind: 'dicom', name: 'Closed', host: '127.0.0.1', port: 1, calledAETitle: 'CLOSED' })
  expect(made.status).toBe(201)
  const tested = await ask('POST', `${made.headers.get('location') ?? ''}/test`)
  expect(await tested.json()).toMatchObject({ succeeded: false, steps: [{ name: 'resolve' }, { name: 'connect', failure: { reason: 'lineDown' } }] })
  expect((await ask('POST', '/api/nodes/nowhere/test')).status).toBe(404)
  expect((await state()).nodes).toMatchObject([{ name: 'Closed', waiting: 0 }])
})

test('a node that something waits for is removed only by calling that off, and its objects stay until they are released', async () => {
  await setPort(0)
  await ask('POST', '/api/service/start')
  const made = await ask('POST', '/api/nodes', { kind: 'dicom', name: 'Closed', host: '127.0.0.1', port: 1, calledAETitle: 'CLOSED' })
  const path = made.headers.get('location') ?? ''
  const nodeId = path.split('/').at(-1)
  const { SOPInstanceUID } = await receiveOne()
  await expect.poll(async () => (await state()).queue.waiting, soon).toBe(1)

  const refused = await ask('DELETE', path)
  expect([refused.status, await refused.json()]).toMatchObject([409, { type: '/problems/deliveries-waiting', deliveries: 1 }])
  expect((await ask('PATCH', '/api/configuration', { nodes: [] })).status).toBe(409)
  expect((await state()).nodes).toHaveLength(1)

  expect((await ask('DELETE', `${path}?callOff=true`)).status).toBe(204)
  expect((await state()).queue).toMatchObject({ waiting: 0, failed: 0 })
  expect((await state()).spool.objects).toBe(1)
  expect(await (await ask('POST', '/api/deliveries/release', { nodeId })).json()).toEqual({ released: 1 })
  expect((await ask('POST', '/api/deliveries/release', {})).status).toBe(400)

  // Released or not, it has arrived nowhere and goes nowhere: a person alone takes it away.
  const discard = async (payload: object) => (await ask('POST', '/api/objects/discard', payload)).json()
  expect(await discard({ receivedBefore: '2020-01-01T00:00:00Z' })).toEqual({ discarded: 0 })
  expect(await discard({ receivedBefore: new Date(Date.now() + 60_000).toISOString() })).toEqual({ discarded: 1 })
  expect((await state()).spool.objects).toBe(0)
  const { records: [study] } = await (await ask('GET', '/api/records/studies')).json() as StudyRecordPage
  const { records } = await (await ask('GET', `/api/records/studies/${study?.StudyInstanceUID ?? ''}/instances`)).json() as InstanceRecordPage
  expect(records).toMatchObject([{ SOPInstanceUID, isKept: false, isDiscarded: true }])
})

test('files taken away before their objects arrived are one alarm, which ends as they come anew or are seen', async () => {
  await setPort(0)
  await ask('POST', '/api/service/start')
  await ask('POST', '/api/nodes', { kind: 'dicom', name: 'Closed', host: '127.0.0.1', port: 1, calledAETitle: 'CLOSED', paused: true })
  const [first, second] = [aStudy({ instances: 1 }), aStudy({ instances: 1 })]
  for (const study of [first, second]) await receiveOne(study)
  await expect.poll(async () => (await state()).queue.waiting, soon).toBe(2)
  await gateway.close()
  await takeFiles()
  gateway = await startGateway(readConfig({ GATEWAY_DATA_DIR: folder, DIMSE_HOST: '127.0.0.1', CONTROL_PORT: '0', LOG_LEVEL: 'silent' }))
  const missing = async () => (await state()).alarms.filter(({ code }) => code === 'objectMissing')
  expect(await missing()).toEqual([{ code: 'objectMissing', severity: 'critical', count: 2, since: expect.any(String) }])
  expect((await state()).queue).toMatchObject({ waiting: 0, failed: 0 })

  await receiveOne(first)
  await expect.poll(missing, soon).toMatchObject([{ count: 1 }])
  expect(await (await ask('GET', '/api/records/studies?isLost=true')).json()).toMatchObject({ total: 1, records: [{ StudyInstanceUID: second.StudyInstanceUID, lost: 1 }] })
  expect(await (await ask('POST', '/api/objects/lost/seen', { StudyInstanceUID: second.StudyInstanceUID })).json()).toEqual({ seen: 1 })
  expect(await missing()).toEqual([])
})

describe('what a node is let in by', () => {
  const secretFiles = async () => (await readdir(join(folder, 'secrets'))).filter((name) => name.startsWith('node-'))
  const node = { kind: 'dicomweb', name: 'Research', url: 'http://127.0.0.1:1/dicom-web', paused: true, authorization: { scheme: 'basic', userName: 'gateway' } }

  test('is kept as a secret that no answer holds, replaced only by another one, and forgotten with its node', async () => {
    const made = await ask('POST', '/api/nodes', { ...node, secrets: { credential: 'open sesame' } })
    expect(made.status).toBe(201)
    const [first = ''] = await secretFiles()
    expect(await readFile(join(folder, 'secrets', first), 'utf8')).toBe('open sesame\n')
    for (const path of ['/api/nodes', '/api/configuration', '/api/state']) expect(await (await ask('GET', path)).text()).not.toContain('sesame')
    const path = made.headers.get('location') ?? ''

    expect((await ask('PUT', path, { ...node, name: 'Research PACS' })).status).toBe(200)
    expect(await secretFiles()).toEqual([first])
    expect((await ask('PUT', path, { ...node, secrets: { credential: 'close sesame' } })).status).toBe(200)
    expect(await secretFiles()).toHaveLength(1)
    expect(await secretFiles()).not.toContain(first)

    expect((await ask('PUT', path, { ...node, concurrency: 0, secrets: { credential: 'third' } })).status).toBe(422)
    expect(await secretFiles()).toHaveLength(1)
    await ask('DELETE', path)
    expect(await secretFiles()).toEqual([])
  })

  test('is needed where it is said to be', async () => {
    expect((await ask('POST', '/api/nodes', node)).status).toBe(422)
    expect((await ask('POST', '/api/nodes', { kind: 'dicomweb', name: 'R', url: node.url, secrets: { key: 'a key without certificate' } })).status).toBe(422)
    expect((await ask('PUT', '/api/nodes/nowhere', { ...node, secrets: { credential: 'x' } })).status).toBe(404)
    expect(await secretFiles()).toEqual([])
  })

  test('is never another secret of the gateway', async () => {
    const stealing = { ...node, id: 'thief', authorization: { scheme: 'bearer', secret: 'control.key' } }
    expect((await ask('PATCH', '/api/configuration', { nodes: [stealing] })).status).toBe(422)
  })
})

test('a gateway that left the cloud remembers that it did', async () => {
  expect((await ask('DELETE', '/api/cloud/enrolment')).status).toBe(204)
  expect(await readdir(folder)).toContain('left-cloud')
})

test('what forwarding is busy with is measured by node', async () => {
  await ask('POST', '/api/nodes', { kind: 'dicom', name: 'Closed', host: '127.0.0.1', port: 1, calledAETitle: 'CLOSED' })
  expect(await (await ask('GET', '/metrics')).text()).toMatch(/^gateway_node_waiting\{node="[0-9a-f-]{36}"\} 0$/m)
  expect((await state()).queue).toMatchObject({ waiting: 0, waitingBytes: 0 })
})

test('an archive that cannot be reached is said, and nothing waits for it', async () => {
  const { headers } = await ask('POST', '/api/nodes', { kind: 'dicom', name: 'Old archive', host: '127.0.0.1', port: 1, calledAETitle: 'OLD' })
  const nodeId = (headers.get('location') ?? '').split('/').at(-1) ?? ''
  const searched = await ask('GET', `/api/nodes/${nodeId}/studies?PatientID=1`)
  expect([searched.status, await searched.json()]).toMatchObject([502, { type: '/problems/archive-failed', failure: { reason: 'lineDown' } }])
  expect((await ask('POST', '/api/fetches', { nodeId, matching: { StudyDate: '20190311' } })).status).toBe(502)
  expect(await (await ask('GET', '/api/fetches')).json()).toEqual([])
})

describe.skipIf(!hasProgram('dcmqrscp'))('an old archive', () => {
  test('is searched and fetched from by day, and what comes is recorded like everything received', async () => {
    await setPort(0)
    await ask('POST', '/api/service/start')
    const day = aStudy({ instances: 3, StudyDate: '20190311', PatientID: 'OLD-7', PatientName: 'Grüner^Käthe' })
    const archive = await startArchive({ gatewayPort: gateway.dimsePort, instances: [...day.instances, ...aStudy({ instances: 1, StudyDate: '20190401' }).instances] })
    try {
      const { headers } = await ask('POST', '/api/nodes', { kind: 'dicom', name: 'Old archive', host: '127.0.0.1', port: archive.port, calledAETitle: archive.aeTitle, default: false })
      const nodeId = (headers.get('location') ?? '').split('/').at(-1) ?? ''
      const search = async () => await (await ask('GET', `/api/nodes/${nodeId}/studies?StudyDate=20190310-20190312`)).json() as ArchiveSearch
      expect(await search()).toMatchObject({ hasMore: false, studies: [{ StudyInstanceUID: day.StudyInstanceUID, PatientID: 'OLD-7', received: 0 }] })
      expect(await (await ask('POST', '/api/fetches', { nodeId, matching: { StudyDate: '20190310-20190312' } })).json()).toEqual({ added: 1, hasMore: false })
      const fetched = async () => (await (await ask('GET', '/api/fetches')).json() as FetchedStudy[])[0]
      await expect.poll(async () => (await fetched())?.state, { timeout: 20_000 }).toBe('done')
      expect(await fetched()).toMatchObject({ nodeName: 'Old archive', StudyInstanceUID: day.StudyInstanceUID, completed: 3, failed: 0, attempts: 1 })
      await expect.poll(async () => (await search()).studies[0]?.received, soon).toBe(3)
    } finally {
      await archive.stop()
    }
  }, 60_000)

  test('gets what has arrived there once more when a person asks, and nothing once it is no node any more', async () => {
    await setPort(0)
    await ask('POST', '/api/service/start')
    const archive = await startArchive({ gatewayPort: gateway.dimsePort, instances: [] })
    try {
      const { headers } = await ask('POST', '/api/nodes', { kind: 'dicom', name: 'Old archive', host: '127.0.0.1', port: archive.port, calledAETitle: archive.aeTitle })
      const path = headers.get('location') ?? ''
      const nodeId = path.split('/').at(-1) ?? ''
      const { StudyInstanceUID } = await receiveOne()
      const sendable = async () => (await ask('GET', `/api/records/studies/${StudyInstanceUID}/sendable-again`)).json()
      const sendAgain = async (node = {}) => (await ask('POST', '/api/deliveries/retry', { StudyInstanceUID, state: 'delivered', ...node })).json()
      await expect.poll(sendable, { timeout: 20_000 }).toMatchObject([{ nodeId, nodeName: 'Old archive', objects: 1, gone: 0 }])
      expect(await sendAgain({ nodeId })).toEqual({ retried: 1 })
      await expect.poll(sendable, { timeout: 20_000 }).toMatchObject([{ objects: 1 }])
      // Its file is taken away between the question and the answer: it has arrived, all the same.
      await takeFiles()
      expect(await sendAgain({ nodeId })).toEqual({ retried: 1 })
      await expect.poll(sendable, { timeout: 20_000 }).toMatchObject([{ objects: 0, gone: 1, underway: 0 }])
      const { records: [study] } = await (await ask('GET', '/api/records/studies')).json() as StudyRecordPage
      expect(study?.deliveries).toMatchObject([{ delivered: 1, dead: 0 }])
      expect(await state()).toMatchObject({ queue: { waiting: 0, failed: 0 }, spool: { objects: 0 } })
      expect((await state()).alarms.map(({ code }) => code)).not.toContain('objectMissing')
      expect((await ask('DELETE', path)).status).toBe(204)
      expect(await sendable()).toEqual([])
      expect(await sendAgain({ nodeId })).toMatchObject({ status: 404, type: '/problems/no-such-node' })
      expect(await sendAgain()).toEqual({ retried: 0 })
    } finally {
      await archive.stop()
    }
  }, 60_000)
})

test('settings that cannot be are refused by the same rules as everywhere, and change nothing', async () => {
  const before = await (await ask('GET', '/api/configuration')).json()
  expect(await setPort(-1)).toBe(422)
  expect(await (await ask('GET', '/api/configuration')).json()).toEqual(before)
})

test('liveness is answered to everybody, the state to nobody without the key', async () => {
  expect((await fetch(`${gateway.controlUrl}/healthz`)).status).toBe(200)
  expect((await fetch(`${gateway.controlUrl}/api/state`)).status).toBe(401)
})
