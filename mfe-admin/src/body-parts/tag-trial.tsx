import { partTags, studies } from '@isocenter/api-client'
import type { PartTagRequest, TagTest } from '@isocenter/contracts'
import { personName, useAction, useLanguage, useProblemText, useResource, useSought } from '@isocenter/design-system'
import { Alert, Button, Select, Tag } from 'antd'
import { useState } from 'react'
import { useAdmin } from '../parts/admin.ts'
import { useRuleText } from './use-rule-text.ts'
import { useBodyPartWords } from './words.ts'

const studiesOffered = 20
const shortestKeyword = 2

interface TagTrialProps {
  /** The tag that is there; none of a new one. */
  readonly tagId?: string
  /** The tag as it is typed; fails where it is not whole. */
  readonly draft: () => Promise<PartTagRequest>
}

/** Tries a tag on a study that is there, and says why it holds or what the study says instead. */
export function TagTrial({ tagId, draft }: TagTrialProps) {
  const words = useBodyPartWords()
  const { language } = useLanguage()
  const { api } = useAdmin()
  const problemText = useProblemText()
  const { run, isBusy, problem } = useAction()
  const { sought, onType } = useSought()
  const [chosen, setChosen] = useState<string>()
  const [tried, setTried] = useState<{ readonly test: TagTest; readonly name: string }>()
  const keyword = sought.length >= shortestKeyword ? sought : ''
  const offered = useResource(`studies ${keyword}`, (signal) => studies(api).list({ arrival: 'any', limit: studiesOffered, ...(keyword !== '' && { keyword }) }, signal))
  const test = async () => {
    if (chosen === undefined) return
    // What is missing is said at the fields.
    const typed = await draft().catch(() => undefined)
    if (typed === undefined) return
    await run(async () => { setTried({ name: typed.name, test: await partTags(api).test({ StudyInstanceUID: chosen, tag: { ...typed, ...(tagId !== undefined && { tagId }) } }) }) }, { isQuiet: true })
  }
  return (
    <section className="tag-trial" aria-label={words.test}>
      <h3>{words.test}</h3>
      <p className="hint">{words.testHint}</p>
      <div className="trial-line">
        <Select
          showSearch={{ filterOption: false, onSearch: onType }}
          aria-label={words.study}
          placeholder={words.chooseStudy}
          value={chosen ?? null}
          loading={offered.isLoading}
          notFoundContent={offered.isLoading ? null : words.noStudies}
          onChange={(uid: string) => { setChosen(uid); setTried(undefined) }}
          options={(offered.value?.items ?? []).map((study) => ({
            value: study.StudyInstanceUID,
            label: [
              personName(study.PatientName ?? '', language),
              study.examTypes.join('/'),
              study.StudyDescription,
              study.AccessionNumber ?? study.PatientID,
            ]
              .filter((text) => text !== undefined && text !== '')
              .join(' · '),
          }))}
        />
        <Button loading={isBusy} disabled={chosen === undefined} onClick={() => void test()}>{words.try}</Button>
      </div>
      <div role="status">
        {problem && <Alert type="error" showIcon title={problemText(problem)} description={problem.code === 'invalid-tag-rule' ? problem.detail : undefined} />}
        {tried && !problem && <Outcome {...tried} />}
      </div>
    </section>
  )
}

function Outcome({ name, test: { tags, parts, values } }: { readonly name: string; readonly test: TagTest }) {
  const words = useBodyPartWords()
  const { formats } = useLanguage()
  const ruleText = useRuleText()
  const match = tags.find((one) => one.name === name)
  const others = tags.filter((one) => one !== match)
  return (
    <>
      <Alert type={match ? 'success' : 'warning'} showIcon title={match ? words.holds(formats.number(match.series)) : words.holdsNot} description={match && words.fits(ruleText(match.rule), match.found)} />
      {parts.length > 0 && <><h4>{words.suggests}</h4><span className="tag-list">{parts.map((part) => <Tag key={part.partId}>{`${part.deviceType} ${part.category}: ${part.name}`}</Tag>)}</span></>}
      {others.length > 0 && <><h4>{words.otherTags}</h4><ul className="rule-list">{others.map((one) => <li key={one.tagId}><strong>{one.name}</strong> {words.fits(ruleText(one.rule), one.found)}</li>)}</ul></>}
      <h4>{words.says}</h4>
      {values.length === 0
        ? <p className="hint">{words.nothingSaid}</p>
        : (
          <ul className="rule-list">
            {values.map(({ attribute, value }) => (
              <li key={`${attribute} ${value}`}><span className="hint">{words.attributes[attribute]}</span> {value}</li>
            ))}
          </ul>
        )}
    </>
  )
}
