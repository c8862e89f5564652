import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatMediaType, parameterOf, parametersOf, parseAccept, parseMediaType } from './media-type.ts'

test('types and parameter names are read in any case, values as written', () => {
  const mediaType = parseMediaType('Multipart/Related; TYPE="Application/DICOM"; Boundary=aB')
  expect(mediaType?.type).toBe('multipart/related')
  expect(mediaType && parameterOf(mediaType, 'type')).toBe('Application/DICOM')
  expect(mediaType && parameterOf(mediaType, 'boundary')).toBe('aB')
})

test('quoted and unquoted values are the same, slash included', () => {
  expect(parseMediaType('multipart/related; type=application/dicom')).toEqual(parseMediaType('multipart/related;type="application/dicom"'))
})

test('separators inside quotes are content', () => {
  const [range, other] = parseAccept('multipart/related; type="image/jpeg; transfer-syntax=1.2,3"; q=0.5, image/png')
  expect(range && parameterOf(range, 'type')).toBe('image/jpeg; transfer-syntax=1.2,3')
  expect(range?.quality).toBe(0.5)
  expect(other?.type).toBe('image/png')
})

test('a repeated parameter is kept twice', () => {
  const mediaType = parseMediaType('application/dicom; transfer-syntax=1; transfer-syntax=2')
  expect(mediaType && parametersOf(mediaType, 'transfer-syntax')).toEqual(['1', '2'])
})

test('weights are bounded, and an unreadable one counts as none written', () => {
  expect(parseAccept('a/a;q=.2, b/b;q=7, c/c;q=-1, d/d;q=x, e/e').map((range) => range.quality)).toEqual([0.2, 1, 0, 1, 1])
})

test('a lone star is any type (dcm4che, HttpURLConnection)', () => {
  expect(parseAccept('text/html, *; q=.2').map(({ type }) => type)).toEqual(['text/html', '*/*'])
})

test('what is no media type is left out of a list', () => {
  expect(parseAccept(', nonsense, ;q=1, a/b').map(({ type }) => type)).toEqual(['a/b'])
  expect(parseMediaType('')).toBeUndefined()
  expect(parseMediaType('text')).toBeUndefined()
})

test('what is formatted reads back', () => {
  fc.assert(fc.property(fc.string(), (value) => {
    const mediaType = parseMediaType(formatMediaType('multipart/related', { type: value }))
    expect(mediaType && parameterOf(mediaType, 'type')).toBe(value)
  }))
})

test('any text at all is parsed without an error', () => {
  fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => void parseAccept(text)))
})
