import type { StudySummary } from '@isocenter/contracts'
import { useLanguage } from '@isocenter/design-system'
import { writtenName, writtenTime } from './row-text.ts'
import { useStudyWords } from './words.ts'

export type ChosenStudy = Pick<StudySummary, 'StudyInstanceUID' | 'PatientName' | 'examTypes' | 'StudyDate' | 'StudyTime'>

/** More are counted: a dialog is no list. */
const mostNamed = 5

/** Whose studies a dialog is about, as the list names them: what leaves is seen before it does. */
export function ChosenStudies({ studies }: { readonly studies: readonly ChosenStudy[] }) {
  const words = useStudyWords()
  const { language } = useLanguage()
  const further = studies.length - mostNamed
  return (
    <div className="chosen-studies">
      {studies.length > 1 && <p>{words.chosen(studies.length)}</p>}
      <ul>
        {studies.slice(0, mostNamed).map((study) => (
          <li key={study.StudyInstanceUID}><strong>{writtenName(study, language, words)}</strong> <span className="hint">{[study.examTypes.join('/'), writtenTime(study.StudyDate, study.StudyTime)].filter((part) => part !== '').join(' · ')}</span></li>
        ))}
        {further > 0 && <li className="hint">{words.furtherChosen(further)}</li>}
      </ul>
    </div>
  )
}
