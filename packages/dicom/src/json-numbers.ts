/** Number and decimal text → JSON literals (PS3.18 §F.2.3): nothing is lost, and nothing is written that JSON forbids. */

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/
const INTEGER = /^[+-]?\d+$/
const JSON_LITERAL = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/

/** Decimals of this many significant digits survive the way through a double and back, whatever they are. */
const ALWAYS_EXACT_DIGITS = 15

/** A binary number as JSON; what JSON has no number for is the string `NaN`, `Infinity` or `-Infinity`. */
export function floatLiteral(value: number): string {
  if (value !== value || value === Infinity || value === -Infinity) return `"${value}"`
  return Object.is(value, -0) ? '-0' : String(value)
}

/** A 64-bit integer as a number where a double holds it, else as a string (PS3.18 §F.2.3). */
export function bigIntegerLiteral(value: bigint): string {
  const isSafe = value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER
  return isSafe ? String(value) : `"${value}"`
}

/** An IS value as a number when it is an integer that a double holds; undefined when it must stay text. */
export function integerStringLiteral(text: string): string | undefined {
  if (!INTEGER.test(text)) return undefined
  const number = Number(text)
  return Number.isSafeInteger(number) ? String(number) : undefined
}

/** Four times what PS3.5 allows a DS; a longer text is no number that anyone computed with. */
const MOST_DECIMAL_CHARACTERS = 64

/** A DS value as a number when a double has the same decimal digits; undefined when it must stay text. */
export function decimalStringLiteral(text: string): string | undefined {
  const match = text.length <= MOST_DECIMAL_CHARACTERS ? DECIMAL.exec(text) : undefined
  if (!match) return undefined
  const [, , whole = '', fraction = '', exponent] = match
  if (whole === '' && fraction === '') return undefined
  if (text.length <= ALWAYS_EXACT_DIGITS && JSON_LITERAL.test(text)) return text
  const number = Number(text)
  if (!Number.isFinite(number)) return undefined
  const literal = floatLiteral(number)
  const isExact = exponent === undefined && whole.length + fraction.length <= ALWAYS_EXACT_DIGITS
  return isExact || significand(text) === significand(literal) ? literal : undefined
}

/** Digits and power of ten of a decimal, so that equal decimals have equal significands: `1.50` and `15e-1` are `15e-1`. */
function significand(text: string): string {
  const [, , whole = '', fraction = '', exponent = '0'] = DECIMAL.exec(text) ?? []
  const digits = (whole + fraction).replace(/^0+/, '')
  const bare = digits.replace(/0+$/, '')
  return bare === '' ? '0' : `${bare}e${Number(exponent) - fraction.length + digits.length - bare.length}`
}

const BACKSLASH = 0x5c
const SPACE = 0x20
const COMMA = 0x2c
const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30
const NINE = 0x39

/**
 * The values of a whole DS or IS value field as JSON literals joined by commas, when every one of them is already written as JSON
 * would; undefined when one needs a closer look. Contours are tens of thousands of such values: this reads each byte once.
 */
export function literalsAsWritten(bytes: Uint8Array, allowPoint: boolean): string | undefined {
  let end = bytes.length
  while (end > 0 && (bytes[end - 1] === SPACE || bytes[end - 1] === 0)) end--
  let valueStart = 0
  let digits = 0
  let pointAt = -1
  let leadingZero = false
  for (let at = 0; at <= end; at++) {
    const byte = at === end ? BACKSLASH : (bytes[at] ?? 0)
    if (byte >= ZERO && byte <= NINE) {
      if (leadingZero && pointAt === -1) return undefined
      if (digits === 0 && byte === ZERO) leadingZero = true
      digits++
    } else if (byte === POINT) {
      if (!allowPoint || pointAt !== -1 || digits === 0) return undefined
      pointAt = at
    } else if (byte === MINUS) {
      if (at !== valueStart) return undefined
    } else if (byte === BACKSLASH) {
      if (digits === 0 || digits > ALWAYS_EXACT_DIGITS || pointAt === at - 1) return undefined
      valueStart = at + 1
      digits = 0
      pointAt = -1
      leadingZero = false
    } else return undefined
  }
  const literals = Buffer.from(bytes.subarray(0, end))
  for (let at = literals.indexOf(BACKSLASH); at !== -1; at = literals.indexOf(BACKSLASH, at + 1)) literals[at] = COMMA
  return literals.toString('latin1')
}
