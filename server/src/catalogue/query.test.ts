import { expect, test } from 'vitest'
import type { Search } from './query.ts'
import { answerTo } from './answer.ts'
import { queryOf } from './query.ts'
import { accessTo, aSearch } from './search.fixture.ts'

/** The statement of a search's page with its values below, as the golden files hold it. */
function written(search: Search, access = accessTo('7')): string {
  const query = queryOf(access, search)
  const { text, values } = query.page(answerTo(search).columns, { limit: search.limit, offset: search.offset, countTo: 1_001 })
  const unsupported = query.unsupported.length > 0 ? `-- unsupported: ${query.unsupported.join(', ')}\n` : ''
  return `${unsupported}${text}\n\n${values.map((value) => `-- ${JSON.stringify(value)}`).join('\n')}\n`
}

const study = { StudyInstanceUID: '1.2.3' }
const goldens: Readonly<Record<string, Search>> = {
  'studies': aSearch(),
  'studies-second-page': aSearch({}, { offset: 100 }),
  'studies-by-name': aSearch({ PatientName: 'Doe^J*' }),
  'studies-by-name-inside': aSearch({ PatientName: '*DOE*' }),
  'studies-by-name-groups': aSearch({ PatientName: 'Wang*=王*' }),
  'studies-by-name-fuzzy': aSearch({ PatientName: '*john doe*' }, { options: { fuzzy: true } }),
  'studies-by-chinese-name-fuzzy': aSearch({ PatientName: '王小明' }, { options: { fuzzy: true } }),
  'studies-by-patient-id': aSearch({ PatientID: 'MR-0002' }),
  'studies-by-patient-id-inside': aSearch({ PatientID: '*50%_\\*' }),
  'studies-by-description': aSearch({ StudyDescription: '*BRAIN*' }),
  'studies-by-chinese-description': aSearch({ StudyDescription: '*头颅*CT平扫*' }),
  'studies-by-date': aSearch({ StudyDate: '20260101-20260131' }),
  'studies-by-moment': aSearch({ StudyDate: '20260101-20260131', StudyTime: '1800-0600' }),
  'studies-by-modality-and-date': aSearch({ ModalitiesInStudy: 'CT', StudyDate: '20260101-' }),
  'studies-by-modalities': aSearch({ ModalitiesInStudy: 'CT,MR' }),
  'studies-by-uids': aSearch({ StudyInstanceUID: '1.2.3,1.2.4' }),
  'studies-by-empty-or-values': aSearch({ AccessionNumber: '"",A1,B*' }, { options: { emptyValues: true, multipleValues: true } }),
  'studies-lent': aSearch(),
  'studies-unsupported': aSearch({ Modality: 'CT', Rows: '512', '00091002': 'x' }),
  'studies-with-more': aSearch({}, { includefield: [0x00101010, 0x00080062] }),
  'series': aSearch({ PatientName: 'Doe*', Modality: 'CT' }, { level: 'series' }),
  'series-of-study': aSearch({}, { level: 'series', scope: study }),
  'series-by-request': aSearch({ 'RequestAttributesSequence.ScheduledProcedureStepID': 'S1', 'RequestAttributesSequence.RequestedProcedureID': 'R*' }, { level: 'series', scope: study }),
  'series-by-number-and-start': aSearch({ SeriesNumber: '05', PerformedProcedureStepStartDate: '20260101', PerformedProcedureStepStartTime: '10-12' }, { level: 'series' }),
  'instances': aSearch({ SOPClassUID: '1.2.840.10008.5.1.4.1.1.2' }, { level: 'instance' }),
  'instances-of-study': aSearch({}, { level: 'instance', scope: study }),
  'instances-of-series': aSearch({ InstanceNumber: '7' }, { level: 'instance', scope: { ...study, SeriesInstanceUID: '1.2.3.4' } }),
  'instances-with-everything': aSearch({}, { level: 'instance', scope: { ...study, SeriesInstanceUID: '1.2.3.4' }, includefield: 'all' }),
}

test.each(Object.keys(goldens))('the SQL of %s', async (name) => {
  const search = goldens[name]
  if (!search) throw new Error(`There is no search ${name}.`)
  await expect(written(search, name === 'studies-lent' ? accessTo('7', ['1.2.3']) : undefined)).toMatchFileSnapshot(`./golden/${name}.sql`)
})

test('the SQL of a count stops at its cap', async () => {
  const { text, values } = queryOf(accessTo('7'), aSearch({ PatientID: 'A*' })).count({ offset: 100, countTo: 1_001 })
  await expect(`${text}\n\n${values.map((value) => `-- ${JSON.stringify(value)}`).join('\n')}\n`).toMatchFileSnapshot('./golden/count.sql')
})

test('121 the zone of a search is known to the statement as ends in every zone, not as conditions on each', () => {
  const { text, values } = queryOf(accessTo('7'), aSearch({ StudyDate: '20260101', TimezoneOffsetFromUTC: '+0800' })).count({ offset: 0, countTo: 1 })
  expect(text).toContain('unnest')
  expect(values.length).toBeLessThan(20)
})

test('what a request holds is never part of the statement\'s text', () => {
  const hostile = "x' or 1=1 --$1?"
  for (const [name, options] of [['PatientName', {}], ['PatientName', { fuzzy: true }], ['PatientID', {}], ['StudyDescription', { multipleValues: true }]] as const) {
    const { text, values } = queryOf(accessTo('7'), aSearch({ [name]: `*${hostile}*` }, { options })).count({ offset: 0, countTo: 1 })
    expect(text).not.toContain('1=1')
    expect(text.split('?').length - 1).toBe(values.length)
  }
})
