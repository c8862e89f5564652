import { aStudy, bytesOf } from '@isocenter/testkit'
import { attributes } from '@isocenter/testkit/instances'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readBeginning } from './beginning.ts'
import { ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian } from './transfer-syntax.ts'

const [instance] = aStudy({ series: [{ kind: 'CT', instances: 1 }] }).instances
const object = (transferSyntaxUID: string) => bytesOf({ ...instance, ...attributes({ PatientName: 'Wang^Fang=王^芳', PatientID: 'P1' }) }, { transferSyntaxUID })

test.each([ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian])('what stands before the pixels is read without them, encoded as %s', (transferSyntaxUID) => {
  const whole = object(transferSyntaxUID)
  const beginning = readBeginning(whole.subarray(0, 1600))
  expect(beginning?.fileMeta?.string('TransferSyntaxUID')).toBe(transferSyntaxUID)
  expect([beginning?.dataSet.string('PatientName'), beginning?.dataSet.string('PatientID')]).toEqual(['Wang^Fang=王^芳', 'P1'])
  expect(beginning?.dataSet.has('PixelData')).toBe(false)
})

test('wherever the bytes end, what is told is what the whole object says; other bytes tell nothing', () => {
  const whole = object(ExplicitVRLittleEndian)
  fc.assert(fc.property(fc.nat(whole.length), (end) => {
    const name = readBeginning(whole.subarray(0, end))?.dataSet.string('PatientName')
    expect([undefined, 'Wang^Fang=王^芳']).toContain(name)
  }))
  expect(readBeginning(new TextEncoder().encode('no object, only words'.repeat(20)))).toBeUndefined()
  expect(readBeginning(new Uint8Array())).toBeUndefined()
})
