// Instances a second through the catalogue's group commit, on the database that DATABASE_URL names:
//   DATABASE_URL=postgres://… node server/bench/catalogue-store.ts [seconds a case, 5]
import { createHash, randomUUID } from 'node:crypto'
import type { DicomJson } from '@isocenter/dicom'
import { migrate } from '@isocenter/migrations'
import { anInstance } from '@isocenter/testkit'
import { createCatalogue, ensureDefaultOrganisation, type NewInstance } from '../src/catalogue/index.ts'
import { permissions, type Access } from '../src/identity/index.ts'
import { createDb, rows } from '../src/platform/db.ts'

const url = process.env['DATABASE_URL']
if (url === undefined) throw new Error('DATABASE_URL is missing.')
const seconds = Number(process.argv[2] ?? 5)
const slicesPerSeries = 200

await migrate(url)
const db = createDb(url, 8)
const organisation = await ensureDefaultOrganisation(db, 'bench')
const access: Access = { actor: { kind: 'token', id: 'bench' }, organisationId: organisation.organisationId, permissions: new Set(permissions), studies: 'all' }
const [settings] = await rows<{ commit: string; fsync: string; version: string }>(db,
  `select current_setting('synchronous_commit') as commit, current_setting('fsync') as fsync, current_setting('server_version') as version`, [])
console.log(`Postgres ${settings?.version ?? ''}, synchronous_commit ${settings?.commit ?? ''}, fsync ${settings?.fsync ?? ''}, ${String(seconds)} s a case`)

const template = anInstance()
delete template['7FE00010']
let serial = 0
const uid = () => `2.25.${String(process.hrtime.bigint())}${String(serial++)}`

/** Slices of one study after another: what one sender sends. */
function* slices(): Generator<NewInstance> {
  for (;;) {
    const StudyInstanceUID = uid()
    const SeriesInstanceUID = uid()
    for (let InstanceNumber = 1; InstanceNumber <= slicesPerSeries; InstanceNumber++) {
      const SOPInstanceUID = uid()
      const attributes: DicomJson = {
        ...template,
        '00080018': { vr: 'UI', Value: [SOPInstanceUID] },
        '0020000D': { vr: 'UI', Value: [StudyInstanceUID] },
        '0020000E': { vr: 'UI', Value: [SeriesInstanceUID] },
        '00200013': { vr: 'IS', Value: [InstanceNumber] },
      }
      yield {
        StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID,
        SOPClassUID: '1.2.840.10008.5.1.4.1.1.2',
        transferSyntaxUID: '1.2.840.10008.1.2.1',
        attributes,
        metadataText: JSON.stringify(attributes),
        layout: new Uint8Array(120),
        blobKey: `1/2026/01/01/00/${randomUUID()}`,
        byteLength: 526_000,
        sha256: createHash('sha256').update(SOPInstanceUID).digest(),
        dataSetSha256: createHash('sha256').update(`${SOPInstanceUID} data set`).digest(),
      }
    }
  }
}

const catalogue = createCatalogue({ db })

/** `senders` side by side, each with `inFlight` unanswered at a time. */
async function measure(name: string, senders: number, inFlight: number): Promise<void> {
  const until = performance.now() + seconds * 1000
  const waits: number[] = []
  const cpu = process.cpuUsage()
  const begin = performance.now()
  await Promise.all(Array.from({ length: senders }, async () => {
    const source = slices()
    await Promise.all(Array.from({ length: inFlight }, async () => {
      while (performance.now() < until) {
        const next = source.next()
        if (next.done === true) return
        const from = performance.now()
        await catalogue.store(access, next.value)
        waits.push(performance.now() - from)
      }
    }))
  }))
  const took = (performance.now() - begin) / 1000
  const { user, system } = process.cpuUsage(cpu)
  waits.sort((a, b) => a - b)
  const at = (share: number) => (waits[Math.floor(waits.length * share)] ?? 0).toFixed(1)
  console.log([name.padEnd(44), `${String(Math.round(waits.length / took)).padStart(6)}/s`,
    `p50 ${at(0.5)} ms`, `p99 ${at(0.99)} ms`, `${((user + system) / waits.length).toFixed(0)} µs CPU here an instance`].join('  '))
}

console.log(`${String(JSON.stringify(template).length)} characters of metadata an instance, ${String(slicesPerSeries)} instances a study`)
await measure('1 sender that waits', 1, 1)
await measure('8 senders that wait', 8, 1)
await measure('50 senders that wait', 50, 1)
await measure('1 sender, 25 in flight (one study)', 1, 25)
await measure('4 senders, 25 in flight', 4, 25)
await measure('16 senders, 25 in flight', 16, 25)

const [wrong] = await rows<{ studies: string }>(db, `
  select count(*) as studies from study where number_of_study_related_instances <> (select count(*) from instance where instance.study_key = study.study_key)`, [])
console.log(`studies whose counter is wrong: ${wrong?.studies ?? '?'}`)
await catalogue.close()
await db.destroy()
