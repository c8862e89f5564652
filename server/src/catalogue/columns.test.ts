import { attributes } from '@isocenter/testkit/instances'
import { expect, test } from 'vitest'
import { instanceColumns, seriesColumns, studyColumns } from './columns.ts'

test('names are kept as written, folded, and in Chinese tokens', () => {
  expect(studyColumns(attributes({ PatientName: 'Wáng^XiǎoDōng=王^小東', ReferringPhysicianName: 'Müller^Eva' }))).toMatchObject({
    patient_name: 'Wáng^XiǎoDōng=王^小東', patient_name_search: 'wang^xiaodong=王^小東', patient_name_tokens: ['王', '小', '王小', '東', '小東'],
    referring_physician_name: 'Müller^Eva', referring_physician_name_search: 'muller^eva',
  })
})

test('dates and times stand in the form that sorts, and what cannot be read is null rather than guessed', () => {
  expect(studyColumns(attributes({ StudyDate: '2026.01.15', StudyTime: '1015', PatientBirthDate: 'unknown' }))).toMatchObject({
    study_date: '20260115', study_time: '101500.000000', patient_birth_date: null })
  expect(studyColumns({})).toMatchObject({ study_date: null, patient_id: null, patient_name_search: null, patient_name_tokens: [] })
})

test('numbers are kept as written and as numbers where they are whole', () => {
  expect(seriesColumns(attributes({ SeriesNumber: ' 007' }))).toMatchObject({ series_number: '007', series_number_sort: 7 })
  expect(seriesColumns(attributes({ SeriesNumber: 'seven' }))).toMatchObject({ series_number: 'seven', series_number_sort: null })
  expect(instanceColumns(attributes({ InstanceNumber: '99999999999999999999', NumberOfFrames: 3_000_000_000 }))).toMatchObject({
    instance_number: '99999999999999999999', instance_number_sort: null, number_of_frames: null })
})

test('values longer than an index entry allows keep their beginning, no character cut in two', () => {
  const { patient_id, patient_name_search, study_description } = studyColumns(attributes({ PatientID: '𠮷'.repeat(5_000), PatientName: '𠮷'.repeat(5_000), StudyDescription: '頭'.repeat(5_000) }))
  expect([patient_id, patient_name_search, study_description].map((text) => Array.from(text ?? '').length)).toEqual([120, 200, 120])
  expect(patient_id?.isWellFormed()).toBe(true)
  expect(Buffer.byteLength(`${patient_id}${patient_name_search}${study_description}${patient_id}`)).toBeLessThan(2_600)
})

test('items of RequestAttributesSequence keep what they are matched by, one without identifiers too', () => {
  const { request_attributes } = seriesColumns(attributes({ RequestAttributesSequence: [{ ScheduledProcedureStepID: 'S1', RequestedProcedureID: 'R1' }, { ScheduledProcedureStepID: null }] }))
  expect(JSON.parse(request_attributes)).toEqual([{ ScheduledProcedureStepID: 'S1', RequestedProcedureID: 'R1' }, {}])
})
