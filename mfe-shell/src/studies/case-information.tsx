import { EditOutlined } from '@ant-design/icons'
import { session, studies } from '@isocenter/api-client'
import { correctable, correctableKeywords, isIdentityKeyword, type CaseAttribute, type CaseCorrections, type CorrectableKeyword, type StudyDetail } from '@isocenter/contracts'
import { FormDrawer, personName, useLanguage } from '@isocenter/design-system'
import { Button, Form, Input, Select } from 'antd'
import { useState } from 'react'
import { sentValue, shownValue } from './corrected-value.ts'
import { writtenSex, writtenTime } from './row-text.ts'
import { useStudyWords } from './words.ts'

const names = new Set(['PatientName', 'OperatorsName', 'PerformingPhysicianName', 'ReferringPhysicianName', 'RequestingPhysician'])
const blocks = ['patient', 'exam', 'order'] as const

interface CaseProps {
  readonly organisationId: string
  readonly study: StudyDetail
  readonly seesIdentities: boolean
  readonly onChanged: () => void
}

/** What is told of the case; what somebody has corrected stands beside what the images say (LIST-14). */
export function CaseInformation({ organisationId, study, seesIdentities, onChanged }: CaseProps) {
  const words = useStudyWords()
  const { language, formats } = useLanguage()
  const [isEditing, setEditing] = useState(false)
  const read = (keyword: string, value: string): string => {
    if (names.has(keyword)) return personName(value, language)
    if (keyword === 'PatientSex') return writtenSex({ PatientSex: value }, words)
    if (keyword.endsWith('Date')) return writtenTime(value)
    return keyword.endsWith('Time') ? writtenTime(undefined, value) : value
  }
  const corrected = ({ keyword, correction }: CaseAttribute) => correction && (
    <div className="correction">
      {correction.original === undefined ? words.correction.added : words.correction.original(read(keyword, correction.original))}
      <span className="hint"> · {words.correction.by(correction.correctedBy.name ?? words.actors.account, formats.moment(correction.correctedAt))}</span>
    </div>
  )
  return (
    <>
      {study.actions.includes('editCase') && <Button className="case-edit" size="small" icon={<EditOutlined aria-hidden />} onClick={() => { setEditing(true) }}>{words.correction.edit}</Button>}
      {blocks.map((block) => (
        <section key={block}>
          <h3 className="detail-title">{words.blocks[block]}</h3>
          {study.caseInformation[block].length === 0 ? <p className="hint">{words.nothingSaid}</p>
            : <dl className="facts case-facts">{study.caseInformation[block].map((one, index) => <div key={`${one.keyword} ${String(index)}`} className="fact"><dt>{words.attributes[one.keyword] ?? one.keyword}</dt><dd>{read(one.keyword, one.value)}{corrected(one)}</dd></div>)}</dl>}
        </section>
      ))}
      <dl className="facts case-facts detail-title">
        <div className="fact"><dt>{words.columns.dataId}</dt><dd className="mono">{study.recordId}</dd></div>
        <div className="fact"><dt>{words.columns.arrival}</dt><dd>{formats.moment(study.arrivedAt)}</dd></div>
        {study.byteLength !== undefined && <div className="fact"><dt>{words.columns.size}</dt><dd>{formats.bytes(study.byteLength)}</dd></div>}
      </dl>
      {isEditing && <CaseForm organisationId={organisationId} study={study} seesIdentities={seesIdentities} onChanged={onChanged} onClose={() => { setEditing(false) }} />}
    </>
  )
}

type Values = Partial<Record<CorrectableKeyword, string>>

function CaseForm({ organisationId, study, seesIdentities, onChanged, onClose }: CaseProps & { readonly onClose: () => void }) {
  const words = useStudyWords()
  const told = new Map(blocks.flatMap((block) => study.caseInformation[block]).map((one) => [one.keyword, one]))
  const keywords = correctableKeywords.filter((keyword) => seesIdentities || !isIdentityKeyword(keyword))
  const initial: Values = Object.fromEntries(keywords.map((keyword) => [keyword, shownValue(keyword, told.get(keyword)?.value ?? '')]))
  const submit = async (values: Values) => {
    const corrections: CaseCorrections['corrections'] = {}
    for (const keyword of keywords) {
      const value = sentValue(keyword, (values[keyword] ?? '').trim())
      const before = told.get(keyword)
      if (value === (before?.value ?? '')) continue
      // Empty, or as the images say: then what they say holds.
      if (value === '' || value === before?.correction?.original) {
        if (before?.correction !== undefined) corrections[keyword] = null
      } else corrections[keyword] = value
    }
    if (Object.keys(corrections).length > 0) await studies(session.api.of(organisationId)).correct(study.StudyInstanceUID, corrections, study.caseVersion)
    onChanged()
  }
  const field = (keyword: CorrectableKeyword) => {
    const { kind, most } = correctable[keyword]
    if (kind === 'sex') return <Select allowClear options={(['M', 'F', 'O'] as const).map((value) => ({ value, label: words.sexes[value] }))} />
    if (kind === 'date') return <Input type="date" />
    return most > 200 ? <Input.TextArea rows={2} maxLength={most} /> : <Input maxLength={most} />
  }
  return (
    <FormDrawer<Values> title={words.correction.edit} width={560} isAllOptional initialValues={initial} doneText={words.correction.done} onClose={onClose} onSubmit={submit}>
      <p className="hint">{words.correction.hint}</p>
      {blocks.map((block) => (
        <section key={block}>
          <h3 className="detail-title">{words.blocks[block]}</h3>
          <div className="case-form">
            {keywords.filter((keyword) => correctable[keyword].block === block).map((keyword) => {
              const original = told.get(keyword)?.correction?.original
              const help = { name: words.correction.nameHelp, age: words.correction.ageHelp, sex: undefined, text: undefined, date: undefined, number: undefined }[correctable[keyword].kind]
              return <Form.Item key={keyword} name={keyword} label={words.attributes[keyword] ?? keyword} extra={[original === undefined ? '' : words.correction.original(shownValue(keyword, original)), help ?? ''].filter((part) => part !== '').join(' · ') || undefined}>{field(keyword)}</Form.Item>
            })}
          </div>
        </section>
      ))}
    </FormDrawer>
  )
}
