// What an instance costs in the database, by table, with its indexes: stores series as a modality would and asks Postgres.
//   node server/bench/row-sizes.ts [a DICOM file to make them like] [instances, 20000] [instances a series, 150] [series a study, 3]
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '@isocenter/launcher/postgres'
import { describeInstance, InstanceReader, type DicomJson } from '@isocenter/dicom'
import { migrate } from '@isocenter/migrations'
import { anInstance, aUID, bytesOf, somePixels, startServerProcess } from '@isocenter/testkit'
import pg from 'pg'
import { storeBody } from '../src/dicomweb/service.fixture.ts'

const [file, ...counts] = process.argv.slice(2)
const [instances = 20_000, slicesPerSeries = 150, seriesPerStudy = 3] = counts.map(Number)
const slicesPerRequest = 50

/** A slice with all attributes of the file but its pixels: they cost the database nothing. */
async function template(): Promise<DicomJson> {
  if (file === undefined) return anInstance()
  const reader = new InstanceReader()
  await reader.write(await readFile(file))
  const { metadataText } = describeInstance(await reader.end(), { bulkDataURI: (path) => path })
  const attributes = Object.fromEntries(Object.entries(JSON.parse(metadataText) as DicomJson).filter(([, { BulkDataURI }]) => BulkDataURI === undefined))
  const shape = { Rows: 16, Columns: 16, SamplesPerPixel: 1, BitsAllocated: 16, BitsStored: 12, NumberOfFrames: 1 }
  return { ...attributes, '00280010': { vr: 'US', Value: [16] }, '00280011': { vr: 'US', Value: [16] }, '7FE00010': { vr: 'OW', InlineBinary: Buffer.from(somePixels(shape)).toString('base64') } }
}

const folder = await mkdtemp(join(tmpdir(), 'isocenter-row-sizes-'))
const postgres = await startPostgres({ directory: join(folder, 'postgres'), settings: { fsync: 'off' } })
await migrate(postgres.connectionString)
const server = await startServerProcess(postgres.connectionString, { dataDirectory: join(folder, 'data') })
const authorization = `Bearer ${await server.token()}`
const like = await template()
const text = (value: string | number, vr: 'UI' | 'IS' | 'LO') => ({ vr, Value: [value] })

let StudyInstanceUID = aUID()
let SeriesInstanceUID = aUID()
let waiting: Uint8Array[] = []
for (let number = 0; number < instances; number++) {
  if (number % slicesPerSeries === 0) SeriesInstanceUID = aUID()
  if (number % (slicesPerSeries * seriesPerStudy) === 0) StudyInstanceUID = aUID()
  const study = Math.floor(number / slicesPerSeries / seriesPerStudy)
  waiting.push(bytesOf({
    ...like, '00080018': text(aUID(), 'UI'), '0020000D': text(StudyInstanceUID, 'UI'), '0020000E': text(SeriesInstanceUID, 'UI'),
    '00200013': text(number % slicesPerSeries + 1, 'IS'), '00100020': text(`P-${String(study)}`, 'LO'),
  }))
  if (waiting.length < slicesPerRequest && number + 1 < instances) continue
  const { contentType, body } = storeBody(waiting)
  const response = await fetch(`${server.url}/studies`, { method: 'POST', headers: { authorization, 'content-type': contentType }, body: new Uint8Array(body) })
  if (response.status > 202) throw new Error(`The server answers ${String(response.status)}: ${await response.text()}`)
  await response.arrayBuffer()
  waiting = []
}
// Derived rows are made a moment later.
await new Promise((resolve) => { setTimeout(resolve, 5_000) })
await server.stop()

const client = new pg.Client({ connectionString: postgres.adminConnectionString.replace(/\/postgres(?=[?]|$)/, '/isocenter') })
await client.connect()
await client.query('vacuum full')
await client.query('analyze')
const { rows } = await client.query<{ name: string; rows: string; table_bytes: string; index_bytes: string }>(`
  select c.relname as name, (xpath('/row/c/text()', query_to_xml(format('select count(*) as c from %I', c.relname), false, true, '')))[1]::text as rows,
    pg_table_size(c.oid) as table_bytes, pg_indexes_size(c.oid) as index_bytes
  from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p') and n.nspname = 'public' order by pg_total_relation_size(c.oid) desc`)
await client.end()
await postgres.stop()
await rm(folder, { recursive: true, force: true })

console.log(`${String(instances)} instances, ${String(slicesPerSeries)} a series, ${String(seriesPerStudy)} series a study; metadata of one as DICOM JSON: ${String(JSON.stringify(like).length)} characters. After vacuum full.`)
console.log('| table | rows | bytes a row | of these indexes | bytes an instance |\n|---|---|---|---|---|')
let sum = 0
for (const { name, rows: number, table_bytes, index_bytes } of rows) {
  const bytes = Number(table_bytes) + Number(index_bytes)
  if (Number(number) === 0) continue
  sum += bytes / instances
  console.log(`| ${name} | ${number} | ${(bytes / Number(number)).toFixed(0)} | ${(Number(index_bytes) / Number(number)).toFixed(0)} | ${(bytes / instances).toFixed(0)} |`)
}
console.log(`| all | | | | ${sum.toFixed(0)} |`)
