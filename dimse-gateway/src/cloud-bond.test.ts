import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCloudBond, type CloudBond } from './cloud-bond.ts'
import { createCloudLine, createFollowingTarget, lineOf } from './cloud-line.ts'
import { openConfiguration, type ConfigurationStore } from './configuration/store.ts'
import { leftCloudFileName } from './enrolment-file.ts'
import { systemClock } from './platform/clock.ts'
import { claimDataFolder, type DataFolder } from './platform/data-folder.ts'
import { createLog } from './platform/log.ts'

/** Reached over the proxy only: nothing has this name. */
const url = 'http://cloud.invalid'

let directory: string
let folder: DataFolder
let configuration: ConfigurationStore
let bond: CloudBond
let proxy: Server
let organisation: { slug: string; name: string }
let audience: string
beforeEach(async () => {
  organisation = { slug: 'north', name: 'North Hospital' }
  audience = 'urn:uuid:1'
  directory = await mkdtemp(join(tmpdir(), 'bond-'))
  folder = await claimDataFolder(directory)
  configuration = await openConfiguration(folder.path('configuration.json'))
  proxy = createServer((request, response) => {
    request.resume()
    response.writeHead(request.url === `${url}/api/gateways/enrolment` ? 201 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ gatewayId: '018f0000-0000-7000-8000-000000000001', organisation, tokenAudience: audience }))
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const noSecrets = () => Promise.resolve(undefined)
  const line = createCloudLine(configuration, noSecrets)
  bond = await createCloudBond({
    configuration, folder, version: '0.1.0', clock: systemClock, log: createLog('silent'),
    target: (to, own) => {
      const given = own && lineOf(own, noSecrets)
      return createFollowingTarget(to, given ? () => given : line)
    },
  })
})
afterEach(async () => {
  await bond.close()
  proxy.close()
  folder.release()
  await rm(directory, { recursive: true })
})

const enrolment = () => ({ url, uploadCode: 'ABCD', name: 'CT department', proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` })

test('a gateway behind a proxy is enrolled over it, and the cloud becomes a node that is reached the same way', async () => {
  await expect(bond.enrol({ url, uploadCode: 'ABCD', name: 'CT department' })).rejects.toMatchObject({ name: 'LineError' })
  expect(configuration.current.nodes).toEqual([])
  await bond.enrol(enrolment())
  expect(configuration.current).toMatchObject({ cloud: { url, organisation: { slug: 'north' } }, nodes: [{ kind: 'cloud', url, proxy: enrolment().proxy, default: true }] })
})

test('leaving is remembered until somebody enrols the gateway again; its node stays, with its line', async () => {
  await bond.enrol(enrolment())
  await bond.leave()
  expect(configuration.current.cloud).toBeUndefined()
  expect(configuration.current.nodes).toMatchObject([{ kind: 'cloud', proxy: enrolment().proxy }])
  expect(await readdir(directory)).toContain(leftCloudFileName)
  await bond.enrol({ url, uploadCode: 'ABCD', name: 'CT department' })
  expect(await readdir(directory)).not.toContain(leftCloudFileName)
  expect(configuration.current.nodes).toHaveLength(1)
})

test.each(['at once', 'after leaving'])('what waits for one organisation does not go to another the gateway is enrolled to %s', async (when) => {
  await bond.enrol(enrolment())
  if (when === 'after leaving') await bond.leave()
  organisation = { slug: 'south', name: 'South Hospital' }
  await bond.enrol(enrolment())
  expect(configuration.current.nodes).toMatchObject([
    { id: 'cloud', name: 'North Hospital', paused: true, default: false },
    { id: 'cloud-2', name: 'South Hospital', paused: false, default: true },
  ])
  await bond.enrol(enrolment())
  expect(configuration.current.nodes.map(({ id, paused }) => [id, paused])).toEqual([['cloud', true], ['cloud-2', false]])
})

test('the same slug at another installation is another organisation; who comes back goes on with what was theirs', async () => {
  await bond.enrol(enrolment())
  audience = 'urn:uuid:2'
  await bond.enrol(enrolment())
  expect(configuration.current.nodes.map(({ id, paused }) => [id, paused])).toEqual([['cloud', true], ['cloud-2', false]])
  expect(bond.organisation).toBe('north@urn:uuid:2')
  audience = 'urn:uuid:1'
  await bond.enrol(enrolment())
  expect(configuration.current.nodes.map(({ id, paused }) => [id, paused])).toEqual([['cloud', false], ['cloud-2', true]])
})

test('a node of the former organisation is never shown who the gateway is now, resumed or not', async () => {
  await bond.enrol(enrolment())
  organisation = { slug: 'south', name: 'South Hospital' }
  await bond.enrol(enrolment())
  const [former, present] = configuration.current.nodes
  if (former?.kind !== 'cloud' || present?.kind !== 'cloud') throw new Error('no nodes of the cloud')
  await expect(bond.authorizationFor(former).header()).rejects.toThrow('bound to another organisation')
  // The pretended cloud issues no tokens: it is asked for one.
  await expect(bond.authorizationFor(present).header()).rejects.not.toThrow('bound to another organisation')
})
