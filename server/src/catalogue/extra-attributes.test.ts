import { tagOf, type DicomJson, type Keyword } from '@isocenter/dicom'
import { attributes } from '@isocenter/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Access } from '../identity/index.ts'
import { createDb } from '../platform/db.ts'
import { aNewInstance, openCatalogue, type TestCatalogue } from './catalogue.fixture.ts'
import { addExtraAttribute, createCatalogue, ensureDefaultOrganisation, extraAttributes, removeExtraAttribute, type Level, type NewInstance } from './index.ts'
import { fillExtraAttribute } from './extra-fill.ts'
import { accessTo, newInstance } from './search.fixture.ts'

let open: TestCatalogue
beforeAll(async () => { open = await openCatalogue() })
afterAll(() => open.close())

let organisations = 0
const anOrganisation = async (): Promise<Access> => accessTo((await ensureDefaultOrganisation(open.db, `extra-${String(organisations++)}`)).organisationId)

/** An instance with attributes of ACME's, in the block given. */
const acme = (creatorTag: string, valueTag: string, value: string, base: NewInstance = aNewInstance()): NewInstance =>
  newInstance({ ...base.attributes, [creatorTag]: { vr: 'LO', Value: ['ACME'] }, [valueTag]: { vr: 'LO', Value: [value] } })
const withAttributes = (given: Partial<Record<Keyword, string | number>>, base: NewInstance = aNewInstance()): NewInstance => newInstance({ ...base.attributes, ...attributes(given) })

const tags: Record<Level, string> = { study: '0020000D', series: '0020000E', instance: '00080018' }
async function search(access: Access, level: Level, keys: Record<string, string>, includefield: number[] = []) {
  const answer = await open.catalogue.search(access, {
    level, scope: {}, options: {}, includefield, limit: 100, offset: 0, baseURL: 'https://pacs.example/dicom-web',
    keys: Object.entries(keys).map(([name, value]) => ({ path: name.split('.').map((part) => (/^[0-9A-F]{8}$/.test(part) ? Number.parseInt(part, 16) : tagOf(part as Keyword))), vr: 'UN' as const, value })),
  })
  const results = answer.results.map((text) => JSON.parse(text) as DicomJson)
  return { ...answer, results, found: results.map((json) => String(json[tags[level]]?.Value?.[0])) }
}
async function fill(access: Access): Promise<void> {
  for (const { extraAttributeKey } of await extraAttributes(open.db, access.organisationId)) {
    for (let step = await fillExtraAttribute(open.db, extraAttributeKey); step !== 'done';) step = await fillExtraAttribute(open.db, extraAttributeKey)
  }
}

test('23 what is stored is found by a private attribute of its creator, in whatever block, and answered with it', async () => {
  const access = await anOrganisation()
  await addExtraAttribute(open.db, { organisationId: access.organisationId, level: 'study', attribute: '00191024', privateCreator: 'ACME', vr: 'LO' })
  const [one, other] = [acme('00190010', '00191024', 'red'), acme('00190042', '00194224', 'redder')]
  for (const instance of [one, other, acme('00190010', '00191025', 'red')]) await open.catalogue.store(access, instance)
  const keys = (value: string) => ({ '00190010': 'ACME', '00191024': value })
  expect((await search(access, 'study', keys('red'))).found).toEqual([one.StudyInstanceUID])
  expect((await search(access, 'study', { '001900EE': 'ACME', '0019EE24': 'red' })).found).toEqual([one.StudyInstanceUID])
  expect((await search(access, 'instance', keys('red*'))).found.sort()).toEqual([one.SOPInstanceUID, other.SOPInstanceUID].sort())
  expect((await search(access, 'study', { '00190010': 'OTHER', '00191024': 'red' })).unsupported).not.toEqual([])
  const { results: [answered], unsupported } = await search(access, 'study', keys('redder'))
  expect([answered?.['00190010'], answered?.['00191024'], unsupported]).toEqual([{ vr: 'LO', Value: ['ACME'] }, { vr: 'LO', Value: ['redder'] }, []])
})

test('standard attributes match by their VR, at their level and below', async () => {
  const access = await anOrganisation()
  const add = (level: Level, attribute: string) => addExtraAttribute(open.db, { organisationId: access.organisationId, level, attribute })
  await add('study', 'KVP')
  await add('series', 'ProtocolName')
  await add('study', 'OperatorsName')
  await add('series', 'AcquisitionDate')
  await add('study', 'DeviceSerialNumber')
  const one = withAttributes({ KVP: '120.0', ProtocolName: 'Head Routine', OperatorsName: 'Müller^Jörg', AcquisitionDate: '20260105' })
  const other = withAttributes({ KVP: '80', ProtocolName: 'Thorax', OperatorsName: 'Smith', AcquisitionDate: '20260220' })
  for (const instance of [one, other]) await open.catalogue.store(access, instance)
  const studies = async (keys: Record<string, string>) => (await search(access, 'study', keys)).found
  const series = async (keys: Record<string, string>) => (await search(access, 'series', keys)).found
  expect(await studies({ KVP: '120' })).toEqual([one.StudyInstanceUID])
  expect(await studies({ OperatorsName: 'muller*' })).toEqual([one.StudyInstanceUID])
  expect(await series({ ProtocolName: 'Head*' })).toEqual([one.SeriesInstanceUID])
  expect(await series({ AcquisitionDate: '20260101-20260131', KVP: '120' })).toEqual([one.SeriesInstanceUID])
  expect(await series({ AcquisitionDate: '20260101-20260131', KVP: '80' })).toEqual([])
  // A study cannot be searched by what is a series'.
  expect((await search(access, 'study', { ProtocolName: 'Head*' })).unsupported).toEqual(['ProtocolName'])
  const { results } = await search(access, 'series', {}, [tagOf('ProtocolName'), tagOf('KVP')])
  expect(results.map((json) => [json['00181030']?.Value?.[0], json['00180060']?.Value?.[0]]).sort()).toEqual([['Head Routine', '120.0'], ['Thorax', '80']])
})

test('attributes inside sequences are matched', async () => {
  const access = await anOrganisation()
  await addExtraAttribute(open.db, { organisationId: access.organisationId, level: 'study', attribute: 'ProcedureCodeSequence.CodeValue' })
  const base = aNewInstance()
  const one = newInstance({ ...base.attributes, '00081032': { vr: 'SQ', Value: [{ '00080100': { vr: 'SH', Value: ['A1'] } }, { '00080100': { vr: 'SH', Value: ['B2'] } }] } })
  for (const instance of [one, aNewInstance()]) await open.catalogue.store(access, instance)
  expect((await search(access, 'study', { 'ProcedureCodeSequence.CodeValue': 'B2' })).found).toEqual([one.StudyInstanceUID])
})

test('what was stored before is found once it is filled in, and until then that is said', async () => {
  const access = await anOrganisation()
  const before = withAttributes({ KVP: '120' })
  await open.catalogue.store(access, before)
  await addExtraAttribute(open.db, { organisationId: access.organisationId, level: 'study', attribute: 'KVP' })
  const after = withAttributes({ KVP: '120' })
  await open.catalogue.store(access, after)
  const early = await search(access, 'study', { KVP: '120' })
  expect([early.found, early.unfilled]).toEqual([[after.StudyInstanceUID], ['KVP']])
  await fill(access)
  const late = await search(access, 'study', { KVP: '120' })
  expect([late.found.sort(), late.unfilled]).toEqual([[before.StudyInstanceUID, after.StudyInstanceUID].sort(), []])
})

test('values follow replacement and deletion', async () => {
  const access = await anOrganisation()
  await addExtraAttribute(open.db, { organisationId: access.organisationId, level: 'study', attribute: 'KVP' })
  const first = withAttributes({ KVP: '120' })
  await open.catalogue.store(access, first)
  await open.catalogue.store(access, withAttributes({ KVP: '80' }, first))
  expect((await search(access, 'study', { KVP: '120' })).found).toEqual([])
  expect((await search(access, 'study', { KVP: '80' })).found).toEqual([first.StudyInstanceUID])
  await open.catalogue.delete(access, first)
  expect((await search(access, 'study', { KVP: '80' })).found).toEqual([])
  expect(await open.db('extra_value').whereNotIn('instance_key', open.db('instance').select('instance_key'))).toEqual([])
})

test('231 an attribute of one organisation is none of another, and goes with its values', async () => {
  const [access, other] = [await anOrganisation(), await anOrganisation()]
  await addExtraAttribute(open.db, { organisationId: access.organisationId, level: 'study', attribute: 'KVP' })
  await open.catalogue.store(other, withAttributes({ KVP: '120' }))
  expect((await search(other, 'study', { KVP: '120' })).unsupported).toEqual(['KVP'])
  expect(await removeExtraAttribute(open.db, other.organisationId, 'KVP')).toBe(false)
  expect(await removeExtraAttribute(open.db, access.organisationId, '00180060')).toBe(true)
  expect((await search(access, 'study', { KVP: '120' })).unsupported).toEqual(['KVP'])
})

test.each([
  ['PatientName', undefined, undefined], ['00190010', 'ACME', 'LO'], ['00191024', undefined, 'LO'], ['00191024', 'ACME', undefined],
  ['KVP', 'ACME', undefined], ['PixelData', undefined, undefined], ['NoSuchThing', undefined, undefined],
])('%s (creator %s, VR %s) is refused', async (attribute, privateCreator, vr) => {
  const { organisationId } = await anOrganisation()
  await expect(addExtraAttribute(open.db, { organisationId, level: 'study', attribute, privateCreator, vr })).rejects.toMatchObject({ name: 'ExtraAttributeRefused' })
})

test('nothing is missed of what is stored while an attribute is added and filled in by two servers', { timeout: 60_000 }, async () => {
  const access = await anOrganisation()
  const db = createDb(open.url, 4)
  const catalogue = createCatalogue({ db })
  const stored: string[] = []
  let isStoring = true
  const storing = (async () => {
    for (let round = 0; round < 25; round++) {
      const instances = Array.from({ length: 6 }, () => withAttributes({ KVP: '120' }))
      await Promise.all(instances.map((instance) => catalogue.store(access, instance)))
      stored.push(...instances.map(({ StudyInstanceUID }) => StudyInstanceUID))
    }
    isStoring = false
  })()
  while (stored.length < 30) await new Promise((resolve) => { setTimeout(resolve, 5) })
  await addExtraAttribute(open.db, { organisationId: access.organisationId, level: 'study', attribute: 'KVP' })
  await Promise.all([fill(access), fill(access)])
  expect(isStoring).toBe(true)
  await storing
  const { found, remaining } = await search(access, 'study', { KVP: '120' })
  expect(found.length + remaining).toBe(stored.length)
  await catalogue.close()
  await db.destroy()
})
