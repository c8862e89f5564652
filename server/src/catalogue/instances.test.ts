import { aUID } from '@isocenter/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aNewInstance, openCatalogue, otherBytes, type TestCatalogue } from './catalogue.fixture.ts'
import { accessTo } from './search.fixture.ts'

let given: TestCatalogue
beforeAll(async () => { given = await openCatalogue() })
afterAll(() => given.close())

test('an access to some studies finds in those and in no other', async () => {
  const { catalogue, north } = given
  const instance = aNewInstance()
  await catalogue.store(north, instance)
  const reaching = accessTo(north.organisationId, [instance.StudyInstanceUID])
  const elsewhere = accessTo(north.organisationId, [aUID()])
  expect(await catalogue.findInstance(reaching, instance)).toBeDefined()
  expect(await catalogue.findInstance(elsewhere, instance)).toBeUndefined()
  expect(await catalogue.presence(elsewhere, instance)).toBeUndefined()
  expect(await Array.fromAsync(catalogue.instances(elsewhere, instance))).toEqual([])
  expect(await Array.fromAsync(catalogue.metadata(elsewhere, instance))).toEqual([])
})

test('a study is read series by series, each in the order of InstanceNumber, what has none last', async () => {
  const { catalogue, north } = given
  const StudyInstanceUID = aUID()
  const [second, first, without] = [aUID(), aUID(), aUID()]
  const store = (SeriesInstanceUID: string, SeriesNumber: number | null, InstanceNumber: number | null) =>
    catalogue.store(north, aNewInstance({ StudyInstanceUID, SeriesInstanceUID, SeriesNumber, InstanceNumber }))
  for (const number of [10, null, 9, -1, 2]) await store(second, 2, number)
  for (const number of [2, 1]) await store(without, null, number)
  for (const number of [3, 1]) await store(first, 1, number)
  const order = await Array.fromAsync(catalogue.metadata(north, { StudyInstanceUID }), ({ record, json }) =>
    [record.SeriesInstanceUID, (JSON.parse(json) as Record<string, { Value?: unknown[] }>)['00200013']?.Value?.[0]])
  expect(order).toEqual([[first, 1], [first, 3], [second, -1], [second, 2], [second, 9], [second, 10], [second, undefined], [without, 1], [without, 2]])
})

test('a series longer than any page is read once and whole, also while it grows and shrinks', async () => {
  const { catalogue, north } = given
  const StudyInstanceUID = aUID()
  const SeriesInstanceUID = aUID()
  const slices = Array.from({ length: 1_200 }, (_, index) => aNewInstance({ StudyInstanceUID, SeriesInstanceUID, InstanceNumber: index >> 1 }))
  const alone = [5, 6].map((SeriesNumber) => aNewInstance({ StudyInstanceUID, SeriesNumber }))
  await Promise.all([...slices, ...alone].map((one) => catalogue.store(north, one)))
  const all = new Set([...slices, ...alone].map(({ SOPInstanceUID }) => SOPInstanceUID))
  for (const read of [catalogue.instances, (...scope: Parameters<typeof catalogue.instances>) => recordsOf(catalogue.metadata(...scope))]) {
    const found = await Array.fromAsync(read(north, { StudyInstanceUID }), ({ SOPInstanceUID }) => SOPInstanceUID)
    expect(found).toHaveLength(1_202)
    expect(new Set(found)).toEqual(all)
  }

  const seen: string[] = []
  for await (const { SOPInstanceUID } of catalogue.instances(north, { StudyInstanceUID, SeriesInstanceUID })) {
    seen.push(SOPInstanceUID)
    if (seen.length === 100) {
      await catalogue.store(north, aNewInstance({ StudyInstanceUID, SeriesInstanceUID, InstanceNumber: 0 }))
      await catalogue.delete(north, slices[1_100] ?? {  StudyInstanceUID })
    }
  }
  expect(new Set(seen).size).toBe(seen.length)
  expect(slices.filter((one, index) => index !== 1_100 && !seen.includes(one.SOPInstanceUID))).toEqual([])
})

async function* recordsOf<T>(source: AsyncIterable<{ record: T }>): AsyncGenerator<T> {
  for await (const { record } of source) yield record
}

test('who stops reading half-way leaves nothing open', async () => {
  const { catalogue, db, north } = given
  const StudyInstanceUID = aUID()
  const SeriesInstanceUID = aUID()
  await Promise.all(Array.from({ length: 600 }, () => catalogue.store(north, aNewInstance({ StudyInstanceUID, SeriesInstanceUID }))))
  for (let time = 0; time < 20; time++) {
    for await (const record of catalogue.instances(north, { StudyInstanceUID })) {
      expect(record.StudyInstanceUID).toBe(StudyInstanceUID)
      break
    }
  }
  const pool = (db.client as { pool: { numUsed: () => number } }).pool
  await expect.poll(() => pool.numUsed(), { timeout: 10_000 }).toBe(0)
})

test('a large layout comes whole, and as long as it is remembered as the same Buffer', async () => {
  const { catalogue, north } = given
  const large = { ...aNewInstance(), layout: Uint8Array.from({ length: 300_000 }, (_, index) => index % 251) }
  await catalogue.store(north, large)
  const [first, second] = [await catalogue.findInstance(north, large), await catalogue.findInstance(north, large)]
  expect(first?.layout.equals(large.layout)).toBe(true)
  expect(second?.layout).toBe(first?.layout)

  const superseding = { ...otherBytes(large), layout: Uint8Array.from({ length: 300_000 }, (_, index) => index % 7) }
  await catalogue.store(north, superseding)
  expect((await catalogue.findInstance(north, large))?.layout.equals(superseding.layout)).toBe(true)
})

test('metadata of any size comes back as it was', async () => {
  const { catalogue, north } = given
  const large = aNewInstance({ ImageComments: 'ß张'.repeat(200_000) })
  const small = aNewInstance()
  for (const one of [large, small]) {
    await catalogue.store(north, one)
    const [found] = await Array.fromAsync(catalogue.metadata(north, one))
    expect(found?.json === one.metadataText).toBe(true)
  }
})
