/** From text to the bytes of a value field in a Specific Character Set (0008,0005): the way back of charset.ts. */
import { normaliseCharsetTerm, type G0Name, type G1Name } from './charset-terms.ts'
import { gbFourBytes, gbkTwoBytes, gbTwoBytes, inverseCodeSet } from './code-set-inverse.ts'
import { vrTraits, type VR } from './vr.ts'

const ESCAPE = 0x1b
const SPACE = 0x20
const BACKSLASH = 0x5c
const CARET = 0x5e
const EQUALS = 0x3d

type Encode = (text: string, vr: VR) => Uint8Array | undefined
const utf8 = new TextEncoder()

type SetName = G0Name | G1Name

interface Designation {
  readonly plane: 'g0' | 'g1'
  readonly name: SetName
}

/** What each Defined Term brings, by its registration (PS3.3 Tables C.12-2 to C.12-4). */
const DESIGNATIONS_OF: Readonly<Record<string, readonly Designation[]>> = {
  6: [g0('ascii')], 13: [g0('romaji'), g1('katakana')], 87: [g0('jisX0208')], 159: [g0('jisX0212')], 149: [g1('ksX1001')], 58: [g1('gb2312')],
  100: [g0('ascii'), g1('latin1')], 101: [g0('ascii'), g1('latin2')], 109: [g0('ascii'), g1('latin3')], 110: [g0('ascii'), g1('latin4')],
  144: [g0('ascii'), g1('cyrillic')], 127: [g0('ascii'), g1('arabic')], 126: [g0('ascii'), g1('greek')], 138: [g0('ascii'), g1('hebrew')],
  148: [g0('ascii'), g1('latin5')], 203: [g0('ascii'), g1('latin9')], 166: [g0('ascii'), g1('thai')],
}

/** Behind ESC, what designates a set (PS3.3 Tables C.12-3 and C.12-4). */
const ESCAPE_SEQUENCES: Readonly<Record<SetName, string>> = {
  ascii: '(B', romaji: '(J', katakana: ')I', jisX0208: '$B', jisX0212: '$(D', ksX1001: '$)C', gb2312: '$)A',
  latin1: '-A', latin2: '-B', latin3: '-C', latin4: '-D', cyrillic: '-L', arabic: '-G', greek: '-F', hebrew: '-H', latin5: '-M', latin9: '-b', thai: '-T',
}

function g0(name: G0Name): Designation {
  return { plane: 'g0', name }
}

function g1(name: G1Name): Designation {
  return { plane: 'g1', name }
}

/** Sets of two bytes a character may not be the first value's, so they are always designated before they are used (PS3.5 §6.1.2.5). */
const MULTI_BYTE: ReadonlySet<SetName> = new Set<SetName>(['jisX0208', 'jisX0212', 'ksX1001', 'gb2312'])

/** The character sets that values of (0008,0005) name, for writing. */
export class CharacterSetEncoder {
  /** As they are written to (0008,0005). */
  readonly values: readonly string[]
  readonly #encode: Encode

  private constructor(values: readonly string[], encode: Encode) {
    this.values = values
    this.#encode = encode
  }

  /** The encoder for values of (0008,0005), in whatever spelling; undefined when one of them names no set of the standard. */
  static of(values: readonly string[]): CharacterSetEncoder | undefined {
    const terms = (values.length === 0 ? [''] : values).map(normaliseCharsetTerm)
    const known = terms.filter((term) => term !== undefined)
    if (known.length < terms.length) return undefined
    const whole = known.find((term) => term === 'ISO_IR 192' || term === 'GB18030' || term === 'GBK')
    // These three cannot be combined with anything; behind an empty first value they are what was meant.
    if (whole !== undefined) return new CharacterSetEncoder([whole], wholeEncoders[whole])
    const hasExtensions = known.length > 1 || known[0]?.startsWith('ISO 2022') === true
    return new CharacterSetEncoder(written(known, values), codeElementsEncoder(known, hasExtensions))
  }

  /** The bytes of a text, its values joined by a backslash; undefined when a character has no code in these sets. */
  encode(text: string, vr: VR): Uint8Array | undefined {
    return this.#encode(text, vr)
  }
}

/** The Defined Terms as (0008,0005) has them: with several, all in the form of code extensions, the default repertoire first as nothing. */
function written(terms: readonly string[], values: readonly string[]): readonly string[] {
  if (terms.length === 1) return terms
  return terms.map((term, index) => (index === 0 && (values[0] ?? '').trim() === '' ? '' : term.replace('ISO_IR', 'ISO 2022 IR')))
}

const wholeEncoders: Readonly<Record<'ISO_IR 192' | 'GB18030' | 'GBK', Encode>> = {
  'ISO_IR 192': (text) => utf8.encode(text),
  GB18030: (text) => encodeGB(text, true),
  GBK: (text) => encodeGB(text, false),
}

function encodeGB(text: string, withFourBytes: boolean): Uint8Array | undefined {
  const bytes: number[] = []
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? 0
    const two = codePoint < 0x80 ? undefined : withFourBytes ? gbTwoBytes(codePoint) : gbkTwoBytes(codePoint)
    if (codePoint < 0x80) bytes.push(codePoint)
    else if (two !== undefined) bytes.push(two >> 8, two & 0xff)
    else {
      const four = withFourBytes ? gbFourBytes(codePoint) : undefined
      if (!four) return undefined
      bytes.push(...four)
    }
  }
  return Uint8Array.from(bytes)
}

function codeElementsEncoder(terms: readonly string[], hasExtensions: boolean): Encode {
  const all = terms.flatMap((term) => DESIGNATIONS_OF[term.slice(term.lastIndexOf(' ') + 1)] ?? [])
  const first = (DESIGNATIONS_OF[terms[0]?.slice(terms[0].lastIndexOf(' ') + 1) ?? ''] ?? []).filter(({ name }) => !MULTI_BYTE.has(name))
  const initial: Initial = {
    g0: first.find(({ plane }) => plane === 'g0')?.name ?? 'ascii',
    g1: first.find(({ plane }) => plane === 'g1')?.name,
  }
  const extensions = hasExtensions ? [{ plane: 'g0' as const, name: initial.g0 }, ...all] : []
  return (text, vr) => new Iso2022Writer(initial, extensions, delimitersOf(vr)).write(text)
}

interface Initial {
  readonly g0: SetName
  readonly g1: SetName | undefined
}

function delimitersOf(vr: VR): ReadonlySet<number> {
  if (vr === 'PN') return new Set([BACKSLASH, CARET, EQUALS])
  return new Set(vrTraits(vr).splitsOnBackslash ? [BACKSLASH] : [])
}

/** Writes one value field; before every delimiter, control character and the end, what was designated first is so again (PS3.5 §6.1.2.5.3). */
class Iso2022Writer {
  readonly #initial: Initial
  readonly #extensions: readonly Designation[]
  readonly #delimiters: ReadonlySet<number>
  readonly #bytes: number[] = []
  #g0: SetName
  #g1: SetName | undefined

  constructor(initial: Initial, extensions: readonly Designation[], delimiters: ReadonlySet<number>) {
    this.#initial = initial
    this.#extensions = extensions
    this.#delimiters = delimiters
    this.#g0 = initial.g0
    this.#g1 = initial.g1
  }

  write(text: string): Uint8Array | undefined {
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at)
      if (unit === ESCAPE) return undefined
      if (unit < SPACE || this.#delimiters.has(unit)) {
        this.#reset()
        this.#bytes.push(unit)
      } else if (unit === SPACE) {
        // Readers differ on whether a two-byte set has a space.
        if (MULTI_BYTE.has(this.#g0)) this.#designate({ plane: 'g0', name: this.#initial.g0 })
        this.#bytes.push(SPACE)
      } else if (!this.#character(unit)) return undefined
    }
    this.#reset()
    return Uint8Array.from(this.#bytes)
  }

  #character(unit: number): boolean {
    if (this.#put('g0', this.#g0, unit) || (this.#g1 !== undefined && this.#put('g1', this.#g1, unit))) return true
    const extension = this.#extensions.find(({ name }) => this.#codeOf(name, unit) !== undefined)
    if (!extension) return false
    this.#designate(extension)
    return this.#put(extension.plane, extension.name, unit)
  }

  #put(plane: 'g0' | 'g1', name: SetName, unit: number): boolean {
    const code = this.#codeOf(name, unit)
    if (code === undefined) return false
    const high = plane === 'g1' ? 0x80 : 0
    if (MULTI_BYTE.has(name)) this.#bytes.push((code >> 8) | high)
    this.#bytes.push((code & 0xff) | high)
    return true
  }

  /** Where a backslash separates values, no character can have its code: ISO-IR 14 has the yen sign there. */
  #codeOf(name: SetName, unit: number): number | undefined {
    const code = inverseCodeSet(name).get(unit)
    return code !== undefined && name === 'romaji' && this.#delimiters.has(code) ? undefined : code
  }

  #designate({ plane, name }: Designation): void {
    this.#bytes.push(ESCAPE, ...Buffer.from(ESCAPE_SEQUENCES[name], 'latin1'))
    if (plane === 'g0') this.#g0 = name
    else this.#g1 = name
  }

  #reset(): void {
    const { g0: initialG0, g1: initialG1 } = this.#initial
    if (this.#g0 !== initialG0) this.#designate({ plane: 'g0', name: initialG0 })
    if (initialG1 !== undefined && this.#g1 !== initialG1) this.#designate({ plane: 'g1', name: initialG1 })
    this.#g1 = initialG1
  }
}
