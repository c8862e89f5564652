import { EyeOutlined } from '@ant-design/icons'
import { session, studies } from '@isocenter/api-client'
import type { StudyDetail, StudySeries } from '@isocenter/contracts'
import { dicomDate, Loaded, personName, useLanguage, useResource, useWords } from '@isocenter/design-system'
import { Alert, Button, Switch } from 'antd'
import { useId, useState } from 'react'
import { writtenSex } from './corrections.ts'
import { words } from './words.ts'

interface PreviewsProps {
  readonly organisationId: string
  readonly StudyInstanceUIDs: readonly string[]
  readonly onOriginals: () => void
  /** Whether this device begins with previews; absent where the network decides. */
  readonly choice?: { readonly isFirst: boolean; readonly onChange: (isFirst: boolean) => void } | undefined
}

/** Studies by the small pictures that were made when they arrived, some kilobytes each: to find one's way, not to diagnose (VIEW-09). */
export function Previews({ organisationId, StudyInstanceUIDs, onOriginals, choice }: PreviewsProps) {
  const text = useWords(words)
  const id = useId()
  return (
    <main className="viewer-previews">
      <h1 className="only-read">{text.previews}</h1>
      <Alert type="warning" showIcon title={<><strong>{text.notForDiagnosis}</strong> · {text.previewsHint}</>} />
      <Button type="primary" block icon={<EyeOutlined aria-hidden />} onClick={onOriginals}>{text.originals}</Button>
      {StudyInstanceUIDs.map((StudyInstanceUID) => <StudyPreviews key={StudyInstanceUID} organisationId={organisationId} StudyInstanceUID={StudyInstanceUID} />)}
      {choice !== undefined && <div className="viewer-choice"><Switch id={id} checked={choice.isFirst} onChange={choice.onChange} /> <label htmlFor={id}>{text.previewsFirstHere}</label></div>}
    </main>
  )
}

function StudyPreviews({ organisationId, StudyInstanceUID }: { readonly organisationId: string; readonly StudyInstanceUID: string }) {
  const study = useResource(`${organisationId}/${StudyInstanceUID}`, (signal) => studies(session.api.of(organisationId)).find(StudyInstanceUID, signal))
  return <Loaded resource={study}>{(value) => (
    <section>
      <Heading study={value} />
      <div className="viewer-pictures">{value.series.map((series) => <Picture key={series.SeriesInstanceUID} address={`/o/${organisationId}/dicom-web/studies/${StudyInstanceUID}/series/${series.SeriesInstanceUID}/thumbnail`} series={series} />)}</div>
    </section>
  )}</Loaded>
}

function Heading({ study: { PatientName = '', PatientID, PatientSex, StudyDate, StudyDescription, examTypes } }: { readonly study: StudyDetail }) {
  const text = useWords(words)
  const { language } = useLanguage()
  const name = personName(PatientName, language)
  return (
    <header>
      <h2>{name === '' ? text.unnamed : name}</h2>
      <p>{[PatientID, writtenSex(PatientSex ?? '', text), dicomDate(StudyDate), examTypes.join(' '), StudyDescription].filter(Boolean).join(' · ')}</p>
    </header>
  )
}

function Picture({ address, series: { Modality, SeriesDescription, SeriesNumber, NumberOfSeriesRelatedInstances } }: { readonly address: string; readonly series: StudySeries }) {
  const text = useWords(words)
  const [hasFailed, setFailed] = useState(false)
  return (
    <figure>
      <div className="viewer-picture">
        {hasFailed ? <span>{text.noPicture}</span> : <><img loading="lazy" alt="" src={address} onError={() => { setFailed(true) }} /><span className="viewer-mark">{text.notForDiagnosis}</span></>}
      </div>
      <figcaption><strong>{[Modality, SeriesDescription ?? SeriesNumber].filter(Boolean).join(' · ')}</strong><span>{text.images(NumberOfSeriesRelatedInstances)}</span></figcaption>
    </figure>
  )
}

/** Asked once, where the browser does not say what the network costs. */
export function NetworkQuestion({ onAnswer }: { readonly onAnswer: (isPreviewsFirst: boolean) => void }) {
  const text = useWords(words)
  return (
    <main className="viewer-question">
      <h1>{text.question}</h1>
      <p>{text.questionHint}</p>
      <Button type="primary" size="large" block onClick={() => { onAnswer(true) }}>{text.previewsFirst}</Button>
      <Button size="large" block onClick={() => { onAnswer(false) }}>{text.originalsAtOnce}</Button>
    </main>
  )
}
