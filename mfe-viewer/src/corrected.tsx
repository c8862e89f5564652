import { live, session, studies as studiesOf } from '@isocenter/api-client'
import { useLanguage, useResource, useWords } from '@isocenter/design-system'
import { Tag, Tooltip } from 'antd'
import { useCallback, useEffect } from 'react'
import { changesOf, patientNow, whichOf } from './corrections.ts'
import { viewerFrame } from './viewer-frame.ts'
import { words } from './words.ts'

/** Where the live stream is down nobody tells of a correction. Seldom, since each look is in the audit trail. */
const lookEveryMs = 10 * 60_000
function whenLookedAt(look: () => void): () => void {
  const lookIfSeen = () => { if (document.visibilityState === 'visible') look() }
  const timer = setInterval(lookIfSeen, lookEveryMs)
  document.addEventListener('visibilitychange', lookIfSeen)
  return () => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', lookIfSeen)
  }
}

/**
 * The viewer tells of the patient what the images say, as any other viewer does. Where somebody has corrected that, the bar above says what was corrected. It is asked for
 * when the images are there, which come first, and again when a colleague corrects one of the studies. The viewer is told whose the studies are now, so that it marks no
 * image that came under a corrected PatientID as another patient's; where that cannot be known it goes by the images. `studies`: StudyInstanceUIDs, parted by commas.
 */
export function Corrected({ organisationId, studies }: { readonly organisationId: string; readonly studies: string }) {
  const text = useWords(words)
  const { language } = useLanguage()
  const changes = useCallback((look: () => void) => {
    const stops = [whenLookedAt(look), live.on(['study.corrected'], (told) => { if (told === undefined || (told.organisationId === organisationId && studies.split(',').includes(told.StudyInstanceUID))) look() })]
    return () => { for (const stop of stops) stop() }
  }, [organisationId, studies])
  const { value, error, isLoading } = useResource(`${organisationId} ${studies}`, async (signal) => {
    const pages = await Promise.all(studies.split(',').map((record) => studiesOf(session.api.of(organisationId)).look({ record }, signal)))
    return pages.flatMap(({ items }) => items)
  }, { changes })
  // What was answered of other studies, or before asking failed, is not known now.
  const known = isLoading || error !== undefined ? undefined : value
  const hasFailed = error !== undefined
  useEffect(() => {
    viewerFrame.tellPatients(known?.flatMap(({ StudyInstanceUID, PatientID }) => (PatientID === undefined ? [] : [{ StudyInstanceUID, PatientID }])) ?? (hasFailed ? 'unknown' : 'awaited'))
  }, [known, hasFailed])
  useEffect(() => () => { viewerFrame.tellPatients('awaited') }, [])
  if (hasFailed) return <Tag color="error">{text.correctedUnknown}</Tag>
  // There before anything is said in it, so that it is read aloud when a correction comes.
  return (
    <span role="status" className="viewer-corrections">
      {known?.map((study) => {
        const changed = changesOf(study, language, text)
        if (changed.length === 0) return null
        const said = text.corrected(changed, whichOf(study, known))
        // The bar is one line: what is cut off in it is read whole by pointing at it, and by pressing it until it is pressed again.
        return (
          <Tooltip key={study.StudyInstanceUID} trigger={['hover', 'click']} title={text.correctedHint(said, patientNow(study, language, text))}>
            <button type="button" className="viewer-corrected"><Tag color="warning">{said}</Tag></button>
          </Tooltip>
        )
      })}
    </span>
  )
}
