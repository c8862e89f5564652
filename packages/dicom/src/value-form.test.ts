import { expect, test } from 'vitest'
import { isSurelySound, valueFault } from './value-form.ts'

test.each([
  ['DA', '20260228', undefined], ['DA', '2026.02.28', 'valueForm'], ['DA', '20261301', 'valueForm'],
  ['TM', '0830', undefined], ['TM', '083060.5', undefined], ['TM', '24', 'valueForm'],
  ['CS', 'IN PROGRESS', undefined], ['CS', 'In progress', 'valueForm'],
  ['AE', 'A'.repeat(16), undefined], ['AE', 'A'.repeat(17), 'valueTooLong'],
  ['UI', '1.2.840', undefined], ['UI', '1.02', 'valueForm'],
  ['PN', `${'王'.repeat(64)}=${'x'.repeat(64)}`, undefined], ['PN', 'x'.repeat(65), 'valueTooLong'],
  ['LO', '', undefined], ['UT', 'x'.repeat(100_000), undefined],
] as const)('%s %s: %s', (vr, text, fault) => {
  expect(valueFault(vr, text)).toBe(fault)
})

test('only what has no form and cannot be too long need not be looked at', () => {
  expect([isSurelySound('LO', 64), isSurelySound('LO', 65), isSurelySound('DA', 8), isSurelySound('UT', 1e9)]).toEqual([true, false, false, true])
})
