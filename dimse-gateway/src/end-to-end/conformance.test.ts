/** The conformance suite, a client of nobody's, against a gateway with its server, each a process of its own. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { attributes, freePort, hasProgram, testDatabase } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startGatewayProcess, writeConfiguration, type GatewayProcess } from './gateway-process.fixture.ts'
import { aSite, type Site } from './site.fixture.ts'

const suite = fileURLToPath(new URL('../../../conformance/main.ts', import.meta.url))
const run = promisify(execFile)
const programs = ['echoscu', 'storescu', 'dcmsend', 'findscu', 'movescu', 'getscu', 'storescp', 'dcmqrscp', 'wlmscpfs', 'Orthanc', 'openssl']

describe.skipIf(!programs.every(hasProgram))('the conformance suite', () => {
  let site: Site
  let secure: GatewayProcess
  let folder: string
  const open: (() => Promise<unknown>)[] = []
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'conformance-'))
    open.push(() => rm(folder, { recursive: true, force: true }))
    site = await aSite((await testDatabase()).url)
    open.push(site.stop)
    secure = await aSecureGateway(folder)
    open.push(secure.stop)
  }, 180_000)
  afterAll(async () => { for (const close of open.splice(0).toReversed()) await close() })

  test('passes every check of a DIMSE node, and skips none', async () => {
    await onTheWorklist(site)
    const [moved, orthanc] = [await freePort(), await freePort()]
    const { service } = await site.gateway.control.configuration()
    await site.gateway.control.change({ service: { ...service, peers: [
      { aeTitle: 'CONFORM_SCP', address: '127.0.0.1', port: moved }, { aeTitle: 'ORTHANC', address: '127.0.0.1', port: orthanc },
    ] } })
    const { stdout } = await run(process.execPath, [suite, '--dimse', `127.0.0.1:${String(site.gateway.port)}`, '--url', site.dicomweb, '--token', site.authorization.slice('Bearer '.length), '--only', '501-999',
      '--dimse-tls', `127.0.0.1:${String(secure.port)}`, '--tls-ca', join(folder, 'certificate.pem'), '--move-destination', `CONFORM_SCP:${String(moved)}`, '--orthanc', `ORTHANC:${String(orthanc)}`])
      .catch((error: { stdout: string; stderr: string }) => ({ stdout: error.stdout + error.stderr }))
    const lines = stdout.split('\n')
    expect(lines.filter((_, index) => /FAIL|skip {2}/.test(lines[index] ?? '') || /FAIL|skip {2}/.test(lines[index - 1] ?? ''))).toEqual([])
    expect(stdout).toMatch(/^all +(?!0\b)\d+ +0 +0$/m)
  }, 300_000)
})

/** A gateway that takes associations over TLS alone; its certificate is the file of that name in the folder. */
async function aSecureGateway(folder: string): Promise<GatewayProcess> {
  const data = join(folder, 'gateway')
  const [secrets, certificate] = [join(data, 'secrets'), join(folder, 'certificate.pem')]
  await mkdir(secrets, { recursive: true })
  await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', join(secrets, 'service-tls.key'), '-out', certificate])
  await writeConfiguration(data, { service: { tls: { certificate: (await readFile(certificate)).toString(), keySecret: 'service-tls.key' } } })
  return startGatewayProcess({ folder: data })
}

/** Two scheduled steps, at two stations. */
async function onTheWorklist(site: Site): Promise<void> {
  for (const [station, name] of [['CT_1', 'Grüner^Käthe'], ['MR_1', 'Wang^Xiaodong']] as const) {
    const item = attributes({
      PatientName: name, PatientID: `WL-${station}`, PatientBirthDate: '19700131', PatientSex: 'F', RequestedProcedureID: `RP-${station}`, RequestedProcedureDescription: 'Head', AccessionNumber: `A-${station}`,
      ScheduledProcedureStepSequence: [{
        ScheduledStationAETitle: station, ScheduledProcedureStepStartDate: '20261122', ScheduledProcedureStepStartTime: '0900', Modality: station.slice(0, 2), ScheduledProcedureStepID: `SPS-${station}`,
        ScheduledProcedureStepDescription: 'Head',
      }],
    })
    const added = await site.ask(`${site.api}/modality-worklist`, { method: 'POST', body: JSON.stringify(item), headers: { 'content-type': 'application/json' } })
    expect(added.status, await added.text()).toBe(201)
  }
}
