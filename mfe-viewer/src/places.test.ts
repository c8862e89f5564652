import { expect, test } from 'vitest'
import { addressOf, shownBy } from './places.ts'

const shown = (address: string) => {
  const { pathname, searchParams } = new URL(address, 'http://x')
  return shownBy(pathname, searchParams)
}

test('an address names one study or up to five, each once', () => {
  expect(shown('/o/7/viewer?studies=1.2.3')).toEqual({ organisationId: '7', StudyInstanceUIDs: ['1.2.3'] })
  expect(shown('/o/7/viewer?studies=1.2,1.3,1.2,1.4,1.5,1.6,1.7')?.StudyInstanceUIDs).toEqual(['1.2', '1.3', '1.4', '1.5', '1.6'])
})

test('where studies are shown is the address that names them', () => {
  const asked = { organisationId: '7', StudyInstanceUIDs: ['1.2', '1.3'] }
  expect(shown(addressOf(asked))).toEqual(asked)
})

test.each(['/o/7/viewer', '/o/7/viewer?studies=', '/o/7/viewer?studies=javascript:1', '/o/x/viewer?studies=1.2', '/o/7/studies?studies=1.2'])('%s names none', (address) => {
  expect(shown(address)).toBeUndefined()
})
