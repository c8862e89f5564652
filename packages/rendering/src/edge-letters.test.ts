/** Which way of the body lies at which edge of an image. */
import { expect, test } from 'vitest'
import type { DicomJson } from '@isocenter/dicom'
import { edgeLetters } from './edge-letters.ts'

const lying = (...cosines: number[]): DicomJson => ({ '00200037': { vr: 'DS', Value: cosines } })
const axial = lying(1, 0, 0, 0, 1, 0)
const written = (...found: Parameters<typeof edgeLetters>): string | undefined => {
  const letters = edgeLetters(...found)
  return letters && [letters.top, letters.right, letters.bottom, letters.left].join(' ')
}

test.each<[string, DicomJson, Parameters<typeof edgeLetters>[2], string | undefined]>([
  ['an axial image', axial, {}, 'A L P R'],
  ['a quarter clockwise', axial, { rotation: 90 }, 'R A L P'],
  ['mirrored', axial, { isFlipped: true }, 'A R P L'],
  ['a quarter clockwise, then mirrored', axial, { rotation: 90, isFlipped: true }, 'R P L A'],
  ['three quarters', axial, { rotation: 270 }, 'L P R A'],
  ['a coronal image', lying(1, 0, 0, 0, 0, -1), {}, 'H L F R'],
  ['an oblique one, the nearest direction first', lying(0.8, 0.6, 0, 0, 0, -1), {}, 'H LP F RA'],
  ['a radiograph by its letters', { '00200020': { vr: 'CS', Value: ['L', 'F'] } }, {}, 'H L F R'],
  ['what says neither', {}, {}, undefined],
  ['what cannot be read', { '00200020': { vr: 'CS', Value: ['?'] } }, {}, undefined],
  ['an animal on four legs', { ...axial, '00102210': { vr: 'CS', Value: ['QUADRUPED'] } }, {}, undefined],
])('the edges of %s', (_what, json, view, edges) => {
  expect(written(json, 1, view)).toBe(edges)
})

test('a frame of an enhanced image lies as its own group says', () => {
  const group = (...cosines: number[]) => ({ '00209116': { vr: 'SQ' as const, Value: [lying(...cosines)] } })
  const json: DicomJson = { '52009229': { vr: 'SQ', Value: [group(1, 0, 0, 0, 1, 0)] }, '52009230': { vr: 'SQ', Value: [{}, group(0, 1, 0, 0, 0, -1)] } }
  expect([written(json, 1), written(json, 2)]).toEqual(['A L P R', 'H P F A'])
})
