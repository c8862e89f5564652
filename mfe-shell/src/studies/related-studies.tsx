import { session, studies } from '@isocenter/api-client'
import type { RelatedStudy, StudyDetail } from '@isocenter/contracts'
import { EmptyState, useAction, useLanguage } from '@isocenter/design-system'
import { Button, Input, Space, Tag } from 'antd'
import { useState } from 'react'
import { OtherStudy } from './other-study.tsx'
import { writtenName, writtenTime } from './row-text.ts'
import { SimilarCases } from './similar-cases.tsx'
import { useStudyWords } from './words.ts'

interface RelatedProps {
  readonly organisationId: string
  readonly study: StudyDetail
  readonly onChanged: () => void
  readonly onOpen: (studies: readonly string[]) => void
  readonly onShow: (StudyInstanceUID: string) => void
}

/** What belongs with a study: linked by somebody, or suggested since it is the same patient's (LIST-15). */
export function RelatedStudies({ organisationId, study, onChanged, onOpen, onShow }: RelatedProps) {
  const words = useStudyWords()
  const { language } = useLanguage()
  const { run, isBusy } = useAction()
  const [problem, setProblem] = useState('')
  const api = studies(session.api.of(organisationId))
  const mayEdit = study.actions.includes('editCase')
  const change = async (related: string, isLinked: boolean) => {
    await run(() => (isLinked ? api.relate(study.StudyInstanceUID, related) : api.unrelate(study.StudyInstanceUID, related)), { done: isLinked ? words.related.linkedNow : words.related.unlinkedNow })
    onChanged()
  }
  const add = async (text: string) => {
    setProblem('')
    const record = text.trim()
    const found = /^(\d+(\.\d+)+|[0-9A-Fa-f]{12})$/.test(record) ? (await api.list({ record })).items[0] : undefined
    if (found === undefined) setProblem(words.related.notFound)
    else await change(found.StudyInstanceUID, true)
  }
  const row = ({ study: other, reason }: RelatedStudy) => (
    <OtherStudy
      key={other.StudyInstanceUID} study={other} title={writtenName(other, language, words)} tag={<Tag color={reason === 'linked' ? 'processing' : 'default'}>{words.related[reason]}</Tag>}
      lines={[[writtenTime(other.StudyDate, other.StudyTime), other.AccessionNumber, other.StudyDescription].filter(Boolean).join(' · ')]}
      onShow={() => { onShow(other.StudyInstanceUID) }} onCompare={() => { onOpen([study.StudyInstanceUID, other.StudyInstanceUID]) }}
    >
      {mayEdit && <Button size="small" loading={isBusy} onClick={() => void change(other.StudyInstanceUID, reason !== 'linked')}>{reason === 'linked' ? words.related.unlink : words.related.link}</Button>}
    </OtherStudy>
  )
  return (
    <>
      {study.related.length === 0 ? <EmptyState title={words.related.none}>{words.related.noneHint}</EmptyState> : <ul className="rows">{study.related.map(row)}</ul>}
      <SimilarCases organisationId={organisationId} study={study} onChanged={onChanged} onOpen={onOpen} onShow={onShow} />
      {mayEdit && (
        <form className="related-add" onSubmit={(event) => {
          event.preventDefault()
          const text = new FormData(event.currentTarget).get('record')
          void run(() => add(typeof text === 'string' ? text : ''))
        }}>
          <label htmlFor="related-record">{words.related.add}</label>
          <Space.Compact block><Input id="related-record" name="record" placeholder={words.related.addHint} maxLength={64} /><Button htmlType="submit" loading={isBusy}>{words.related.addSubmit}</Button></Space.Compact>
          <div role="alert" className="related-problem">{problem}</div>
        </form>
      )}
    </>
  )
}
