import fc from 'fast-check'
import { expect, test } from 'vitest'
import { newUploadCode, uploadCodeHash } from './code.ts'

test('a code is five groups of five characters that are not mistaken for each other, and never the same', () => {
  const codes = Array.from({ length: 500 }, newUploadCode)
  for (const code of codes) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{5}-){4}[0-9A-HJKMNP-TV-Z]{5}$/)
  expect(new Set(codes).size).toBe(500)
  expect(new Set(codes.join('').replaceAll('-', '')).size).toBe(32)
})

test('a code is found however a person writes it down, and no other is', () => {
  fc.assert(fc.property(fc.integer(), fc.boolean(), (seed, lower) => {
    const code = newUploadCode()
    const written = [...code].map((character, index) => {
      const pick = (seed >> (index % 16)) & 1
      if (character === '-') return pick ? ' – ' : ''
      if (character === '0') return pick ? 'O' : '0'
      if (character === '1') return pick ? 'I' : 'l'
      return lower ? character.toLowerCase() : character
    }).join('')
    expect(uploadCodeHash(written).equals(uploadCodeHash(code))).toBe(true)
    expect(uploadCodeHash(newUploadCode()).equals(uploadCodeHash(code))).toBe(false)
  }))
})
