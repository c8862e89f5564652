/** The gateway's bond with a real server: a process of its own, as users run it, over real HTTP. */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command, GatewayDetail } from '@isocenter/contracts'
import { startServerProcess, testDatabase, type ServerProcess } from '@isocenter/testkit'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Cloud } from '../configuration/schema.ts'
import { createHttpTarget } from '../nodes/http-target.ts'
import { systemClock, type Clock } from '../platform/clock.ts'
import { aControl, type TestControl } from './control.fixture.ts'
import { enrolWith, openCloud, type OpenedCloud } from './index.ts'

const log = pino({ level: 'silent' })
const timing = { retryMs: 50, maxRetryMs: 200, refusedMs: 200, minReportAfterMs: 1_000 }

let server: ServerProcess
let url: string
let drop: () => Promise<void>
let admin: { authorization: string }
beforeAll(async () => {
  const database = await testDatabase()
  ;({ drop } = database)
  server = await startServerProcess(database.url)
  url = new URL(server.url).origin
  admin = { authorization: `Bearer ${await server.token('--scope', 'gateways:read gateways:manage')}` }
})
afterAll(async () => {
  await server.stop()
  await drop()
})

let folder: string
let control: TestControl
let opened: OpenedCloud | undefined
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isocenter-cloud-'))
  control = aControl()
})
afterEach(async () => {
  await opened?.close()
  opened = undefined
  await rm(folder, { recursive: true, force: true })
})

const http = createHttpTarget({ url: 'http://127.0.0.1' }, { minVersion: 'TLSv1.2' })
afterAll(() => { http.close() })

const secrets = () => join(folder, 'secrets')

async function api<Answer>(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Answer> {
  const answer = await fetch(`${url}/api${path}`, { method, headers: { ...admin, ...headers, ...(body && { 'content-type': 'application/json' }) }, ...(body && { body: JSON.stringify(body) }) })
  const text = await answer.text()
  return (text === '' ? undefined : JSON.parse(text)) as Answer
}

const detail = (gatewayId: string) => api<GatewayDetail>('GET', `/gateways/${gatewayId}`)

async function enrolled({ clock = systemClock, bind = async () => undefined }: { clock?: Clock; bind?: (cloud: Cloud) => Promise<unknown> } = {}): Promise<Cloud> {
  const { uploadCode } = await api<{ uploadCode: string }>('GET', '/upload-code')
  return enrolWith({ http, clock, secrets: secrets(), url, uploadCode, name: 'CT room', version: '0.1.0', bind })
}

async function open(cloud: Cloud, clock: Clock = systemClock): Promise<OpenedCloud> {
  opened = await openCloud(cloud, { http, clock, secrets: secrets(), journal: join(folder, 'commands.json'), log, timing })
  return opened
}

test('a gateway enrols, reports, and is seen by its organisation with all that its console shows', async () => {
  const cloud = await enrolled()
  expect(cloud).toMatchObject({ url, organisation: { slug: 'default' } })
  control.overrides.senders = [{ callingAETitle: 'CT9', calledAETitle: 'ANY', remoteAddress: '192.0.2.9', firstSeenAt: '2026-11-22T04:00:00Z', lastSeenAt: '2026-11-22T04:10:00Z', attempts: 4, wasRefused: true, refusedServices: ['query'] }]
  const { start } = await open(cloud)
  start(control)
  await expect.poll(async () => (await detail(cloud.gatewayId)).health, { timeout: 10_000 }).toBe('online')
  const seen = await detail(cloud.gatewayId)
  const { now: _now, ...state } = await control.state()
  expect(seen.state).toMatchObject(state)
  expect(seen.unknownSenders).toEqual(control.overrides.senders)
  expect(seen.configuration).toMatchObject({ revision: control.configuration().revision, document: { nodes: [{ id: 'cloud' }] } })
  expect(opened?.contact.lastContactAt).toBeInstanceOf(Date)
})

test('the private key is in a file its owner alone reads, and nothing waits once the gateway is bound', async () => {
  const cloud = await enrolled()
  expect(await readdir(secrets())).toEqual([`cloud-key-${cloud.gatewayId}.json`])
  expect((await stat(join(secrets(), `cloud-key-${cloud.gatewayId}.json`))).mode & 0o777).toBe(0o600)
})

test('an enrolment that was cut off is the same gateway when it is done again; one that was done is another', async () => {
  let first: Cloud | undefined
  await expect(enrolled({ bind: async (cloud) => { first = cloud; throw new Error('the power failed') } })).rejects.toThrow('the power failed')
  const second = await enrolled()
  expect(second.gatewayId).toBe(first?.gatewayId)
  expect((await enrolled()).gatewayId).not.toBe(second.gatewayId)
})

test('a wrong code is refused in words for the technician', async () => {
  await expect(enrolWith({ http, clock: systemClock, secrets: secrets(), url, uploadCode: 'WRONG', name: 'CT room', version: '0.1.0', bind: async () => undefined }))
    .rejects.toMatchObject({ name: 'CloudRefused', status: 403, type: '/problems/unknown-upload-code' })
})

test('a gateway whose clock is a day off is trusted all the same: it goes by the time of the server', async () => {
  for (const offMs of [-86_400_000, 86_400_000]) {
    const clock = () => new Date(Date.now() + offMs)
    const cloud = await enrolled({ clock })
    const { tokens } = await open(cloud, clock)
    const token = await tokens.token()
    expect((await fetch(`${url}/dicom-web/studies`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200)
  }
})

test('however many need a token at once, one is asked for; a refused one is not given out again', async () => {
  const { tokens } = await open(await enrolled())
  const given = await Promise.all(Array.from({ length: 50 }, () => tokens.token()))
  expect(new Set(given).size).toBe(1)
  tokens.refused(given[0] ?? '')
  expect(await tokens.token()).not.toBe(given[0])
})

test('what an administrator commands is done once, in order, by the functions of the console, and its result is seen', async () => {
  const cloud = await enrolled()
  const { start } = await open(cloud)
  const give = (name: string, given: object = {}, headers = {}) => api<Command>('POST', `/gateways/${cloud.gatewayId}/commands`, { name, arguments: given }, headers)
  const commands = [
    await give('stopService'), await give('pauseNode', { nodeId: 'cloud' }), await give('testNode', { nodeId: 'cloud' }),
    await give('setConfiguration', { change: { retention: { recordDays: 30 } }, ifRevision: control.configuration().revision }),
    await give('addPeer', { peer: { aeTitle: 'CT9' } }), await give('retryDeliveries'), await give('pauseNode', { nodeId: 'nowhere' }),
    await give('setConfiguration', { change: { retention: { recordDays: 31 } }, ifRevision: 0 }),
    await give('setConfiguration', { change: { cloud: { url: 'https://evil.example' } } }),
    await give('fetchStudies', { nodeId: 'old', studies: [{ StudyInstanceUID: '2.25.7' }] }), await give('fetchDays', { nodeId: 'old', StudyDate: '20190311-20190312' }), await give('cancelFetches'),
  ]
  expect((await give('stopService', {}, { 'idempotency-key': 'a' })).commandId).toBe((await give('stopService', {}, { 'idempotency-key': 'a' })).commandId)
  expect(new Set(commands.map(({ state }) => state))).toEqual(new Set(['waiting']))
  start(control)
  await expect.poll(async () => (await detail(cloud.gatewayId)).pendingCommands, { timeout: 15_000 }).toBe(0)
  const told = new Map((await detail(cloud.gatewayId)).commands.map((command) => [command.commandId, command]))
  expect(commands.map(({ commandId }) => told.get(commandId)?.state)).toEqual(['succeeded', 'succeeded', 'succeeded', 'succeeded', 'succeeded', 'succeeded', 'failed', 'failed', 'failed', 'succeeded', 'succeeded', 'succeeded'])
  expect(told.get(commands[2]!.commandId)?.value).toMatchObject({ succeeded: true, latencyMs: 12 })
  expect(told.get(commands[8]!.commandId)?.reason).toContain('cloud')
  expect(control.done).toEqual(['stopService', 'pauseNode cloud', 'testNode cloud', 'setConfiguration', 'addPeer CT9', 'retryDeliveries {}', 'fetchStudies old 2.25.7', 'fetchMatching old {"StudyDate":"20190311-20190312"}', 'cancelFetches all', 'stopService'])
  expect((await detail(cloud.gatewayId)).configuration).toMatchObject({ revision: control.configuration().revision, document: { retention: { recordDays: 30 } } })
})

test('a command that was being done when the gateway stopped is not done twice', async () => {
  const cloud = await enrolled()
  const { start } = await open(cloud)
  control.stopService = async () => { control.done.push('stopService'); await new Promise(() => undefined) }
  await api('POST', `/gateways/${cloud.gatewayId}/commands`, { name: 'stopService' })
  start(control)
  await expect.poll(() => control.done, { timeout: 10_000 }).toEqual(['stopService'])
  // Left as kill -9 leaves it: begun, and nothing told.
  opened = undefined
  const again = aControl()
  const { start: startAgain } = await open(cloud)
  startAgain(again)
  await expect.poll(async () => (await detail(cloud.gatewayId)).commands[0], { timeout: 10_000 }).toMatchObject({ state: 'failed', reason: expect.stringContaining('was stopped') as string })
  expect(again.done).toEqual([])
})

test('a revoked gateway is told so, and its console can say why there is no contact', async () => {
  const cloud = await enrolled()
  const { start } = await open(cloud)
  start(control)
  await expect.poll(() => opened?.contact.lastContactAt, { timeout: 10_000 }).toBeDefined()
  await api('DELETE', `/gateways/${cloud.gatewayId}`)
  opened?.reportSoon()
  await expect.poll(() => opened?.contact.lastFailure, { timeout: 10_000 }).toMatchObject({ reason: 'notAuthorised' })
})
