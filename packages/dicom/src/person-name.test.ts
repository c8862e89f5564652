import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { foldName, formatPersonName, nameTokens, parsePersonName, searchName } from './person-name.ts'

describe('component groups', () => {
  test.each([
    ['Doe^Jane', { Alphabetic: 'Doe^Jane' }],
    ['Wang^XiaoDong=王^小东=', { Alphabetic: 'Wang^XiaoDong', Ideographic: '王^小东' }],
    ['=王^小东', { Ideographic: '王^小东' }],
    ['==やまだ^たろう', { Phonetic: 'やまだ^たろう' }],
    ['Doe^Jane^^^ ', { Alphabetic: 'Doe^Jane^^^' }],
    ['a=b=c=d', { Alphabetic: 'a', Ideographic: 'b', Phonetic: 'c=d' }],
  ])('%s', (text, name) => {
    expect(parsePersonName(text)).toEqual(name)
  })

  test.each(['', '  ', '=', '==', ' = '])('%j is no name', (text) => {
    expect(parsePersonName(text)).toBeUndefined()
  })

  test('a name written is the name read', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('a', '王', '^', '=', ' ', '\u3000') }), (text) => {
      const name = parsePersonName(text)
      if (name) expect(parsePersonName(formatPersonName(name))).toEqual(name)
    }))
  })
})

describe('the form that searches compare', () => {
  test.each([
    ['DOE^Jane^^^', 'doe^jane'],
    ['Buc^Jérôme', 'buc^jerome'],
    ['Müller', 'muller'],
    ['Straße', 'strasse'],
    ['ØRSTED^Łukasz', 'orsted^lukasz'],
    ['İpek^IŞIK', 'ipek^isik'],
    ['ışık', 'isik'],
    ['ΟΔΥΣΣΕΥΣ', 'οδυσσευσ'],
    ['Οδυσσεύς', 'οδυσσευσ'],
    ['Ёлкин', 'елкин'],
    ['שָׁלוֹם', 'שלום'],
    ['مُحَمَّد', 'محمد'],
    ['สมชาย', 'สมชาย'],
    ['ﾔﾏﾀﾞ^ﾀﾛｳ', 'ヤマダ^タロウ'],
    ['Ｗａｎｇ　Ｘｉａｏ', 'wang xiao'],
    ['  Doe  Jr ^ Jane  ', 'doe jr^jane'],
    ['Hong^Gildong=洪^吉洞=홍^길동', 'hong^gildong=洪^吉洞=홍^길동'],
    ['=王^小东=', '=王^小东'],
    ['Doe^^Q^', 'doe^^q'],
  ])('%s is %s', (text, form) => {
    expect(searchName(text)).toBe(form)
  })

  test('composed and decomposed spellings are one', () => {
    expect(searchName('Jérôme'.normalize('NFD'))).toBe(searchName('Jérôme'.normalize('NFC')))
    expect(searchName('홍길동'.normalize('NFD'))).toBe('홍길동')
  })

  test('kana voicing is not an accent', () => {
    expect(searchName('が')).not.toBe(searchName('か'))
  })

  test('is its own form, whatever the text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
      const form = searchName(text)
      expect(searchName(form)).toBe(form)
      expect(foldName(foldName(text))).toBe(foldName(text))
    }), { numRuns: 2000 })
  })

  test('does not depend on case', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(searchName(text.toUpperCase())).toBe(searchName(text))
    }), { numRuns: 2000 })
  })
})

describe('tokens of Chinese, Japanese and Korean names', () => {
  test('are characters and pairs, across components as people type them', () => {
    expect(nameTokens('Wang^XiaoDong=王^小东=').sort()).toEqual(['东', '小', '小东', '王', '王小'].sort())
  })

  test('are of the folded text', () => {
    expect(nameTokens('ﾔﾏﾀﾞ')).toEqual(['ヤ', 'マ', 'ヤマ', 'ダ', 'マダ'])
  })

  test('do not join what other text separates', () => {
    expect(nameTokens('王A东')).toEqual(['王', '东'])
  })

  test('hold a character outside of the Basic Multilingual Plane whole', () => {
    expect(nameTokens('𠮷野')).toEqual(['𠮷', '野', '𠮷野'])
  })

  test('every part of a name is found by its own tokens', () => {
    const name = fc.string({ unit: fc.constantFrom('王', '小', '东', 'A', '^', '𠮷'), maxLength: 20 })
    fc.assert(fc.property(name, fc.nat(20), fc.nat(20), (text, start, length) => {
      const characters = [...text]
      const part = characters.slice(start, start + length).join('')
      const tokens = new Set(nameTokens(text))
      for (const token of nameTokens(part)) expect(tokens).toContain(token)
    }))
  })
})
