/**
 * A site for the benchmark kit (README.md): Postgres, server and gateway as processes of their own, and the kit's target file for
 * them. Runs until it is interrupted.
 *
 *   node dimse-gateway/bench/site.ts TARGET.json
 */
import { writeFile } from 'node:fs/promises'
import { startKillablePostgres } from '@isocenter/testkit'
import { aSite } from '../src/end-to-end/site.fixture.ts'

const [file] = process.argv.slice(2)
if (file === undefined) throw new Error('Give the file to write the target to.')

const postgres = await startKillablePostgres()
const site = await aSite(postgres.url)
// The load comes from one address, as it would from one modality.
const { service } = await site.gateway.control.configuration()
await writeFile(file, JSON.stringify({
  name: 'gateway', label: 'Isocenter: gateway in front of the server',
  dicomweb: { base: site.dicomweb, headers: { Authorization: site.authorization } },
  dimse: { host: '127.0.0.1', port: site.gateway.port, aet: service.aeTitle, callingAet: 'BENCH' },
  // The kit counts the memory of `pid` and its children: the gateway's, which is what the goal is about.
  pid: site.gateway.pid, auxPids: [site.serverPid],
}, undefined, 2))
console.log(`The target is in ${file}. Gateway: process ${String(site.gateway.pid)}, DICOM port ${String(site.gateway.port)}; server: process ${String(site.serverPid)}, ${site.dicomweb}`)

await new Promise<void>((resolve) => { for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { resolve() }) })
await site.stop()
await postgres.stop()
