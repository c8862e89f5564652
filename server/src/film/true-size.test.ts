import { attributes } from '@isocenter/testkit/instances'
import { expect, test } from 'vitest'
import { placeSize, sheetsOf } from '@isocenter/contracts'
import { sizeInBody } from './true-size.ts'

const image = { Rows: 100, Columns: 200 }

test('Pixel Spacing is between rows first, then between columns', () => {
  expect(sizeInBody(attributes({ ...image, PixelSpacing: [0.5, 0.25] }), 1)).toEqual({ width: 50, height: 50 })
})

test('frames have theirs shared, or each its own', () => {
  expect(sizeInBody(attributes({ ...image, SharedFunctionalGroupsSequence: [{ PixelMeasuresSequence: [{ PixelSpacing: [1, 1] }] }] }), 2)).toEqual({ width: 200, height: 100 })
  const own = attributes({ ...image, PerFrameFunctionalGroupsSequence: [{ PixelMeasuresSequence: [{ PixelSpacing: [1, 1] }] }, { PixelMeasuresSequence: [{ PixelSpacing: [2, 2] }] }] })
  expect([sizeInBody(own, 1)?.width, sizeInBody(own, 2)?.width]).toEqual([200, 400])
})

test('a detector\'s spacing stands in; without any the size is unknown', () => {
  expect(sizeInBody(attributes({ ...image, ImagerPixelSpacing: [0.1, 0.1] }), 1)).toEqual({ width: 20, height: 10 })
  expect(sizeInBody(attributes({ ...image, PixelSpacing: [0, 0] }), 1)).toBeUndefined()
  expect(sizeInBody(attributes(image), 1)).toBeUndefined()
})

test('of what is seen alone, as it lies', () => {
  const json = attributes({ ...image, PixelSpacing: [0.5, 0.25] })
  expect(sizeInBody(json, 1, { rotation: 90 })).toEqual({ width: 50, height: 50 })
  expect(sizeInBody(json, 1, { area: { left: 20, top: 0, width: 40, height: 10 } })).toEqual({ width: 10, height: 5 })
  expect(sizeInBody(json, 1, { rotation: 270, area: { left: 20, top: 0, width: 40, height: 10 } })).toEqual({ width: 5, height: 10 })
  expect(sizeInBody(json, 1, { area: { left: 180, top: 90, width: 40, height: 20 } })).toEqual({ width: 5, height: 5 })
  expect(sizeInBody(json, 1, { area: { left: 200, top: 0, width: 40, height: 20 } })).toBeUndefined()
})

test('places share a film that lies or stands', () => {
  expect(placeSize({ FilmSizeID: 'A4', FilmOrientation: 'LANDSCAPE', columns: 3, rows: 2 })).toEqual({ width: 99, height: 105 })
  expect([sheetsOf(4, { columns: 2, rows: 2 }), sheetsOf(5, { columns: 2, rows: 2 })]).toEqual([1, 2])
})
