import fc from 'fast-check'
import { expect, test } from 'vitest'
import { keyImagesOf, keyObjectOf, newUID } from './src/ohif/extension/key-images.ts'
import { examOf, examProtocols, isLocalizer, isMirrored, mammographyViewOf } from './src/ohif/extension/hanging.ts'

const series = (...modalities: readonly string[]) => modalities.map((Modality) => ({ Modality, numImageFrames: 1 }))

test.each([
  [series('CT', 'CT'), 'ct'], [series('MR'), 'mr'], [series('CR'), 'radiograph'], [series('DX', 'DX'), 'radiograph'], [series('US'), 'ultrasound'], [series('MG', 'US'), 'mammography'],
  [series('PT', 'CT'), undefined], [series('OCT'), undefined], [series('IVUS'), undefined], [[], undefined],
  [[{ Modality: 'SR', numImageFrames: 0 }, ...series('CT')], 'ct'], [[{ Modality: 'MR' }], undefined],
] as const)('images of %j are an exam of kind %s', (displaySets, exam) => { expect(examOf(displaySets)).toBe(exam) })

test.each([
  [{ ImageLaterality: 'R', ViewCodeSequence: [{ CodeValue: 'R-10242' }] }, 'RCC'],
  [{ ImageLaterality: 'L', ViewCodeSequence: { CodeValue: '399368009' }, ViewPosition: 'CC' }, 'LMLO'],
  [{ Laterality: 'L', ViewPosition: 'CC' }, 'LCC'],
  [{ ImageLaterality: 'R', ViewPosition: 'ML' }, undefined], [{ ViewPosition: 'CC' }, undefined], [{ ImageLaterality: 'B', ViewPosition: 'CC' }, undefined],
])('the view of %j is %s', (instance, view) => { expect(mammographyViewOf(instance)).toBe(view) })

test('chest walls meet: of the right breast rows run to the back, of the left one to the front', () => {
  const mirrored = (ImageLaterality: string, ...PatientOrientation: readonly string[]) => isMirrored({ ImageLaterality, PatientOrientation })
  expect([mirrored('R', 'P', 'L'), mirrored('R', 'A', 'L'), mirrored('L', 'A', 'R'), mirrored('L', 'P', 'R'), mirrored('R', 'AR', 'F')]).toEqual([false, true, false, true, true])
  expect([isMirrored({ ImageLaterality: 'R' }), isMirrored({ PatientOrientation: ['A', 'F'] })]).toEqual([false, false])
})

test('a scout is no series to begin with', () => {
  expect([isLocalizer({ ImageType: ['ORIGINAL', 'PRIMARY', 'LOCALIZER'] }), isLocalizer({ ImageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'] }), isLocalizer({})]).toEqual([true, false, false])
})

test('every protocol ends with a layout that a single series fills, and names selectors that are there', () => {
  for (const { protocol: { stages, displaySetSelectors } } of examProtocols) {
    expect(stages.at(-1)).toMatchObject({ stageActivation: { enabled: { minViewportsMatched: 0 } }, viewportStructure: { properties: { rows: 1, columns: 1 } } })
    for (const { viewports } of stages as readonly { viewports: readonly { displaySets: readonly { id: string }[] }[] }[]) {
      for (const { displaySets } of viewports) for (const { id } of displaySets) expect(Object.keys(displaySetSelectors)).toContain(id)
    }
  }
})

test('what is marked is what the document names, frame and all', () => {
  const uid = fc.bigInt({ min: 1n, max: 10n ** 30n }).map((number) => `2.25.${number.toString()}`)
  fc.assert(fc.property(uid, uid, uid, fc.integer({ min: 1, max: 5000 }), fc.boolean(), (SeriesInstanceUID, SOPInstanceUID, StudyInstanceUID, frameNumber, isMultiFrame) => {
    const document = keyObjectOf({ StudyInstanceUID, SOPClassUID: '1.2.840.10008.5.1.4.1.1.2', ...(isMultiFrame ? { NumberOfFrames: 5000 } : {}) }, { SeriesInstanceUID, SOPInstanceUID, frameNumber }, new Date(2026, 10, 22, 9, 5))
    expect(keyImagesOf(document)).toEqual([{ SeriesInstanceUID, SOPInstanceUID, frameNumber: isMultiFrame ? frameNumber : undefined }])
    expect(document).toMatchObject({ StudyInstanceUID, Modality: 'KO', ContentDate: '20261122', ContentTime: '090500', ConceptNameCodeSequence: [{ CodeValue: '113000' }] })
  }))
})

test('a UID of random bits is one', () => { expect(newUID()).toMatch(/^2\.25\.[1-9]\d{0,38}$/) })
