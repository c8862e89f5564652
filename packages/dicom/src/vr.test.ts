import { expect, test } from 'vitest'
import { allVRs, hasLongLengthBytes, isVR, vrOfBytes, vrTraits } from './vr.ts'

test('the standard has 34 value representations (PS3.5 Table 6.2-1)', () => {
  expect(allVRs).toHaveLength(34)
  expect(new Set(allVRs).size).toBe(34)
})

test('two bytes are a VR exactly when they are its letters', () => {
  let found = 0
  for (let first = 0; first < 256; first++) {
    for (let second = 0; second < 256; second++) {
      const vr = vrOfBytes(first, second)
      if (vr === undefined) continue
      found++
      expect(vr).toBe(String.fromCharCode(first, second))
      expect(hasLongLengthBytes(first, second)).toBe(vrTraits(vr).hasLongLength)
    }
  }
  expect(found).toBe(34)
})

test('thirteen VRs have the 32-bit length form (PS3.5 Table 7.1-1)', () => {
  expect(allVRs.filter((vr) => vrTraits(vr).hasLongLength)).toEqual(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV'])
})

test('seven VRs are written in the Specific Character Set (PS3.5 §6.1.2.2)', () => {
  expect(allVRs.filter((vr) => vrTraits(vr).usesCharset)).toEqual(['LO', 'LT', 'PN', 'SH', 'ST', 'UC', 'UT'])
})

test('text is padded with spaces, UI and bytes with NUL', () => {
  expect(allVRs.filter((vr) => vrTraits(vr).isText && vrTraits(vr).padding === 0)).toEqual(['UI'])
  expect(vrTraits('OB').padding).toBe(0)
})

test('words that are no VR are told from VRs', () => {
  expect(isVR('PN')).toBe(true)
  for (const text of ['pn', 'ZZ', '', 'constructor', 'toString']) expect(isVR(text)).toBe(false)
})
