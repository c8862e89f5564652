import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dicomwebRootOf, shareLinkOf } from './root.ts'

test('the viewer asks the service of the organisation or the share link that its address names', () => {
  expect(dicomwebRootOf('?StudyInstanceUIDs=1.2&o=12')).toBe('/o/12/dicom-web')
  expect(dicomwebRootOf('?StudyInstanceUIDs=1.2&s=AbCd_-0123456789')).toBe('/s/AbCd_-0123456789/dicom-web')
  expect(shareLinkOf('?o=12')).toBeUndefined()
})

test('no address leads it to another server', () => {
  fc.assert(fc.property(fc.string(), fc.string(), (organisation, link) => {
    expect(dicomwebRootOf(`?${new URLSearchParams({ o: organisation, s: link }).toString()}`) ?? '/o/1/dicom-web').toMatch(/^\/(o\/[1-9]\d*|s\/[\w-]{16})\/dicom-web$/)
  }))
})
