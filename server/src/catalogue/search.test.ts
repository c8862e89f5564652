import { tagOf, type DicomJson } from '@isocenter/dicom'
import { anInstance, testDatabase, type InstanceInput } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDb, rows, type Db } from '../platform/db.ts'
import { createCatalogue, ensureDefaultOrganisation, type Catalogue } from './index.ts'
import { createSearch } from './search.ts'
import { accessTo, aSearch, newInstance, valuesOf } from './search.fixture.ts'

let db: Db
let drop: () => Promise<void>
let catalogue: Catalogue
let north: string
let south: string

const StudyInstanceUID = '1.2.1'
const SeriesInstanceUID = '1.2.1.1'
const withoutPixels = (input: InstanceInput): DicomJson => {
  const { '7FE00010': _, ...rest } = anInstance(input)
  return rest
}

beforeAll(async () => {
  const database = await testDatabase()
  drop = database.drop
  db = createDb(database.url, 4)
  north = (await ensureDefaultOrganisation(db, 'north')).organisationId
  south = (await ensureDefaultOrganisation(db, 'south')).organisationId
  catalogue = createCatalogue({ db })
  const given: readonly (readonly [string, InstanceInput])[] = [
    [north, { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID: '1.2.1.1.1', InstanceNumber: 2, StudyDate: '20260110', PatientWeight: 71.5, OperatorsName: 'Op', ProtocolName: 'Head' }],
    [north, { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID: '1.2.1.1.2', InstanceNumber: 10, StudyDate: '20260110', PatientWeight: 71.5 }],
    [north, { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID: '1.2.1.1.3', InstanceNumber: 1, StudyDate: '20260110', PatientWeight: 71.5 }],
    [north, { StudyInstanceUID, SeriesInstanceUID: '1.2.1.2', SOPInstanceUID: '1.2.1.2.1', SeriesNumber: 12, StudyDate: '20260110', Modality: 'SR' }],
    [north, { StudyInstanceUID: '1.2.2', SeriesInstanceUID: '1.2.2.1', SOPInstanceUID: '1.2.2.1.1', StudyDate: '20260112', StudyTime: '080000' }],
    [north, { StudyInstanceUID: '1.2.3', SeriesInstanceUID: '1.2.3.1', SOPInstanceUID: '1.2.3.1.1', StudyDate: '20260112', StudyTime: '070000', AccessionNumber: null,
      Modality: null, StudyID: undefined, StudyDescription: undefined, ReferringPhysicianName: null }],
    [south, { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID: '1.2.1.1.1', PatientID: 'SOUTH-1' }],
  ]
  for (const [organisationId, input] of given) await catalogue.store(accessTo(organisationId), newInstance(withoutPixels(input)))
})
afterAll(async () => {
  await catalogue.close()
  await db.destroy()
  await drop()
})

const search = (...[access, asked]: Parameters<ReturnType<typeof createSearch>>) => createSearch({ db, statementTimeoutMs: 30_000 })(access, asked)
const results = async (asked = aSearch()) => (await search(accessTo(north), asked)).results
const parsed = async (asked = aSearch()) => (await results(asked)).map((text) => JSON.parse(text) as DicomJson)
const inSeries = { StudyInstanceUID, SeriesInstanceUID }

describe('what an access does not reach', () => {
  test.each(['study', 'series', 'instance'] as const)('a %s of another organisation is never found, under the same UIDs either', async (level) => {
    const other = aSearch({ PatientID: 'SOUTH-1' }, { level })
    expect((await search(accessTo(north), other)).results).toEqual([])
    expect((await search(accessTo(south), other)).results).toHaveLength(1)
    expect((await search(accessTo(south), aSearch({ StudyInstanceUID }, { level }))).results).toHaveLength(1)
  })
  test.each(['study', 'series', 'instance'] as const)('a %s outside the studies lent is not found, nor counted', async (level) => {
    const answer = await search(accessTo(north, ['1.2.2']), aSearch({}, { level, limit: 0 }))
    expect(answer).toMatchObject({ results: [], remaining: 1 })
    expect((await search(accessTo(north, []), aSearch({}, { level }))).results).toEqual([])
    expect((await search(accessTo(north, ['1.2.2']), aSearch({}, { level, scope: { StudyInstanceUID } }))).results).toEqual([])
  })
})

describe('order and pages', () => {
  test('studies come newest first, series and instances by number', async () => {
    expect(valuesOf(await results(), 'StudyInstanceUID')).toEqual(['1.2.2', '1.2.3', StudyInstanceUID])
    expect(valuesOf(await results(aSearch({}, { level: 'series', scope: { StudyInstanceUID } })), 'SeriesNumber')).toEqual([1, 12])
    expect(valuesOf(await results(aSearch({}, { level: 'instance', scope: inSeries })), 'InstanceNumber')).toEqual([1, 2, 10])
  })
  test('134 144 pages follow one another without overlap, and each says how much remains', async () => {
    const pages = await Promise.all([0, 2, 4, 6, 8].map((offset) => search(accessTo(north), aSearch({}, { level: 'instance', limit: 2, offset }))))
    const uids = pages.flatMap((page) => valuesOf(page.results, 'SOPInstanceUID'))
    expect(new Set(uids).size).toBe(6)
    expect(uids).toHaveLength(6)
    expect(pages.map(({ remaining }) => remaining)).toEqual([4, 2, 0, 0, 0])
  })
  test('129 a limit of zero only counts', async () => {
    expect(await search(accessTo(north), aSearch({}, { limit: 0 }))).toMatchObject({ results: [], remaining: 3, isRemainingExact: true })
    expect(await search(accessTo(north), aSearch({}, { limit: 0, offset: 2 }))).toMatchObject({ remaining: 1 })
  })
})

describe('answers', () => {
  test('136 a study has its required attributes, empty where unknown', async () => {
    const [study] = await parsed(aSearch({ StudyInstanceUID: '1.2.3' }))
    expect(study).toMatchObject({
      '00080005': { vr: 'CS', Value: ['ISO_IR 192'] }, '00080050': { vr: 'SH' }, '00080056': { vr: 'CS', Value: ['ONLINE'] }, '00080090': { vr: 'PN' }, '00200010': { vr: 'SH' },
      '00081190': { vr: 'UR', Value: ['http://pacs.example/dicom-web/studies/1.2.3'] },
      '00201206': { vr: 'IS', Value: [1] }, '00201208': { vr: 'IS', Value: [1] },
    })
    for (const tag of ['00080020', '00080030', '00100010', '00100020', '00100030', '00100040', '0020000D']) expect(study).toHaveProperty(tag)
  })
  test('ModalitiesInStudy is left out rather than empty', async () => {
    const studies = await parsed()
    expect(studies.map((study) => study['00080061']?.Value)).toEqual([['CT'], undefined, ['CT', 'SR']])
    expect(Object.keys(studies[1] ?? {})).not.toContain('00080061')
  })
  test('142 counts are those of now', async () => {
    const [, , study] = await parsed()
    expect(study).toMatchObject({ '00201206': { Value: [2] }, '00201208': { Value: [4] } })
  })
  test.each(['study', 'series', 'instance'] as const)('63 the members of a %s are in ascending order, merged from several levels or not', async (level) => {
    for (const includefield of [[], 'all'] as const) {
      for (const text of await results(aSearch({}, { level, includefield }))) {
        const members = [...text.matchAll(/"([0-9A-F]{8})":\{"vr"/g)].map(([, tag]) => tag)
        expect(members).toEqual(members.toSorted())
      }
    }
  })
  test('140 an instance found among all has its series and its study with it', async () => {
    const [instance] = await parsed(aSearch({ SOPInstanceUID: '1.2.1.1.1' }, { level: 'instance' }))
    expect(instance).toMatchObject({
      '0020000D': { Value: [StudyInstanceUID] }, '0020000E': { Value: [SeriesInstanceUID] }, '00100020': {}, '00080060': { Value: ['CT'] }, '00080061': { Value: ['CT', 'SR'] },
      '00201209': { Value: [3] }, '00081190': { Value: [`http://pacs.example/dicom-web/studies/${StudyInstanceUID}/series/${SeriesInstanceUID}/instances/1.2.1.1.1`] },
    })
    const [ofStudy] = await parsed(aSearch({}, { level: 'instance', scope: { StudyInstanceUID } }))
    expect(ofStudy).toHaveProperty('00080060')
    expect(ofStudy).not.toHaveProperty('00100010')
    const [ofSeries] = await parsed(aSearch({}, { level: 'instance', scope: inSeries }))
    expect(ofSeries).not.toHaveProperty('00080060')
  })
  test('141 attributes matched on are answered, from another level too', async () => {
    const [series] = await parsed(aSearch({ PatientName: '*' }, { level: 'series', scope: { StudyInstanceUID } }))
    expect(series).toHaveProperty('00100010')
    expect(series).not.toHaveProperty('00100020')
    const [study] = await parsed(aSearch({ SOPClassesInStudy: '' }))
    expect(study?.['00080062']?.Value).toHaveLength(1)
  })
})

describe('includefield', () => {
  const PatientWeight = tagOf('PatientWeight')
  const ProtocolName = tagOf('ProtocolName')
  test('adds attributes of the level', async () => {
    const [study] = await parsed(aSearch({ StudyInstanceUID }, { includefield: [PatientWeight] }))
    expect(study?.['00101030']).toEqual({ vr: 'DS', Value: [71.5] })
    expect(study).toHaveProperty('00080061')
  })
  test('132 leaves out attributes of lower levels', async () => {
    const [study] = await parsed(aSearch({ StudyInstanceUID }, { includefield: [ProtocolName, tagOf('Rows'), tagOf('Modality')] }))
    for (const tag of ['00181030', '00280010', '00080060']) expect(study).not.toHaveProperty(tag)
  })
  test('131 all means all of the level', async () => {
    const [study] = await parsed(aSearch({ StudyInstanceUID }, { includefield: 'all' }))
    expect(study).toMatchObject({ '00101030': {}, '00080062': {} })
    expect(study).not.toHaveProperty('00181030')
    const [series] = await parsed(aSearch({}, { level: 'series', scope: { StudyInstanceUID }, includefield: 'all' }))
    expect(series).toMatchObject({ '00181030': {}, '00201209': {} })
    const [instance] = await parsed(aSearch({ SOPInstanceUID: '1.2.1.1.1' }, { level: 'instance', scope: inSeries, includefield: 'all' }))
    expect(instance).toMatchObject({ '00100010': {}, '00181030': {}, '00280010': {}, '00280100': {}, '00081190': {} })
  })
  test('reaches every attribute of an instance', async () => {
    const [instance] = await parsed(aSearch({ SOPInstanceUID: '1.2.1.1.1' }, { level: 'instance', scope: inSeries, includefield: [tagOf('OperatorsName'), tagOf('BitsStored')] }))
    expect(instance).toMatchObject({ '00081070': { Value: [{ Alphabetic: 'Op' }] }, '00280101': {} })
    expect(instance).not.toHaveProperty('00181030')
  })
})

test('D6 an attribute that cannot be matched is named and does not narrow the search', async () => {
  expect(await search(accessTo(north), aSearch({ Rows: '512', Modality: 'CT', 'RequestAttributesSequence.ScheduledProcedureStepID': 'S', PatientAge: '' }))).toMatchObject({
    unsupported: ['Rows', 'Modality', 'RequestAttributesSequence.ScheduledProcedureStepID'], remaining: 0 })
  expect((await results(aSearch({ Rows: '512' })))).toHaveLength(3)
})

test.each(['SeriesNumber', 'InstanceNumber', 'NumberOfFrames'])('a %s larger than its column holds is found nowhere, and is no error', async (keyword) => {
  expect(await results(aSearch({ [keyword]: '9007199254740991' }, { level: 'instance' }))).toEqual([])
})

test('122 a list of hundreds of UIDs works', async () => {
  const StudyInstanceUIDs = Array.from({ length: 500 }, (_, index) => `1.2.${index}`).join(',')
  expect(await results(aSearch({ StudyInstanceUID: StudyInstanceUIDs }))).toHaveLength(3)
})

test('values of any length are stored and found by their beginning', async () => {
  const long = { StudyInstanceUID: '1.2.9', PatientID: `${'𠮷'.repeat(5_000)}`, PatientName: '𡈽'.repeat(5_000), StudyDescription: '頭'.repeat(9_000), AccessionNumber: '𠮷'.repeat(900) }
  await catalogue.store(accessTo(south), newInstance(withoutPixels(long)))
  const answer = await search(accessTo(south), aSearch({ PatientName: '𡈽𡈽*', StudyDescription: '*頭頭*', PatientID: '𠮷*' }))
  expect(valuesOf(answer.results, 'StudyInstanceUID')).toEqual(['1.2.9'])
})

test('135 a search that outruns its time is refused with 413, and the connection is fit for the next one', async () => {
  // Enough rows that a millisecond does not do.
  await rows(db, `insert into study (organisation_id, study_instance_uid, study_description, attributes)
    select ?, '9.' || number, repeat('a', 200) || number, '{}' from generate_series(1, 20000) as number`, [south])
  const impatient = createSearch({ db, statementTimeoutMs: 1 })
  await expect(impatient(accessTo(south), aSearch({ StudyDescription: '*?a?b?*' }))).rejects.toMatchObject({ kind: { status: 413, type: '/problems/search-too-broad' } })
  expect(await rows<{ timeout: string }>(db, `select current_setting('statement_timeout') as timeout`, [])).toEqual([{ timeout: '0' }])
})
