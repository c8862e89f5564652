import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SpecificCharacterSet } from './charset.ts'
import type { VR } from './vr.ts'

/** Bytes written as Latin-1 text, so that escape sequences read as the standard prints them. */
const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1')
const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(' ', ''), 'hex')
const decode = (terms: string, value: Uint8Array, vr: VR = 'PN', fallback?: string): string =>
  SpecificCharacterSet.of(terms === '' ? [] : terms.split('\\'), fallback).decode(value, vr)

describe('single-byte character sets', () => {
  test.each([
    ['ISO_IR 6', '416263', 'Abc'],
    ['ISO_IR 100', '4275635e4ae972f46d65', 'Buc^Jérôme'],
    ['ISO_IR 100', 'c46e6561735e52fc6469676572', 'Äneas^Rüdiger'],
    ['ISO_IR 101', 'a3756b61737a5e a96b6f64 61', 'Łukasz^Škoda'],
    ['ISO_IR 109', 'a161f5', 'Ħaġ'],
    ['ISO_IR 110', 'd3ba6e69f1b9', 'Ķēniņš'],
    ['ISO_IR 144', 'bbee6465dcd1eed3', 'Люdeмбюг'],
    ['ISO_IR 127', 'e2c8c7e6ea5ee4e6d2c7d1', 'قباني^لنزار'],
    ['ISO_IR 126', 'c4e9efedf5f3e9eff2', 'Διονυσιος'],
    ['ISO_IR 138', 'f9f8e5ef5ee3e1e5f8e4', 'שרון^דבורה'],
    ['ISO_IR 148', 'c761767 5fe6ff06c75', 'Çavuşoğlu'],
    ['ISO_IR 203', 'bd75767265 a4', 'œuvre€'],
    ['ISO_IR 166', 'cac1aad2c2', 'สมชาย'],
    ['ISO_IR 13', 'd4cfc0de5ec0dbb3', 'ﾔﾏﾀﾞ^ﾀﾛｳ'],
  ])('%s decodes %s', (term, value, text) => {
    expect(decode(term, hex(value))).toBe(text)
  })

  test('ISO_IR 13 has a yen sign where ASCII has a backslash, unless it separates values', () => {
    expect(decode('ISO_IR 13', bytes('1\\2~'), 'LO')).toBe('1\\2\u203e')
    expect(decode('ISO_IR 13', bytes('1\\2~'), 'ST')).toBe('1¥2\u203e')
  })

  test('Shift_JIS sent as ISO_IR 13 is read, its trail byte 5C included', () => {
    // 表 is 95 5C
    expect(decode('ISO_IR 13', hex('955c8e52'), 'LO')).toBe('表山')
  })

  test('a byte without a character becomes U+FFFD', () => {
    expect(decode('ISO_IR 126', hex('41ff42'))).toBe('A\ufffdB')
    expect(decode('', hex('41e942'))).toBe('A\ufffdB')
  })
})

describe('code extensions', () => {
  test('Japanese, PS3.5 §H.3.1: ASCII and JIS X 0208', () => {
    const name = bytes('Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B')
    expect(decode('\\ISO 2022 IR 87', name)).toBe('Yamada^Tarou=山田^太郎=やまだ^たろう')
  })

  test('Japanese, PS3.5 §H.3.2: JIS X 0201 and JIS X 0208', () => {
    const name = bytes('\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J=\x1b$B$d$^$@\x1b(J^\x1b$B$?$m$&\x1b(J')
    expect(decode('ISO 2022 IR 13\\ISO 2022 IR 87', name)).toBe('ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう')
  })

  test('JIS X 0212 has three-byte EUC codes behind its escape sequence', () => {
    expect(decode('\\ISO 2022 IR 87\\ISO 2022 IR 159', bytes('\x1b$(D0!\x1b$B;3\x1b(BA'))).toBe('丂山A')
  })

  test('Korean, PS3.5 §I.2: the set is designated anew in each component', () => {
    const name = bytes('Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf')
    expect(decode('\\ISO 2022 IR 149', name)).toBe('Hong^Gildong=洪^吉洞=홍^길동')
  })

  test('Korean text over several lines, PS3.5 §I.3', () => {
    const text = bytes('\x1b$)CThe 1st line includes \xb1\xe6\xb5\xbf.\r\n\x1b$)CThe 2nd line includes \xb1\xe6\xb5\xbf, too.\r\nThe 3rd line.\r\n')
    expect(decode('\\ISO 2022 IR 149', text, 'LT')).toBe('The 1st line includes 길동.\r\nThe 2nd line includes 길동, too.\r\nThe 3rd line.\r\n')
  })

  test('Chinese, PS3.5 §K.2: GB 2312 in G1', () => {
    const name = bytes('Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab=')
    expect(decode('\\ISO 2022 IR 58', name)).toBe('Zhang^XiaoDong=张^小东=')
  })

  test('two single-byte sets in one value', () => {
    const text = bytes('Dionysios is \x1b-F\xc4\xe9\xef\xed\xf5\xf3\xe9\xef\xf2, Luxemburg is \x1b-L\xbb\xee\xda')
    expect(decode('ISO 2022 IR 100\\ISO 2022 IR 144\\ISO 2022 IR 126', text, 'LO')).toBe('Dionysios is Διονυσιος, Luxemburg is Люк')
  })

  test.each([
    ['-A', 'e9', 'é'], ['-B', 'a3', 'Ł'], ['-C', 'a1', 'Ħ'], ['-D', 'ba', 'ē'], ['-L', 'bb', 'Л'], ['-G', 'e2', 'ق'], ['-F', 'c4', 'Δ'],
    ['-H', 'f9', 'ש'], ['-M', 'fe', 'ş'], ['-b', 'a4', '€'], ['-T', 'ca', 'ส'], [')I', 'd4', 'ﾔ'], ['$)C', 'c8ab', '홍'], ['$)A', 'd5c5', '张'],
  ])('ESC %s designates its set in G1', (escape, value, character) => {
    expect(decode('ISO 2022 IR 6\\ISO 2022 IR 100', Buffer.concat([bytes(`\x1b${escape}`), hex(value)]))).toBe(character)
  })

  test('the first value of (0008,0005) is active again behind a delimiter and a control character', () => {
    const greek = '\x1b-F\xc4'
    expect(decode('ISO 2022 IR 100\\ISO 2022 IR 126', bytes(`${greek}^\xe9=${greek}\\\xe9`))).toBe('Δ^é=Δ\\é')
    expect(decode('ISO 2022 IR 100\\ISO 2022 IR 126', bytes(`${greek}\r\n\xe9${greek}\t\xe9`), 'LT')).toBe('Δ\r\néΔ\té')
    expect(decode('ISO 2022 IR 100\\ISO 2022 IR 126', bytes(`${greek}^=\\\xc4`), 'LT')).toBe('Δ^=\\Δ')
    expect(decode('ISO 2022 IR 100\\ISO 2022 IR 126', bytes(`${greek}^\xc4`), 'LO')).toBe('Δ^Δ')
  })

  test('5C, 5E and 3D inside a two-byte character are no delimiters', () => {
    expect(decode('\\ISO 2022 IR 87', hex('1b2442 3d5c 5c3d 5e3d 1b2842'))).toBe('旬椽渊')
  })

  test('a sender that forgets to return to ASCII before the last delimiter loses nothing else', () => {
    expect(decode('\\ISO 2022 IR 87', bytes('\x1b$B;3ED^\x1b$BB@O:\x1b(B'))).toBe('山田^太郎')
  })

  test('a sender that designates the one declared set once per value is understood', () => {
    expect(decode('\\ISO 2022 IR 149', bytes('\x1b$)C\xc8\xab^\xb1\xe6\xb5\xbf'))).toBe('홍^길동')
  })

  test('code extensions are followed where (0008,0005) does not announce them', () => {
    expect(decode('ISO_IR 6', bytes('\x1b$B;3ED\x1b(B^Taro'))).toBe('山田^Taro')
  })

  test('an escape sequence that nobody registered becomes one U+FFFD', () => {
    expect(decode('\\ISO 2022 IR 87', bytes('a\x1b(Zb\x1b'))).toBe('a\ufffdb\ufffd')
  })
})

describe('character sets without code extensions', () => {
  test('ISO_IR 192, PS3.5 §J.1', () => {
    expect(decode('ISO_IR 192', Buffer.from('Wang^XiaoDong=王^小东='))).toBe('Wang^XiaoDong=王^小东=')
  })

  test.each(['GB18030', 'GBK'])('%s, PS3.5 §J.2', (term) => {
    expect(decode(term, bytes('Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab='))).toBe('Wang^XiaoDong=王^小东=')
  })

  test('GB18030 reaches all of Unicode with four bytes', () => {
    expect(decode('GB18030', hex('95329034'))).toBe('𠂊')
  })

  test('the trail byte 5C of GB18030 and GBK does not split a value', () => {
    // 肻 is C3 5C; a real backslash follows.
    expect(decode('GB18030', hex('c35c5cc35c'), 'LO').split('\\')).toEqual(['肻', '肻'])
    expect(decode('GBK', hex('c35c5cc35c'), 'LO').split('\\')).toEqual(['肻', '肻'])
  })

  test('behind an empty first value they are meant all the same', () => {
    expect(decode('\\GB18030', bytes('\xcd\xf5'))).toBe('王')
  })
})

describe('what (0008,0005) leaves open', () => {
  test('the fallback of the source is used when nothing is stated', () => {
    expect(decode('', bytes('\xcd\xf5^\xd0\xa1'), 'PN', 'GB18030')).toBe('王^小')
    expect(decode('\\', bytes('\xcd\xf5'), 'PN', 'GB18030')).toBe('王')
  })

  test('the fallback is used for an unknown name', () => {
    expect(decode('KOI8-R', bytes('\xcd\xf5'), 'PN', 'GB18030')).toBe('王')
  })

  test('the fallback is used for a value that the stated set cannot hold, and only then', () => {
    expect(decode('ISO_IR 192', bytes('\xcd\xf5'), 'PN', 'GB18030')).toBe('王')
    expect(decode('ISO_IR 192', Buffer.from('王'), 'PN', 'GB18030')).toBe('王')
    expect(decode('ISO_IR 6', bytes('\xcd\xf5'), 'PN', 'GB18030')).toBe('王')
  })

  test('without a fallback what cannot be read is shown as such', () => {
    expect(decode('KOI8-R', bytes('A\xcd'), 'PN')).toBe('A\ufffd')
    expect(decode('ISO_IR 192', bytes('A\xcd\xf5'), 'PN')).toBe('A\ufffd\ufffd')
  })

  test('VRs of the default repertoire are not touched by ISO-IR 14', () => {
    expect(decode('ISO_IR 13', bytes('A~B'), 'CS')).toBe('A~B')
  })
})

describe('any bytes', () => {
  const anyTerms = fc.array(
    fc.constantFrom(
      '', 'ISO_IR 6', 'ISO_IR 100', 'ISO_IR 101', 'ISO_IR 109', 'ISO_IR 110', 'ISO_IR 144', 'ISO_IR 127', 'ISO_IR 126', 'ISO_IR 138', 'ISO_IR 148',
      'ISO_IR 203', 'ISO_IR 166', 'ISO_IR 13', 'ISO_IR 192', 'GB18030', 'GBK', 'ISO 2022 IR 6', 'ISO 2022 IR 100', 'ISO 2022 IR 13', 'ISO 2022 IR 87',
      'ISO 2022 IR 159', 'ISO 2022 IR 149', 'ISO 2022 IR 58', 'nonsense',
    ),
    { maxLength: 4 },
  )
  const anyVR = fc.constantFrom<VR>('PN', 'LO', 'ST', 'UT', 'CS', 'UI', 'UC')
  /** Random bytes seldom hold an escape sequence; this makes one byte in a few the beginning of one. */
  const anyBytes = fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 0, max: 255 }).map((byte) => [byte]) },
      { weight: 1, arbitrary: fc.constantFrom('$B', '(B', '(J', '$(D', '$)C', '$)A', '-F', ')I', '(Z', '$', '').map((escape) => [...bytes(`\x1b${escape}`)]) },
    ),
  ).map((parts) => Uint8Array.from(parts.flat()))

  test('never throw and always give well-formed text', () => {
    fc.assert(fc.property(anyTerms, anyBytes, anyVR, fc.option(anyTerms, { nil: undefined }), (terms, value, vr, fallback) => {
      expect(SpecificCharacterSet.of(terms, fallback?.join('\\')).decode(value, vr).isWellFormed()).toBe(true)
    }), { numRuns: 2000 })
  })

  test('of the default repertoire are the same in every set', () => {
    const plain = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7d }).map((code) => String.fromCharCode(code)) }).filter((text) => !text.includes('\\'))
    fc.assert(fc.property(anyTerms, plain, anyVR, (terms, text, vr) => {
      expect(SpecificCharacterSet.of(terms).decode(bytes(text), vr)).toBe(text)
    }))
  })

  test('written by us are read back', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(SpecificCharacterSet.of(['ISO_IR 192']).decode(SpecificCharacterSet.encode(text), 'UT')).toBe(text.replace(/^\ufeff/, ''))
    }))
  })
})
