import { describe, expect, test } from 'vitest'
import { chooseLanguage } from './chosen-language.ts'
import { dicomDate } from './dicom-date.ts'
import { createFormats } from './formats.ts'
import { personName } from './person-name.ts'

describe('the language', () => {
  test.each([
    ['zh-CN', ['en'], 'zh-CN'], [undefined, ['zh-TW', 'en'], 'zh-CN'], [undefined, ['de', 'en-GB', 'zh'], 'en'], [undefined, ['de'], 'en'], ['fr', ['zh'], 'zh-CN'], [undefined, [], 'en'],
  ] as const)('chosen %s in a browser of %j is %s', (chosen, preferred, language) => {
    expect(chooseLanguage(chosen, preferred)).toBe(language)
  })
})

describe('sizes', () => {
  test.each([[0, '0 byte'], [999, '999 byte'], [1000, '1 kB'], [526_000, '526 kB'], [999_900, '1 MB'], [2.31e9, '2.31 GB'], [5e15, '5,000 TB']])('%i bytes are said as %s', (value, text) => {
    expect(createFormats('en').bytes(value)).toBe(text)
  })
})

describe('distances in time', () => {
  const now = new Date('2026-11-22T12:00:00Z')
  test.each([
    ['2026-11-22T11:59:50Z', '10 seconds ago', '10秒钟前'],
    ['2026-11-22T11:18:00Z', '42 minutes ago', '42分钟前'],
    ['2026-11-22T12:02:30Z', 'in 2 minutes', '2分钟后'],
    ['2026-11-20T10:00:00Z', '2 days ago', '前天'],
  ])('%s is %s', (at, english, chinese) => {
    expect(createFormats('en').fromNow(at, now)).toBe(english)
    expect(createFormats('zh-CN').fromNow(at, now)).toBe(chinese)
  })
})

describe('a person name', () => {
  test.each([
    ['ZHANG^WEI=张^伟', '张伟 (ZHANG WEI)', 'ZHANG WEI (张伟)'],
    ['Yamada^Tarou=山田^太郎=やまだ^たろう', '山田太郎 (Yamada Tarou)', 'Yamada Tarou (山田太郎)'],
    ['LINDQVIST^ASTRID^M^DR', 'LINDQVIST ASTRID M', 'LINDQVIST ASTRID M'],
    ['=王^芳', '王芳', '王芳'],
    ['欧阳^修', '欧阳修', '欧阳修'],
    ['^', '', ''],
  ])('%s is written as its reader expects it', (value, chinese, english) => {
    expect(personName(value, 'zh-CN')).toBe(chinese)
    expect(personName(value, 'en')).toBe(english)
  })
})

test.each([['20260213', '2026-02-13'], ['1960', '1960'], [undefined, '']])('the date %s is written as %s', (date, written) => {
  expect(dicomDate(date)).toBe(written)
})
