import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readConfig } from '../config.ts'
import { startGateway, type RunningGateway } from '../gateway.ts'
import type { GatewayState } from './wire/state.ts'

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

test('a gateway that runs is stopped, and started on another port, from its control interface', async () => {
  expect(await setPort(0)).toBe(200)
  expect((await ask('POST', '/api/service/start')).status).toBe(204)
  await expect.poll(async () => (await state()).service.status).toBe('running')
  expect((await ask('POST', '/api/service/stop')).status).toBe(204)
  await expect.poll(async () => (await state()).service.status).toBe('stopped')
  expect((await state()).alarms).toContainEqual(expect.objectContaining({ code: 'serviceStopped' }))
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

test('settings that cannot be are refused by the same rules as everywhere, and change nothing', async () => {
  const before = await (await ask('GET', '/api/configuration')).json()
  expect(await setPort(-1)).toBe(422)
  expect(await (await ask('GET', '/api/configuration')).json()).toEqual(before)
})

test('liveness is answered to everybody, the state to nobody without the key', async () => {
  expect((await fetch(`${gateway.controlUrl}/healthz`)).status).toBe(200)
  expect((await fetch(`${gateway.controlUrl}/api/state`)).status).toBe(401)
})
