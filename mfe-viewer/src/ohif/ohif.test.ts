import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { compareProtocols } from './extension/compare.ts'
import { identityOf, patientSeen, prevailingPatientID, writtenName } from './extension/patient-banner.ts'
import { headingOf } from './extension/study-headings.ts'
import { comparableID, onPatientsOfStudies, takePatientsOfStudies, whoseStudy } from './extension/studys-patient.ts'
import { dicomwebRootOf } from './root.ts'

afterEach(() => {
  takePatientsOfStudies('unknown')
  vi.useRealTimers()
})

test("the viewer asks the organisation's service, and nobody where the address names none", () => {
  expect(dicomwebRootOf('?o=12&StudyInstanceUIDs=1.2')).toBe('/o/12/dicom-web')
  for (const search of ['', '?o=', '?o=../api', '?o=0', '?o=//evil.example', '?root=https://evil.example']) expect(dicomwebRootOf(search)).toBeUndefined()
})

test.each([
  [{ Alphabetic: 'Li^Na', Ideographic: '李^娜' }, '李娜 (Li Na)', 'Li Na (李娜)'],
  [{ Ideographic: '李^娜' }, '李娜', '李娜'],
  [[{ Alphabetic: 'Müller^Annegret^^Dr.' }], 'Müller Annegret', 'Müller Annegret'],
  ['Li^Na=李^娜', '李娜 (Li Na)', 'Li Na (李娜)'],
  ['欧阳^修', '欧阳修', '欧阳修'],
  [undefined, '', ''],
  [{}, '', ''],
])('%j is written %s in Chinese, %s in English', (name, chinese, english) => {
  expect([writtenName(name, 'zh-CN'), writtenName(name, 'en')]).toEqual([chinese, english])
})

test.each([
  [{ PatientID: 'P-1', PatientSex: 'F', PatientBirthDate: '19750808' }, 'P-1 · 女 · 出生 1975-08-08', 'P-1 · female · born 1975-08-08'],
  [{ PatientID: null, PatientSex: null, PatientBirthDate: '19750808' }, '出生 1975-08-08', 'born 1975-08-08'],
  [{ PatientSex: 'O', PatientBirthDate: '' }, '其他', 'other'],
  [{ PatientSex: 'X' }, 'X', 'X'],
  [{}, '', ''],
])('below the name %j is written %s in Chinese, %s in English', (patient, chinese, english) => {
  expect([identityOf(patient, 'zh-CN'), identityOf(patient, 'en')]).toEqual([chinese, english])
})

const images = [['1.1', 'A'], ['1.2', 'B'], ['1.3', 'A'], ['1.4', '']].map(([SOPInstanceUID = '', PatientID = '']) => ({ SOPInstanceUID, PatientID }))

/** Whose the study "S" is, by what is known of it and of those beside it. */
const whose = (came: Readonly<Record<string, string>>, now: Readonly<Record<string, string>> | 'awaited' | 'unknown' = {}) => whoseStudy('S', () => undefined, { came: new Map(Object.entries(came)), now: typeof now === 'string' ? now : new Map(Object.entries(now)) })

test.each([
  ['1.1', 'A', undefined],
  ['1.2', 'B', 'anotherPatient'],
  ['1.4', '', undefined],
  [undefined, 'A', 'severalPatients'],
])('with the image %s on the screen of a study of A, the patient of the pane is %s, and the warning %s', (seenUID, PatientID, warning) => {
  expect(patientSeen(images, seenUID, whose({ S: 'A' }))).toMatchObject({ patient: { PatientID }, warning })
})

test('a study that does not say it is of the patient of most of its images, also where the first is of another', () => {
  expect(prevailingPatientID([...images.slice(1), ...images])).toBe('A')
  expect(prevailingPatientID([{ PatientID: null }, { PatientID: '' }, {}])).toBeUndefined()
  expect(patientSeen(images.slice(1), '1.2', whoseStudy('S', () => 'A', { came: new Map(), now: new Map() })).warning).toBe('anotherPatient')
})

const warningOf = (PatientID: string, came: Readonly<Record<string, string>>, now: Readonly<Record<string, string>> | 'awaited' | 'unknown') => patientSeen([{ SOPInstanceUID: '1.1', PatientID }], '1.1', whose(came, now)).warning

test.each([
  ['the number its study came with, nobody having told anything', 'A', { S: 'A' }, {}, undefined],
  ['another number, nobody having told anything', 'B', { S: 'A' }, {}, 'anotherPatient'],
  ['another number, while it is not known what was corrected', 'B', { S: 'A' }, 'awaited', 'whoseAwaited'],
  ['another number, where that cannot be known', 'B', { S: 'A' }, 'unknown', 'anotherPatient'],
  ['the number its study came with, while it is not known what was corrected', 'A', { S: 'A' }, 'awaited', undefined],
  ['another number, its study not corrected', 'B', { S: 'A' }, { S: 'A' }, 'anotherPatient'],
  ['the number its study was corrected to', 'B', { S: 'A' }, { S: 'B' }, undefined],
  ['that number with spaces around it', ' B ', { S: 'A' }, { S: 'B' }, undefined],
  ['that number in other letters', 'b', { S: 'A' }, { S: 'B' }, 'anotherPatient'],
  ['the number its study came with, and was corrected from', 'A', { S: 'A' }, { S: 'B' }, undefined],
  ['a third number', 'C', { S: 'A' }, { S: 'B' }, 'anotherPatient'],
  ['the number another study was corrected to', 'B', { S: 'A', T: 'A' }, { S: 'A', T: 'B' }, 'anotherPatient'],
  ['the number of a study that came without one, and was corrected to it', 'B', {}, { S: 'B' }, undefined],
  ['no number', '', { S: 'A' }, { S: 'B' }, undefined],
  ['the number its study was corrected from, beside a study that is of that number', 'A', { S: 'A', T: 'A' }, { S: 'B', T: 'A' }, 'nowAnotherPatient'],
  ['the number its study was corrected from, beside one corrected to that number', 'A', { S: 'A', T: 'C' }, { S: 'B', T: 'A' }, 'nowAnotherPatient'],
  ['the number its study was corrected from, beside one corrected from it to a third', 'A', { S: 'A', T: 'A' }, { S: 'B', T: 'C' }, 'nowAnotherPatient'],
  ['the number its study was corrected from, beside one corrected from it to the same', 'A', { S: 'A', T: 'A' }, { S: 'B', T: 'B' }, undefined],
  ['the number its study was corrected from, beside one of which nothing is told', 'A', { S: 'A', T: 'A' }, { S: 'B' }, undefined],
  ['the number its study was corrected to, beside a study of the number before', 'B', { S: 'A', T: 'A' }, { S: 'B', T: 'A' }, undefined],
  ['the number of its study, beside one corrected from it', 'A', { S: 'A', T: 'A' }, { S: 'A', T: 'B' }, undefined],
] as const)('an image with %s', (_, PatientID, came, now, warning) => {
  expect(warningOf(PatientID, came, now)).toBe(warning)
})

test('what is told takes a warning from nothing but images of the PatientID that holds now', () => {
  const id = fc.constantFrom('A', 'B', ' B', 'C', 'c')
  const studies = fc.dictionary(fc.constantFrom('S', 'T', 'U'), id)
  fc.assert(fc.property(id, studies, studies, (PatientID, came, now) => {
    if (warningOf(PatientID, came, {}) === undefined || warningOf(PatientID, came, now) !== undefined) return
    expect(comparableID(PatientID)).toBe(comparableID(now['S'] ?? ''))
  }))
})

test('a plane through images of both numbers of one patient is of one, through any of a third of several', () => {
  const corrected = (now: Readonly<Record<string, string>>) => patientSeen(images, undefined, whose({ S: 'A', T: 'A' }, now)).warning
  expect([corrected({ S: 'B' }), corrected({ S: 'B', T: 'A' }), corrected({ S: 'C' })]).toEqual([undefined, 'nowAnotherPatient', 'severalPatients'])
  expect(patientSeen(images, undefined, whose({ S: 'A' }, 'awaited')).warning).toBe('whoseAwaited')
})

test('an image is not marked before the page has said what was corrected, unless that takes longer than a reader shall wait', () => {
  vi.useFakeTimers()
  const ofAnother = () => patientSeen([{ SOPInstanceUID: '1.1', PatientID: 'B' }], '1.1', whoseStudy('S', () => 'A')).warning
  const heard: (string | undefined)[] = []
  takePatientsOfStudies('awaited')
  // No pane is there yet.
  vi.advanceTimersByTime(10 * 60_000)
  expect(ofAnother()).toBe('whoseAwaited')
  const stop = onPatientsOfStudies(() => { heard.push(ofAnother()) })
  vi.advanceTimersByTime(59_000)
  expect(heard).toEqual([])
  vi.advanceTimersByTime(1_000)
  takePatientsOfStudies([{ StudyInstanceUID: 'S', PatientID: 'B' }])
  takePatientsOfStudies('awaited')
  vi.advanceTimersByTime(59_000)
  takePatientsOfStudies([{ StudyInstanceUID: 'S', PatientID: 'A' }])
  vi.advanceTimersByTime(10 * 60_000)
  stop()
  expect(heard).toEqual(['anotherPatient', undefined, 'whoseAwaited', 'anotherPatient'])
})

test('a study in the list is headed by its patient where studies of more than one are on the screen', () => {
  const [one, other] = [{ studyInstanceUid: '1', mrn: 'A', patientName: 'Li, Na', description: 'Thorax' }, { studyInstanceUid: '2', mrn: 'B', patientName: 'Else', description: '' }]
  const unnumbered = { studyInstanceUid: '4', mrn: '', patientName: '', description: 'Knee' }
  const loaded = [{ PatientID: ' A', PatientName: { Alphabetic: 'Li^Na' } }, { PatientID: null, PatientName: 'Nobody' }]
  expect([headingOf(one, [one], loaded), headingOf(one, [one, { ...one, studyInstanceUid: '3', mrn: 'A ' }], loaded)]).toEqual(['Thorax', 'Thorax'])
  expect([one, other, unnumbered].map((study) => headingOf(study, [one, other], loaded))).toEqual(['Li Na · Thorax', 'Else', 'Knee'])
  expect(headingOf({ ...other, patientName: '' }, [one, other], [])).toBe('B')
})

test('two to five studies have as many panes, and a grid that holds them', () => {
  expect(compareProtocols.map(({ protocol: { stages: [stage] } }) => {
    const { rows, columns } = stage?.viewportStructure.properties ?? { rows: 0, columns: 0 }
    return [stage?.viewports.length, rows * columns >= (stage?.viewports.length ?? 99)]
  })).toEqual([[2, true], [3, true], [4, true], [5, true]])
})
