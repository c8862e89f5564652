import { formatTag, matchesPlan, nameOfKey, planOf, tagOf, type DicomJson, type Keyword, type MatchKey, type MatchOptions } from '@isocenter/dicom'
import { attributes, testDatabase, type AttributesInput } from '@isocenter/testkit'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDb, rows, type Db } from '../platform/db.ts'
import { createCatalogue, ensureDefaultOrganisation } from './index.ts'
import type { Level } from './attributes.ts'
import { queryOf } from './query.ts'
import { createSearch } from './search.ts'
import { accessTo, aSearch, keysOf, newInstance, valuesOf } from './search.fixture.ts'

// The law: on the same data, a search in SQL finds exactly what `matches` finds in memory.

const seed = 20_260_122
const studyCount = 400

const optional = <T>(values: fc.Arbitrary<T>) => fc.oneof({ weight: 5, arbitrary: values }, { weight: 1, arbitrary: fc.constantFrom(undefined, null) })
const names = fc.constantFrom(
  'Doe^John', 'DOE^Jane^^^', 'Doe', 'Doering^Max', 'Müller^Jürgen', 'MULLER^Jurgen', 'Søren^Kierkegaard', "O'Brien^Seán", 'Smith-Jones^Ann', 'van der Berg^Jan',
  'Wang^XiaoDong=王^小東=おう^しょうとう', 'Zhang^Wei=张^伟', '张^伟', '王小明', '王*明', '欧阳^娜娜', 'Li^Na=李^娜', '=李^明', 'Kim^Min=김^민', 'Yamada^Tarou=山田^太郎=やまだ^たろう',
  'Νικόλαος^Παπαδόπουλος', 'Иванов^Пётр', 'Straße^Groß', 'a%b_c\\d', 'x^y=', '^John', '１２３^Ｔｅｓｔ', 'Anonymous 7', 'Doe^John Jon', '𠮷野^家',
)
const dates = fc.constantFrom('20260101', '20260114', '20260115', '20260116', '2026.01.15', '20260230', '20251231', '19991231', 'unknown', '2026')
const times = fc.constantFrom('10', '1015', '101530', '101530.5', '235959.999999', '000000', '23', '12:30:00', 'noon')
const texts = fc.constantFrom('CT BRAIN', 'ct brain', 'Brain, contrast', '头颅平扫', '头颅', 'A_B', 'AB', 'A%B', 'a\\b', '100%', 'Schädel', 'Scha\u0308del', '  padded  ', '*', '""')
const identifiers = fc.constantFrom('1', '01', 'MR-0002', 'mr-0002', 'ABC', 'ABC-1', 'AB', '患者7', 'A?C', 'x'.repeat(64))
const modalities = fc.constantFrom('CT', 'MR', 'SR', 'US', 'PT', 'ct')
const offsets = fc.constantFrom('+0800', '+0000', '-0500', '+0530', '+0001', 'local')
const numbers = fc.constantFrom<string | number>(1, 2, 5, '5', ' 05', '-1', '+2', 'five', 100000, '99999999999999999999')
const requests = fc.array(fc.record({ ScheduledProcedureStepID: optional(fc.constantFrom('S1', 'S2', 's1', 'S10')), RequestedProcedureID: optional(fc.constantFrom('R1', 'R2')) }), { maxLength: 3 })

const seriesArbitrary = fc.record({
  Modality: optional(modalities), SeriesNumber: optional(numbers), SeriesDescription: optional(texts), SeriesDate: optional(dates), SeriesTime: optional(times),
  BodyPartExamined: optional(fc.constantFrom('HEAD', 'CHEST')), PerformedProcedureStepStartDate: optional(dates), PerformedProcedureStepStartTime: optional(times),
  RequestAttributesSequence: optional(requests),
})
const studyArbitrary = fc.record({
  study: fc.record({
    StudyDate: optional(dates), StudyTime: optional(times), AccessionNumber: optional(identifiers), ReferringPhysicianName: optional(names), StudyDescription: optional(texts),
    PatientName: optional(names), PatientID: optional(identifiers), IssuerOfPatientID: optional(fc.constantFrom('North', 'South')), PatientBirthDate: optional(dates),
    PatientSex: optional(fc.constantFrom('F', 'M', 'O')), StudyID: optional(identifiers), TimezoneOffsetFromUTC: optional(offsets),
  }),
  series: fc.array(seriesArbitrary, { minLength: 1, maxLength: 3 }),
  SOPClassUID: fc.constantFrom('1.2.840.10008.5.1.4.1.1.2', '1.2.840.10008.5.1.4.1.1.4'),
  InstanceNumber: optional(numbers),
  NumberOfFrames: optional(fc.constantFrom(1, 2, '30')),
})

/** One instance of each series, with what a search at any level may match on. */
const data: readonly DicomJson[] = fc.sample(studyArbitrary, { numRuns: studyCount, seed }).flatMap(({ study, series, ...instance }, number) => {
  const root = `1.2.${number + 1}`
  const instances = series.map((one, index): AttributesInput => ({
    ...study, ...one, ...instance, StudyInstanceUID: root, SeriesInstanceUID: `${root}.${index}`, SOPInstanceUID: `${root}.${index}.1` }))
  const ModalitiesInStudy = [...new Set(instances.flatMap(({ Modality }) => (typeof Modality === 'string' ? [Modality] : [])))]
  return instances.map((one) => attributes({ ...one, ModalitiesInStudy, SOPClassesInStudy: [instance.SOPClassUID] }))
})

// Keys: what data hold and pieces of it, with wildcards, as ranges, as lists, and some that nothing holds.
const cut = fc.nat({ max: 6 })
/** `""` asks for empty values only where that option is given; elsewhere it is no date and no number. */
const understood = ({ keys, options }: { keys: readonly MatchKey[]; options: MatchOptions }): boolean =>
  options.emptyValues === true || !keys.some(({ vr, value }) => value === '""' && ['DA', 'TM', 'IS'].includes(vr))
const wild = (values: fc.Arbitrary<string>) => fc.tuple(values, cut, cut, fc.constantFrom('whole', 'prefix', 'suffix', 'inside', 'one', 'inner')).map(([value, start, length, how]) => {
  const characters = Array.from(value)
  const piece = characters.slice(start, start + length + 1).join('')
  switch (how) {
    case 'prefix': return `${characters.slice(0, length + 1).join('')}*`
    case 'suffix': return `*${characters.slice(-length - 1).join('')}`
    case 'inside': return `*${piece}*`
    case 'one': return characters.map((character, index) => (index === start ? '?' : character)).join('')
    case 'inner': return `${characters.slice(0, 1).join('')}*${characters.slice(-1).join('')}`
    default: return value
  }
})
const ranged = (values: fc.Arbitrary<string>) => fc.tuple(values, values, fc.constantFrom('one', 'from', 'to', 'both')).map(([a, b, how]) => ({ one: a, from: `${a}-`, to: `-${b}`, both: `${a}-${b}` })[how])
const goodDates = fc.constantFrom('20260101', '20260114', '20260115', '20260116', '20251231', '20260230', '19000101')
const goodTimes = fc.constantFrom('10', '1015', '101530', '101530.5', '00', '23', '2359', '12')
const goodNumbers = fc.constantFrom('1', '2', '5', '005', '-1', '100000', '7')
const foldedNames = fc.tuple(names, fc.boolean()).map(([name, isLower]) => (isLower ? name.toLowerCase().replaceAll('^', ' ') : name))
const uid = fc.nat({ max: studyCount + 5 }).map((number) => `1.2.${number}`)
const orEmpty = (values: fc.Arbitrary<string>) => fc.oneof({ weight: 12, arbitrary: values }, { weight: 1, arbitrary: fc.constantFrom('', '*', '""') })

const studyKeys: Partial<Record<string, fc.Arbitrary<string>>> = {
  StudyDate: orEmpty(ranged(goodDates)), StudyTime: orEmpty(ranged(goodTimes)), AccessionNumber: orEmpty(wild(identifiers)),
  ModalitiesInStudy: orEmpty(fc.oneof(wild(modalities), fc.array(modalities, { minLength: 1, maxLength: 3 }).map((list) => list.join(',')))),
  SOPClassesInStudy: fc.constantFrom('1.2.840.10008.5.1.4.1.1.2', '1.2.840.10008.5.1.4.1.1.4,1.2', '1.3'),
  ReferringPhysicianName: orEmpty(wild(foldedNames)), StudyDescription: orEmpty(wild(texts)), PatientName: orEmpty(wild(foldedNames)), PatientID: orEmpty(wild(identifiers)),
  IssuerOfPatientID: orEmpty(fc.constantFrom('North', 'So*')), PatientBirthDate: orEmpty(ranged(goodDates)), PatientSex: orEmpty(fc.constantFrom('F', 'M', '?')),
  StudyInstanceUID: fc.array(uid, { minLength: 1, maxLength: 120 }).map((list) => list.join(',')), StudyID: orEmpty(wild(identifiers)),
  TimezoneOffsetFromUTC: fc.constantFrom('+0800', '-0500', '+0000'),
}
const seriesKeys: Partial<Record<string, fc.Arbitrary<string>>> = {
  Modality: orEmpty(wild(modalities)), SeriesNumber: orEmpty(goodNumbers), SeriesDescription: orEmpty(wild(texts)), SeriesDate: orEmpty(ranged(goodDates)), SeriesTime: orEmpty(ranged(goodTimes)),
  BodyPartExamined: orEmpty(fc.constantFrom('HEAD', '*E*', 'CHEST')), SeriesInstanceUID: fc.array(uid.map((study) => `${study}.0`), { minLength: 1, maxLength: 9 }).map((list) => list.join('\\')),
  PerformedProcedureStepStartDate: orEmpty(ranged(goodDates)), PerformedProcedureStepStartTime: orEmpty(ranged(goodTimes)),
  'RequestAttributesSequence.ScheduledProcedureStepID': orEmpty(fc.constantFrom('S1', 'S2', 'S?', 'S1*')),
  'RequestAttributesSequence.RequestedProcedureID': orEmpty(fc.constantFrom('R1', 'R2', 'R*')),
}
const instanceKeys: Partial<Record<string, fc.Arbitrary<string>>> = {
  SOPClassUID: fc.constantFrom('1.2.840.10008.5.1.4.1.1.2', '1.2.840.10008.5.1.4.1.1.4'), SOPInstanceUID: uid.map((study) => `${study}.0.1`),
  InstanceNumber: orEmpty(goodNumbers), NumberOfFrames: fc.constantFrom('1', '2', '30', '""'),
}
const searchableAt: Record<Level, typeof studyKeys> = { study: studyKeys, series: { ...studyKeys, ...seriesKeys }, instance: { ...studyKeys, ...seriesKeys, ...instanceKeys } }
const optionsArbitrary = fc.record({ fuzzy: fc.boolean(), emptyValues: fc.boolean(), multipleValues: fc.boolean() })
const keysAt = (level: Level) => fc.shuffledSubarray(Object.entries(searchableAt[level]), { minLength: 1, maxLength: 3 })
  .chain((some) => fc.record(Object.fromEntries(some) as Record<string, fc.Arbitrary<string>>)).map(keysOf)

const searchesAt = (level: Level) => fc.record({ keys: keysAt(level), options: optionsArbitrary }).filter(understood)

const identity: Record<Level, Keyword> = { study: 'StudyInstanceUID', series: 'SeriesInstanceUID', instance: 'SOPInstanceUID' }

function inMemory(level: Level, keys: readonly MatchKey[], options: MatchOptions): string[] {
  const plan = planOf(keys, options)
  const found = data.filter((one) => matchesPlan(one, plan)).map((one) => String(one[formatTag(tagOf(identity[level]))]?.Value?.[0]))
  return [...new Set(found)].sort()
}

let db: Db
let drop: () => Promise<void>
let organisationId: string
beforeAll(async () => {
  const database = await testDatabase()
  drop = database.drop
  db = createDb(database.url, 4)
  organisationId = (await ensureDefaultOrganisation(db, 'north')).organisationId
  const catalogue = createCatalogue({ db })
  // ModalitiesInStudy and SOPClassesInStudy are no part of an object; the catalogue has to come to them itself.
  const computed = [formatTag(tagOf('ModalitiesInStudy')), formatTag(tagOf('SOPClassesInStudy'))]
  await Promise.all(data.map((one) => catalogue.store(accessTo(organisationId), newInstance(Object.fromEntries(Object.entries(one).filter(([tag]) => !computed.includes(tag)))))))
  await catalogue.close()
  await rows(db, 'analyze', [])
})
afterAll(async () => {
  await db.destroy()
  await drop()
})

test.each(['study', 'series', 'instance'] as const)('a %s search finds in SQL what it finds in memory', async (level) => {
  const search = createSearch({ db, statementTimeoutMs: 30_000 })
  let found = 0
  await fc.assert(fc.asyncProperty(searchesAt(level), async ({ keys, options }) => {
    const answer = await search(accessTo(organisationId), aSearch({}, { level, keys, options, limit: 5_000 }))
    expect(answer.unsupported).toEqual([])
    expect(valuesOf(answer.results, identity[level]).map(String).sort(), describe(level, keys, options)).toEqual(inMemory(level, keys, options))
    found += answer.results.length
  }), { numRuns: 250, seed })
  // Or the test would agree about nothing.
  expect(found).toBeGreaterThan(1_000)
}, 120_000)

test('an index answers as the table does', async () => {
  await fc.assert(fc.asyncProperty(searchesAt('study'), async ({ keys, options }) => {
    const { text, values } = queryOf(accessTo(organisationId), { level: 'study', scope: {}, keys, options }).page({ above: [], more: [], isMetadataAsked: false, isTransferSyntaxAsked: false }, { limit: 5_000, offset: 0, countTo: 1 })
    const uids = await db.transaction(async (db) => {
      await rows(db, 'set local enable_seqscan = off; set local enable_indexscan = off', [])
      return (await rows<{ study_instance_uid: string }>(db, text, values)).map((row) => row.study_instance_uid)
    })
    expect(uids.sort(), describe('study', keys, options)).toEqual(inMemory('study', keys, options))
  }), { numRuns: 300, seed: seed + 1 })
}, 120_000)

const describe = (level: Level, keys: readonly MatchKey[], options: MatchOptions) =>
  `${level} ${keys.map(({ path, value }) => `${nameOfKey(path)}=${value}`).join('&')} ${JSON.stringify(options)}`
