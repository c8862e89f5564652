import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hasProgram } from '@isocenter/testkit'
import { CharacterSetEncoder } from './charset-encode.ts'
import { SpecificCharacterSet } from './charset.ts'
import { readInstance } from './read.ts'
import { encodeInstance } from './write.ts'

const ExplicitVRLittleEndian = '1.2.840.10008.1.2.1'
const encode = (charset: string, text: string, vr: 'PN' | 'LO' | 'LT' = 'PN'): string | undefined => {
  const bytes = CharacterSetEncoder.of(charset.split('\\'))?.encode(text, vr)
  return bytes && Buffer.from(bytes).toString('latin1')
}

describe('text is written as PS3.5 writes it', () => {
  test.each([
    ['§H.3.1', '\\ISO 2022 IR 87', 'Yamada^Tarou=山田^太郎=やまだ^たろう', 'Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B'],
    ['§H.3.2', 'ISO 2022 IR 13\\ISO 2022 IR 87', 'ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう', '\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J=\x1b$B$d$^$@\x1b(J^\x1b$B$?$m$&\x1b(J'],
    ['§I.2', '\\ISO 2022 IR 149', 'Hong^Gildong=洪^吉洞=홍^길동', 'Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf'],
    ['§J.1', 'ISO_IR 192', 'Wang^XiaoDong=王^小东', Buffer.from('Wang^XiaoDong=王^小东').toString('latin1')],
    ['§J.3', 'GB18030', 'Wang^XiaoDong=王^小东', 'Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab'],
    ['§K.2', '\\ISO 2022 IR 58', 'Zhang^XiaoDong=张^小东', 'Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab'],
  ])('%s, %s', (_, charset, text, bytes) => {
    expect(encode(charset, text)).toBe(bytes)
  })

  test('each line designates anew', () => {
    expect(encode('\\ISO 2022 IR 149', '길동\r\n길', 'LT')).toBe('\x1b$)C\xb1\xe6\xb5\xbf\r\n\x1b$)C\xb1\xe6')
  })
})

describe('what a set has no code for is not written', () => {
  test.each([
    ['ISO_IR 100', '山'], ['ISO_IR 100', '„'], ['ISO_IR 6', 'é'], ['', 'é'], ['ISO_IR 13', '~'], ['ISO_IR 13', '¥'], ['GBK', '한'],
    ['\\ISO 2022 IR 87', '東京😀'], ['ISO_IR 100', 'a\x1bb'],
  ])('%s: %s', (charset, text) => {
    expect(encode(charset, text, 'LO')).toBeUndefined()
  })

  test('a yen sign is a backslash in ISO_IR 13 where no backslash separates values', () => {
    expect(encode('ISO_IR 13', '¥', 'LT')).toBe('\\')
  })

  test('an unknown set has no encoder', () => {
    expect(CharacterSetEncoder.of(['ISO_IR 999'])).toBeUndefined()
  })
})

const allSets = [
  'ISO_IR 100', 'ISO_IR 101', 'ISO_IR 109', 'ISO_IR 110', 'ISO_IR 144', 'ISO_IR 127', 'ISO_IR 126', 'ISO_IR 138', 'ISO_IR 148', 'ISO_IR 203', 'ISO_IR 166',
  'ISO_IR 13', 'ISO_IR 192', 'GB18030', 'GBK', '\\ISO 2022 IR 87', 'ISO 2022 IR 13\\ISO 2022 IR 87\\ISO 2022 IR 159', '\\ISO 2022 IR 149',
  '\\ISO 2022 IR 58', 'ISO 2022 IR 100\\ISO 2022 IR 126\\ISO 2022 IR 144\\ISO 2022 IR 87\\ISO 2022 IR 149', 'ISO 2022 IR 87', 'ISO 2022 IR 149',
]
const anyText = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'Aaz09 ^=é€ЛюΔאقส홍길동山田太郎ｱﾔ王小东丂～－—½ﬀ'), maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ unit: fc.integer({ min: 0xa0, max: 0xffff }).filter((unit) => unit < 0xd800 || unit > 0xdfff).map((unit) => String.fromCharCode(unit)), maxLength: 3 }),
  // A byte order mark before a text is none of it: reading UTF-8 drops it.
).map((text) => text.replaceAll('\ufeff', ''))
/** Characters that JIS X 0208 has once though Unicode has them twice. */
const standardJis = (text: string): string => text.replace(/[\uff5e\u2225\uff0d\uffe0\uffe1\uffe2]/g, (unit) =>
  ({ '\uff5e': '\u301c', '\u2225': '\u2016', '\uff0d': '\u2212', '\uffe0': '\u00a2', '\uffe1': '\u00a3', '\uffe2': '\u00ac' })[unit] ?? unit)

describe.each(allSets)('%s', (charset) => {
  test('what is written is read again', () => {
    fc.assert(fc.property(anyText, fc.constantFrom('PN', 'LO', 'LT'), (text, vr) => {
      const encoder = CharacterSetEncoder.of(charset.split('\\'))
      const bytes = encoder?.encode(text, vr)
      if (!encoder || !bytes) return
      const read = SpecificCharacterSet.of(encoder.values).decode(bytes, vr)
      expect(standardJis(read)).toBe(standardJis(text))
    }), { numRuns: 2000 })
  })

  test('every character that can be read can be written', () => {
    const encoder = CharacterSetEncoder.of(charset.split('\\'))
    const decoder = SpecificCharacterSet.of(charset.split('\\'))
    for (let unit = 0xa0; unit < 0xd800; unit++) {
      const character = String.fromCharCode(unit)
      const bytes = encoder?.encode(character, 'LT')
      if (bytes && standardJis(character) === character) expect(decoder.decode(bytes, 'LT')).toBe(character)
    }
  })
})

const python = '/usr/bin/python3'
const hasPydicom = (() => {
  try {
    execFileSync(python, ['-c', 'import pydicom'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

const names = [
  ['ISO_IR 100', 'Müller^Jörg'], ['ISO_IR 144', 'Люкcемbypг'], ['ISO_IR 126', 'Διονυσιος'], ['ISO_IR 13', 'ﾔﾏﾀﾞ^ﾀﾛｳ'],
  ['\\ISO 2022 IR 87', 'Yamada^Tarou=山田^太郎=やまだ^たろう'], ['ISO 2022 IR 13\\ISO 2022 IR 87', 'ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう'],
  ['\\ISO 2022 IR 149', 'Hong^Gildong=洪^吉洞=홍^길동'], ['\\ISO 2022 IR 58', 'Zhang^XiaoDong=张^小东'], ['GB18030', 'Wang^XiaoDong=王^小东㐀'],
  ['GBK', 'Wang^XiaoDong=王^小東'], ['ISO 2022 IR 100\\ISO 2022 IR 126', 'Jérôme^Διονυσιος'],
] as const

function fileWith(charset: string, name: string): Uint8Array {
  const [Alphabetic = '', Ideographic, Phonetic] = name.split('=')
  return encodeInstance({
    '00080016': { vr: 'UI', Value: ['1.2.840.10008.5.1.4.1.1.7'] }, '00080018': { vr: 'UI', Value: ['1.2.3'] },
    '00100010': { vr: 'PN', Value: [{ Alphabetic, ...(Ideographic && { Ideographic }), ...(Phonetic && { Phonetic }) }] },
  }, { transferSyntaxUID: ExplicitVRLittleEndian, SpecificCharacterSet: charset.split('\\') })
}

test.each(names)('a data set in %s says so and is read', async (charset, name) => {
  const { dataSet } = await readInstance(fileWith(charset, name))
  expect([dataSet.strings('SpecificCharacterSet').join('\\'), dataSet.string('PatientName')]).toEqual([charset, name])
})

test('a data set whose text does not fit the character set wished for is in UTF-8', async () => {
  const { dataSet } = await readInstance(fileWith('ISO_IR 100', '王'))
  expect([dataSet.string('SpecificCharacterSet'), dataSet.string('PatientName')]).toEqual(['ISO_IR 192', '王'])
})

/** pydicom 2.3 leaves the escape sequences of ISO 2022 IR 58 in the text, those of the standard's own example (PS3.5 §K.2) too. */
describe.skipIf(!hasPydicom)('pydicom reads what is written', () => {
  test.each(names.filter(([charset]) => !charset.endsWith('58')))('%s', (charset, name) => {
    const program = 'import sys,io,pydicom; d=pydicom.dcmread(io.BytesIO(sys.stdin.buffer.read())); d.decode(); sys.stdout.buffer.write(str(d.PatientName).encode("utf-8"))'
    expect(execFileSync(python, ['-c', program], { input: fileWith(charset, name) }).toString('utf8')).toBe(name)
  })
})

/** Not the Japanese ones: DCMTK on glibc's iconv does not support them. */
describe.skipIf(!hasProgram('dcmdump'))('DCMTK reads what is written', () => {
  test.each(names.filter(([charset]) => !charset.endsWith('87')))('%s', async (charset, name) => {
    const folder = await mkdtemp(join(tmpdir(), 'isocenter-charset-'))
    await writeFile(join(folder, 'file.dcm'), fileWith(charset, name))
    const text = execFileSync('dcmdump', ['+U8', '+P', 'PatientName', join(folder, 'file.dcm')]).toString('utf8')
    await rm(folder, { recursive: true })
    expect(text).toContain(`[${name}]`)
  })
})
