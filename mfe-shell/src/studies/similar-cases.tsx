import { session, studies } from '@isocenter/api-client'
import type { SimilarReason, SimilarStudy, StudyDetail } from '@isocenter/contracts'
import { EmptyState, Loaded, useAction, useLanguage, useResource } from '@isocenter/design-system'
import { Button, Tag } from 'antd'
import { useState } from 'react'
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
              <li key={other.StudyInstanceUID}>
                <SimilarText study={other} reason={reason} onShow={onShow} />
                <span className="row-actions">
                  <Button size="small" onClick={() => { onOpen([study.StudyInstanceUID, other.StudyInstanceUID]) }}>{words.related.compare}</Button>
                  {study.actions.includes('editCase') && !linked.has(other.StudyInstanceUID) && <Button size="small" loading={isBusy} onClick={() => void link(other.StudyInstanceUID)}>{words.related.link}</Button>}
                </span>
              </li>
            ))}
          </ul>
        ))}</Loaded>
      )}
    </section>
  )
}

/** Told by what was found and not by whom: a case like it is not about its patient. */
function SimilarText({ study, reason, onShow }: SimilarStudy & { readonly onShow: (StudyInstanceUID: string) => void }) {
  const words = useStudyWords()
  const { language } = useLanguage()
  return (
    <span>
      <button type="button" className="study-name" onClick={() => { onShow(study.StudyInstanceUID) }}>{study.StudyDescription ?? study.BodyPartExamined.join(', ')}</button> {study.examTypes.map((type) => <Tag key={type}>{type}</Tag>)}<br />
      <span className="hint">{[writtenSex(study, words), writtenAge(study, words), writtenTime(study.StudyDate, study.StudyTime)].filter(Boolean).join(' · ')}</span><br />
      <span className="hint">{words.similar.because(parts(reason).join(language === 'en' ? ', ' : '、'))}</span>
    </span>
  )
}

const parts = ({ bodyParts, modalities, words }: SimilarReason): string[] => [...bodyParts, ...modalities, ...words.map((word) => `“${word}”`)]
