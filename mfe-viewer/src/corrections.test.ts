import type { StudySummary } from '@isocenter/contracts'
import { expect, test } from 'vitest'
import { changesOf, patientNow, whichOf } from './corrections.ts'
import { words } from './words.ts'

const { en } = words
const aStudy = (members: Partial<StudySummary> = {}): StudySummary => ({
  StudyInstanceUID: '1.2', recordId: 'aaaaaaaaaaaa', examTypes: ['CT'], StudyDate: '20260213', StudyTime: '101500.000', BodyPartExamined: [], tags: [], ModalitiesInStudy: ['CT'], category: 'radiology', NumberOfStudyRelatedSeries: 1, NumberOfStudyRelatedInstances: 1,
  state: 'normal', arrivedAt: '2026-02-13T10:20:00Z', changedAt: '2026-02-13T10:20:00Z', corrected: [], isFavourite: false, hiddenSeries: 0, actions: ['open'], ...members,
})
const corrected = aStudy({
  PatientName: 'Zhang^Wei=张^伟', PatientID: 'P-1', PatientSex: 'M', identity: { PatientBirthDate: '19900214' }, corrected: ['PatientSex', 'PatientName', 'PatientBirthDate', 'StudyDescription'],
  correctedFrom: { PatientName: 'Zang^Wei', PatientSex: 'F' },
})

test('each field that was corrected is named, with what the images say and what holds now, as people write it', () => {
  expect(changesOf(corrected, 'en', en)).toEqual(['Name Zang Wei → Zhang Wei (张伟)', 'Sex female → male', 'Birth date (none) → 1990-02-14'])
  expect(changesOf(corrected, 'zh-CN', words['zh-CN'])).toEqual(['姓名 Zang Wei → 张伟 (Zhang Wei)', '性别 女 → 男', '出生日期 （无） → 1990-02-14'])
  expect(patientNow(corrected, 'en', en)).toBe('Zhang Wei (张伟) · P-1 · male · 1990-02-14')
})

test('a correction to what the images say is none; of names that are written alike it is said what differs', () => {
  expect(changesOf(aStudy({ PatientID: 'P-1', corrected: ['PatientID'], correctedFrom: { PatientID: 'P-1' } }), 'en', en)).toEqual([])
  expect(changesOf(aStudy({ PatientName: 'Doe^Ann^^Dr', corrected: ['PatientName'], correctedFrom: { PatientName: 'Doe^Ann' } }), 'en', en)).toEqual(['Name Doe^Ann → Doe^Ann^^Dr'])
})

test('of several studies it is said which, by as many numbers as it takes', () => {
  const [morning, noon] = [aStudy({ StudyDescription: 'Head' }), aStudy({ StudyTime: '1200' })]
  expect([whichOf(morning, [morning]), whichOf(morning, [morning, noon]), whichOf(noon, [morning, noon])]).toEqual(['', 'CT 2026-02-13 10:15:00 Head', 'CT 2026-02-13 12:00'])
  const [one, other, third] = [aStudy({ AccessionNumber: 'A-1' }), aStudy({ AccessionNumber: 'A-2', recordId: 'bbbbbbbbbbbb' }), aStudy({ AccessionNumber: 'A-2', recordId: 'cccccccccccc' })]
  expect([one, other, third].map((study) => whichOf(study, [one, other, third]))).toEqual(['CT 2026-02-13 10:15:00 A-1', 'CT 2026-02-13 10:15:00 A-2 bbbbbbbbbbbb', 'CT 2026-02-13 10:15:00 A-2 cccccccccccc'])
})
