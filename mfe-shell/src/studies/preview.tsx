import { CloseOutlined, EyeOutlined, ProfileOutlined } from '@ant-design/icons'
import { session, studies } from '@isocenter/api-client'
import type { StudySummary } from '@isocenter/contracts'
import { Loaded, useLanguage, useResource } from '@isocenter/design-system'
import { Button } from 'antd'
import { Fragment, useEffect, useState } from 'react'
import { writtenAge, writtenName, writtenSex, writtenTime } from './row-text.ts'
import { SeriesPicture } from './series-picture.tsx'
import { useStudyWords } from './words.ts'

const patienceMs = 200

/** The series of the row that is chosen. Who runs down the list with the arrow keys asks for nothing on the way. */
export function Preview({ organisationId, study, onOpen, onDetail, onClose }: {
  readonly organisationId: string; readonly study: StudySummary | undefined; readonly onOpen: (study: StudySummary) => void; readonly onDetail: (study: StudySummary) => void; readonly onClose: () => void
}) {
  const words = useStudyWords()
  const { language } = useLanguage()
  const [asked, setAsked] = useState(study?.StudyInstanceUID)
  useEffect(() => {
    const timer = setTimeout(() => { setAsked(study?.StudyInstanceUID) }, patienceMs)
    return () => { clearTimeout(timer) }
  }, [study?.StudyInstanceUID])
  const detail = useResource(asked, (signal) => studies(session.api.of(organisationId)).find(asked ?? '', signal))
  const facts = (one: StudySummary) => [writtenSex(one, words), writtenAge(one, words), one.PatientID ?? '', writtenTime(one.StudyDate, one.StudyTime), one.StudyDescription ?? ''].filter((fact, nth, all) => fact !== '' && all.indexOf(fact) === nth)
  return (
    <aside className="study-preview" aria-label={words.preview.title}>
      <div className="study-preview-head">
        <h2 className="card-title">{study === undefined ? words.preview.title : writtenName(study, language, words)}</h2>
        <Button type="text" size="small" icon={<CloseOutlined aria-hidden />} aria-label={words.preview.close} onClick={onClose} />
      </div>
      {study === undefined ? <p className="hint">{words.preview.none}</p> : (
        <>
          <p className="hint">{facts(study).map((fact, nth) => <Fragment key={fact}>{nth > 0 && ' · '}<span className="study-fact">{fact}</span></Fragment>)}</p>
          <div className="row-actions">
            <Button type="primary" size="small" icon={<EyeOutlined aria-hidden />} onClick={() => { onOpen(study) }}>{words.open}</Button>
            <Button size="small" icon={<ProfileOutlined aria-hidden />} onClick={() => { onDetail(study) }}>{words.detail}</Button>
          </div>
          {asked === study.StudyInstanceUID && <Loaded resource={detail} rows={3}>{({ StudyInstanceUID, series }) => <div className="series-pictures">{StudyInstanceUID === asked && series.map((one) => <SeriesPicture key={one.SeriesInstanceUID} organisationId={organisationId} StudyInstanceUID={StudyInstanceUID} series={one} />)}</div>}</Loaded>}
        </>
      )}
    </aside>
  )
}
