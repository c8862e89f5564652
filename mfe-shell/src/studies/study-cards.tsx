import { LockFilled, StarFilled } from '@ant-design/icons'
import type { StudySummary } from '@isocenter/contracts'
import { useLanguage } from '@isocenter/design-system'
import { Checkbox, Tag } from 'antd'
import { RowMenu } from './row-menu.tsx'
import { writtenAge, writtenMoment, writtenName, writtenSex, writtenTime } from './row-text.ts'
import type { StudyActions } from './study-actions.ts'
import { useStudyWords } from './words.ts'

interface StudyCardsProps {
  readonly items: readonly StudySummary[]
  readonly selected: ReadonlyMap<string, StudySummary>
  readonly actions: StudyActions
  readonly onSelect: (studies: readonly StudySummary[], isSelected: boolean) => void
  readonly onDetail: (study: StudySummary) => void
  readonly onDelete: (study: StudySummary) => void
  readonly onShare: (studies: readonly StudySummary[]) => void
  readonly onShareColleague: (study: StudySummary) => void
  readonly onDownload: (studies: readonly StudySummary[]) => void
}

/** The list on a phone: one tap opens (D-15). */
export function StudyCards({ items, selected, actions, onSelect, onDetail, onDelete, onShare, onShareColleague, onDownload }: StudyCardsProps) {
  const words = useStudyWords()
  const { language } = useLanguage()
  return (
    <ul className="study-cards">
      {items.map((study) => {
        const name = writtenName(study, language, words)
        return (
          <li key={study.StudyInstanceUID}>
            <Checkbox aria-label={words.select(name)} checked={selected.has(study.StudyInstanceUID)} onChange={({ target }) => { onSelect([study], target.checked) }} />
            <button type="button" className="study-card" aria-label={words.openOf(name)} onClick={() => { actions.open([study.StudyInstanceUID]) }}>
              <span className="study-card-head"><strong>{name}</strong> <span className="hint">{[writtenSex(study, words), writtenAge(study, words)].filter((part) => part !== '').join(' · ')}</span></span>
              <span>{study.examTypes.map((type) => <Tag key={type} className="study-type">{type}</Tag>)}{study.StudyDescription ?? study.BodyPartExamined.join(', ')}{study.state === 'locked' && <LockFilled className="study-sign" role="img" aria-label={words.states.locked} />}{study.isFavourite && <StarFilled className="study-sign is-favourite" role="img" aria-label={words.favourite} />}</span>
              <span className="hint">{[study.PatientID, study.AccessionNumber].filter(Boolean).join(' · ')}</span>
              <span className="hint">{[writtenTime(study.StudyDate, study.StudyTime), study.InstitutionName].filter(Boolean).join(' · ')}</span>
              <span className="hint">{words.columns.arrival} {writtenMoment(study.arrivedAt)}</span>
            </button>
            <RowMenu study={study} actions={actions} onDetail={onDetail} onDelete={onDelete} onShare={onShare} onShareColleague={onShareColleague} onDownload={onDownload} />
          </li>
        )
      })}
    </ul>
  )
}
