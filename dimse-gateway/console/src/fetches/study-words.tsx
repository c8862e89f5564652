import { dicomDate, personName, useLanguage } from '@isocenter/design-system'
import type { ReactNode } from 'react'
import type { WantedStudy } from '../../../src/control/wire/fetches.ts'
import { useConsoleWords } from '../words/index.ts'

/** A study as the archive told it; its UID where that is all there is. */
export function StudyWords({ study, children }: { readonly study: WantedStudy; readonly children?: ReactNode }) {
  const { records: words } = useConsoleWords()
  const { language } = useLanguage()
  const { PatientName, PatientID, StudyDate, StudyDescription, StudyInstanceUID } = study
  const isKnown = PatientName !== undefined || PatientID !== undefined || StudyDate !== undefined
  if (!isKnown) return <><span className="mono">{StudyInstanceUID}</span>{children}</>
  return (
    <>
      <div>{PatientName === undefined ? <span className="hint">{words.noPatientName}</span> : <strong>{personName(PatientName, language)}</strong>} <span className="hint">{PatientID ?? words.noPatientID}</span></div>
      <div className="hint">{[dicomDate(StudyDate), StudyDescription].filter(Boolean).join(' · ')}</div>
      {children}
    </>
  )
}
