import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DimseStatusError } from './dimse-error.ts'
import { dimseStatus, isPending, statusClass, statusName } from './status.ts'

test('every code of the table is there once', () => {
  const codes = Object.values(dimseStatus).map(({ code }) => code)
  expect(new Set(codes).size).toBe(codes.length)
})

test.each([
  [0x0000, 'success'], [0xff00, 'pending'], [0xff01, 'pending'], [0xfe00, 'cancel'], [0x0001, 'warning'], [0x0107, 'warning'], [0x0116, 'warning'], [0xb000, 'warning'], [0xbfff, 'warning'],
  [0x0105, 'failure'], [0x0122, 'failure'], [0x0211, 'failure'], [0xa700, 'failure'], [0xc123, 'failure'],
] as const)('%i is a %s (PS3.7 Annex C)', (code, expected) => {
  expect(statusClass(code)).toBe(expected)
})

test('any 16 bits have a class and a name; those are final that are not pending', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 0xffff }), (code) => {
    expect(isPending(code)).toBe(statusClass(code) === 'pending')
    expect(statusName(code)).not.toBe('')
  }))
})

test('codes that a service leaves open are named by their range', () => {
  expect(statusName(0xa7ff)).toBe('Refused: out of resources')
  expect(statusName(0xa912)).toBe('Error: data set or identifier does not match SOP Class')
  expect(statusName(0xc123)).toBe('Error: cannot understand, or unable to process')
  expect(statusName(0x0999)).toBe('a status PS3.7 does not define')
})

test('a status that is thrown says its code and name', () => {
  expect(new DimseStatusError(0xa700).message).toBe('failure 0xA700 (Refused: out of resources)')
})
