/** Which words of two descriptions can be the same, and that neither many words nor many parts cost more than they should. */
import { expect, test } from 'vitest'
import { candidatesStatement, wordsOf } from './similar.ts'

test('Latin words of two letters or more and pairs of Chinese characters are what descriptions share, whatever their case and width', () => {
  expect([...wordsOf('CT Thorax m. KM 胸部平扫 Ｔ２ a 肺')]).toEqual(['ct', 'thorax', 'km', 't2', '胸部', '部平', '平扫'])
  expect(wordsOf(null).size).toBe(0)
})

test('a description as long as a book is read in no time', () => {
  // Of the processor: what others do on the machine does not count.
  const begun = process.cpuUsage()
  expect(wordsOf('胸部平扫'.repeat(25_000)).size).toBe(4)
  expect(process.cpuUsage(begun).user / 1000).toBeLessThan(2_000)
})

test('a study of hundreds of parts asks for a few of them', () => {
  const access = { actor: { kind: 'account', id: 'x' }, organisationId: '1', permissions: new Set<never>(), studies: 'all' } as const
  const { text } = candidatesStatement(access, { study_key: '1', study_description: null, modalities: ['CT'], body_parts: Array.from({ length: 500 }, (_, nth) => `PART${String(nth)}`) }, undefined)
  expect(text.split(' union ')).toHaveLength(20)
})
