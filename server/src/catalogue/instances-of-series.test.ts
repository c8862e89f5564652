import { tagOf } from '@isocenter/dicom'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aNewInstance, openCatalogue, type TestCatalogue } from './catalogue.fixture.ts'
import type { Search } from './query.ts'

let open: TestCatalogue
const first = aNewInstance({ kind: 'CT', InstanceNumber: 1 })
const scope = { StudyInstanceUID: first.StudyInstanceUID, SeriesInstanceUID: first.SeriesInstanceUID }
beforeAll(async () => {
  open = await openCatalogue()
  // Numbers that are missing, or occur twice: the order is total all the same.
  const others = [5, 3, 3, undefined, 2, undefined, 10].map((InstanceNumber) => aNewInstance({ ...scope, kind: 'CT', InstanceNumber }))
  for (const instance of [first, ...others, aNewInstance({ kind: 'CT', StudyInstanceUID: first.StudyInstanceUID })]) await open.catalogue.store(open.north, instance)
})
afterAll(() => open.close())

const search = (given: Partial<Search>): Search => ({
  level: 'instance', scope, keys: [], options: { fuzzy: false, emptyValues: false, multipleValues: false }, includefield: [], limit: 100, offset: 0, baseURL: 'https://pacs.example/"dicom-web', ...given,
})
/** Matches everything, by the way of every other search. */
const byKey: Search['keys'] = [{ path: [tagOf('InstanceNumber')], vr: 'IS', value: '' }]

test('any page of a series is what the general search answers', async () => {
  await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 12 }), async (limit, offset) => {
    const [plain, general] = [await open.catalogue.search(open.north, search({ limit, offset })), await open.catalogue.search(open.north, search({ limit, offset, keys: byKey }))]
    expect(plain.results).toEqual(general.results)
    // Behind the last one the general search sees nothing to count.
    if (plain.results.length > 0) expect([plain.remaining, plain.isRemainingExact]).toEqual([general.remaining, general.isRemainingExact])
    expect(plain.results.every((text) => typeof JSON.parse(text) === 'object')).toBe(true)
  }), { numRuns: 60 })
})

test('never of another organisation, nor of a study the access does not reach', async () => {
  expect(await open.catalogue.search(open.south, search({}))).toMatchObject({ results: [], remaining: 0 })
  expect(await open.catalogue.search({ ...open.north, studies: ['1.2.3'] }, search({}))).toMatchObject({ results: [], remaining: 0 })
  expect((await open.catalogue.search({ ...open.north, studies: [scope.StudyInstanceUID] }, search({}))).results).toHaveLength(8)
  expect((await open.catalogue.search(open.north, search({ scope: { ...scope, SeriesInstanceUID: '1.2.3' } }))).results).toEqual([])
})
