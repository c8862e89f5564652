// Searches as a viewer sends them, over synthetic studies in the database that DATABASE_URL names:
//   DATABASE_URL=postgres://… node server/bench/search.ts [studies, 200000] [runs of each search, 60] [clients of the mix, 16]
// One organisation owns half of the studies, twenty others the rest; 27 % of the patients have Chinese names. Studies stay
// in the database and are used again when their number is the same. Ends with exit code 1 when a plan reads a whole table.
import { nameTokens, searchName, tagOf, type Keyword, type MatchOptions } from '@isocenter/dicom'
import { migrate } from '@isocenter/migrations'
import { attributes } from '@isocenter/testkit/instances'
import { answerTo } from '../src/catalogue/answer.ts'
import { ensureDefaultOrganisation } from '../src/catalogue/index.ts'
import { queryOf, type Search } from '../src/catalogue/query.ts'
import { readySeries, readyStudy } from '../src/catalogue/ready.ts'
import { createSearch } from '../src/catalogue/search.ts'
import { accessTo, aSearch } from '../src/catalogue/search.fixture.ts'
import { createDb, rows } from '../src/platform/db.ts'

const url = process.env['DATABASE_URL']
if (url === undefined) throw new Error('DATABASE_URL is missing.')
const studyCount = Number(process.argv[2] ?? 200_000)
const runs = Number(process.argv[3] ?? 60)
const clients = Number(process.argv[4] ?? 16)
/** As the server has by default. */
const connections = 10
const patientCount = Math.ceil(studyCount * 0.4)

await migrate(url)
const db = createDb(url, connections)

/** The same numbers on every run (Lehmer, modulus 2^31 - 1). */
let state = 20_260_122
const below = (bound: number): number => {
  state = (state * 48_271) % 2_147_483_647
  return state % bound
}
const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T

const syllables = 'ba be bi bo da de do du fa fi ga go ha hu ja jo ka ke ki la le li lo ma me mi mo na ne ni no pa po ra re ri ro sa se si so ta te to va ve vi wa we za zo'.split(' ')
const latin = (): string => Array.from({ length: 2 + below(2) }, () => pick(syllables)).join('').replace(/^./, (first) => first.toUpperCase())
const surnames = [...Array.from({ length: 3_000 }, latin), 'Smith', 'Doe', 'Müller', 'García']
const givenNames = Array.from({ length: 900 }, latin)
const hanSurnames = Array.from('王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜')
const hanGiven = Array.from('伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰春梅建国文辉力永健世广志义兴良海山仁波宁贵福生龙元全胜学祥才发武新利清飞彬富顺信子杰涛昌成康星光天达安岩中茂进林有坚和彪博诚先敬震振壮会思群豪心邦承乐绍功松善厚庆民友裕河哲江浩亮政谦亨奇固之轮翰朗伯宏言若鸣朋斌梁栋维启克伦翔旭鹏泽晨辰士以建家致树炎德行时泰盛雄琛钧冠策腾楠榕风航弘')

function aName(): string {
  if (below(100) >= 27) return `${pick(surnames)}^${pick(givenNames)}`
  const given = pick(hanGiven) + (below(4) === 0 ? '' : pick(hanGiven))
  const surname = pick(hanSurnames)
  return pick([`${surname}${given}`, `${surname}^${given}`, `${latin()}^${latin()}=${surname}^${given}`])
}
const patients = Array.from({ length: patientCount }, (_, number) => {
  const PatientName = aName()
  return { number, name: PatientName, search: searchName(PatientName), tokens: nameTokens(PatientName) }
})

const organisation = (await ensureDefaultOrganisation(db, `bench-${studyCount}`)).organisationId
const [present] = await rows<{ count: number }>(db, 'select count(*)::integer as count from study where organisation_id = ?', [organisation])
if (present?.count !== studyCount / 2) await seed()
await measure()
await db.destroy()

async function seed(): Promise<void> {
  console.log(`Making ${studyCount} studies …`)
  const others = await Promise.all(Array.from({ length: 20 }, async (_, number) => (await ensureDefaultOrganisation(db, `bench-${studyCount}-${number}`)).organisationId))
  const given = attributes({
    StudyInstanceUID: '%uid', SeriesInstanceUID: '%uid.1', StudyDate: '20260101', StudyTime: '101530', AccessionNumber: 'A00000001', ReferringPhysicianName: 'Referrer^Some',
    PatientName: '%name', PatientID: '%patient', PatientBirthDate: '19700101', PatientSex: 'F', StudyID: '1', StudyDescription: 'CT Thorax', Modality: 'CT', SeriesNumber: 1, SeriesDescription: 'Axial' })
  await db.transaction(async (db) => {
    await rows(db, 'create temporary table patient (number integer primary key, name text, search text, tokens text[]) on commit drop', [])
    for (let first = 0; first < patientCount; first += 20_000) {
      await rows(db, 'insert into patient select * from json_populate_recordset(null::patient, ?)', [JSON.stringify(patients.slice(first, first + 20_000))])
    }
    await rows(db, 'select setseed(0.5)', [])
    await rows(db, `
      insert into study (organisation_id, study_instance_uid, patient_id, patient_name, patient_name_search, patient_name_tokens, patient_birth_date, patient_sex,
        study_date, study_time, accession_number, study_id, study_description, referring_physician_name, referring_physician_name_search,
        modalities_in_study, number_of_study_related_series, number_of_study_related_instances, attributes)
      select owner, uid, 'P' || lpad(patient.number::text, 7, '0'), name, search, tokens, '19700101', 'F',
        to_char(date '2016-01-01' + (random() * 3650)::integer, 'YYYYMMDD'), to_char(time '07:00' + random() * interval '12 hours', 'HH24MISS') || '.000000',
        'A' || lpad(made.number::text, 9, '0'), '1',
        (array['CT Thorax', 'MR Brain', 'CT Abdomen and Pelvis', 'XR Chest PA', 'US Abdomen', '头颅平扫', '胸部CT平扫', '腹部彩超', 'CT BRAIN w/o', 'MR Knee left'])[1 + (random() * 9)::integer],
        'Referrer^' || (made.number % 800), 'referrer^' || (made.number % 800), modalities, 2, 200,
        replace(replace(replace(?, '%uid', uid), '%name', name), '%patient', 'P' || lpad(patient.number::text, 7, '0'))
      from (
        select number, '2.25.' || number || '0' || ?::text as uid, (random() * ?)::integer as patient_number,
          case when number % 2 = 0 then ?::bigint else (?::bigint[])[1 + (number / 2) % 20] end as owner,
          case when random() < 0.1 then array['SR'] else '{}'::text[] end || (array['CT', 'CT', 'CT', 'MR', 'MR', 'DX', 'DX', 'US', 'US', 'CR'])[1 + floor(random() * 9.99)::integer]
            || case when random() < 0.0005 then array['XA'] else '{}'::text[] end as modalities
        from generate_series(1, ?::integer) as number
      ) as made join patient on patient.number = made.patient_number`,
    [readyStudy(given).attributes, studyCount, patientCount - 1, organisation, others, studyCount])
    await rows(db, `
      insert into study_modality (organisation_id, modality, sort_key, study_key)
      select organisation_id, modality, sort_key, study_key from study, unnest(modalities_in_study) as modality where organisation_id = ? or organisation_id = any(?::bigint[])`, [organisation, others])
    await rows(db, `
      insert into series (organisation_id, study_key, series_instance_uid, modality, series_number, series_number_sort, series_description, series_date, number_of_series_related_instances, attributes)
      select organisation_id, study_key, study_instance_uid || '.' || number, modalities_in_study[1], number, number, 'Axial', study_date, 100, replace(?, '%uid', study_instance_uid)
      from study, generate_series(1, 2) as number where organisation_id = ? or organisation_id = any(?::bigint[])`, [readySeries(given).attributes, organisation, others])
  })
  await rows(db, 'vacuum (analyze) study', [])
  await rows(db, 'vacuum (analyze) study_modality', [])
  await rows(db, 'vacuum (analyze) series', [])
}

async function measure(): Promise<void> {
  const search = createSearch({ db, statementTimeoutMs: 60_000 })
  const access = accessTo(organisation)
  const viewer = { limit: 101, includefield: (['StudyDescription', 'Modality', 'ReferringPhysicianName', 'PatientBirthDate'] satisfies Keyword[]).map(tagOf), options: { fuzzy: true } satisfies MatchOptions }
  const patient = () => pick(patients)
  const aLatin = () => searchName(pick(surnames))
  const aHan = () => `${pick(hanSurnames)}${pick(hanGiven)}${below(2) === 0 ? pick(hanGiven) : ''}`
  const cases: Readonly<Record<string, () => Search>> = {
    'first page': () => aSearch({}, viewer),
    'offset 10,000': () => aSearch({}, { ...viewer, offset: Math.min(10_000, studyCount / 4) + below(100) }),
    'PatientID, exact': () => aSearch({ PatientID: `P${String(patient().number).padStart(7, '0')}` }, viewer),
    'PatientID *inside*': () => aSearch({ PatientID: `*${String(patient().number).padStart(7, '0').slice(1)}*` }, viewer),
    'AccessionNumber *inside*': () => aSearch({ AccessionNumber: `*${String(below(studyCount)).padStart(6, '0')}*` }, viewer),
    'StudyDescription *BRAIN*': () => aSearch({ StudyDescription: pick(['*BRAIN*', '*Brain*', '*Knee*', '*Spine*']) }, viewer),
    'StudyDescription Chinese': () => aSearch({ StudyDescription: pick(['*头颅*', '*平扫*', '*彩超*', '*膝*', '*腰椎*', '*腰椎平*']) }, viewer),
    'name *smith* fuzzy': () => aSearch({ PatientName: `*${aLatin()}*` }, viewer),
    'name *smith*': () => aSearch({ PatientName: `*${aLatin()}*` }, { ...viewer, options: {} }),
    'name smith*': () => aSearch({ PatientName: `${aLatin()}*` }, { ...viewer, options: {} }),
    'name li* (two letters)': () => aSearch({ PatientName: `${aLatin().slice(0, 2)}*` }, { ...viewer, options: {} }),
    'name *xq* (no trigram, rare)': () => aSearch({ PatientName: '*xq*' }, { ...viewer, options: {} }),
    'name, words fuzzy': () => aSearch({ PatientName: `${pick(givenNames).slice(0, 4)} ${aLatin()}` }, viewer),
    'name, exact': () => aSearch({ PatientName: patient().name }, { ...viewer, options: {} }),
    'name, 2-3 Han': () => aSearch({ PatientName: `*${aHan()}*` }, viewer),
    'name, 1 Han': () => aSearch({ PatientName: `*${pick(hanGiven)}*` }, viewer),
    'CT': () => aSearch({ ModalitiesInStudy: 'CT' }, viewer),
    'CT and 30 days': () => aSearch({ ModalitiesInStudy: 'CT', StudyDate: days(30) }, viewer),
    'CT,MR': () => aSearch({ ModalitiesInStudy: 'CT,MR' }, viewer),
    'XA (rare)': () => aSearch({ ModalitiesInStudy: 'XA' }, viewer),
    'XA,OT (rare)': () => aSearch({ ModalitiesInStudy: 'XA,OT' }, viewer),
    'OT (none)': () => aSearch({ ModalitiesInStudy: 'OT' }, viewer),
    '7 days': () => aSearch({ StudyDate: days(7) }, viewer),
    '1 year': () => aSearch({ StudyDate: days(365) }, viewer),
    'name, CT, 1 year': () => aSearch({ PatientName: `*${aLatin()}*`, ModalitiesInStudy: 'CT', StudyDate: days(365) }, viewer),
    'one study': () => aSearch({ StudyInstanceUID: `2.25.${2 * below(studyCount / 2)}0${studyCount}` }, viewer),
    'series of a study': () => aSearch({}, { level: 'series', scope: { StudyInstanceUID: `2.25.${2 * below(studyCount / 2)}0${studyCount}` } }),
    'all series, first page': () => aSearch({}, { level: 'series' }),
    'all series, CT': () => aSearch({ Modality: 'CT' }, { level: 'series' }),
    'one series by UID': () => aSearch({ SeriesInstanceUID: `2.25.${2 * below(studyCount / 2)}0${studyCount}.1` }, { level: 'series' }),
  }
  console.log(`${studyCount} studies, ${runs} runs; ms\n${'search'.padEnd(30)}      p50      p95      max  results`)
  let readsWhole = 0
  for (const [name, make] of Object.entries(cases)) {
    const times: number[] = []
    let results = 0
    const plans = new Set<string>()
    for (let run = 0; run < runs + 3; run++) {
      const asked = make()
      const started = performance.now()
      const answer = await search(access, asked)
      if (run < 3) continue // warms the connection and the table's pages
      times.push(performance.now() - started)
      results += answer.results.length
      if (run % 10 === 0) for (const table of await wholeTables(asked)) plans.add(table)
    }
    times.sort((a, b) => a - b)
    if (plans.size > 0) readsWhole++
    console.log(`${line(name, times)}${(results / runs).toFixed(0).padStart(9)}${plans.size > 0 ? `  reads whole: ${[...plans].join(', ')}` : ''}`)
  }
  if (readsWhole > 0) process.exitCode = 1

  // What OHIF's study list can ask, each client one after the other, beginning elsewhere.
  const filters = ['first page', 'PatientID *inside*', 'AccessionNumber *inside*', 'StudyDescription *BRAIN*', 'name *smith* fuzzy', 'CT', 'CT,MR', '7 days', '1 year', 'name, CT, 1 year']
    .map((name) => cases[name] ?? (() => { throw new Error(`There is no search "${name}".`) }))
  const times: number[] = []
  await Promise.all(Array.from({ length: clients }, async (_, client) => {
    for (let run = 0; run < runs; run++) {
      const asked = (filters[(client + run) % filters.length] as () => Search)()
      const started = performance.now()
      await search(access, asked)
      times.push(performance.now() - started)
    }
  }))
  console.log(line(`OHIF's filters, ${clients} clients`, times.sort((a, b) => a - b)))
}

/** A name with its p50, p95 and longest, of times in order. */
function line(name: string, times: readonly number[]): string {
  const at = (share: number) => (times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(1).padStart(9)
  return `${name.padEnd(30)}${at(0.5)}${at(0.95)}${at(1)}`
}

/** Tables that the plan of a search's page or its count reads from one end to the other. */
async function wholeTables(asked: Search): Promise<string[]> {
  const query = queryOf(accessTo(organisation), asked)
  const found: string[] = []
  for (const { text, values } of [query.page(answerTo(asked).columns, { ...asked, countTo: 1_001 }), query.count({ offset: 0, countTo: 1_001 })]) {
    const plan = await db.transaction(async (db) => {
      await rows(db, 'set local max_parallel_workers_per_gather = 0', [])
      return rows<{ 'QUERY PLAN': string }>(db, `explain ${text}`, values)
    })
    found.push(...plan.flatMap((row) => /Seq Scan on (\w+)/.exec(row['QUERY PLAN'])?.[1] ?? []))
  }
  return found
}

function days(count: number): string {
  const first = Date.UTC(2016, 0, 1) + below(3650 - count) * 86_400_000
  const text = (time: number) => new Date(time).toISOString().slice(0, 10).replaceAll('-', '')
  return `${text(first)}-${text(first + count * 86_400_000)}`
}
