import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decimalStringLiteral, floatLiteral, integerStringLiteral, literalsAsWritten } from './json-numbers.ts'

const decimalText = fc.tuple(fc.constantFrom('', '-', '+'), fc.string({ unit: fc.constantFrom('0', '1', '5', '9', '.'), maxLength: 18 }), fc.constantFrom('', 'e5', 'E-10', 'e+300'))
  .map((parts) => parts.join(''))

describe('a decimal string', () => {
  test('becomes a JSON number of the same value, or stays text', () => {
    fc.assert(fc.property(decimalText, (text) => {
      const literal = decimalStringLiteral(text)
      if (literal === undefined) return
      expect(JSON.parse(literal)).toBe(Number(text))
      expect(Number.isFinite(Number(text))).toBe(true)
    }), { numRuns: 3000 })
  })

  test('of up to fifteen digits always becomes a number', () => {
    fc.assert(fc.property(fc.integer({ min: -999_999_999, max: 999_999_999 }), fc.nat(9), (digits, point) => {
      const text = (digits / 10 ** point).toFixed(point)
      expect(decimalStringLiteral(text)).toBeDefined()
    }))
  })

  test('keeps its digits: what a double would round stays text', () => {
    expect(decimalStringLiteral('9007199254740993')).toBeUndefined()
    expect(decimalStringLiteral('0.30000000000000004')).toBe('0.30000000000000004')
    expect(decimalStringLiteral('0.30000000000000001')).toBeUndefined()
  })

  test('of absurd length stays text', () => {
    expect(decimalStringLiteral('0'.repeat(100_000) + '1')).toBeUndefined()
  })
})

test('an integer string becomes a number only when no digit is lost', () => {
  fc.assert(fc.property(fc.bigInt(), (value) => {
    const literal = integerStringLiteral(String(value))
    if (literal === undefined) expect(value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER).toBe(true)
    else expect(BigInt(literal)).toBe(value)
  }))
})

test('a double is the same double after JSON', () => {
  fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
    expect(JSON.parse(floatLiteral(value))).toBe(value)
  }))
})

describe('a whole value field copied as it is written', () => {
  test.each([
    ['1\\-2.5\\0.125 ', '1,-2.5,0.125'], ['0', '0'], ['-0.0', '-0.0'], ['12.50\0', '12.50'], ['5.4e-1\\1E+02', '5.4e-1,1E+02'], ['0.00123456789012345', '0.00123456789012345'],
  ])('%j', (text, literals) => {
    expect(literalsAsWritten(Buffer.from(text), true)).toBe(literals)
  })

  test.each(['', ' ', '1\\', '\\1', '01', '-01', '00.5', '.5', '5.', '1..2', '--1', '1-2', '+1', '1e', '1e+', '1e100', '1e5.0', ' 1', '1\\ 2', '1234567890123456', '1,2', '-', '-.5'])('%j needs a closer look', (text) => {
    expect(literalsAsWritten(Buffer.from(text), true)).toBeUndefined()
  })

  test('an integer string has no point', () => {
    expect(literalsAsWritten(Buffer.from('1.0'), false)).toBeUndefined()
  })

  test('is JSON, and says what the values say one by one', () => {
    fc.assert(fc.property(fc.array(decimalText, { minLength: 1, maxLength: 5 }), (values) => {
      const literals = literalsAsWritten(Buffer.from(values.join('\\')), true)
      if (literals !== undefined) expect(JSON.parse(`[${literals}]`)).toEqual(values.map(Number))
    }), { numRuns: 5000 })
  })
})
