/** From a character to its code in a graphic character set, or in GB18030: the tables that decoding uses, turned round on first use. */
import type { G0Name, G1Name } from './charset-terms.ts'
import { codeSet } from './code-sets.ts'

const ROWS = 94
const LINE_FEED = 0x0a
const FIRST_PRINTED = 0x20

/** Code positions by UTF-16 unit; of two bytes as one number, both counted from 21H as in G0. */
export type InverseCodeSet = ReadonlyMap<number, number>

/** Characters of JIS X 0208 as Windows types them: text of today has these units, the standard's mapping has the others. */
const WINDOWS_JIS_UNITS: readonly (readonly [windows: number, standard: number])[] = [
  [0xff5e, 0x301c], [0x2225, 0x2016], [0xff0d, 0x2212], [0xffe0, 0x00a2], [0xffe1, 0x00a3], [0xffe2, 0x00ac],
]

const inverses = new Map<G0Name | G1Name, InverseCodeSet>()

/** The inverse of one graphic character set. C1 controls, which DICOM text never holds, have no code. */
export function inverseCodeSet(name: G0Name | G1Name): InverseCodeSet {
  const known = inverses.get(name)
  if (known) return known
  const { units, bytesPerCharacter } = codeSet(name)
  const inverse = new Map<number, number>()
  units.forEach((unit, index) => {
    const code = bytesPerCharacter === 1 ? index : ((Math.floor(index / ROWS) + 0x21) << 8) | ((index % ROWS) + 0x21)
    if (unit !== 0 && code >= FIRST_PRINTED && !inverse.has(unit)) inverse.set(unit, code)
  })
  if (name === 'jisX0208') {
    for (const [windows, standard] of WINDOWS_JIS_UNITS) {
      const code = inverse.get(standard)
      if (code !== undefined && !inverse.has(windows)) inverse.set(windows, code)
    }
  }
  inverses.set(name, inverse)
  return inverse
}

let twoByteCodes: Map<number, number> | undefined
let fourBytePointers: Map<number, number> | undefined

/** Code of a character in two bytes of GB18030; undefined where it has none. */
export function gbTwoBytes(unit: number): number | undefined {
  twoByteCodes ??= makeTwoByteCodes()
  return twoByteCodes.get(unit)
}

/** Two-byte codes that came with GB18030, by their first and last: a reader of GBK has no character there. */
const NOT_IN_GBK: readonly (readonly [first: number, last: number])[] = [
  [0xa2ab, 0xa2b0], [0xa2e3, 0xa2e4], [0xa6d9, 0xa6df], [0xa6ec, 0xa6ed], [0xa6f3, 0xa6f3], [0xa8bc, 0xa8bc], [0xa8bf, 0xa8bf], [0xa989, 0xa995], [0xfe50, 0xfea0],
]

/** As gbTwoBytes, of GBK, whose areas for private use have no code here. */
export function gbkTwoBytes(unit: number): number | undefined {
  const code = unit >= 0xe000 && unit <= 0xf8ff ? undefined : gbTwoBytes(unit)
  return code === undefined || NOT_IN_GBK.some(([first, last]) => code >= first && code <= last) ? undefined : code
}

const SUPPLEMENTARY_POINTER = 189_000
const BMP_POINTERS = 39_420

/** The four bytes of a character in GB18030, which has a code for each. */
export function gbFourBytes(codePoint: number): readonly [number, number, number, number] | undefined {
  if (codePoint > 0xffff) return fourBytesOf(SUPPLEMENTARY_POINTER + codePoint - 0x10000)
  fourBytePointers ??= makeFourBytePointers()
  const pointer = fourBytePointers.get(codePoint)
  return pointer === undefined ? undefined : fourBytesOf(pointer)
}

function fourBytesOf(pointer: number): readonly [number, number, number, number] {
  return [0x81 + Math.floor(pointer / 12_600), 0x30 + (Math.floor(pointer / 1260) % 10), 0x81 + (Math.floor(pointer / 10) % 126), 0x30 + (pointer % 10)]
}

function makeTwoByteCodes(): Map<number, number> {
  const codes: number[] = []
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) if (trail !== 0x7f) codes.push((lead << 8) | trail)
  }
  return inverseOf(codes, (code) => [code >> 8, code & 0xff])
}

function makeFourBytePointers(): Map<number, number> {
  return inverseOf(Array.from({ length: BMP_POINTERS }, (_, pointer) => pointer), fourBytesOf)
}

/** Each code sent through the runtime's converter, on a line of its own so that one without a character cannot eat the next. */
function inverseOf(codes: readonly number[], bytesOf: (code: number) => readonly number[]): Map<number, number> {
  const bytes = Uint8Array.from(codes.flatMap((code) => [...bytesOf(code), LINE_FEED]))
  const lines = new TextDecoder('gb18030').decode(bytes).split('\n')
  const inverse = new Map<number, number>()
  for (const [index, code] of codes.entries()) {
    const character = lines[index] ?? ''
    const unit = character.charCodeAt(0)
    if (character.length === 1 && unit !== 0xfffd && !inverse.has(unit)) inverse.set(unit, code)
  }
  return inverse
}
