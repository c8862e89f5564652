import fc from 'fast-check'
import { expect, test } from 'vitest'
import { charsetTerm, normaliseCharsetTerm } from './charset-terms.ts'

test.each([
  ['', 'ISO_IR 6'], ['ISO_IR 6', 'ISO_IR 6'], ['ISO 2022 IR 6', 'ISO 2022 IR 6'], ['ISO_2022_IR_6', 'ISO 2022 IR 6'],
  ['ISO_IR 100', 'ISO_IR 100'], ['ISO-IR 100', 'ISO_IR 100'], ['ISO IR 100', 'ISO_IR 100'], ['iso_ir_100', 'ISO_IR 100'], ['ISO_IR100', 'ISO_IR 100'],
  ['ISO_IR  100 ', 'ISO_IR 100'], ['IR 100', 'ISO_IR 100'], ['100', 'ISO_IR 100'], ['ISO 2022 IR 100', 'ISO 2022 IR 100'], ['ISO2022IR100', 'ISO 2022 IR 100'],
  ['latin1', 'ISO_IR 100'], ['ISO8859-1', 'ISO_IR 100'], ['ISO 8859-5', 'ISO_IR 144'], ['windows-1252', 'ISO_IR 100'],
  ['ISO IR 192', 'ISO_IR 192'], ['ISO_2022_IR_192', 'ISO_IR 192'], ['utf-8', 'ISO_IR 192'], ['UTF8', 'ISO_IR 192'],
  ['GB18030', 'GB18030'], ['gb 18030', 'GB18030'], ['GB2312', 'GBK'], ['gbk', 'GBK'],
  ['ISO_IR 87', 'ISO 2022 IR 87'], ['ISO 2022-IR-149', 'ISO 2022 IR 149'], ['ISO_IR 58', 'ISO 2022 IR 58'], ['shift_jis', 'ISO_IR 13'],
])('%j is taken for %s', (name, term) => {
  expect(normaliseCharsetTerm(name)).toBe(term)
})

test.each(['ISO_IR 101010', 'ISO_IR 7', 'KOI8-R', 'constructor', '__proto__', '(0008,0005)'])('%j stands for no character set', (name) => {
  expect(normaliseCharsetTerm(name)).toBeUndefined()
})

test('a Defined Term is its own normal form, and every normal form is known', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.tuple(fc.constantFrom('ISO_IR ', 'ISO 2022 IR '), fc.nat(220)).map((parts) => parts.join(''))), (name) => {
    const term = normaliseCharsetTerm(name)
    if (term === undefined) return
    expect(normaliseCharsetTerm(term)).toBe(term)
    expect(charsetTerm(term)).toBeDefined()
  }))
})
