import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sideBySide } from './side-by-side.ts'

async function* listOf(keys: readonly string[]) {
  for (const key of keys) yield { key }
}

const sortedKeys = fc.uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b', '/', '-', '7'), maxLength: 4 })).map((keys) => keys.sort())

test('every key of any list comes once, in order, with exactly the lists that have it', async () => {
  await fc.assert(fc.asyncProperty(sortedKeys, sortedKeys, sortedKeys, async (one, two, three) => {
    const rows = await Array.fromAsync(sideBySide({ one: listOf(one), two: listOf(two), three: listOf(three) }))
    const all = [...new Set([...one, ...two, ...three])].sort()
    expect(rows.map(({ key }) => key)).toEqual(all)
    for (const { key, ...lists } of rows) expect(Object.keys(lists)).toEqual(Object.entries({ one, two, three }).flatMap(([name, keys]) => (keys.includes(key) ? [name] : [])))
  }))
})

test('a list that does not ascend is refused rather than compared', async () => {
  await expect(Array.fromAsync(sideBySide({ one: listOf(['b', 'a']), two: listOf([]) }))).rejects.toThrow('"one" is not in the order of its keys')
})

test('the lists are told when nobody reads on', async () => {
  let closed = 0
  async function* endless() {
    try {
      for (let index = 0; ; index++) yield { key: String(index).padStart(9, '0') }
    } finally {
      closed++
    }
  }
  for await (const { key } of sideBySide({ one: endless(), two: endless() })) if (key.endsWith('3')) break
  expect(closed).toBe(2)
})
