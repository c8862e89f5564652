/** The log of a whole server process, at its most talkative, while everything goes right and wrong: nothing of a patient may be in it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DicomJson } from '@isocenter/dicom'
import { anInstance, attributes, bytesOf, testDatabase } from '@isocenter/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureDefaultOrganisation } from './catalogue/index.ts'
import { storeBody } from './dicomweb/service.fixture.ts'
import { createTokens, loadSigningKeys, permissions } from './identity/index.ts'
import { createDb, type Db } from './platform/db.ts'
import { startServerUnderTest, type ServerUnderTest } from './server-process.fixture.ts'

/** What the patient of these tests is called and known by, in no other use. */
const secrets = {
  PatientName: 'Geheimnis^Gerda=秘密^樱', PatientID: 'PID-GEHEIM-77', PatientBirthDate: '19340217', AccessionNumber: 'ACC-GEHEIM-5',
  StudyDescription: 'Geheime Untersuchung', ReferringPhysicianName: 'Verschwiegen^Viktor', PatientComments: 'confidential-remark',
} as const
/** Any part of them, however it is written: as it is, percent-encoded, in UTF-8 escapes or in base64. */
const forbidden = [
  /geheim/i, /gerda/i, /秘|密|樱/, /19340217/, /verschwiegen/i, /confidential-remark/, /PatientName=/i, /PatientID=/i, /%E7%A7%98/i, /\\u79d8/i,
  new RegExp(Buffer.from('Geheimnis').toString('base64').slice(0, 10)), /limit=7777/, /not-a-token-but-secret/,
]

let folder: string
let database: Awaited<ReturnType<typeof testDatabase>>
let db: Db
let server: ServerUnderTest
let authorization: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isocenter-logs-'))
  database = await testDatabase()
  db = createDb(database.url, 2)
  const { organisationId } = await ensureDefaultOrganisation(db, 'default')
  const tokens = createTokens(await loadSigningKeys(join(folder, 'secrets', 'signing-keys.json')))
  authorization = `Bearer ${await tokens.issue({ organisationId, permissions, lifetimeSeconds: 3600 })}`
  server = await startServerUnderTest({ DATABASE_URL: database.url, DATA_DIR: folder, LOG_LEVEL: 'trace' })
})
afterAll(async () => {
  await server.stop()
  await db.destroy()
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

const aSecret = (): DicomJson => anInstance({ ...secrets })

async function store(objects: readonly Uint8Array[]): Promise<number> {
  const { contentType, body } = storeBody(objects)
  const response = await fetch(`${server.url}/studies`, { method: 'POST', headers: { authorization, 'content-type': contentType }, body: new Uint8Array(body) })
  await response.text()
  return response.status
}

async function ask(path: string, init: { method?: string; headers?: Record<string, string> } = {}): Promise<number> {
  const response = await fetch(`${server.url}${path}`, { ...init, headers: { authorization, ...init.headers } })
  await response.arrayBuffer()
  return response.status
}

/** What no client library would send. */
async function askRaw(text: string): Promise<void> {
  const { hostname, port } = new URL(server.url)
  const socket = connect(Number(port), hostname)
  socket.end(text)
  for await (const _chunk of socket) void _chunk
}

const query = `PatientName=${encodeURIComponent(secrets.PatientName)}&PatientID=${secrets.PatientID}&limit=7777`

test('nothing of a patient, a query or a token is ever logged', async () => {
  const first = aSecret()
  const bytes = bytesOf(first)
  const uid = (tag: string) => String(first[tag]?.Value?.[0])
  const instance = `/studies/${uid('0020000D')}/series/${uid('0020000E')}/instances/${uid('00080018')}`

  // What goes right.
  expect(await store([bytes])).toBe(200)
  expect(await store([bytesOf({ ...first, ...attributes({ PatientComments: 'confidential-remark again' }) })])).toBe(200)
  for (const path of [`/studies?${query}`, `/studies?${query}&fuzzymatching=true`, `/instances?${query}&includefield=all`, `${instance}/metadata`, instance]) expect([path, await ask(path)]).toEqual([path, 200])

  // What the caller does wrong.
  for (const path of [`/patients?${query}`, `/studies/${secrets.PatientID}?${query}`, `/studies/Geheimnis/series`, `//studies?${query}`, `/studies/%E0%A4%A?${query}`, `/studies?PatientBirthDate=${secrets.PatientBirthDate}x`,
    `/studies?Geheimnis=1&PatientID=${secrets.PatientID}`, `/studies?PatientName=%E7%A7%ff`, `/studies?${query}&${'PatientComments=geheim'.repeat(5000)}`, `${instance}/frames/geheim`, `${instance}?accept=geheim/heim`]) {
    expect(await ask(path)).toBeGreaterThanOrEqual(400)
  }
  expect(await ask(`/studies?${query}`, { method: 'PUT' })).toBe(405)
  expect(await ask(`/studies?${query}`, { headers: { authorization: 'Bearer not-a-token-but-secret' } })).toBe(401)
  await askRaw(`GET /dicom-web/studies?${query.replaceAll('=', ' ')} HTTP/9.9\r\nX-Patient: ${secrets.PatientID}\r\n\r\n`)
  await askRaw(`POST /dicom-web/studies?${query} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Type: application/dicom\r\nContent-Length: 5000\r\n\r\n${secrets.PatientName}`)

  // Objects that are broken at every place.
  for (let length = 140; length < bytes.length; length += Math.ceil(bytes.length / 12)) await store([bytes.subarray(0, length)])
  expect(await store([bytesOf(anInstance({ ...secrets, SOPInstanceUID: 'GEHEIM.1' }))])).toBe(409)
  expect(await store([Buffer.from(`${JSON.stringify(secrets)} `.repeat(20))])).toBe(409)
  await store([bytesOf(anInstance({ ...secrets, PatientBirthDate: 'Geheim!!', StudyDate: 'GEHEIM', AccessionNumber: 'geheim'.repeat(20) }))])

  // What Postgres refuses, with the failing row in its own words.
  await db('study').whereNot({ study_instance_uid: uid('0020000D') }).delete()
  await db.raw('create unique index one_patient on study (patient_id)')
  expect(await store([bytesOf(aSecret())])).toBeGreaterThanOrEqual(400)
  await db.raw(`drop index one_patient; alter table study add constraint unwanted check (created_at < '2001-01-01') not valid`)
  expect(await store([bytesOf(aSecret())])).toBeGreaterThanOrEqual(400)
  await db.raw('alter table study drop constraint unwanted; alter table study rename column patient_name_search to elsewhere')
  expect(await ask(`/studies?${query}`)).toBe(500)
  await db.raw('alter table study rename column elsewhere to patient_name_search; alter table instance_metadata rename to elsewhere')
  expect(await ask(`${instance}/metadata`)).toBe(500)
  await db.raw('alter table elsewhere rename to instance_metadata')
  // What it says last is written by then.
  await server.stop()

  const said = server.said()
  const lines = said.trim().split('\n').map((line) => JSON.parse(line) as { msg?: string; err?: { message?: string } })
  const messages = new Set(lines.map(({ msg }) => msg))
  // The log did speak of all this.
  for (const message of ['request answered', 'request refused', 'request failed', 'part refused', 'instance could not be stored']) expect([...messages]).toContain(message)
  const databaseErrors = lines.flatMap(({ err }) => (err?.message?.startsWith('database error') ? [err.message] : []))
  expect([...new Set(databaseErrors)].sort()).toEqual(['database error 23505', 'database error 23514', 'database error 42703', 'database error 42P01'])

  for (const pattern of forbidden) expect(said.split('\n').filter((line) => pattern.test(line))).toEqual([])
  expect(said).not.toContain(authorization.slice('Bearer '.length).split('.')[2])
}, 120_000)
