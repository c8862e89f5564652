import type { Client } from '../client.ts'
import { header, must, same, status } from '../expect.ts'
import { fixture, type Fixtures } from '../fixtures/fixtures.ts'
import { alphabetic, attribute, dataSets, first, strings, type DicomJson } from '../json/model.ts'
import { storeAll, studyPath } from '../store.ts'
import { check, NotApplicable, type Check } from '../suite.ts'

async function search(client: Client, path: string): Promise<readonly DicomJson[]> {
  const answer = await client.get(path, 'application/dicom+json')
  if (answer.status === 204) return []
  status(answer, 200)
  return dataSets(answer.json())
}

const ctOf = ({ ct }: Fixtures) => {
  const [one] = ct
  must(one !== undefined, 'no CT')
  return one
}

/** Studies of this run's patient that a query finds. */
async function findsCt(client: Client, fixtures: Fixtures, query: string): Promise<boolean> {
  const uids = (await search(client, `/studies?PatientID=P-${fixtures.run}&${query}`)).flatMap((study) => strings(study, '0020000D'))
  return uids.includes(ctOf(fixtures).StudyInstanceUID)
}

async function finds(client: Client, fixtures: Fixtures, queries: readonly string[], expected: boolean): Promise<void> {
  for (const query of queries) same(await findsCt(client, fixtures, query), expected, `${query} finds the study`)
}

const has = (dataSet: DicomJson, tags: readonly string[]) => { for (const tag of tags) must(attribute(dataSet, tag) !== undefined, `${tag} is missing`) }

/** PS3.18 §8.3.4 and §10.6, PS3.4 C.2.2.2: searches. */
export const qidoChecks: readonly Check[] = [
  check(105, 'M', 'all six resources answer', async ({ client, fixtures }) => {
    const { StudyInstanceUID, SeriesInstanceUID } = ctOf(fixtures)
    const counts = await Promise.all([
      `/studies?StudyInstanceUID=${StudyInstanceUID}`, `/studies/${StudyInstanceUID}/series`, `/studies/${StudyInstanceUID}/series/${SeriesInstanceUID}/instances`,
      `/studies/${StudyInstanceUID}/instances`, `/series?StudyInstanceUID=${StudyInstanceUID}`, `/instances?StudyInstanceUID=${StudyInstanceUID}`,
    ].map(async (path) => (await search(client, path)).length))
    same(counts, [1, 2, 3, 5, 2, 5], 'results')
  }),
  check(106, 'M', 'keys by keyword, tag and path', async ({ client, fixtures }) => {
    await finds(client, fixtures, [`AccessionNumber=A-${fixtures.run}`, `00080050=A-${fixtures.run}`, '00080061=CT', '00081030='], true)
    const { StudyInstanceUID } = ctOf(fixtures)
    for (const key of ['RequestAttributesSequence.ScheduledProcedureStepID', '00400275.00400009', 'RequestAttributesSequence.00400009']) {
      same((await search(client, `/series?StudyInstanceUID=${StudyInstanceUID}&${key}=SPS-${fixtures.run}`)).length, 2, `series by ${key}`)
    }
  }),
  check(107, 'M', 'every required key matches at its level', async ({ client, fixtures }) => {
    const { run } = fixtures
    const one = ctOf(fixtures)
    await finds(
      client,
      fixtures,
      [
        'StudyDate=20260214', 'StudyTime=101530', `AccessionNumber=A-${run}`, 'ModalitiesInStudy=CT', 'ReferringPhysicianName=House^Gregory',
        `PatientName=Check${run}^Jane^Q`, `StudyInstanceUID=${one.StudyInstanceUID}`, 'StudyID=ST1',
      ],
      true,
    )
    await finds(client, fixtures, ['StudyDate=20260215', 'StudyTime=101531', 'AccessionNumber=other', 'ModalitiesInStudy=MR', 'ReferringPhysicianName=Wilson', 'PatientName=Nobody', 'StudyID=ST2'], false)
    const series = (query: string) => search(client, `${studyPath(one)}/series?${query}`)
    same((await series('Modality=CT')).length, 2, 'series by Modality')
    same((await series('Modality=MR')).length, 0, 'series by another Modality')
    same((await series('SeriesNumber=2')).length, 1, 'series by SeriesNumber')
    same((await series(`SeriesInstanceUID=${one.SeriesInstanceUID}`)).length, 1, 'series by SeriesInstanceUID')
    same((await series('PerformedProcedureStepStartDate=20260214')).length, 2, 'series by PerformedProcedureStepStartDate')
    same((await series('PerformedProcedureStepStartTime=1017-')).length, 0, 'series by PerformedProcedureStepStartTime')
    const instances = (query: string) => search(client, `${studyPath(one)}/series/${one.SeriesInstanceUID}/instances?${query}`)
    same((await instances(`SOPClassUID=${one.SOPClassUID}`)).length, 3, 'instances by SOPClassUID')
    same((await instances(`SOPInstanceUID=${one.SOPInstanceUID}`)).length, 1, 'instances by SOPInstanceUID')
    same((await instances('InstanceNumber=2')).length, 1, 'instances by InstanceNumber')
  }),
  check(108, 'M', 'study keys are accepted for all series and all instances', async ({ client, fixtures }) => {
    same((await search(client, `/series?AccessionNumber=A-${fixtures.run}`)).length, 2, 'series')
    same((await search(client, `/instances?AccessionNumber=A-${fixtures.run}`)).length, 5, 'instances')
  }),
  check(109, 'M', 'a repeated attribute is answered 400', async ({ client }) => {
    status(await client.get('/studies?PatientID=1&PatientID=2'), 400)
    status(await client.get('/studies?PatientID=1&00100020=2'), 400)
  }),
  check(110, 'M', 'a comma makes a list for UIDs only', async ({ client, fixtures }) => {
    same((await search(client, `/studies?StudyInstanceUID=${ctOf(fixtures).StudyInstanceUID},${fixtures.report.StudyInstanceUID}`)).length, 2, 'studies of two UIDs')
    same((await search(client, `/studies?PatientID=P-${fixtures.run},P-other`)).length, 0, 'studies of a PatientID with a comma')
  }),
  check(111, 'M', 'percent-encoding is undone once, before matching', async ({ client, fixtures }) => {
    await finds(client, fixtures, ['StudyDescription=CHEST%20ROUTINE', 'StudyDescription=CHEST+ROUTINE', 'StudyDescription=CHEST%2A', `PatientName=Check${fixtures.run}%5EJane%5EQ`], true)
    await finds(client, fixtures, ['StudyDescription=CHEST%252A'], false)
  }),
  check(112, 'M', 'a private key without its creator is answered 400', async ({ client }) => {
    status(await client.get('/studies?00091001=x'), 400)
  }),
  check(113, 'M', 'an empty value matches everything', async ({ client, fixtures }) => {
    await finds(client, fixtures, ['AccessionNumber=', 'PatientName=&StudyDate='], true)
  }),
  check(114, 'M', '* and ? are wildcards in text, and literal in other VRs', async ({ client, fixtures }) => {
    const { run } = fixtures
    await finds(client, fixtures, [`PatientName=Check${run}*`, `PatientName=*${run}^J?ne*`, 'StudyDescription=*ROUTINE', `AccessionNumber=?-${run}`, 'AccessionNumber=*', 'StudyID=ST?'], true)
    await finds(client, fixtures, ['StudyDescription=*routines', `AccessionNumber=??-${run}`], false)
  }),
  check(115, 'M', 'case matters, except in person names', async ({ client, fixtures }) => {
    await finds(client, fixtures, [`PatientName=CHECK${fixtures.run}^JANE*`, `PatientName=check${fixtures.run.toLowerCase()}^jane^q`], true)
    await finds(client, fixtures, ['StudyDescription=chest%20routine', 'StudyDescription=chest*'], false)
  }),
  check(116, 'C', 'family and given name by wildcard', async ({ client, fixtures }) => {
    await finds(client, fixtures, [`PatientName=Check${fixtures.run}^J*`], true)
    await finds(client, fixtures, [`PatientName=Check${fixtures.run}^K*`], false)
  }),
  check(117, 'M', 'ranges of dates and times include their ends', async ({ client, fixtures }) => {
    await finds(client, fixtures, ['StudyDate=20260214-20260214', 'StudyDate=20260201-', 'StudyDate=-20260214', 'StudyTime=1000-1100', 'StudyDate=20260101-20261231'], true)
    await finds(client, fixtures, ['StudyDate=20260215-', 'StudyDate=-20260213', 'StudyTime=1016-'], false)
    status(await client.get('/studies?StudyDate=-'), 400)
    status(await client.get('/studies?StudyDate=yesterday'), 400)
  }),
  check(118, 'M', 'times match at the precision given', async ({ client, fixtures }) => {
    await finds(client, fixtures, ['StudyTime=10', 'StudyTime=1015', 'StudyTime=101530', 'StudyTime=1015-1015', 'StudyTime=101530.000-101530.9'], true)
    await finds(client, fixtures, ['StudyTime=1014', 'StudyTime=101530.5-'], false)
  }),
  check(120, 'M', 'StudyDate and StudyTime ranges together are one range of date and time', async ({ client, fixtures }) => {
    await finds(client, fixtures, ['StudyDate=20260213-20260214&StudyTime=120000-110000', 'StudyDate=20260214-20260215&StudyTime=090000-080000'], true)
    await finds(client, fixtures, ['StudyDate=20260213-20260214&StudyTime=080000-100000', 'StudyDate=20260214-20260215&StudyTime=110000-120000'], false)
  }),
  check(123, 'M', 'ModalitiesInStudy finds studies with such a series, and filters add up', async ({ client, fixtures }) => {
    await finds(client, fixtures, ['ModalitiesInStudy=CT&StudyDate=20260214'], true)
    await finds(client, fixtures, ['ModalitiesInStudy=CT&StudyDate=20200101', 'ModalitiesInStudy=US'], false)
  }),
  check(124, 'M', 'all keys of a sequence must match in one item', async ({ client, fixtures }) => {
    const query = (sps: string, rp: string) => search(client, `${studyPath(ctOf(fixtures))}/series?RequestAttributesSequence.ScheduledProcedureStepID=${sps}&RequestAttributesSequence.RequestedProcedureID=${rp}`)
    same((await query(`SPS-${fixtures.run}`, `RP-${fixtures.run}`)).length, 2, 'series of one item')
    same((await query(`SPS-${fixtures.run}`, 'RP-OTHER')).length, 0, 'series across two items')
  }),
  check(125, 'M', 'emptyvaluematching finds empty values, or the answer warns', async ({ client, fixtures }) => {
    const answer = await client.get(`/studies?PatientID=P-${fixtures.run}&AccessionNumber=%22%22&emptyvaluematching=true`)
    status(answer, 200, 204)
    if (/emptyvaluematching/i.test(header(answer, 'warning'))) return
    const uids = dataSets(answer.json()).flatMap((study) => strings(study, '0020000D'))
    must(uids.includes(fixtures.report.StudyInstanceUID) && !uids.includes(ctOf(fixtures).StudyInstanceUID), 'other studies than those without an accession number')
  }),
  check(126, 'M', 'multiplevaluematching matches any of the values, or the answer warns', async ({ client, fixtures }) => {
    const answer = await client.get(`/studies?PatientID=P-${fixtures.run}&AccessionNumber=other,A-${fixtures.run}&multiplevaluematching=true`)
    status(answer, 200, 204)
    if (/multiplevaluematching/i.test(header(answer, 'warning'))) return
    same(dataSets(answer.json()).flatMap((study) => strings(study, '0020000D')), [ctOf(fixtures).StudyInstanceUID], 'studies')
  }),
  check(127, 'M', 'fuzzymatching finds names by the beginnings of their words, or the answer warns', async ({ client, fixtures }) => {
    const answer = await client.get(`/studies?PatientName=jan%20check${fixtures.run.slice(0, 4)}&fuzzymatching=true`)
    status(answer, 200, 204)
    if (/fuzzy/i.test(header(answer, 'warning'))) return
    must(dataSets(answer.json()).some((study) => first(study, '0020000D') === ctOf(fixtures).StudyInstanceUID), 'the study is not found')
  }),
  check(128, 'M', 'invalid fuzzymatching, limit or offset is answered 400', async ({ client }) => {
    for (const query of ['limit=-1', 'limit=x', 'offset=-1', 'offset=1.5', 'fuzzymatching=yes']) must((await client.get(`/studies?${query}`)).status === 400, `${query} is not`)
  }),
  check(129, 'M', 'limit=0 answers nothing and tells what remains', async ({ client, fixtures }) => {
    const answer = await client.get(`/studies?PatientID=P-${fixtures.run}&limit=0`)
    must(/^299 .*additional results/.test(header(answer, 'warning')), 'no Warning 299')
    if (answer.status !== 204) same(dataSets(answer.json()), [], 'results')
  }),
  check(130, 'M', 'an offset beyond the end answers nothing', async ({ client, fixtures }) => {
    same(await search(client, `/studies?PatientID=P-${fixtures.run}&offset=1000`), [], 'results')
  }),
  check(131, 'M', 'includefield by list, by repetition and as all', async ({ client, fixtures }) => {
    const { StudyInstanceUID, SeriesInstanceUID } = ctOf(fixtures)
    for (const query of ['includefield=StudyDescription,00081030', 'includefield=00080090&includefield=StudyDescription', 'includefield=all']) {
      const [study] = await search(client, `/studies?StudyInstanceUID=${StudyInstanceUID}&${query}`)
      same(first(study ?? {}, '00081030'), 'CHEST ROUTINE', `StudyDescription by ${query}`)
    }
    const [instance] = await search(client, `/studies/${StudyInstanceUID}/series/${SeriesInstanceUID}/instances?includefield=all&limit=1`)
    same(first(instance ?? {}, '00280101'), 16, 'BitsStored')
  }),
  check(132, 'M', 'an instance attribute is not returned for a study', async ({ client, fixtures }) => {
    const [study] = await search(client, `/studies?StudyInstanceUID=${ctOf(fixtures).StudyInstanceUID}&includefield=InstanceNumber`)
    same(attribute(study ?? {}, '00200013'), undefined, 'InstanceNumber')
  }),
  check(134, 'M', 'pages do not overlap and together are everything', async ({ client, fixtures }) => {
    const page = async (offset: number) => (await search(client, `/studies?PatientID=P-${fixtures.run}&limit=2&offset=${String(offset)}`)).flatMap((study) => strings(study, '0020000D'))
    const all = (await search(client, `/studies?PatientID=P-${fixtures.run}`)).flatMap((study) => strings(study, '0020000D'))
    const paged: string[] = []
    for (let offset = 0; offset < all.length; offset += 2) paged.push(...await page(offset))
    same(paged, all, 'pages')
  }),
  check(136, 'M', 'required study attributes are there', async ({ client, fixtures }) => {
    for (const study of await search(client, `/studies?PatientID=P-${fixtures.run}`)) {
      has(study, [
        '00080020', '00080030', '00080050', '00080090', '00100010', '00100020', '00100030', '00100040', '0020000D', '00200010', '00201206',
        '00201208',
      ])
    }
  }),
  check(138, 'M', 'required series attributes are there', async ({ client, fixtures }) => {
    for (const series of await search(client, `${studyPath(ctOf(fixtures))}/series`)) has(series, ['00080060', '00081190', '0020000E', '00200011', '00201209', '0008103E', '00400244', '00400245', '00400275'])
  }),
  check(139, 'M', 'required instance attributes are there', async ({ client, fixtures }) => {
    const { StudyInstanceUID, SeriesInstanceUID } = ctOf(fixtures)
    for (const instance of await search(client, `/studies/${StudyInstanceUID}/series/${SeriesInstanceUID}/instances`)) has(instance, ['00080016', '00080018', '00081190', '00200013', '00280010', '00280011', '00280100'])
  }),
  check(140, 'M', 'all series and all instances carry the attributes of the levels above', async ({ client, fixtures }) => {
    const query = `StudyInstanceUID=${ctOf(fixtures).StudyInstanceUID}`
    for (const series of await search(client, `/series?${query}`)) has(series, ['00080020', '00100010', '0020000D', '00080060'])
    for (const instance of await search(client, `/instances?${query}`)) has(instance, ['00080020', '00100010', '0020000D', '00080060', '0020000E', '00080018'])
    for (const instance of await search(client, `${studyPath(ctOf(fixtures))}/instances`)) has(instance, ['00080060', '0020000E', '00080018'])
  }),
  check(141, 'M', 'keys that were matched are returned', async ({ client, fixtures }) => {
    const [study] = await search(client, `/studies?PatientID=P-${fixtures.run}&StudyDescription=CHEST*`)
    same(first(study ?? {}, '00081030'), 'CHEST ROUTINE', 'StudyDescription')
  }),
  check(142, 'C', 'counts are right after a store and after a second one', async ({ client, fixtures }) => {
    const counts = async (StudyInstanceUID: string) => {
      const [study] = await search(client, `/studies?StudyInstanceUID=${StudyInstanceUID}`)
      return [first(study ?? {}, '00201206'), first(study ?? {}, '00201208')]
    }
    same(await counts(ctOf(fixtures).StudyInstanceUID), [2, 5], 'series and instances')
    const one = fixture({})
    await storeAll(client, [one])
    await storeAll(client, [fixture({ StudyInstanceUID: one.StudyInstanceUID })])
    same(await counts(one.StudyInstanceUID), [2, 2], 'series and instances of a grown study')
  }),
  check(144, 'M', 'the rest of a page is told in Warning 299', async ({ client, fixtures }) => {
    const all = (await search(client, `/studies?PatientID=P-${fixtures.run}`)).length
    const answer = await client.get(`/studies?PatientID=P-${fixtures.run}&limit=1`)
    must(new RegExp(`^299 .*There are ${String(all - 1)} additional results that can be requested`).test(header(answer, 'warning')), 'it is not')
  }),
  check(145, 'M', 'RetrieveURL retrieves', async ({ client, fixtures }) => {
    const { StudyInstanceUID } = ctOf(fixtures)
    const [study] = await search(client, `/studies?StudyInstanceUID=${StudyInstanceUID}`)
    const [series] = await search(client, `/studies/${StudyInstanceUID}/series`)
    for (const url of [first(study ?? {}, '00081190'), first(series ?? {}, '00081190')]) {
      must(typeof url === 'string', 'no RetrieveURL')
      status(await client.get(new URL(url, client.base).href), 200)
    }
  }),
  check(102, 'M', 'a search in UTF-8 finds a name stored in GB18030', async ({ client, fixtures }) => {
    for (const name of ['王*', '*小东*']) {
      const found = await search(client, `/studies?PatientID=P-${fixtures.run}&PatientName=${encodeURIComponent(name)}`)
      same(found.map((study) => alphabetic(study, '00100010')), [`Wang^XiaoDong${fixtures.run}`], 'patients')
    }
  }),
  check(231, 'X', "another organisation's token finds and gets nothing", async ({ client, fixtures, stranger }) => {
    if (stranger === undefined) throw new NotApplicable('no second token was given (--other-token)')
    const one = ctOf(fixtures)
    const metadata = dataSets((await client.get(`${studyPath(one)}/metadata`)).json())
    const bulk = attribute(metadata[0] ?? {}, '7FE00010')?.BulkDataURI
    same(await search(stranger, `/studies?StudyInstanceUID=${one.StudyInstanceUID}`), [], 'studies found')
    const instance = `${studyPath(one)}/series/${one.SeriesInstanceUID}/instances/${one.SOPInstanceUID}`
    for (const path of [studyPath(one), `${studyPath(one)}/metadata`, `${studyPath(one)}/series`, instance, `${instance}/frames/1`, ...bulk === undefined ? [] : [new URL(bulk, client.base).href]]) {
      const answer = await stranger.get(path)
      must(answer.status === 404 || answer.status === 200 && answer.body.toString() === '[]', `status ${String(answer.status)}`)
    }
  }),
]
