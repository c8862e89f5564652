/** What is written on images. */
import { expect, test } from 'vitest'
import type { DicomJson } from '@isocenter/dicom'
import { patientLines, techniqueLines, viewLine } from './annotation-lines.ts'

const wang: DicomJson = {
  '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Wang^XiaoMing', Ideographic: '王^小明' }] }, '00100020': { vr: 'LO', Value: ['P1'] }, '00101010': { vr: 'AS', Value: ['060Y'] },
  '00180060': { vr: 'DS', Value: [120] }, '00180050': { vr: 'DS', Value: [0.625] }, '00201041': { vr: 'DS', Value: [-126.690002] },
}

test('a patient is written as people write: ideographs without a space, the age with its unit', () => {
  expect(patientLines(wang)).toEqual(['Wang XiaoMing 王小明', 'P1  60 Y'])
  expect(patientLines(wang, 'zh-CN')).toEqual(['Wang XiaoMing 王小明', 'P1  60岁'])
  expect(patientLines({ '00100010': { vr: 'PN', Value: [{ Alphabetic: '王^小明' }] }, '00101010': { vr: 'AS', Value: ['old'] } })).toEqual(['王小明', 'old'])
})

test('measures are written without the noise of their storage, the window as viewers do', () => {
  expect(techniqueLines(wang, { center: 40, width: 400, function: 'linear' })).toEqual(['120 kV  T 0.625 mm  L -126.7 mm', 'W 400  L 40'])
})

test('an image says in what it differs from what is stored, in the language of its reader', () => {
  const view = { isInverted: true, rotation: 90, isFlipped: true, area: { left: 0, top: 0, width: 1, height: 1 } } as const
  expect([viewLine(view), viewLine(view, 'zh-CN'), viewLine({ rotation: 0 })]).toEqual(['inverted · turned 90° · mirrored · part of the image', '反色 · 旋转 90° · 镜像 · 局部', undefined])
})
