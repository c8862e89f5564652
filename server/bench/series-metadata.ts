// Time to the whole `/metadata` answer of one series, over HTTP, from a server of its own, on the database that DATABASE_URL names:
//   DATABASE_URL=postgres://… node server/bench/series-metadata.ts [slices, 300] [requests a case, 200]
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHash, randomUUID } from 'node:crypto'
import type { DicomJson } from '@isocenter/dicom'
import { migrate } from '@isocenter/migrations'
import { aStudy } from '@isocenter/testkit'
import { createCatalogue, ensureDefaultOrganisation } from '../src/catalogue/index.ts'
import { readConfig } from '../src/config.ts'
import { makeReadyMetadata } from '../src/dicomweb/series-metadata/make.ts'
import { createTokens, loadSigningKeys, permissions, type Access } from '../src/identity/index.ts'
import { signingKeysFile } from '../src/places.ts'
import { createDb } from '../src/platform/db.ts'
import { startServer } from '../src/server.ts'
import { createBlobStore } from '../src/storage/index.ts'
import { blobStoreConfig } from '../src/places.ts'

const url = process.env['DATABASE_URL']
if (url === undefined) throw new Error('DATABASE_URL is missing.')
const slices = Number(process.argv[2] ?? 300)
const requests = Number(process.argv[3] ?? 200)

await migrate(url)
const directory = await mkdtemp(join(tmpdir(), 'isocenter-bench-'))
const config = readConfig({ DATABASE_URL: url, DATA_DIR: directory, LOG_LEVEL: 'silent', PORT: '0' })
const db = createDb(url, 6)
const blobs = createBlobStore(blobStoreConfig(config))
const server = await startServer(config)
const catalogue = createCatalogue({ db })
const { organisationId } = await ensureDefaultOrganisation(db, config.DEFAULT_ORGANISATION)
const access: Access = { actor: { kind: 'command', id: 'bench' }, organisationId, permissions: new Set(permissions), studies: 'all' }
const tokens = createTokens(await loadSigningKeys(signingKeysFile(config)))
const authorization = `Bearer ${await tokens.issue({ organisationId, permissions, lifetimeSeconds: 3600 })}`

/** Attributes a CT slice has beside those of the test kit, about as many bytes as a scanner writes. */
const more = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`0019${(0x1010 + index).toString(16)}`, { vr: 'LO' as const, Value: [`VALUE ${String(index)} OF THE SCANNER`] }]))
const study = aStudy({ series: 1, instances: slices })
const [series] = study.series
const scope = { StudyInstanceUID: study.StudyInstanceUID, SeriesInstanceUID: series?.SeriesInstanceUID ?? '' }
let metadataBytes = 0
await Promise.all(study.instances.map(async (instance) => {
  const { '7FE00010': _, ...attributes }: DicomJson = { ...instance, '00190010': { vr: 'LO' as const, Value: ['BENCH'] }, ...more }
  const SOPInstanceUID = String(attributes['00080018']?.Value?.[0])
  const metadataText = JSON.stringify(attributes)
  metadataBytes += metadataText.length
  await catalogue.store(access, {
    ...scope, SOPInstanceUID, SOPClassUID: '1.2.840.10008.5.1.4.1.1.2', transferSyntaxUID: '1.2.840.10008.1.2.1', attributes, metadataText,
    layout: new Uint8Array(120), blobKey: `1/2026/01/01/00/${randomUUID()}`, byteLength: 526_000,
    sha256: createHash('sha256').update(SOPInstanceUID).digest(), dataSetSha256: createHash('sha256').update(SOPInstanceUID).digest(),
  })
}))
console.log(`${String(slices)} slices, ${(metadataBytes / slices / 1024).toFixed(1)} KiB of metadata each, ${String(requests)} requests a case`)

const path = `${server.url}/dicom-web/studies/${scope.StudyInstanceUID}/series/${scope.SeriesInstanceUID}/metadata`

/** One request on a new or kept connection: milliseconds to the first byte and to the last, bytes. */
function ask(headers: Record<string, string>): Promise<{ first: number; last: number; bytes: number; status: number | undefined }> {
  return new Promise((resolve, reject) => {
    const start = performance.now()
    let first = 0
    let bytes = 0
    request(path, { headers: { authorization, accept: 'application/dicom+json', ...headers } }, (response) => {
      response.on('data', (chunk: Buffer) => { first ||= performance.now() - start; bytes += chunk.length })
      response.on('end', () => { resolve({ first, last: performance.now() - start, bytes, status: response.statusCode }) })
      response.on('error', reject)
    }).on('error', reject).end()
  })
}

async function measure(label: string, headers: Record<string, string>, before: () => Promise<unknown> = () => Promise.resolve(), times = requests): Promise<void> {
  const all: Awaited<ReturnType<typeof ask>>[] = []
  for (let index = 0; index < times; index++) {
    await before()
    all.push(await ask(headers))
  }
  const median = (key: 'first' | 'last') => all.map((one) => one[key]).sort((a, b) => a - b)[all.length >> 1] ?? 0
  const [one] = all
  console.log(`${label.padEnd(34)} ${median('last').toFixed(2).padStart(8)} ms, first byte ${median('first').toFixed(2).padStart(7)} ms, ${String(one?.bytes)} bytes, status ${String(one?.status)}`)
}

/** Another version each time, so that nothing is remembered. */
const touch = () => db('series').where({ series_instance_uid: scope.SeriesInstanceUID }).update({ version: db.raw('version + 1') })
const ready = async () => {
  const [edition] = (await catalogue.metadataEdition(access, scope))?.series ?? []
  if (edition) await makeReadyMetadata({ catalogue, blobs }, edition)
}

await measure('just stored, gzip', { 'accept-encoding': 'gzip' }, touch, Math.min(requests, 30))
await measure('just stored, plain', {}, touch, Math.min(requests, 30))
const start = performance.now()
await ready()
console.log(`making it ready takes ${(performance.now() - start).toFixed(0)} ms`)
await measure('ready, not remembered, gzip', { 'accept-encoding': 'gzip' }, async () => { await touch(); await ready() }, Math.min(requests, 10))
await measure('ready, not remembered, plain', {}, async () => { await touch(); await ready() }, Math.min(requests, 10))
await measure('ready, remembered, gzip', { 'accept-encoding': 'gzip' })
await measure('ready, remembered, plain', {})

await catalogue.close()
await server.close()
await blobs.close()
await db.destroy()
await rm(directory, { recursive: true, force: true })
