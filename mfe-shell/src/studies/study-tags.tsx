import { bodyParts, session } from '@isocenter/api-client'
import type { RuleOperator, TagAttribute, TagMatch } from '@isocenter/contracts'
import { useLanguage, useProblemText, useResource, useWords } from '@isocenter/design-system'
import { Button, Tag } from 'antd'

const en = {
  title: 'Body parts', tags: 'Tags', parts: 'Suggested parts', none: 'No part goes with these tags.', failed: 'Tags could not be loaded.', again: 'Try again', units: (count: string) => `counts as ${count}`,
  attributes: { BodyPartExamined: 'body part', StudyDescription: 'study description', SeriesDescription: 'series description', ProtocolName: 'protocol', AnatomicRegionSequence: 'anatomic region', ProcedureCodeSequence: 'procedure' } as Readonly<Record<TagAttribute, string>>,
  operators: { equals: 'is', contains: 'contains', matches: 'matches' } as Readonly<Record<RuleOperator, string>>,
  why: (attribute: string, operator: string, value: string) => `${attribute} ${operator} “${value}”`,
}
const zhCN: typeof en = {
  title: '检查部位', tags: '标签', parts: '推荐部位', none: '没有部位使用这些标签。', failed: '标签加载失败。', again: '重试', units: (count) => `计 ${count} 个部位`,
  attributes: { BodyPartExamined: '检查部位', StudyDescription: '检查描述', SeriesDescription: '序列描述', ProtocolName: '协议名称', AnatomicRegionSequence: '解剖区域', ProcedureCodeSequence: '检查项目' },
  operators: { equals: '等于', contains: '包含', matches: '匹配' }, why: (attribute, operator, value) => `${attribute} ${operator}“${value}”`,
}
const translations = { en, 'zh-CN': zhCN }

/** The tags a study has, with the rule each holds by, and the parts they suggest; nothing where it has none (PART-05). */
export function StudyTags({ organisationId, StudyInstanceUID }: { readonly organisationId: string; readonly StudyInstanceUID: string }) {
  const words = useWords(translations)
  const { formats } = useLanguage()
  const problemText = useProblemText()
  const found = useResource(`${organisationId} ${StudyInstanceUID} parts`, (signal) => bodyParts(session.api.of(organisationId)).ofStudy(StudyInstanceUID, signal))
  if (found.value === undefined) return found.error ? <p role="alert" className="hint">{words.failed} {problemText(found.error)} <Button size="small" onClick={found.reload}>{words.again}</Button></p> : null
  const { tags, parts } = found.value
  if (tags.length === 0) return null
  const why = ({ rule: { attribute, operator, value } }: TagMatch) => words.why(words.attributes[attribute], words.operators[operator], value)
  return (
    <section aria-label={words.title}>
      <h3 className="detail-title">{words.title}</h3>
      <dl className="facts">
        <div className="fact"><dt>{words.tags}</dt><dd>{tags.map((tag) => <div key={tag.tagId}><Tag>{tag.name}</Tag><span className="hint">{why(tag)}</span></div>)}</dd></div>
        <div className="fact"><dt>{words.parts}</dt><dd>{parts.length === 0 ? <span className="hint">{words.none}</span> : parts.map((part) => (
          <div key={part.partId}>{part.name} <span className="hint">{`${part.deviceType} ${part.category}${part.partCount > 1 ? ` · ${words.units(formats.number(part.partCount))}` : ''}`}</span></div>
        ))}</dd></div>
      </dl>
    </section>
  )
}
