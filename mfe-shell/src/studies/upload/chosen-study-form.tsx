import { correctable } from '@isocenter/contracts'
import { personName, useLanguage } from '@isocenter/design-system'
import { Alert, Form, Input, Select } from 'antd'
import { sentValue, shownValue } from '../corrected-value.ts'
import { writtenTime } from '../row-text.ts'
import { useStudyWords } from '../words.ts'
import { differences, type ChosenStudy } from './chosen-studies.ts'
import { shownKeywords, type ShownKeyword } from './dicom-file.ts'
import type { StoredPatient } from './use-stored-patients.ts'

export type TypedValues = Readonly<Partial<Record<ShownKeyword, string | undefined>>>

interface ChosenStudyFormProps {
  readonly study: ChosenStudy
  readonly typed: TypedValues
  readonly keywords: readonly ShownKeyword[]
  readonly mayCorrect: boolean
  /** A study of this UID is in the list already. */
  readonly isThere: boolean
  /** Its patient, where it is another than that of the files. */
  readonly conflicting: StoredPatient | undefined
  readonly onTyped: (typed: TypedValues) => void
}

/** One study of the chosen files: what they say, ready to be corrected (UPL-03, D-87). */
export function ChosenStudyForm({ study, typed, keywords, mayCorrect, isThere, conflicting, onTyped }: ChosenStudyFormProps) {
  const words = useStudyWords()
  const { formats, language } = useLanguage()
  const different = differences(study, typed)
  const field = (keyword: ShownKeyword) => {
    const { kind, most } = correctable[keyword]
    const value = shownValue(keyword, typed[keyword] ?? study.values[keyword] ?? '')
    const set = (text: string | undefined) => { onTyped({ ...typed, [keyword]: text === undefined ? undefined : sentValue(keyword, text) }) }
    const common = { value, disabled: !mayCorrect, id: `${study.StudyInstanceUID}-${keyword}` }
    if (kind === 'sex') return <Select {...common} value={value === '' ? undefined : value} allowClear onChange={set} options={(['M', 'F', 'O'] as const).map((sex) => ({ value: sex, label: words.sexes[sex] }))} />
    return <Input {...common} type={kind === 'date' ? 'date' : 'text'} maxLength={kind === 'date' ? undefined : most} onChange={({ target }) => { set(target.value) }} />
  }
  return (
    <section className="chosen-study" aria-label={words.upload.study(study.values.PatientName === undefined ? words.unnamed : personName(study.values.PatientName, language))}>
      <p className="hint">{[study.modalities.join(' '), writtenTime(study.StudyDate), words.upload.files_(study.files), formats.bytes(study.bytes)].filter((part) => part !== '').join(' · ')}</p>
      {study.patients.length > 1 && <Alert type="error" showIcon title={words.upload.twoPatients} description={study.patients.map((patient) => (patient === '' ? words.unnamed : patient)).join('; ')} />}
      {conflicting !== undefined && <Alert type="error" showIcon title={words.upload.anotherPatient} description={[conflicting.PatientName === undefined ? words.unnamed : personName(conflicting.PatientName, language), conflicting.PatientID].filter((part) => part !== undefined).join(' · ')} />}
      {isThere && conflicting === undefined && <p className="hint">{words.upload.isThere}</p>}
      <Form layout="vertical" component="div">
        <div className="case-form">
          {keywords.map((keyword) => (
            <Form.Item key={keyword} htmlFor={`${study.StudyInstanceUID}-${keyword}`} label={words.attributes[keyword]} extra={different[keyword] === undefined ? undefined : study.values[keyword] === undefined ? words.upload.notInFiles : words.upload.inFiles(shownValue(keyword, study.values[keyword] ?? ''))}>
              {field(keyword)}
            </Form.Item>
          ))}
          <Form.Item htmlFor={`${study.StudyInstanceUID}-data-id`} label={words.columns.dataId}><Input id={`${study.StudyInstanceUID}-data-id`} disabled value={words.upload.dataId} /></Form.Item>
        </div>
      </Form>
    </section>
  )
}

export const keywordsFor = (seesIdentities: boolean): ShownKeyword[] => shownKeywords.filter((keyword) => seesIdentities || !('isIdentity' in correctable[keyword]))
