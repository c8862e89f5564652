import { attributes } from '@isocenter/testkit/instances'
import { expect, test } from 'vitest'
import { readyInstance, readySeries, readyStudy, spliceInstance, spliceSeries, spliceStudy } from './ready.ts'

const json = attributes({
  StudyInstanceUID: '1.2', SeriesInstanceUID: '1.2.3', SOPInstanceUID: '1.2.3.4', SOPClassUID: '1.2.840.10008.5.1.4.1.1.2', PatientName: 'Doe\u001f^John', TimezoneOffsetFromUTC: '+0800',
  PatientWeight: 70, Rows: 512, ProtocolName: 'Head', RequestAttributesSequence: [{ ScheduledProcedureStepID: 'S1' }],
})
const facts = { RetrieveURL: 'http://pacs.example/studies/1.2', ModalitiesInStudy: ['CT'], NumberOfStudyRelatedSeries: 1, NumberOfStudyRelatedInstances: 2 }
const members = (text: string) => [...text.matchAll(/"([0-9A-F]{8})":\{"vr"/g)].map(([, tag]) => tag)

test('what is spliced in stands in its place, and every level is ascending', () => {
  const study = spliceStudy(readyStudy(json).attributes, { ...facts, SOPClassesInStudy: ['1.2.840.10008.5.1.4.1.1.2'] })
  const series = spliceSeries(readySeries({ ...json, '00400275': { vr: 'SQ', Value: [] } }).attributes, { RetrieveURL: 'http://x', NumberOfSeriesRelatedInstances: 2 })
  const instance = spliceInstance(readyInstance(json).attributes, { RetrieveURL: 'http://x' })
  for (const text of [study, series, instance]) {
    expect(members(text)).toEqual(members(text).toSorted())
    expect(Object.keys(JSON.parse(text) as object).length).toBe(members(text).length)
  }
  expect(members(study)).toEqual(expect.arrayContaining(['00080056', '00080061', '00080062', '00081190', '00080201', '00201206', '00201208']))
})

test('a control character in a value is not taken for a place to splice', () => {
  const study = JSON.parse(spliceStudy(readyStudy(json).attributes, facts)) as Record<string, { Value?: { Alphabetic: string }[] }>
  expect(study['00100010']?.Value?.[0]?.Alphabetic).toBe('Doe\u001f^John')
})

test('what is unknown is there without a value where it is required, and absent where not', () => {
  const study = JSON.parse(spliceStudy(readyStudy({}).attributes, { ...facts, ModalitiesInStudy: [] })) as object
  expect(study).toMatchObject({ '00080020': { vr: 'DA' }, '00100010': { vr: 'PN' } })
  for (const tag of ['00080061', '00080201', '00081030']) expect(study).not.toHaveProperty(tag)
})

test('more_attributes holds the rest of the level and nothing of another', () => {
  expect(JSON.parse(readyStudy(json).more_attributes)).toEqual({ '00101030': { vr: 'DS', Value: [70] } })
  expect(JSON.parse(readySeries(json).more_attributes)).toMatchObject({ '00181030': {} })
  expect(readySeries(json).more_attributes).not.toContain('00280010')
})
