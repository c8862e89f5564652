import { expect, test } from 'vitest'
import { chosenStudies, differences, isOfAnotherPatient, patientsOf } from './chosen-studies.ts'
import type { Header } from './dicom-file.ts'
import type { UploadItem } from './upload-queue.ts'

let id = 0
const ready = (StudyInstanceUID: string, values: Header['values'], more: Partial<UploadItem> = {}): UploadItem => ({ id: ++id, name: 'x', bytes: 10, sent: 0, outcome: 'ready', header: { StudyInstanceUID, Modality: 'CT', StudyDate: '20261120', values }, ...more })

test('files are grouped by study; one of them says what another leaves out', () => {
  const studies = chosenStudies([ready('1', { PatientName: 'Li^Na' }), ready('1', { PatientName: 'Li^Na', PatientID: 'P' }), ready('2', {}), ready('2', {}, { outcome: 'stored' }), ready('3', {}, { header: undefined })])
  expect(studies).toMatchObject([{ StudyInstanceUID: '1', files: 2, bytes: 20, values: { PatientName: 'Li^Na', PatientID: 'P' } }, { StudyInstanceUID: '2', files: 1 }])
})

test('two patients under one study are seen; spaces and case are no second one', () => {
  expect(chosenStudies([ready('1', { PatientName: 'Li^Na', PatientID: 'P' }), ready('1', { PatientName: 'LI^NA ', PatientID: 'p' })])[0]?.patients).toHaveLength(1)
  expect(chosenStudies([ready('1', { PatientName: 'Li^Na', PatientID: 'P' }), ready('1', { PatientName: 'Li^Na', PatientID: 'Q' })])[0]?.patients).toEqual(['Li^Na P', 'Li^Na Q'])
  expect(patientsOf(chosenStudies([ready('1', { PatientID: 'P' }), ready('2', { PatientID: 'P' }), ready('3', { PatientID: 'Q' })]))).toEqual(['P', 'Q'])
})

test('a difference is what was typed and is not what the files say; an emptied field is none', () => {
  const study = { values: { PatientName: 'Zang^Wei', PatientID: 'P' } }
  expect(differences(study, { PatientName: 'Zhang^Wei', PatientID: ' P ', AccessionNumber: 'A' })).toEqual({ PatientName: 'Zhang^Wei', AccessionNumber: 'A' })
  expect(differences(study, { PatientName: '', PatientID: undefined })).toEqual({})
})

test('files are of another patient than the study that is there where the identifier is another, or without one the name', () => {
  const files = { values: { PatientName: 'Li^Na', PatientID: 'P-1' } }
  expect(isOfAnotherPatient(files, { PatientID: 'P-2', PatientName: 'Li^Na' })).toBe(true)
  expect(isOfAnotherPatient(files, { PatientID: 'p-1 ', PatientName: 'Li Na' })).toBe(false)
  expect(isOfAnotherPatient(files, { PatientID: undefined, PatientName: 'Wang^Fang' })).toBe(true)
  expect(isOfAnotherPatient({ values: {} }, { PatientID: 'P-2', PatientName: 'Li^Na' })).toBe(false)
})
