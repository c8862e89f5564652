/** Specific Character Set (0008,0005): from the bytes of a value field to text (PS3.3 §C.12.1.1.2, PS3.5 §6.1). */
import { charsetTerm, type CharsetTerm } from './charset-terms.ts'
import { decodeIso2022, type CodeElements } from './iso2022.ts'
import type { VR } from './vr.ts'

export { normaliseCharsetTerm } from './charset-terms.ts'

const BACKSLASH = 0x5c
const CARET = 0x5e
const EQUALS = 0x3d
const NO_DELIMITERS: readonly number[] = []
const VALUE_DELIMITERS: readonly number[] = [BACKSLASH]
const NAME_DELIMITERS: readonly number[] = [BACKSLASH, CARET, EQUALS]

/** VRs whose text the attribute governs; all others hold the default repertoire only (PS3.5 §6.1.2.3). */
const GOVERNED: ReadonlySet<VR | undefined> = new Set<VR | undefined>(['SH', 'LO', 'UC', 'ST', 'LT', 'UT', 'PN', undefined])

type Decoding =
  | { readonly kind: 'codeElements'; readonly initial: CodeElements }
  | { readonly kind: 'wholeEncoding'; readonly decode: (bytes: Uint8Array) => string }

const DEFAULT_REPERTOIRE: Decoding = { kind: 'codeElements', initial: { g0: 'ascii', g1: undefined } }
const encoder = new TextEncoder()
const utf8 = new TextDecoder()

/** One data set's character sets: its own (0008,0005), or the one its parent hands down. */
export class SpecificCharacterSet {
  /** Values of (0008,0005) as the data set states them; empty when it states none. */
  readonly values: readonly string[]
  readonly #declared: Decoding
  readonly #fallback: Decoding | undefined

  private constructor(values: readonly string[], declared: Decoding, fallback: Decoding | undefined) {
    this.values = values
    this.#declared = declared
    this.#fallback = fallback
  }

  /**
   * The character set that values of (0008,0005) name, in whatever spelling.
   * @param fallback what the source is known to send when it states nothing, an unknown name, or a set that its bytes do not fit;
   *   a Defined Term, or several joined by a backslash. Without one such bytes become U+FFFD.
   */
  static of(values: readonly string[], fallback?: string): SpecificCharacterSet {
    const instead = fallback === undefined ? undefined : decodingOf(fallback.split('\\'))
    const isAbsent = values.every((value) => value.trim() === '')
    const declared = isAbsent ? instead : (decodingOf(values) ?? instead)
    return new SpecificCharacterSet(values, declared ?? DEFAULT_REPERTOIRE, instead)
  }

  /**
   * Text of a value field, value delimiters included: a backslash in the result is a delimiter (or data in ST, LT, UT, UR),
   * never the second byte of a character, so callers split after decoding. Never throws; what cannot be decoded is U+FFFD; always well-formed.
   */
  decode(bytes: Uint8Array, vr?: VR): string {
    const plain = defaultRepertoireText(bytes)
    if (plain !== undefined && (!GOVERNED.has(vr) || !changesAscii(this.#declared))) return plain
    const delimiters = delimitersOf(vr)
    const text = decodeWith(this.#declared, bytes, delimiters)
    if (!this.#fallback || !text.includes('\ufffd')) return text
    const instead = decodeWith(this.#fallback, bytes, delimiters)
    return instead.includes('\ufffd') ? text : instead
  }

  /** Bytes of text as we always write it: ISO_IR 192, UTF-8. */
  static encode(text: string): Uint8Array {
    return encoder.encode(text)
  }
}

function delimitersOf(vr: VR | undefined): readonly number[] {
  if (vr === 'PN') return NAME_DELIMITERS
  return vr === 'ST' || vr === 'LT' || vr === 'UT' || vr === 'UR' ? NO_DELIMITERS : VALUE_DELIMITERS
}

/** Only ISO-IR 14 gives two positions of ASCII to other characters. */
const changesAscii = (decoding: Decoding): boolean => decoding.kind === 'codeElements' && decoding.initial.g0 === 'romaji'

function decodeWith(decoding: Decoding, bytes: Uint8Array, delimiters: readonly number[]): string {
  return decoding.kind === 'wholeEncoding' ? decoding.decode(bytes) : decodeIso2022(bytes, decoding.initial, delimiters)
}

/** The text when every byte is of the default repertoire and nothing is escaped: nearly every value of nearly every file. */
function defaultRepertoireText(bytes: Uint8Array): string | undefined {
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte >= 0x80 || byte === 0x1b) return undefined
  }
  // ASCII is UTF-8, and the UTF-8 decoder is the runtime's fastest way from bytes to a string.
  return utf8.decode(bytes)
}

const decoders = new Map<string, (bytes: Uint8Array) => string>()

/** Every item of a sequence may name its own set; the decoder is made once. */
function decoderOf(label: string): (bytes: Uint8Array) => string {
  let decode = decoders.get(label)
  if (!decode) {
    const decoder = new TextDecoder(label)
    decode = (bytes) => decoder.decode(bytes)
    decoders.set(label, decode)
  }
  return decode
}

function decodingOf(values: readonly string[]): Decoding | undefined {
  const terms = values.map(charsetTerm)
  const first = terms[0]
  const known = terms.filter((term) => term !== undefined)
  if (known.length === 0) return undefined
  // UTF-8, GB18030 and GBK cannot be combined with anything. Behind an empty first value they are what the sender meant.
  const whole = known.find((term) => term.kind === 'wholeEncoding')
  if (whole && (first === undefined || first === whole || isDefault(first))) {
    return { kind: 'wholeEncoding', decode: decoderOf(whole.label) }
  }
  const elements = known.filter((term) => term.kind === 'codeElements')
  const start = first?.kind === 'codeElements' ? first : elements[0]
  if (!start) return undefined
  return { kind: 'codeElements', initial: { g0: start.g0, g1: start.g1 ?? onlyG1(elements) } }
}

const isDefault = (term: CharsetTerm): boolean => term.kind === 'codeElements' && term.g0 === 'ascii' && term.g1 === undefined

/**
 * The one G1 set among the extensions. Senders forget to designate it again behind `^`, `=` or a line end;
 * when only one set is declared, a high byte can mean nothing else.
 */
function onlyG1(elements: readonly Extract<CharsetTerm, { kind: 'codeElements' }>[]): CodeElements['g1'] {
  const candidates = new Set(elements.map((element) => element.g1).filter((g1) => g1 !== undefined))
  return candidates.size === 1 ? candidates.values().next().value : undefined
}
