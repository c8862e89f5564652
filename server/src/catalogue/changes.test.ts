import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDb, type Db } from '../platform/db.ts'
import type { Access } from '../identity/index.ts'
import { aNewInstance, openCatalogue, otherBytes, type TestCatalogue } from './catalogue.fixture.ts'
import { forgetChanges, type Change } from './changes.ts'
import { createCatalogue, ensureDefaultOrganisation } from './index.ts'
import { accessTo } from './search.fixture.ts'

let open: TestCatalogue
beforeAll(async () => { open = await openCatalogue() })
afterAll(() => open.close())

let organisations = 0
const anOrganisation = async (): Promise<Access> => accessTo((await ensureDefaultOrganisation(open.db, `org-${String(organisations++)}`)).organisationId)
const read = (access: Access, after = 0, limit = 1000, withMetadata = false) => open.catalogue.changes(access, { after, limit, withMetadata })

/** All changes, read in pages. */
async function everything(access: Access, limit: number): Promise<Change[]> {
  const all: Change[] = []
  for (let after = 0; ;) {
    const page = await read(access, after, limit)
    all.push(...page.changes)
    after = page.next
    if (after >= page.latest) return all
  }
}

test('tells what was stored, replaced and deleted, in order, and nothing of what changed nothing', async () => {
  const access = await anOrganisation()
  const first = aNewInstance()
  await open.catalogue.store(access, first)
  await open.catalogue.store(access, first)
  await open.catalogue.store(access, otherBytes(first))
  await open.catalogue.delete(access, { StudyInstanceUID: first.StudyInstanceUID })
  await open.catalogue.delete(access, { StudyInstanceUID: first.StudyInstanceUID })
  const { changes, next, latest, forgotten } = await read(access)
  expect(changes.map(({ position, action, version, SOPInstanceUID }) => [position, action, version, SOPInstanceUID])).toEqual([
    [1, 'created', 1, first.SOPInstanceUID], [2, 'newVersion', 2, first.SOPInstanceUID], [3, 'deleted', undefined, undefined],
  ])
  expect([next, latest, forgotten]).toEqual([3, 3, 0])
})

test('is read in pages of any size, each change once', async () => {
  const access = await anOrganisation()
  await Promise.all(Array.from({ length: 17 }, () => open.catalogue.store(access, aNewInstance())))
  const all = (await read(access)).changes.map(({ position }) => position)
  expect(all).toEqual(Array.from({ length: 17 }, (_, index) => index + 1))
  await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 20 }), async (limit) => {
    expect((await everything(access, limit)).map(({ position }) => position)).toEqual(all)
  }), { numRuns: 12 })
})

test('231 is never told of another organisation, nor of studies the access does not reach, and goes on past them', async () => {
  const [access, other] = [await anOrganisation(), await anOrganisation()]
  const [lent, kept] = [aNewInstance(), aNewInstance()]
  for (const instance of [kept, lent, aNewInstance()]) await open.catalogue.store(access, instance)
  expect((await read(other)).changes).toEqual([])
  const borrowed = await read({ ...access, studies: [lent.StudyInstanceUID] })
  expect([borrowed.changes.map(({ StudyInstanceUID }) => StudyInstanceUID), borrowed.next]).toEqual([[lent.StudyInstanceUID], 3])
})

test('brings the metadata an instance has now, where it still is', async () => {
  const access = await anOrganisation()
  const [stays, goes] = [aNewInstance(), aNewInstance()]
  for (const instance of [stays, goes]) await open.catalogue.store(access, instance)
  await open.catalogue.delete(access, goes)
  const { changes } = await read(access, 0, 10, true)
  expect(changes.map(({ metadata }) => metadata !== undefined)).toEqual([true, false, false])
})

test('what is old is forgotten from the beginning, and that is told', async () => {
  const access = await anOrganisation()
  for (let index = 0; index < 6; index++) await open.catalogue.store(access, aNewInstance())
  const days = (count: number) => new Date(Date.now() - count * 86_400_000)
  await open.db('change').where({ organisation_id: access.organisationId }).whereIn('position', [1, 2, 4]).update({ at: days(9) })
  expect(await forgetChanges(open.db, days(7))).toBe(2)
  const { changes, forgotten } = await read(access)
  expect([changes.map(({ position }) => position), forgotten]).toEqual([[3, 4, 5, 6], 2])
  expect(await forgetChanges(open.db, days(7))).toBe(0)
})

test('no reader ever misses a change, or sees a deletion before its store, while four servers write at once', { timeout: 60_000 }, async () => {
  const access = await anOrganisation()
  const servers = Array.from({ length: 4 }, () => createDb(open.url, 4)).map((db: Db) => ({ db, catalogue: createCatalogue({ db }) }))
  const shared = aNewInstance()
  const stored: string[] = []
  let isWriting = true
  const writing = Promise.all(servers.map(async ({ catalogue }) => {
    for (let round = 0; round < 12; round++) {
      const instances = [aNewInstance(), aNewInstance({ StudyInstanceUID: shared.StudyInstanceUID }), aNewInstance()]
      await Promise.all(instances.map((instance) => catalogue.store(access, instance)))
      stored.push(...instances.map(({ SOPInstanceUID }) => SOPInstanceUID))
      if (instances[1]) await catalogue.delete(access, instances[1])
    }
  })).finally(() => { isWriting = false })

  const reader = async () => {
    const seen: Change[] = []
    for (let after = 0; ;) {
      const wasWriting = isWriting
      const page = await read(access, after, 7)
      seen.push(...page.changes)
      after = page.next
      if (!wasWriting && after >= page.latest) return seen
    }
  }
  const readers = await Promise.all([reader(), reader(), reader()])
  await writing
  for (const seen of readers) {
    expect(seen.map(({ position }) => position)).toEqual(seen.map((_, index) => index + 1))
    expect(seen.filter(({ action }) => action === 'created').map(({ SOPInstanceUID }) => SOPInstanceUID).sort()).toEqual(stored.toSorted())
    const created = new Set<string | undefined>()
    for (const { action, SOPInstanceUID } of seen) {
      if (action === 'created') created.add(SOPInstanceUID)
      else expect(created.has(SOPInstanceUID)).toBe(true)
    }
  }
  for (const { db, catalogue } of servers) {
    await catalogue.close()
    await db.destroy()
  }
})
