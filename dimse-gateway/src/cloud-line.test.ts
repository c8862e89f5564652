import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCloudLine, createFollowingTarget } from './cloud-line.ts'
import { readConfiguration } from './configuration/schema.ts'
import { createUpstream } from './services/index.ts'

let cloud: Server
let proxy: Server
/** What came over the proxy, as it asks for it: with host and all. */
const proxied: string[] = []

beforeEach(async () => {
  proxied.length = 0
  cloud = createServer((_request, response) => { response.setHeader('content-type', 'application/json').end('"straight"') }).listen(0, '127.0.0.1')
  proxy = createServer((request, response) => {
    proxied.push(request.url ?? '')
    response.setHeader('content-type', 'application/json').end('"over the proxy"')
  }).listen(0, '127.0.0.1')
  await Promise.all([once(cloud, 'listening'), once(proxy, 'listening')])
})
afterEach(() => { for (const server of [cloud, proxy]) server.close() })

const addressOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const set = (line: object) => ({ current: readConfiguration({ nodes: [{ id: 'cloud', name: 'Cloud', kind: 'cloud', url: addressOf(cloud), ...line }] }) })
const noSecrets = () => Promise.resolve(undefined)

test('reports to the cloud go over the proxy of its node from the moment one is set', async () => {
  const configuration = set({})
  const target = createFollowingTarget(addressOf(cloud), createCloudLine(configuration, noSecrets))
  const ask = async () => String((await target.exchange({ method: 'GET', url: new URL(`${addressOf(cloud)}/api/report`), headers: {} })).body)
  expect(await ask()).toBe('"straight"')
  Object.assign(configuration, set({ proxy: addressOf(proxy) }))
  expect(await ask()).toBe('"over the proxy"')
  expect(proxied).toEqual([`${addressOf(cloud)}/api/report`])
  Object.assign(configuration, set({}))
  expect(await ask()).toBe('"straight"')
  target.close()
})

test('what services ask of the server goes the same way', async () => {
  const line = createCloudLine(set({ proxy: addressOf(proxy) }), noSecrets)
  const upstream = createUpstream(async () => ({ url: addressOf(cloud), ...await line(), authorization: { header: () => Promise.resolve(undefined), refused: () => false } }))
  for (let times = 0; times < 2; times++) expect(await (await upstream.ask({ path: '/dicom-web/studies', accept: 'application/json' })).json()).toBe('over the proxy')
  expect(proxied).toHaveLength(2)
  upstream.close()
})

test('the line stays the same, and its connections with it, until the settings of the node change', async () => {
  const configuration = set({ tls: { serverName: 'cloud.example' } })
  const line = createCloudLine(configuration, noSecrets)
  const first = await line()
  expect(first.tls).toMatchObject({ servername: 'cloud.example', minVersion: 'TLSv1.2' })
  Object.assign(configuration, set({ tls: { serverName: 'cloud.example' }, name: 'Renamed' }))
  expect(await line()).toBe(first)
})
