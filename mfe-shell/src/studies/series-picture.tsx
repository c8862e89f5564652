import type { StudySeries } from '@isocenter/contracts'
import { EyeInvisibleOutlined } from '@ant-design/icons'
import { useState } from 'react'
import { dicomweb } from './address.ts'
import { useStudyWords } from './words.ts'

/** A series by the small picture that was made when it arrived. */
export function SeriesPicture({ organisationId, StudyInstanceUID, series }: { readonly organisationId: string; readonly StudyInstanceUID: string; readonly series: StudySeries }) {
  const words = useStudyWords()
  const [hasFailed, setFailed] = useState(false)
  const name = [series.Modality, series.SeriesDescription ?? words.preview.series(series.SeriesNumber ?? '')].filter(Boolean).join(' · ')
  return (
    <figure className="series-picture">
      {hasFailed ? <div className="no-picture">{words.preview.noPicture}</div>
        : <img loading="lazy" alt="" src={dicomweb(organisationId, `/studies/${StudyInstanceUID}/series/${series.SeriesInstanceUID}/thumbnail`)} onError={() => { setFailed(true) }} />}
      <figcaption>
        <strong>{name}</strong>
        <span className="hint">{words.preview.images(series.NumberOfSeriesRelatedInstances)}{!series.isShown && <> <EyeInvisibleOutlined role="img" aria-label={words.preview.hidden} title={words.preview.hidden} /></>}</span>
      </figcaption>
    </figure>
  )
}
