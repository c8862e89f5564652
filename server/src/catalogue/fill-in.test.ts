import { formatTag, tagOf, type DicomJson } from '@isocenter/dicom'
import { attributes } from '@isocenter/testkit'
import { expect, test } from 'vitest'
import { searchable, type Level, type SearchableKeyword } from './attributes.ts'
import { correctSeries, correctStudy, fillSeries, fillStudy } from './fill-in.ts'
import { instanceAttributes, seriesAttributes, studyAttributes } from './level-attributes.ts'
import { seriesRow, studyRow } from './prepare.ts'

const StudyInstanceUID = '1.2.3'
const study = (given: DicomJson = {}) => studyRow({ ...attributes({ StudyInstanceUID }), ...given })

test('rows that say the same need no filling in', () => {
  const row = study(attributes({ PatientName: 'Li^Na' }))
  expect(fillStudy(row, row)).toBeUndefined()
  expect(fillStudy(row, study())).toBeUndefined()
})

test.each([
  ['absent', {}],
  ['without a value', { '00100010': { vr: 'PN' } }],
  ['with an empty text', { '00100010': { vr: 'PN', Value: [{ Alphabetic: '' }] } }],
  ['with null', { '00100010': { vr: 'PN', Value: [null] } }],
  ['with blanks', { '00100010': { vr: 'PN', Value: [{ Alphabetic: '  ', Ideographic: '' }] } }],
] satisfies [string, DicomJson][])('a name %s is filled in, in the answer as in what is searched', (_, empty) => {
  const filled = fillStudy(study(empty), study(attributes({ PatientName: 'Li^Na' })))
  expect(filled).toEqual(study(attributes({ PatientName: 'Li^Na' })))
})

test('a value that is there is never overwritten', () => {
  const filled = fillStudy(study(attributes({ PatientName: 'Li^Na' })), study(attributes({ PatientName: 'Wang^Wei', StudyDescription: 'CT Head' })))
  expect(filled).toEqual(study(attributes({ PatientName: 'Li^Na', StudyDescription: 'CT Head' })))
})

test('a correction overwrites what it gives a value, and takes nothing away', () => {
  const stored = study(attributes({ PatientName: 'Li^Na', StudyDescription: 'CT Head' }))
  expect(correctStudy(stored, stored)).toBeUndefined()
  expect(correctStudy(stored, study())).toBeUndefined()
  expect(correctStudy(stored, study(attributes({ PatientName: 'Li^Nan' })))).toEqual(study(attributes({ PatientName: 'Li^Nan', StudyDescription: 'CT Head' })))
  expect(correctSeries(seriesRow(attributes({ Modality: 'CT' })), seriesRow(attributes({ Modality: 'PT' })))?.modality).toBe('PT')
})

test('what is only kept for includefield is filled in too', () => {
  const filled = fillSeries(seriesRow(attributes({ StudyInstanceUID })), seriesRow(attributes({ StudyInstanceUID, ProtocolName: 'Routine' })))
  expect(filled?.more_attributes).toContain('Routine')
})

test('every attribute a row is searched by is kept in its answer, or it would be lost when the row is made anew', () => {
  const kept: Record<Level, readonly string[]> = {
    study: [...studyAttributes.always, ...studyAttributes.known, ...studyAttributes.more],
    series: [...seriesAttributes.always, ...seriesAttributes.known, ...seriesAttributes.more, 'RequestAttributesSequence'],
    instance: [...instanceAttributes.always, ...instanceAttributes.known],
  }
  const computed: readonly string[] = ['ModalitiesInStudy', 'SOPClassesInStudy']
  for (const [keyword, { level }] of Object.entries(searchable) as [SearchableKeyword, { level: Level }][]) {
    if (!computed.includes(keyword)) expect(kept[level], `${keyword} ${formatTag(tagOf(keyword))}`).toContain(keyword)
  }
})
