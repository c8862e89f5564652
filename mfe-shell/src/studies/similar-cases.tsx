import { session, studies } from '@isocenter/api-client'
import type { SimilarReason, StudyDetail } from '@isocenter/contracts'
import { EmptyState, Loaded, useAction, useLanguage, useResource } from '@isocenter/design-system'
import { Button } from 'antd'
import { useState } from 'react'
import { OtherStudy } from './other-study.tsx'
import { writtenAge, writtenSex, writtenTime } from './row-text.ts'
import { useStudyWords } from './words.ts'

interface SimilarProps {
  readonly organisationId: string
  readonly study: StudyDetail
  readonly onChanged: () => void
  readonly onOpen: (studies: readonly string[]) => void
  readonly onShow: (StudyInstanceUID: string) => void
}

/** Cases of other patients like this one, with what they have in common; looked for when somebody wants them (LIST-17). */
export function SimilarCases({ organisationId, study, onChanged, onOpen, onShow }: SimilarProps) {
  const words = useStudyWords()
  const { language } = useLanguage()
  const [isWanted, setWanted] = useState(false)
  const { run, isBusy } = useAction()
  const api = studies(session.api.of(organisationId))
  const found = useResource(isWanted ? `${organisationId} ${study.StudyInstanceUID}` : undefined, (signal) => api.similar(study.StudyInstanceUID, signal))
  const linked = new Set(study.related.filter(({ reason }) => reason === 'linked').map(({ study: { StudyInstanceUID } }) => StudyInstanceUID))
  const link = async (uid: string) => { if (await run(() => api.relate(study.StudyInstanceUID, uid), { done: words.related.linkedNow })) onChanged() }
  return (
    <section>
      <h3 className="detail-title">{words.similar.title}</h3>
      {!isWanted ? <Button onClick={() => { setWanted(true) }}>{words.similar.find}</Button> : (
        <Loaded resource={found} rows={3}>{({ items }) => (items.length === 0 ? <EmptyState title={words.similar.none}>{words.similar.noneHint}</EmptyState> : (
          <ul className="rows">
            {items.map(({ study: other, reason }) => (
              // Told by what was found and not by whom: a case like it is not about its patient.
              <OtherStudy
                key={other.StudyInstanceUID} study={other} title={other.StudyDescription ?? other.BodyPartExamined.join(', ')}
                lines={[[writtenSex(other, words), writtenAge(other, words), writtenTime(other.StudyDate, other.StudyTime)].filter(Boolean).join(' · '), words.similar.because(parts(reason).join(language === 'en' ? ', ' : '、'))]}
                onShow={() => { onShow(other.StudyInstanceUID) }} onCompare={() => { onOpen([study.StudyInstanceUID, other.StudyInstanceUID]) }}
              >
                {study.actions.includes('editCase') && !linked.has(other.StudyInstanceUID) && <Button size="small" loading={isBusy} onClick={() => void link(other.StudyInstanceUID)}>{words.related.link}</Button>}
              </OtherStudy>
            ))}
          </ul>
        ))}</Loaded>
      )}
    </section>
  )
}

const parts = ({ bodyParts, modalities, words }: SimilarReason): string[] => [...bodyParts, ...modalities, ...words.map((word) => `“${word}”`)]
