/** Number and decimal text → JSON literals (PS3.18 §F.2.3): nothing is lost, and nothing is written that JSON forbids. */

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/
const INTEGER = /^[+-]?\d+$/

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
  if (text.length > MOST_DECIMAL_CHARACTERS) return undefined
  const number = Number(text)
  // Includes what is no number at all. An empty text is 0 to JavaScript, and so is caught by the pattern below.
  if (!Number.isFinite(number)) return undefined
  const literal = floatLiteral(number)
  if (literal === text) return text
  const match = DECIMAL.exec(text)
  if (!match || (match[2] === '' && !match[3])) return undefined
  return text.length <= ALWAYS_EXACT_DIGITS && match[4] === undefined || significand(text) === significand(literal) ? literal : undefined
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
const PLUS = 0x2b
const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const LETTER_E = 0x65
const LOWER_CASE = 0x20

/**
 * The values of a whole DS or IS value field as JSON literals joined by commas, when every one of them is already written as JSON
 * allows and has the digits of a double; undefined when one needs a closer look. Contours are tens of thousands of such values: this
 * reads each byte once and makes one string.
 * @param isDecimal whether a point and an exponent may occur: DS, not IS
 */
export function literalsAsWritten(bytes: Uint8Array, isDecimal: boolean): string | undefined {
  let end = bytes.length
  while (end > 0 && (bytes[end - 1] === SPACE || bytes[end - 1] === 0)) end--
  for (let at = 0; at <= end; at++) {
    at = literalEnd(bytes, at, end, isDecimal)
    if (at === -1 || (at < end && bytes[at] !== BACKSLASH)) return undefined
  }
  const literals = Buffer.from(bytes.subarray(0, end))
  for (let at = literals.indexOf(BACKSLASH); at !== -1; at = literals.indexOf(BACKSLASH, at + 1)) literals[at] = COMMA
  return literals.toString('latin1')
}

/** Where the JSON number that begins at `at` ends; -1 when none does, or when a double may not have its digits. */
function literalEnd(bytes: Uint8Array, start: number, end: number, isDecimal: boolean): number {
  let at = bytes[start] === MINUS ? start + 1 : start
  const wholeStart = at
  let firstSignificant = -1
  let pointAt = -1
  for (; at < end; at++) {
    const byte = bytes[at] ?? 0
    if (byte === POINT && isDecimal && pointAt === -1) pointAt = at
    else if (byte < ZERO || byte > NINE) break
    else if (byte !== ZERO && firstSignificant === -1) firstSignificant = at
  }
  const wholeEnd = pointAt === -1 ? at : pointAt
  const hasDigits = wholeEnd > wholeStart && pointAt !== at - 1
  const hasLeadingZero = wholeEnd - wholeStart > 1 && bytes[wholeStart] === ZERO
  // The point is counted along: a longer number is merely looked at more closely.
  const isTooLong = firstSignificant !== -1 && at - firstSignificant > ALWAYS_EXACT_DIGITS
  if (!hasDigits || hasLeadingZero || isTooLong) return -1
  return at < end && isDecimal && ((bytes[at] ?? 0) | LOWER_CASE) === LETTER_E ? exponentEnd(bytes, at + 1, end) : at
}

/** Where an exponent of one or two digits ends: so small a one takes no digit away. */
function exponentEnd(bytes: Uint8Array, start: number, end: number): number {
  const digits = bytes[start] === MINUS || bytes[start] === PLUS ? start + 1 : start
  let at = digits
  while (at < end && (bytes[at] ?? 0) >= ZERO && (bytes[at] ?? 0) <= NINE) at++
  return at === digits || at > digits + 2 ? -1 : at
}
