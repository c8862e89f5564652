import type { StudySummary } from '@isocenter/contracts'
import { Button, Tag } from 'antd'
import { Fragment, type ReactNode } from 'react'
import { useStudyWords } from './words.ts'

interface OtherStudyProps {
  readonly study: Pick<StudySummary, 'StudyInstanceUID' | 'examTypes'>
  readonly title: string
  /** Beside the types of exam. */
  readonly tag?: ReactNode
  /** What else is told of it. */
  readonly lines: readonly string[]
  readonly onShow: () => void
  readonly onCompare: () => void
  /** What else may be done. */
  readonly children?: ReactNode
}

/** A study in a list beside another one: shown by its title, and compared with the other one. */
export function OtherStudy({ study: { examTypes }, title, tag, lines, onShow, onCompare, children }: OtherStudyProps) {
  const words = useStudyWords()
  return (
    <li>
      <span>
        <button type="button" className="study-name" onClick={onShow}>{title}</button> {examTypes.map((type) => <Tag key={type}>{type}</Tag>)}{tag}
        {lines.map((line) => <Fragment key={line}><br /><span className="hint">{line}</span></Fragment>)}
      </span>
      <span className="row-actions">
        <Button size="small" onClick={onCompare}>{words.related.compare}</Button>
        {children}
      </span>
    </li>
  )
}
