/**
 * Graphic character sets of PS3.3 Tables C.12-2 to C.12-4 as tables from code position to UTF-16 unit.
 * Each table is made on first use from the runtime's own converters; 0 marks a position without a character.
 */
import type { G0Name, G1Name } from './charset-terms.ts'

export interface CodeSet {
  readonly bytesPerCharacter: 1 | 2
  /** One byte: 128 entries by the low seven bits. Two bytes: 94 x 94 entries, row first, both counted from 21H. */
  readonly units: Uint16Array
}

const ROWS = 94
const LINE_FEED = 0x0a

/** `windows-1252` and `windows-1254` are ISO 8859-1 and -9 with the C1 controls, which DICOM text never holds, replaced by what Windows senders mean. */
const CONVERTER = {
  latin1: 'windows-1252', latin2: 'iso-8859-2', latin3: 'iso-8859-3', latin4: 'iso-8859-4', cyrillic: 'iso-8859-5', arabic: 'iso-8859-6',
  greek: 'iso-8859-7', hebrew: 'iso-8859-8', latin5: 'windows-1254', latin9: 'iso-8859-15', thai: 'windows-874',
} as const

/**
 * Where web converters follow Windows and the JIS X 0208 mapping of everyone else (iconv, Python, Java) does not.
 * Without this a name typed on a Macintosh and one read from a file would differ by a tilde.
 */
const JIS_X_0208_CORRECTIONS: readonly (readonly [code: number, unit: number])[] = [
  [0x2141, 0x301c], [0x2142, 0x2016], [0x215d, 0x2212], [0x2171, 0x00a2], [0x2172, 0x00a3], [0x224c, 0x00ac],
]

/** The euro and registered signs that KS X 1001 gained in 1998. */
const KS_X_1001_CORRECTIONS: readonly (readonly [code: number, unit: number])[] = [[0x2266, 0x20ac], [0x2267, 0x00ae]]

function ascii(): CodeSet {
  return { bytesPerCharacter: 1, units: Uint16Array.from({ length: 128 }, (_, code) => code) }
}

/** ISO-IR 14 differs from ASCII in two positions. */
function romaji(): CodeSet {
  const { units } = ascii()
  units[0x5c] = 0x00a5
  units[0x7e] = 0x203e
  return { bytesPerCharacter: 1, units }
}

/** ISO-IR 13, half-width katakana: 21-5F are U+FF61-U+FF9F. */
function katakana(): CodeSet {
  const units = new Uint16Array(128)
  for (let code = 0x21; code <= 0x5f; code++) units[code] = 0xff61 + code - 0x21
  return { bytesPerCharacter: 1, units }
}

function singleByte(label: string): CodeSet {
  const decoder = new TextDecoder(label)
  const units = Uint16Array.from({ length: 128 }, (_, low) => unitOf(decoder.decode(Uint8Array.of(0x80 | low))))
  return { bytesPerCharacter: 1, units }
}

/** Every pair of a 94 x 94 set, each sent through the converter behind `prefix` and on a line of its own so that a bad pair cannot eat the next. */
function doubleByte(label: string, prefix: readonly number[] = []): CodeSet {
  const bytes: number[] = []
  for (let row = 0; row < ROWS; row++) {
    for (let column = 0; column < ROWS; column++) bytes.push(...prefix, 0xa1 + row, 0xa1 + column, LINE_FEED)
  }
  const lines = new TextDecoder(label).decode(Uint8Array.from(bytes)).split('\n')
  return { bytesPerCharacter: 2, units: Uint16Array.from({ length: ROWS * ROWS }, (_, index) => unitOf(lines[index] ?? '')) }
}

function corrected(set: CodeSet, corrections: readonly (readonly [code: number, unit: number])[]): CodeSet {
  for (const [code, unit] of corrections) set.units[((code >> 8) - 0x21) * ROWS + (code & 0xff) - 0x21] = unit
  return set
}

/** All characters of these sets lie in the Basic Multilingual Plane, so one that needs two units is a converter's way of saying no. */
function unitOf(character: string): number {
  const unit = character.length === 1 ? character.charCodeAt(0) : 0
  return unit === 0xfffd ? 0 : unit
}

const made = new Map<G0Name | G1Name, CodeSet>()

/** The table of one graphic character set. */
export function codeSet(name: G0Name | G1Name): CodeSet {
  const known = made.get(name)
  if (known) return known
  const set = make(name)
  made.set(name, set)
  return set
}

function make(name: G0Name | G1Name): CodeSet {
  switch (name) {
    case 'ascii': return ascii()
    case 'romaji': return romaji()
    case 'katakana': return katakana()
    case 'jisX0208': return corrected(doubleByte('euc-jp'), JIS_X_0208_CORRECTIONS)
    case 'jisX0212': return doubleByte('euc-jp', [0x8f])
    case 'ksX1001': return corrected(doubleByte('euc-kr'), KS_X_1001_CORRECTIONS)
    case 'gb2312': return doubleByte('gbk')
    default: return singleByte(CONVERTER[name])
  }
}
