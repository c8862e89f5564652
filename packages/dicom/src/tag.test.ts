import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatTag, isGroupLength, isPrivate, isPrivateCreator, parseTag } from './tag.ts'

test('a tag is eight upper-case hexadecimal digits, and reads back', () => {
  expect(formatTag(0x0010_0010)).toBe('00100010')
  expect(formatTag(0xfffe_e00d)).toBe('FFFEE00D')
  fc.assert(fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (tag) => { expect(parseTag(formatTag(tag))).toBe(tag) }))
})

test('only eight hexadecimal digits name a tag', () => {
  for (const text of ['', '0010001', '001000100', '(0010,0010)', '0x100010', 'PatientName', '0010001G', ' 00100010']) expect(parseTag(text)).toBeUndefined()
  expect(parseTag('7fe00010')).toBe(0x7fe0_0010)
})

test('odd groups are private, and elements 0010 to 00FF of them reserve blocks', () => {
  expect(isPrivate(0x0029_1010)).toBe(true)
  expect(isPrivate(0x0028_1010)).toBe(false)
  expect(isPrivate(0xfffd_0010)).toBe(true)
  expect([0x0029_000f, 0x0029_0010, 0x0029_00ff, 0x0029_0100, 0x0028_0010].map(isPrivateCreator)).toEqual([false, true, true, false, false])
})

test('element 0000 of a group is its length', () => {
  expect(isGroupLength(0x0008_0000)).toBe(true)
  expect(isGroupLength(0x0008_0005)).toBe(false)
})
