/** Which studies' images may stand together on a film. */
import { expect, test } from 'vitest'
import { numberedPatients, type StudyPatient } from './patients.ts'

const study = (StudyInstanceUID: string, said: Partial<StudyPatient>): StudyPatient => ({ StudyInstanceUID, PatientID: null, IssuerOfPatientID: null, PatientName: null, PatientBirthDate: null, ...said })
const numbersOf = (...said: readonly Partial<StudyPatient>[]) => [...numberedPatients(said.map((one, index) => study(`1.2.${String(index)}`, one))).values()]

test.each<[string, readonly Partial<StudyPatient>[], readonly number[]]>([
  ['one PatientID, whatever the name', [{ PatientID: 'P1', PatientName: 'ZHANG WEI' }, { PatientID: 'P1', PatientName: 'WEI ZHANG' }], [1, 1]],
  ['two PatientIDs of one name', [{ PatientID: 'P1', PatientName: 'ZHANG WEI' }, { PatientID: 'P2', PatientName: 'ZHANG WEI' }], [1, 2]],
  ['one PatientID of two issuers', [{ PatientID: 'P1', IssuerOfPatientID: 'A' }, { PatientID: 'P1', IssuerOfPatientID: 'B' }], [1, 2]],
  ['one PatientID, once without its issuer', [{ PatientID: 'P1', IssuerOfPatientID: 'A' }, { PatientID: 'P1' }], [1, 1]],
  ['one PatientID of two issuers and once of none said', [{ PatientID: 'P1', IssuerOfPatientID: 'A' }, { PatientID: 'P1' }, { PatientID: 'P1', IssuerOfPatientID: 'B' }], [1, 2, 3]],
  ['no PatientID, but name and birth date', [{ PatientName: 'ZHANG WEI', PatientBirthDate: '19700101' }, { PatientName: 'ZHANG WEI', PatientBirthDate: '19700101' }], [1, 1]],
  ['no PatientID, two birth dates', [{ PatientName: 'ZHANG WEI', PatientBirthDate: '19700101' }, { PatientName: 'ZHANG WEI', PatientBirthDate: '19800101' }], [1, 2]],
  ['a PatientID on one side only', [{ PatientID: 'P1', PatientName: 'ZHANG WEI', PatientBirthDate: '19700101' }, { PatientName: 'ZHANG WEI', PatientBirthDate: '19700101' }], [1, 2]],
  ['nothing that tells one from another', [{ PatientName: 'ZHANG WEI' }, { PatientName: 'ZHANG WEI' }, {}, {}], [1, 2, 3, 4]],
])('patients are told apart: %s', (_what, said, numbers) => {
  expect(numbersOf(...said)).toEqual(numbers)
})
