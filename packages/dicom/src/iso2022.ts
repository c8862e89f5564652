/** ISO/IEC 2022 code extension as PS3.5 §6.1.2.4 and §6.1.2.5 restrict it: G0 always in 21-7E, G1 always in A0-FF, no shifts. */
import type { G0Name, G1Name } from './charset-terms.ts'
import { codeSet, type CodeSet } from './code-sets.ts'

export interface CodeElements {
  readonly g0: G0Name
  /** Absent: nothing is designated, bytes from 80H up have no meaning. */
  readonly g1: G1Name | undefined
}

const ESCAPE = 0x1b
const SPACE = 0x20
const DELETE = 0x7f
const REPLACEMENT = '\ufffd'

/** Bytes behind ESC to what they designate (PS3.3 Tables C.12-3 and C.12-4); those marked + are not in the tables but are sent. */
const DESIGNATIONS = new Map<string, { readonly g0: G0Name } | { readonly g1: G1Name }>([
  ['(B', { g0: 'ascii' }], ['(J', { g0: 'romaji' }], ['(I', { g0: 'katakana' }] /* + */,
  ['$B', { g0: 'jisX0208' }], ['$@', { g0: 'jisX0208' }] /* + 1978 edition */, ['$(B', { g0: 'jisX0208' }] /* + */, ['$(D', { g0: 'jisX0212' }],
  ['$(C', { g0: 'ksX1001' }] /* + */, ['$A', { g0: 'gb2312' }] /* + */, ['$(A', { g0: 'gb2312' }] /* + */,
  ['-A', { g1: 'latin1' }], ['-B', { g1: 'latin2' }], ['-C', { g1: 'latin3' }], ['-D', { g1: 'latin4' }], ['-L', { g1: 'cyrillic' }],
  ['-G', { g1: 'arabic' }], ['-F', { g1: 'greek' }], ['-H', { g1: 'hebrew' }], ['-M', { g1: 'latin5' }], ['-b', { g1: 'latin9' }],
  ['-T', { g1: 'thai' }], [')I', { g1: 'katakana' }], ['$)C', { g1: 'ksX1001' }], ['$)A', { g1: 'gb2312' }],
])

/** Shift_JIS double bytes lie where JIS X 0201 has nothing, so reading them under ISO_IR 13 takes no character from anyone. */
const shiftJis = new TextDecoder('shift_jis')
const isShiftJisLead = (byte: number): boolean => (byte >= 0x81 && byte <= 0x9f) || (byte >= 0xe0 && byte <= 0xfc)
const isShiftJisTrail = (byte: number): boolean => byte >= 0x40 && byte <= 0xfc && byte !== DELETE

/**
 * Text of one value field under code extension. The initial designation returns at every control character and
 * every delimiter (PS3.5 §6.1.2.5.3). Never throws: a byte without a meaning becomes U+FFFD, as does an escape sequence nobody registered.
 * @param delimiters bytes that separate values or name components in this VR
 */
export function decodeIso2022(bytes: Uint8Array, initial: CodeElements, delimiters: readonly number[]): string {
  let text = ''
  let g0: CodeSet = codeSet(initial.g0)
  let g1: CodeSet | undefined = initial.g1 && codeSet(initial.g1)
  let g1Name = initial.g1
  const reset = (): void => {
    g0 = codeSet(initial.g0)
    g1 = initial.g1 && codeSet(initial.g1)
    g1Name = initial.g1
  }

  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at] ?? 0
    if (byte === ESCAPE) {
      const sequence = escapeSequence(bytes, at + 1)
      const designation = DESIGNATIONS.get(sequence)
      if (!designation) text += REPLACEMENT
      else if ('g0' in designation) g0 = codeSet(designation.g0)
      else {
        g1 = codeSet(designation.g1)
        g1Name = designation.g1
      }
      at += 1 + sequence.length
    } else if (byte < SPACE) {
      text += String.fromCharCode(byte)
      reset()
      at++
    } else if (byte === SPACE || byte === DELETE) {
      text += String.fromCharCode(byte)
      at++
    } else if (byte < 0x80) {
      const next = bytes[at + 1] ?? 0
      const isPair = g0.bytesPerCharacter === 2 && next > SPACE && next < DELETE
      if (isPair) {
        text += characterOf(g0.units[(byte - 0x21) * 94 + next - 0x21])
        at += 2
        continue
      }
      if (delimiters.includes(byte)) {
        text += String.fromCharCode(byte)
        reset()
      } else text += g0.bytesPerCharacter === 1 ? characterOf(g0.units[byte]) : REPLACEMENT
      at++
    } else {
      const next = bytes[at + 1] ?? 0
      if (g1Name === 'katakana' && isShiftJisLead(byte) && isShiftJisTrail(next)) {
        text += shiftJis.decode(bytes.subarray(at, at + 2))
        at += 2
      } else if (g1?.bytesPerCharacter === 2) {
        const isPair = byte > 0xa0 && byte < 0xff && next > 0xa0 && next < 0xff
        text += isPair ? characterOf(g1.units[(byte - 0xa1) * 94 + next - 0xa1]) : REPLACEMENT
        at += isPair ? 2 : 1
      } else {
        text += characterOf(g1?.units[byte & 0x7f])
        at++
      }
    }
  }
  return text
}

/** Intermediate bytes (20-2F) and the final byte (30-7E) behind ESC, as far as they are there. */
function escapeSequence(bytes: Uint8Array, start: number): string {
  let end = start
  while (isIntermediate(bytes[end]) && end - start < 3) end++
  const final = bytes[end]
  if (final !== undefined && final >= 0x30 && final <= 0x7e && end > start) end++
  return String.fromCharCode(...bytes.subarray(start, end))
}

const isIntermediate = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x20 && byte <= 0x2f

const characterOf = (unit: number | undefined): string => (unit ? String.fromCharCode(unit) : REPLACEMENT)
