// Similar cases over the synthetic studies of search.ts, in the database that DATABASE_URL names:
//   DATABASE_URL=postgres://… node server/bench/search.ts 1000000 1 1 && DATABASE_URL=… node server/bench/similar.ts 1000000 [runs, 20]
// The series of CT get a part of the body first, seven of ten the same one; all of it in a transaction that is taken back.
import { ensureDefaultOrganisation } from '../src/catalogue/index.ts'
import { accessTo } from '../src/catalogue/search.fixture.ts'
import { createDb, rows } from '../src/platform/db.ts'
import { isOfPatient } from '../src/studies/filter.ts'
import { candidatesStatement, mostAlike, type SimilarCandidate } from '../src/studies/similar.ts'

const url = process.env['DATABASE_URL']
if (url === undefined) throw new Error('DATABASE_URL is missing.')
const studyCount = Number(process.argv[2] ?? 1_000_000)
const runs = Number(process.argv[3] ?? 20)

const db = createDb(url, 2)
const { organisationId } = await ensureDefaultOrganisation(db, `bench-${studyCount}`)
const trx = await db.transaction()
try {
  await rows(trx, `update series set body_part_examined = case when series_key % 10 < 7 then 'CHEST' when series_key % 1000 = 7 then 'ANKLE' else 'HEAD' end where organisation_id = ? and modality = 'CT'`, [organisationId])
  await rows(trx, 'analyze series', [])
  const access = accessTo(organisationId)
  for (const [name, body_parts, modalities] of [['common part', ['CHEST'], ['CT']], ['rare part', ['ANKLE'], ['CT']], ['no part', [], ['MR']]] as const) {
    const study = { study_key: '0', study_description: 'CT Thorax with contrast', body_parts, modalities }
    const times: number[] = []
    let found = 0
    for (let run = 0; run < runs + 1; run++) {
      const started = performance.now()
      const { text, values } = candidatesStatement(access, study, isOfPatient(organisationId, 'nobody', []))
      found = mostAlike(study, await rows<SimilarCandidate>(trx, text, values), 10).length
      if (run > 0) times.push(performance.now() - started)
    }
    times.sort((a, b) => a - b)
    const at = (share: number) => (times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(1)
    console.log(`${name.padEnd(14)} p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, ${String(found)} found`)
  }
} finally {
  await trx.rollback()
  await db.destroy()
}
