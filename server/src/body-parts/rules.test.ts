import { expect, test } from 'vitest'
import type { TagRule } from '@isocenter/contracts'
import fc from 'fast-check'
import { compileTags, matchesOf, type SeriesValues, type Tag } from './rules.ts'

const aTag = (name: string, rules: readonly TagRule[], isFinal = false): Tag => ({ tagId: name, name, rules, isFinal })
const rule = (operator: TagRule['operator'], value: string, attribute: TagRule['attribute'] = 'BodyPartExamined'): TagRule => ({ attribute, operator, value })
const aSeries = (values: SeriesValues['values'], SeriesInstanceUID = '1.2.3'): SeriesValues => ({ SeriesInstanceUID, values })
const holds = (one: TagRule, value: string): boolean => compileTags([aTag('t', [one])]).of(aSeries({ BodyPartExamined: [value] })).length === 1

test('letters large and small, full and half width, and blanks are alike', () => {
  expect(holds(rule('equals', 'chest'), ' CHEST ')).toBe(true)
  expect(holds(rule('equals', 'ＣＨＥＳＴ'), 'chest')).toBe(true)
  expect(holds(rule('equals', 'upper abdomen'), 'Upper  Abdomen')).toBe(true)
  expect(holds(rule('equals', 'chest'), 'CHESTPELVIS')).toBe(false)
  expect(holds(rule('contains', '胸部'), '胸部平扫+增强')).toBe(true)
  expect(holds(rule('matches', '^(l|t)-?spine$'), 'LSPINE')).toBe(true)
  expect(holds(rule('matches', '胸(部|片)'), '正位胸片')).toBe(true)
})

test('a regular expression is one of RE2: what would take for ever takes no time, what cannot be had in linear time is refused', () => {
  const began = performance.now()
  for (const value of ['(a+)+$', '(x+x+)+y', '(.*)*=', '^(([a-z])+.)+[A-Z]([a-z])+$', '(a|aa)+$']) holds(rule('matches', value), `${'a'.repeat(60)}!`.repeat(200))
  expect(performance.now() - began).toBeLessThan(1_000)
  for (const value of ['(a)\\1', '(?=a)', '((a{100}){100}){100}', '[']) expect(() => compileTags([aTag('t', [rule('matches', value)])])).toThrow('The rule cannot be as asked')
})

test('any text equals and contains itself', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 64 }).filter((text) => text.trim() !== ''), (text) => {
    expect([holds(rule('equals', text), text), holds(rule('contains', text), `x ${text} y`)]).toEqual([true, true])
  }))
})

test('the first rule that fits is the reason; behind a final tag none is tried, in that series alone', async () => {
  const tags = [
    aTag('Chest and abdomen', [rule('contains', 'nothing'), rule('matches', 'chest.*abd', 'SeriesDescription')], true),
    aTag('Chest', [rule('contains', 'chest', 'SeriesDescription'), rule('equals', 'CHEST')]),
    aTag('Head', [rule('equals', 'HEAD')]),
  ]
  const compiled = compileTags(tags)
  const both = aSeries({ SeriesDescription: ['Chest/Abdomen'], BodyPartExamined: ['CHEST'] }, '1.1')
  expect((await matchesOf(tags, compiled, [both])).map(({ name }) => name)).toEqual(['Chest and abdomen'])
  const matches = await matchesOf(tags, compiled, [aSeries({ BodyPartExamined: ['HEAD'] }, '1.0'), both, aSeries({ BodyPartExamined: ['CHEST'] }, '1.2'), aSeries({ BodyPartExamined: ['CHEST'] }, '1.3')])
  expect(matches).toEqual([
    { tagId: 'Chest and abdomen', name: 'Chest and abdomen', rule: rule('matches', 'chest.*abd', 'SeriesDescription'), found: 'Chest/Abdomen', SeriesInstanceUID: '1.1', series: 1 },
    { tagId: 'Chest', name: 'Chest', rule: rule('equals', 'CHEST'), found: 'CHEST', SeriesInstanceUID: '1.2', series: 2 },
    { tagId: 'Head', name: 'Head', rule: rule('equals', 'HEAD'), found: 'HEAD', SeriesInstanceUID: '1.0', series: 1 },
  ])
})
