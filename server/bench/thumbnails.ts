// Time to thumbnails and rendered images of CT slices, over HTTP, from a server of its own, on the database that DATABASE_URL names:
//   DATABASE_URL=postgres://… node server/bench/thumbnails.ts [slices, 60] [requests a case, 2000] [at once, 4]
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '@isocenter/migrations'
import { aStudy, bytesOf } from '@isocenter/testkit'
import { ensureDefaultOrganisation } from '../src/catalogue/index.ts'
import { readConfig } from '../src/config.ts'
import { storeBody } from '../src/dicomweb/service.fixture.ts'
import { createTokens, loadSigningKeys, permissions } from '../src/identity/index.ts'
import { signingKeysFile } from '../src/places.ts'
import { createDb } from '../src/platform/db.ts'
import { startServer } from '../src/server.ts'

const url = process.env['DATABASE_URL']
if (url === undefined) throw new Error('DATABASE_URL is missing.')
const [slices = 60, requests = 2000, atOnce = 4] = process.argv.slice(2).map(Number)

await migrate(url)
const directory = await mkdtemp(join(tmpdir(), 'isocenter-bench-'))
const config = readConfig({ DATABASE_URL: url, DATA_DIR: directory, LOG_LEVEL: 'silent', PORT: '0' })
const server = await startServer(config)
const db = createDb(url, 2)
const { organisationId } = await ensureDefaultOrganisation(db, config.DEFAULT_ORGANISATION)
await db.destroy()
const tokens = createTokens(await loadSigningKeys(signingKeysFile(config)))
const authorization = `Bearer ${await tokens.issue({ organisationId, permissions, lifetimeSeconds: 3600 })}`
const agent = new Agent({ keepAlive: true, maxSockets: atOnce })

function ask(path: string, accept: string, method = 'GET', contentType?: string, body?: Uint8Array): Promise<{ status: number | undefined; bytes: number }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization, accept, ...(contentType !== undefined && { 'content-type': contentType }) }
    const sent = request(`${server.url}/dicom-web${path}`, { method, headers, agent }, (response) => {
      let bytes = 0
      response.on('data', (chunk: Buffer) => { bytes += chunk.length })
      response.on('end', () => { resolve({ status: response.statusCode, bytes }) })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const study = aStudy({ series: [{ kind: 'CT', Rows: 512, Columns: 512, instances: slices }] })
for (const instance of study.instances) {
  const { contentType, body } = storeBody([bytesOf(instance)])
  const { status } = await ask('/studies', 'application/dicom+json', 'POST', contentType, body)
  if (status !== 200) throw new Error(`a store was answered ${String(status)}`)
}
const seriesPath = `/studies/${study.StudyInstanceUID}/series/${study.series[0]?.SeriesInstanceUID ?? ''}`
const paths = study.instances.map((instance) => `${seriesPath}/instances/${String(instance['00080018']?.Value?.[0])}`)
const pathAt = (index: number) => paths[index % paths.length] ?? ''
await new Promise((resolve) => { setTimeout(resolve, 2000) })

async function measure(name: string, count: number, path: (index: number) => string, accept: string): Promise<void> {
  const times: number[] = []
  let next = 0
  let bytes = 0
  const startedAt = performance.now()
  const cpu = process.cpuUsage()
  await Promise.all(Array.from({ length: atOnce }, async () => {
    while (next < count) {
      const from = performance.now()
      const answer = await ask(path(next++), accept)
      if (answer.status !== 200) throw new Error(`${name}: ${String(answer.status)}`)
      bytes = answer.bytes
      times.push(performance.now() - from)
    }
  }))
  const seconds = (performance.now() - startedAt) / 1000
  times.sort((a, b) => a - b)
  const at = (part: number) => (times[Math.floor(times.length * part)] ?? 0).toFixed(2)
  const { user, system } = process.cpuUsage(cpu)
  console.log(`${name.padEnd(42)} ${String(count).padStart(5)} requests, p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, ${(count / seconds).toFixed(0)}/s, CPU with the client ${((user + system) / 1000 / count).toFixed(2)} ms, ${bytes} bytes`)
}

await measure('thumbnail of the series, ready at ingest', 1, () => `${seriesPath}/thumbnail`, 'image/jpeg')
await measure('thumbnails of instances, the first time', paths.length, (index) => `${pathAt(index)}/thumbnail`, 'image/jpeg')
await measure('thumbnail of the series', requests, () => `${seriesPath}/thumbnail`, 'image/jpeg')
await measure('thumbnails of instances', requests, (index) => `${pathAt(index * 17)}/thumbnail`, 'image/jpeg')
await measure('thumbnails of instances, viewport=128,128', Math.ceil(requests / 10), (index) => `${pathAt(index * 17)}/thumbnail?viewport=128,128`, 'image/jpeg')
await measure('rendered, JPEG', Math.ceil(requests / 10), (index) => `${pathAt(index * 17)}/rendered`, 'image/jpeg')
await measure('rendered, PNG', Math.ceil(requests / 10), (index) => `${pathAt(index * 17)}/rendered`, 'image/png')

agent.destroy()
await server.close()
await rm(directory, { recursive: true, force: true })
