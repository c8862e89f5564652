import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isOtherPatient, knownOf, type PatientIdentity } from './patient-conflict.ts'

const patient = (given: Partial<PatientIdentity> = {}): PatientIdentity => ({ patient_id: null, issuer_of_patient_id: null, patient_name_search: null, patient_birth_date: null, ...given })

test.each<[string, Partial<PatientIdentity>, Partial<PatientIdentity>, boolean]>([
  ['another PatientID', { patient_id: 'P-1' }, { patient_id: 'P-2' }, true],
  ['the same PatientID of another issuer', { patient_id: 'P-1', issuer_of_patient_id: 'NORTH' }, { patient_id: 'P-1', issuer_of_patient_id: 'SOUTH' }, true],
  ['the same PatientID, whose issuer one does not say', { patient_id: 'P-1', issuer_of_patient_id: 'NORTH' }, { patient_id: 'P-1' }, false],
  ['the same PatientID under another name', { patient_id: 'P-1', patient_name_search: 'WANG^FANG' }, { patient_id: 'P-1', patient_name_search: 'LI^FANG' }, false],
  ['a PatientID against none, under another name', { patient_id: 'P-1', patient_name_search: 'WANG^FANG' }, { patient_name_search: 'LI^NA' }, false],
  ['no PatientIDs, another name', { patient_name_search: 'WANG^FANG' }, { patient_name_search: 'LI^NA' }, true],
  ['no PatientIDs, a name written in one way more', { patient_name_search: 'WANG^FANG=王^芳' }, { patient_name_search: 'WANG^FANG' }, false],
  ['no PatientIDs, another birth date', { patient_name_search: 'WANG^FANG', patient_birth_date: '19600102' }, { patient_name_search: 'WANG^FANG', patient_birth_date: '19600103' }, true],
  ['no PatientIDs, a name against none', { patient_name_search: 'WANG^FANG' }, { patient_birth_date: '19600103' }, false],
])('%s', (_, one, other, expected) => {
  expect(isOtherPatient(patient(one), patient(other))).toBe(expected)
  expect(isOtherPatient(patient(other), patient(one))).toBe(expected)
})

const value = fc.option(fc.constantFrom('A', 'B', 'A=B'), { nil: null })
const anyone = fc.record({ patient_id: value, issuer_of_patient_id: value, patient_name_search: value, patient_birth_date: value })

test('nobody is another than himself, nor than somebody of whom nothing is known; and who was the same is so to what both have told', () => {
  fc.assert(fc.property(anyone, anyone, (one, other) => {
    expect(isOtherPatient(one, one)).toBe(false)
    expect(isOtherPatient(one, patient())).toBe(false)
    if (!isOtherPatient(one, other)) expect(isOtherPatient(knownOf(one, other), one)).toBe(false)
  }))
})
