// The study list over the synthetic studies of search.ts, in the database that DATABASE_URL names:
//   DATABASE_URL=postgres://… node server/bench/search.ts 1000000 1 1 && DATABASE_URL=… node server/bench/study-list.ts 1000000 [runs, 40] [only those with this in their name]
// Arrivals are spread over two years first, some 700 studies a day. Ends with exit code 1 when a plan reads all studies.
import { ensureDefaultOrganisation } from '../src/catalogue/index.ts'
import { accessTo } from '../src/catalogue/search.fixture.ts'
import type { StudyListQuery } from '@isocenter/contracts'
import { createDb, rows } from '../src/platform/db.ts'
import { createStudies } from '../src/studies/index.ts'
import { askedOf } from '../src/studies/filter.ts'
import { pageStatement } from '../src/studies/rows.ts'

const url = process.env['DATABASE_URL']
if (url === undefined) throw new Error('DATABASE_URL is missing.')
const studyCount = Number(process.argv[2] ?? 1_000_000)
const runs = Number(process.argv[3] ?? 40)
const only = process.argv[4] ?? ''

const db = createDb(url, 4)
const organisation = (await ensureDefaultOrganisation(db, `bench-${studyCount}`)).organisationId
const [spread] = await rows<{ arrivals: number }>(db, 'select count(*)::integer as arrivals from (select distinct created_at from study where organisation_id = ? limit 2) as found', [organisation])
if (spread?.arrivals === 1) {
  await rows(db, `update study set created_at = now() - random() * interval '730 days', stored_by = 'command:bench' where organisation_id = ?`, [organisation])
  await rows(db, 'vacuum (analyze) study', [])
}

const tags = { common: '00000000-0000-4000-8000-000000000001', rare: '00000000-0000-4000-8000-000000000002', none: '00000000-0000-4000-8000-000000000003' }
const [tagged] = await rows<{ count: number }>(db, 'select count(*)::integer as count from (select from study_tags where organisation_id = ? limit 1) as found', [organisation])
if (tagged?.count === 0) {
  // Half of the studies have the one, a few dozen the other.
  await rows(db, `insert into study_tags (study_key, organisation_id, study_version, rules_version, matches, matched_at)
    select study_key, organisation_id, version, 1, coalesce((select jsonb_agg(jsonb_build_object('tagId', tag)) from unnest(array[case when study_key % 2 = 0 then '${tags.common}' end, case when study_key % 20011 = 0 then '${tags.rare}' end]) as tag where tag is not null), '[]'), now()
    from study where organisation_id = ?`, [organisation])
  await rows(db, 'vacuum (analyze) study_tags', [])
}

const studies = createStudies({ db, statementTimeoutMs: 60_000 })
const access = accessTo(organisation)
const [some] = await rows<{ study_instance_uid: string; record_id: string; patient_id: string; accession_number: string }>(db,
  'select study_instance_uid, study_record_id(organisation_id, study_instance_uid) as record_id, patient_id, accession_number from study where organisation_id = ? order by study_key offset 1000 limit 1', [organisation])
if (some === undefined) throw new Error('There are no studies: run search.ts first.')
const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()
const any = { arrival: 'any' } as const

const cases: Readonly<Record<string, StudyListQuery>> = {
  'last day': {}, 'last day, 100 rows': { limit: 100 }, 'last 30 days, CT': { arrivedFrom: ago(30), examType: 'CT' }, 'last day by exam': { sort: 'exam' },
  'any time': any, 'any time, oldest first': { ...any, order: 'asc' }, 'any time by exam': { ...any, sort: 'exam' }, 'any time, XA (rare)': { ...any, examType: 'XA' }, 'any time, OT (none)': { ...any, examType: 'OT' },
  'record': { record: some.study_instance_uid }, 'record by data ID': { record: some.record_id }, 'data ID': { ...any, dataId: some.record_id }, 'PatientID': { ...any, patientId: some.patient_id }, 'study number': { ...any, studyNumber: some.accession_number },
  'name smith, any time': { ...any, name: 'smith' }, 'name 王伟, any time': { ...any, name: '王伟' }, 'name li (two letters)': { ...any, name: 'li' }, 'name xq (rare)': { ...any, name: 'xq' },
  'keyword smith': { ...any, keyword: 'smith' }, 'keyword 王伟': { ...any, keyword: '王伟' }, 'keyword P0001': { ...any, keyword: some.patient_id.slice(0, 5) }, 'keyword whole PatientID': { ...any, keyword: some.patient_id }, 'keyword that is nowhere': { ...any, keyword: 'qqqqqq' },
  'tag of half, any time': { ...any, tag: tags.common }, 'tag of few, any time': { ...any, tag: tags.rare }, 'tag of none, any time': { ...any, tag: tags.none }, 'tag of half, last day': { tag: tags.common },
  'locked, any time': { ...any, state: 'locked' }, 'female (all), any time': { ...any, sex: 'F' }, 'examined in a week': { ...any, examFrom: '2020-03-01', examTo: '2020-03-07' },
}
console.log(`${String(studyCount)} studies, ${String(runs)} runs; ms\n${'list'.padEnd(28)}     p50      p95      max  rows`)
let readsWhole = 0
for (const [name, query] of Object.entries(cases).filter(([name]) => name.includes(only))) {
  const times: number[] = []
  let found = 0
  for (let run = 0; run < runs + 2; run++) {
    const started = performance.now()
    found = (await studies.list(access, query)).items.length
    if (run >= 2) times.push(performance.now() - started)
  }
  times.sort((a, b) => a - b)
  const at = (share: number) => (times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(1).padStart(9)
  const { conditions } = askedOf(access, query, new Date())
  const { text, values } = pageStatement(conditions, { by: query.sort ?? 'arrival', isAscending: query.order === 'asc', after: undefined }, 51, undefined)
  const plan = await rows<{ 'QUERY PLAN': string }>(db, `explain ${text}`, values)
  const isWhole = plan.some((row) => row['QUERY PLAN'].includes('Seq Scan on study'))
  if (isWhole) readsWhole++
  console.log(`${name.padEnd(28)}${at(0.5)}${at(0.95)}${at(1)}${String(found).padStart(6)}${isWhole ? '  reads whole' : ''}`)
}
await db.destroy()
if (readsWhole > 0) process.exitCode = 1
