import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dateRange, dateTimeRange, normalDate, normalDateTime, normalTime, offsetMinutes, shiftDateTime, timeRange } from './date-time.ts'

describe('normal forms', () => {
  test.each([
    ['20240229', '20240229'], ['1997.04.24', '19970424'], [' 20240101 ', '20240101'],
    ['20230230', '20230230'], // no such day, but it sorts where it was meant
    ['20241301', undefined], ['20240100', undefined], ['2024', undefined], ['00000000', undefined], ['2024-01-01', undefined], ['', undefined],
  ])('date %j', (text, normal) => {
    expect(normalDate(text)).toBe(normal)
  })

  test.each([
    ['10', '100000.000000'], ['1015', '101500.000000'], ['101530', '101530.000000'], ['101530.5', '101530.500000'], ['101530.123456', '101530.123456'],
    ['10:15:30.25', '101530.250000'], ['235960', '235960.000000'], ['101530.1234567', '101530.123456'],
    ['24', undefined], ['1060', undefined], ['1', undefined], ['101', undefined], ['101530.', undefined], ['', undefined],
  ])('time %j', (text, normal) => {
    expect(normalTime(text)).toBe(normal)
  })

  test.each([
    ['2024', '20240101000000.000000'], ['202402', '20240201000000.000000'], ['20240229101530.5', '20240229101530.500000'],
    ['20240101+0100', '20231231230000.000000'], ['20240101-0500', '20240101050000.000000'], ['20240101120000+0530', '20240101063000.000000'],
    ['20240101120000+0000', '20240101120000.000000'], ['20240101120000+1500', undefined], ['20240101120000+01', undefined], ['', undefined],
  ])('date-time %j', (text, normal) => {
    expect(normalDateTime(text)).toBe(normal)
  })

  test('a date-time without an offset has that of Timezone Offset From UTC', () => {
    expect(normalDateTime('20240101120000', '+0800')).toBe('20240101040000.000000')
    expect(normalDateTime('20240101120000-0500', '+0800')).toBe('20240101170000.000000')
  })
})

describe('ranges', () => {
  test.each([
    ['20240101', { from: '20240101', to: '20240101' }],
    ['20240101-20240131', { from: '20240101', to: '20240131' }],
    ['20240101 - 20240131', { from: '20240101', to: '20240131' }],
    ['20240101-', { from: '20240101' }],
    ['-20240131', { to: '20240131' }],
    ['1997.04.24-', { from: '19970424' }],
    ['-', undefined], ['', undefined], ['20240101-20240131-', undefined], ['x-20240101', undefined],
  ])('of dates: %j', (text, range) => {
    expect(dateRange(text)).toEqual(range)
  })

  test.each([
    ['10', { from: '100000.000000', to: '105959.999999' }],
    ['10-1015', { from: '100000.000000', to: '101559.999999' }],
    ['101530.5', { from: '101530.500000', to: '101530.599999' }],
    ['-101530', { to: '101530.999999' }],
    ['2200-', { from: '220000.000000' }],
    ['-', undefined], ['1060-', undefined],
  ])('of times, at the precision given: %j', (text, range) => {
    expect(timeRange(text)).toEqual(range)
  })

  test.each([
    ['2024', { from: '20240101000000.000000', to: '20241231235959.999999' }],
    ['202402', { from: '20240201000000.000000', to: '20240229235959.999999' }],
    ['2024-2025', { from: '20240101000000.000000', to: '20251231235959.999999' }],
    ['20240101+0100-20240201', { from: '20231231230000.000000', to: '20240201235959.999999' }],
    ['20240101-0500', { from: '20240101050000.000000', to: '20240102045959.999999' }],
    ['20240101-0500-', { from: '20240101050000.000000' }],
    ['-20240101-0500', { to: '20240102045959.999999' }],
    ['20240101-0500-20240201-0500', { from: '20240101050000.000000', to: '20240202045959.999999' }],
    ['20240101-20240201-0500', { from: '20240101000000.000000', to: '20240202045959.999999' }],
    ['20240101+0100-20240201+0100', { from: '20231231230000.000000', to: '20240201225959.999999' }],
    ['-', undefined], ['20240101-0500-20240201-0500-', undefined],
  ])('of date-times, whose hyphens may begin an offset: %j', (text, range) => {
    expect(dateTimeRange(text)).toEqual(range)
  })
})

describe('offsets', () => {
  test.each([['+0000', 0], ['+0530', 330], ['-0330', -210], ['+1400', 840], ['-1200', -720], ['+1401', undefined], ['-1230', undefined], ['+0060', undefined], ['0100', undefined]])(
    '%s', (text, minutes) => {
      expect(offsetMinutes(text)).toBe(minutes)
    },
  )

  test('a shift crosses days and years, and stops at the ends of the form', () => {
    expect(shiftDateTime('20240228233000.123456', 60)).toBe('20240229003000.123456')
    expect(shiftDateTime('20240101000000.000000', -1)).toBe('20231231235900.000000')
    expect(shiftDateTime('00000101000000.000000', -60)).toBe('00000101000000.000000')
    expect(shiftDateTime('99991231235959.999999', 60)).toBe('99991231235959.999999')
  })
})

describe('laws', () => {
  const part = (lowest: number, highest: number, width: number): fc.Arbitrary<string> =>
    fc.integer({ min: lowest, max: highest }).map((value) => String(value).padStart(width, '0'))
  const parts = [part(1583, 9998, 4), part(1, 12, 2), part(1, 28, 2), part(0, 23, 2), part(0, 59, 2), part(0, 59, 2)] as const
  const anyTimestamp = fc.tuple(...parts).map((values) => values.join(''))
  const anyDateTime = fc.tuple(anyTimestamp, fc.integer({ min: 2, max: 7 })).map(([text, count]) => text.slice(0, count * 2))
  const anyOffset = fc.constantFrom('', '+0000', '+0100', '-0500', '+0530', '-1200', '+1400')

  test('a range of two values holds both ends, however they are written', () => {
    fc.assert(fc.property(anyDateTime, anyOffset, anyTimestamp, anyOffset, (first, firstOffset, last, lastOffset) => {
      const range = dateTimeRange(`${first}${firstOffset}-${last}${lastOffset}`)
      expect(range?.from).toBe(normalDateTime(first + firstOffset))
      expect(range?.to?.slice(0, 14)).toBe(normalDateTime(last + lastOffset)?.slice(0, 14))
    }))
  })

  test('what precision leaves open lies within the range of the value', () => {
    fc.assert(fc.property(anyTimestamp, fc.integer({ min: 2, max: 7 }), anyOffset, (full, count, offset) => {
      const range = dateTimeRange(full.slice(0, count * 2) + offset)
      const exact = normalDateTime(full + offset) ?? ''
      expect((range?.from ?? '~') <= exact && exact <= (range?.to ?? '')).toBe(true)
    }))
  })

  test('text in normal form is in order of time', () => {
    fc.assert(fc.property(anyTimestamp, anyOffset, fc.integer({ min: 1, max: 10_000_000 }), (text, offset, minutes) => {
      const normal = normalDateTime(text + offset) ?? ''
      expect(shiftDateTime(normal, minutes) > normal).toBe(true)
      if (shiftDateTime(normal, minutes) < '9999') expect(shiftDateTime(shiftDateTime(normal, minutes), -minutes)).toBe(normal)
    }))
  })

  test('no text makes them throw', () => {
    const text = fc.string({ unit: fc.constantFrom('0', '1', '2', '9', '-', '+', '.', ':', ' ', 'x') })
    fc.assert(fc.property(text, (value) => {
      for (const read of [normalDate, normalTime, normalDateTime, dateRange, timeRange, dateTimeRange, offsetMinutes]) read(value)
    }), { numRuns: 2000 })
  })
})
