import { UserAddOutlined } from '@ant-design/icons'
import { attachments, session, studies } from '@isocenter/api-client'
import type { StudyDetail } from '@isocenter/contracts'
import { EmptyState, Loaded, useAction, useLanguage, useMedia, useResource } from '@isocenter/design-system'
import { Button, Drawer, Switch, Tabs } from 'antd'
import { useState } from 'react'
import { PrintHistory } from '../film/print-history.tsx'
import { Attachments } from './attachments/attachments.tsx'
import { CaseInformation } from './case-information.tsx'
import { RelatedStudies } from './related-studies.tsx'
import { writtenName } from './row-text.ts'
import { SeriesPicture } from './series-picture.tsx'
import { StudyTags } from './study-tags.tsx'
import { useStudyWords } from './words.ts'

export const detailTabs = ['case', 'related', 'attachments', 'series', 'images', 'prints'] as const
export type DetailTab = typeof detailTabs[number]

interface DetailProps {
  readonly organisationId: string
  readonly StudyInstanceUID: string
  readonly tab: DetailTab
  readonly permissions: readonly string[]
  readonly onTab: (tab: DetailTab) => void
  readonly onOpen: (studies: readonly string[]) => void
  readonly onShow: (StudyInstanceUID: string) => void
  /** What is told of it has changed. */
  readonly onChanged: (StudyInstanceUID: string) => void
  readonly onShareColleague: (study: StudyDetail) => void
  readonly onClose: () => void
}

/** Everything about one study, each part at an address of its own (LIST-13). */
export function Detail({ organisationId, StudyInstanceUID, tab, permissions, onTab, onOpen, onShow, onChanged, onShareColleague, onClose }: DetailProps) {
  const words = useStudyWords()
  const { language } = useLanguage()
  // All of them in sight: what Ant Design puts behind a button is lost to screen readers.
  const isNarrow = useMedia('(max-width: 767px)')
  const tabs = isNarrow ? words.shortTabs : words.tabs
  const detail = useResource(`${organisationId} ${StudyInstanceUID}`, (signal) => studies(session.api.of(organisationId)).find(StudyInstanceUID, signal))
  const mayRestore = permissions.includes('admin.data_maintain')
  const [withDeleted, setWithDeleted] = useState(false)
  const files = useResource(`${organisationId} ${StudyInstanceUID} ${String(withDeleted)}`, (signal) => attachments(session.api.of(organisationId)).list(StudyInstanceUID, withDeleted, signal))
  const title = detail.value === undefined ? words.detail : `${writtenName(detail.value, language, words)} · ${[detail.value.AccessionNumber, detail.value.examTypes.join('/')].filter(Boolean).join(' · ')}`
  return (
    <Drawer open size={720} title={title} onClose={onClose} extra={
      <span className="row-actions">
        {detail.value?.actions.includes('shareColleague') === true && <Button icon={<UserAddOutlined aria-hidden />} aria-label={words.colleague.share} title={words.colleague.share} onClick={() => { if (detail.value) onShareColleague(detail.value) }} />}
        <Button type="primary" onClick={() => { onOpen([StudyInstanceUID]) }}>{words.open}</Button>
      </span>
    }>
      <Loaded resource={detail}>{(study) => (
        <Tabs tabBarGutter={isNarrow ? 10 : 32} activeKey={tab} onChange={(key) => { const next = detailTabs.find((one) => one === key); if (next) onTab(next) }} items={[
          { key: 'case', label: tabs.case, children: <><CaseInformation organisationId={organisationId} study={study} seesIdentities={permissions.includes('study.view_identity')} onChanged={() => { detail.reload(); onChanged(StudyInstanceUID) }} /><StudyTags organisationId={organisationId} StudyInstanceUID={StudyInstanceUID} /></> },
          { key: 'related', label: `${tabs.related} ${String(study.related.length)}`, children: <RelatedStudies organisationId={organisationId} study={study} onChanged={detail.reload} onOpen={onOpen} onShow={onShow} /> },
          { key: 'attachments', label: `${tabs.attachments} ${String(files.value?.items.length ?? '')}`, children: <Attachments organisationId={organisationId} StudyInstanceUID={StudyInstanceUID} list={files} withDeleted={mayRestore ? withDeleted : undefined} onWithDeleted={setWithDeleted} /> },
          { key: 'series', label: `${tabs.series} ${String(study.series.length)}`, children: <SeriesList organisationId={organisationId} study={study} onChanged={detail.reload} /> },
          { key: 'images', label: tabs.images, children: <div className="series-pictures is-wide">{study.series.map((one) => <SeriesPicture key={one.SeriesInstanceUID} organisationId={organisationId} StudyInstanceUID={StudyInstanceUID} series={one} />)}</div> },
          ...(permissions.includes('study.print_film') ? [{ key: 'prints', label: tabs.prints, children: tab === 'prints' && <PrintHistory organisationId={organisationId} study={StudyInstanceUID} isNarrow /> }] : []),
        ]} />
      )}</Loaded>
    </Drawer>
  )
}

/** Which series outside viewers get (LIST-18). */
function SeriesList({ organisationId, study, onChanged }: { readonly organisationId: string; readonly study: StudyDetail; readonly onChanged: () => void }) {
  const words = useStudyWords()
  const { run, isBusy } = useAction()
  const mayEdit = study.actions.includes('editCase')
  if (study.series.length === 0) return <EmptyState title={words.preview.noPicture} />
  return (
    <ul className="rows">
      {study.series.map((series) => {
        const name = series.SeriesDescription ?? words.preview.series(series.SeriesNumber ?? '')
        const show = async (isShown: boolean) => {
          await run(() => studies(session.api.of(organisationId)).showSeries(study.StudyInstanceUID, series.SeriesInstanceUID, isShown), { done: isShown ? words.seriesShown : words.seriesHidden })
          onChanged()
        }
        return (
          <li key={series.SeriesInstanceUID}>
            <SeriesPicture organisationId={organisationId} StudyInstanceUID={study.StudyInstanceUID} series={series} />
            {mayEdit ? <span>{words.shownToOutside} <Switch aria-label={words.showSeries(name)} checked={series.isShown} loading={isBusy} onChange={(isShown) => void show(isShown)} /></span> : !series.isShown && <span className="hint">{words.preview.hidden}</span>}
          </li>
        )
      })}
    </ul>
  )
}
