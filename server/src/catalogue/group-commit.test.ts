import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createGroupCommit, type GroupCommitOptions } from './group-commit.ts'

interface Item { readonly id: number; readonly lane?: number; readonly identity?: string; readonly bytes?: number }

/** A writer that keeps the groups it committed. */
function aWriter(given: Partial<GroupCommitOptions<Item, number>> = {}) {
  const groups: number[][] = []
  const writer = createGroupCommit<Item, number>({
    commit: async (items) => {
      await setImmediate()
      groups.push(items.map(({ id }) => id))
      return items.map(({ id }) => id * 2)
    },
    lanes: 1,
    laneOf: ({ lane = 0 }) => lane,
    identityOf: ({ id, identity = String(id) }) => identity,
    byteLengthOf: ({ bytes = 1 }) => bytes,
    maxItems: 8,
    maxBytes: 100,
    retryAfterMs: () => undefined,
    isOneItemsFault: () => false,
    ...given,
  })
  return { ...writer, groups }
}
const items = (count: number): Item[] => Array.from({ length: count }, (_, id) => ({ id }))

test('what waits together is committed together, at most so many, and each gets its own result', async () => {
  const { add, groups } = aWriter()
  expect(await Promise.all(items(20).map(add))).toEqual(items(20).map(({ id }) => id * 2))
  expect(groups.map((group) => group.length)).toEqual([8, 8, 4])
})

test('a group holds at most so many bytes, except one item that is larger alone', async () => {
  const { add, groups } = aWriter({ maxBytes: 10 })
  await Promise.all([4, 4, 4, 50, 1].map((bytes, id) => add({ id, bytes })))
  expect(groups).toEqual([[0, 1, 4], [2], [3]])
})

test('items of one identity are committed one after another, in the order they came', async () => {
  const { add, groups } = aWriter()
  await Promise.all([{ id: 0, identity: 'a' }, { id: 1, identity: 'a' }, { id: 2, identity: 'b' }, { id: 3, identity: 'a' }].map(add))
  expect(groups).toEqual([[0, 2], [1], [3]])
})

test('one item that spoils its group is refused alone', async () => {
  const spoilt = new Error('spoilt')
  await fc.assert(fc.asyncProperty(fc.uniqueArray(fc.nat({ max: 19 })), async (bad) => {
    const stored = new Set<number>()
    const { add } = aWriter({
      isOneItemsFault: (error) => error === spoilt,
      commit: (group) => {
        if (group.some(({ id }) => bad.includes(id))) return Promise.reject(spoilt)
        for (const { id } of group) stored.add(id)
        return Promise.resolve(group.map(({ id }) => id))
      },
    })
    const outcomes = await Promise.allSettled(items(20).map(add))
    expect(outcomes.flatMap(({ status }, id) => (status === 'rejected' ? [id] : []))).toEqual([...bad].sort((a, b) => a - b))
    expect(stored.size).toBe(20 - bad.length)
  }))
})

test('a race is tried again as a whole until it is won or given up', async () => {
  let attempts = 0
  const race = new Error('race')
  const { add } = aWriter({
    retryAfterMs: (error, attempt) => (error === race && attempt < 4 ? 0 : undefined),
    commit: (group) => (++attempts < 4 ? Promise.reject(race) : Promise.resolve(group.map(({ id }) => id))),
  })
  expect(await Promise.all(items(3).map(add))).toEqual([0, 1, 2])
  attempts = -10
  await expect(Promise.all(items(3).map(add))).rejects.toBe(race)
})

test('a failure that is nobody’s fault fails the group and not the next one', async () => {
  let calls = 0
  const { add } = aWriter({ maxItems: 2, commit: (group) => (++calls === 1 ? Promise.reject(new Error('lost')) : Promise.resolve(group.map(({ id }) => id))) })
  const outcomes = await Promise.allSettled(items(4).map(add))
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled', 'fulfilled'])
  expect(calls).toBe(2)
})

test('lanes commit side by side', async () => {
  const running = new Set<number>()
  let most = 0
  const { add } = aWriter({
    lanes: 2,
    commit: async (group) => {
      running.add(group[0]?.lane ?? 0)
      most = Math.max(most, running.size)
      await setImmediate()
      running.delete(group[0]?.lane ?? 0)
      return group.map(({ id }) => id)
    },
  })
  await Promise.all(items(40).map(({ id }) => add({ id, lane: id % 2 })))
  expect(most).toBe(2)
})

test('closing waits for what waits and refuses what comes later', async () => {
  const { add, close, groups } = aWriter()
  const waiting = Promise.all(items(20).map(add))
  await close()
  expect(groups.flat()).toHaveLength(20)
  await expect(add({ id: 99 })).rejects.toThrow('closing')
  await waiting
})
