/** What scopes mean, and what addresses are. */
import { permissionsOfScope, scopeGrants } from '@isocenter/contracts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { permissions } from '../identity/index.ts'
import { isWithin, readNetwork } from './addresses.ts'
import { grantedByScopes } from './scopes.ts'

describe('scopes', () => {
  test('every word a scope grants is one that routes ask for, and none makes keys or manages', () => {
    const granted = scopeGrants.flatMap((grant) => [...grant.permissions])
    expect(granted.filter((word) => !(permissions as readonly string[]).includes(word))).toEqual([])
    expect(granted.filter((word) => /^(org|admin|operator|gateway)/.test(word) && word !== 'organisation:read')).toEqual([])
  })

  test('letters that are joined grant what they grant one by one, and no more', () => {
    const grant = fc.constantFrom(...scopeGrants)
    fc.assert(fc.property(fc.array(grant, { minLength: 1 }), (grants) => {
      const [first] = grants
      const same = grants.filter(({ resource }) => resource === first?.resource)
      const letters = [...'cruds'].filter((letter) => same.some((one) => [...one.letters].includes(letter))).join('')
      expect(new Set(permissionsOfScope(`system/${String(first?.resource)}.${letters}`))).toEqual(new Set(same.flatMap((one) => [...one.permissions])))
    }))
  })

  test('any other text grants nothing', () => {
    fc.assert(fc.property(fc.string(), (text) => { expect(grantedByScopes([text]).size).toBe(0) }))
    for (const scope of ['system/*.rs', 'system/ImagingStudy.read', 'user/ImagingStudy.rs', 'system/ImagingStudy.rs?x=1', 'dicomweb:search', 'system/ImagingStudy.rs system/ImagingStudy.d']) expect([scope, grantedByScopes([scope]).size]).toEqual([scope, 0])
  })
})

describe('addresses', () => {
  test('an address is in the network of it alone, and in every one that is wider', () => {
    fc.assert(fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), (address, length) => {
      expect(isWithin([String(readNetwork(address))], address)).toBe(true)
      expect(isWithin([String(readNetwork(`${address}/${String(length)}`))], address)).toBe(true)
      expect(isWithin([String(readNetwork(address))], `::ffff:${address}`)).toBe(true)
    }))
  })

  test('one that differs in a bit of the network is not in it', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 0xffffffff }), fc.integer({ min: 1, max: 32 }), fc.nat(31), (value, length, bit) => {
      const text = (number: number) => [24, 16, 8, 0].map((shift) => String((number >>> shift) & 255)).join('.')
      const other = (value ^ (1 << (31 - (bit % length)))) >>> 0
      expect(isWithin([String(readNetwork(`${text(value)}/${String(length)}`))], text(other))).toBe(false)
    }))
  })

  test.each(['', 'pacs.example', '192.0.2.1/33', '192.0.2.1/-1', '192.0.2.1/1/2', '192.0.2', '2001:db8::/129', 'fe80::1%eth0', '192.0.2.1/', '1.2.3.4/0x8'])('"%s" is none', (text) => { expect(readNetwork(text)).toBeUndefined() })
})
