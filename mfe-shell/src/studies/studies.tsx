import { CloudUploadOutlined, DownloadOutlined, EyeOutlined, ReloadOutlined, ShareAltOutlined, TableOutlined } from '@ant-design/icons'
import { studyExport, session } from '@isocenter/api-client'
import { maxStudiesTogether, type ExportChoice, type OwnMembership, type SavedView, type StudySummary } from '@isocenter/contracts'
import { DeniedState, EmptyState, FailedState, FormDrawer, LoadingState, navigate, Page, useLanguage, useLocation, useMedia, usePreference, useProblemText } from '@isocenter/design-system'
import { Alert, Button, Form, Input, Select, Tooltip } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { NotFound } from '../not-found/not-found.tsx'
import { DownloadDialog } from '../downloads/download-dialog.tsx'
import { ExportDialog } from '../downloads/export-dialog.tsx'
import { ShareDialog } from '../share/share-dialog.tsx'
import { useMembership } from '../session/use-session.ts'
import { changed, isFiltered, kept, pageSizes, queryOf } from './address.ts'
import type { ChosenStudy } from './chosen-studies.tsx'
import { ColumnChooser } from './column-chooser.tsx'
import { ColleagueForm } from './colleague-form.tsx'
import { Detail, detailTabs } from './detail.tsx'
import { Filters } from './filters.tsx'
import { Preview } from './preview.tsx'
import { writtenName } from './row-text.ts'
import { StudyCards } from './study-cards.tsx'
import { StudyTable } from './study-table.tsx'
import { useArrivals } from './use-arrivals.ts'
import { useColumns } from './use-columns.ts'
import { useStudyActions } from './study-actions.ts'
import { useStudyList } from './use-study-list.ts'
import { UploadDrawer } from './upload/upload-drawer.tsx'
import { createUploadQueue, type UploadQueue } from './upload/upload-queue.ts'
import { useSavedViews } from './use-saved-views.ts'
import { ViewChooser } from './view-chooser.tsx'
import { useStudyWords } from './words.ts'

/** The studies of the organisation in the address. */
export function Studies() {
  const membership = useMembership()
  const words = useStudyWords()
  if (!membership) return <NotFound />
  if (!membership.permissions.includes('study.view')) return <Page title={words.title}><DeniedState detail="" missing="study.view" /></Page>
  return <StudyList key={membership.organisation.organisationId} membership={membership} />
}

/** What is read of the address here does not depend on the time. */
const anyMoment = new Date(0)

/** What was looked for last in each organisation, for as long as the page lives (D-13). */
const lastSearch = new Map<string, string>()

/** What is being uploaded into each organisation goes on while one looks at other pages. */
const queues = new Map<string, UploadQueue>()
function queueOf(organisationId: string): UploadQueue {
  const queue = queues.get(organisationId) ?? createUploadQueue(organisationId)
  queues.set(organisationId, queue)
  return queue
}

function StudyList({ membership: { organisation: { organisationId }, permissions } }: { readonly membership: OwnMembership }) {
  const words = useStudyWords()
  const { formats } = useLanguage()
  const problemText = useProblemText()
  const { path, search } = useLocation()
  const isNarrow = useMedia('(max-width: 767px)')
  const isWide = useMedia('(min-width: 1280px)')
  // Where the default columns are read whole beside it.
  const hasRoom = useMedia('(min-width: 1880px)')
  const [previewChoice, setPreviewChoice] = usePreference('studies.preview')
  const saved = useSavedViews(organisationId)
  const view = saved.views?.find(({ viewId }) => viewId === search.get('view'))
  const columns = useColumns(permissions.includes('study.view_identity'), view?.columns)
  const withSize = columns.shown.some(({ name }) => name === 'size') && !isNarrow
  const filters = kept(search)
  const record = search.get('record') ?? ''
  const key = `${filters} ${record} ${String(withSize)}`
  const query = () => ({ ...queryOf(search, new Date()), ...(withSize && { withSize }) })
  const list = useStudyList(organisationId, key, query)
  const { items, first } = list
  const [currentUID, setCurrent] = useState<string>()
  // A study that was asked for by its record is the one that is meant.
  const current = items.find(({ StudyInstanceUID }) => StudyInstanceUID === currentUID) ?? (first.value?.isRelaxed === true ? items[0] : undefined)
  const [selected, setSelected] = useState<ReadonlyMap<string, StudySummary>>(new Map())
  const [deleting, setDeleting] = useState<StudySummary>()
  const [downloading, setDownloading] = useState<readonly StudySummary[]>([])
  const [isExporting, setExporting] = useState(false)
  const [sharingWithColleague, setSharingWithColleague] = useState<ChosenStudy>()
  const [sharing, setSharing] = useState<readonly StudySummary[]>([])
  const actions = useStudyActions(organisationId, (uid, study) => {
    list.replace(uid, study)
    if (study === undefined) setSelected((now) => new Map([...now].filter(([one]) => one !== uid)))
  })
  const isRelaxed = first.value?.isRelaxed === true
  const arrivals = useArrivals(organisationId, key, query, items, first.value !== undefined && !isRelaxed)

  // Who comes back without an address of his own finds what he looked for; who comes for the first time, the view he begins with.
  const hasCome = useRef(false)
  useEffect(() => {
    if (hasCome.current || (saved.views === undefined && saved.error === undefined)) return
    hasCome.current = true
    const before = lastSearch.get(organisationId)
    const first = before === undefined ? saved.views?.find(({ isDefault }) => isDefault) : undefined
    if (location.search !== '') return
    if (first) navigate(`${path}?${new URLSearchParams({ ...first.filters, view: first.viewId }).toString()}`, { replace: true })
    else if (before !== undefined && before !== '') navigate(`${path}?${before}`, { replace: true })
  }, [organisationId, path, saved.views, saved.error])
  useEffect(() => { if (hasCome.current || filters !== '') lastSearch.set(organisationId, filters) }, [organisationId, filters])

  const go = (change: Readonly<Record<string, string>>, replace = true) => { navigate(changed(path, search, change), { replace }) }
  const select = (studies: readonly StudySummary[], isSelected: boolean) => {
    setSelected((now) => {
      const next = new Map(now)
      for (const study of studies) if (isSelected) next.set(study.StudyInstanceUID, study); else next.delete(study.StudyInstanceUID)
      return next
    })
  }
  const showDetail = ({ StudyInstanceUID }: Pick<StudySummary, 'StudyInstanceUID'>) => { go({ study: StudyInstanceUID }, false) }
  const refresh = () => {
    arrivals.seen()
    first.reload()
  }
  const choose = ({ viewId, filters: kept }: SavedView) => { navigate(`${path}?${new URLSearchParams({ ...kept, view: viewId }).toString()}`) }
  const query0 = queryOf(search, anyMoment)
  const exportList = (choice: ExportChoice) => {
    const { limit: _page, sort, order, ...filter } = queryOf(search, new Date())
    return studyExport(session.api.of(organisationId)).create({ ...choice, filter, ...(sort && { sort }), ...(order && { order }) })
  }
  // Beside a list that has room for it; where it has not, who wants it.
  const hasPreview = isWide && (previewChoice === undefined ? hasRoom : previewChoice === 'shown')
  const shownStudy = search.get('study')
  const tab = detailTabs.find((one) => one === search.get('tab')) ?? 'case'
  const common = { items, selected, actions, onSelect: select, onDetail: showDetail, onDelete: setDeleting, onShare: setSharing, onShareColleague: setSharingWithColleague, onDownload: setDownloading }

  return (
    <Page title={words.title} actions={
      <div className="study-tools">
        <span className="hint" role="status">{first.value?.count !== undefined && words.count(formats.number(first.value.count), first.value.isCountExact === true)}</span>
        {isWide && !hasPreview && <Button onClick={() => { setPreviewChoice('shown') }}>{words.preview.show}</Button>}
        {permissions.includes('study.upload') && <Button icon={<CloudUploadOutlined aria-hidden />} onClick={() => { go({ upload: '1' }, false) }}>{words.upload.open}</Button>}
        {permissions.includes('study.download') && <Button icon={<TableOutlined aria-hidden />} onClick={() => { setExporting(true) }}>{words.exportList}</Button>}
        <ViewChooser saved={saved} current={view} shown={{ filters: Object.fromEntries([...new URLSearchParams(filters)].filter(([name]) => name !== 'view')), columns: columns.shown.map(({ name }) => name) }} onChoose={choose} />
        {!isNarrow && <ColumnChooser {...columns} show={(names) => { columns.show(names); go({ view: '' }) }} reset={() => { columns.reset(); go({ view: '' }) }} />}
        <Button icon={<ReloadOutlined aria-hidden />} aria-label={words.refresh} title={words.refresh} onClick={refresh} />
      </div>
    }>
      <Filters organisationId={organisationId} search={search} onChange={(change) => { go(change) }} onReset={() => { navigate(path, { replace: true }) }} />
      {isRelaxed && <Alert type="info" showIcon title={words.relaxed} action={<Button size="small" onClick={() => { go({ record: '' }) }}>{words.endRelaxed}</Button>} />}
      {first.value?.isTagSearchComplete === false && <Alert type="info" showIcon title={words.tagsPending} />}
      <div role="status" className="study-arrived">{arrivals.arrived > 0 && <Button type="primary" shape="round" size="small" onClick={refresh}>{words.arrived(arrivals.arrived)}</Button>}</div>
      <div className={`study-columns${hasPreview ? ' has-preview' : ''}`}>
        <div className="study-main">
          {first.value === undefined ? (first.error === undefined ? <LoadingState rows={8} />
            : first.error.code === 'forbidden' ? <DeniedState detail={problemText(first.error)} missing={first.error.detail} /> : <FailedState detail={problemText(first.error)} requestId={first.error.requestId} onRetry={first.reload} />)
            : items.length === 0 ? <Nothing isRecord={record !== ''} isFiltered={isFiltered(search)} isAnyTime={query0.arrival === 'any'} onAnyTime={() => { go({ range: 'any', from: '', to: '' }) }} />
            : isNarrow ? <StudyCards {...common} />
            : <StudyTable {...common} columns={columns.shown} current={current} sort={{ by: query0.sort ?? 'arrival', order: query0.order ?? 'desc' }} onCurrent={({ StudyInstanceUID }) => { setCurrent(StudyInstanceUID) }} onSort={(by, order) => { go({ sort: by === 'arrival' ? '' : by, order: order === 'desc' ? '' : order }) }} onEnd={list.more} />}
          {items.length > 0 && (
            <div className="rows-foot">
              <span className="hint">{words.shown(formats.number(items.length))}</span>
              <span className="row-actions">
                {list.hasMore && <Button size="small" loading={list.isLoadingMore} onClick={list.more}>{words.more}</Button>}
                <Select size="small" aria-label={words.pageSize} value={query0.limit ?? 50} options={pageSizes.map((value) => ({ value, label: formats.number(value) }))} onChange={(size) => { go({ size: size === 50 ? '' : String(size) }) }} />
              </span>
            </div>
          )}
        </div>
        {hasPreview && <Preview organisationId={organisationId} study={current} onOpen={({ StudyInstanceUID }) => { actions.open([StudyInstanceUID]) }} onDetail={showDetail} onClose={() => { setPreviewChoice('hidden') }} />}
      </div>
      {selected.size > 0 && <SelectionBar selected={selected} onOpen={actions.open} onShare={setSharing} onDownload={setDownloading} onClear={() => { setSelected(new Map()) }} />}
      {shownStudy !== null && <Detail organisationId={organisationId} StudyInstanceUID={shownStudy} tab={tab} permissions={permissions} onTab={(next) => { go({ tab: next === 'case' ? '' : next }) }} onOpen={actions.open} onShow={(uid) => { go({ study: uid, tab: '' }, false) }} onChanged={(uid) => void actions.readAnew(uid)} onShareColleague={setSharingWithColleague} onClose={() => { go({ study: '', tab: '' }) }} />}
      {search.get('upload') === '1' && permissions.includes('study.upload') && <UploadDrawer organisationId={organisationId} permissions={permissions} queue={queueOf(organisationId)} onClose={() => { go({ upload: '' }) }} />}
      <DownloadDialog organisationId={organisationId} studies={downloading} seesIdentities={permissions.includes('study.view_identity')} onClose={() => { setDownloading([]) }} />
      <ExportDialog list="studies" isOpen={isExporting} fields={(signal) => studyExport(session.api.of(organisationId)).fields(signal)} create={exportList} onClose={() => { setExporting(false) }} />
      <ShareDialog organisationId={organisationId} studies={sharing} isOpen={sharing.length > 0} onClose={() => { setSharing([]) }} />
      {sharingWithColleague !== undefined && <ColleagueForm organisationId={organisationId} study={sharingWithColleague} onClose={() => { setSharingWithColleague(undefined) }} />}
      {deleting !== undefined && <DeletionForm study={deleting} onDelete={actions.remove} onClose={() => { setDeleting(undefined) }} />}
    </Page>
  )
}

function Nothing({ isRecord, isFiltered, isAnyTime, onAnyTime }: { readonly isRecord: boolean; readonly isFiltered: boolean; readonly isAnyTime: boolean; readonly onAnyTime: () => void }) {
  const words = useStudyWords()
  if (isRecord) return <EmptyState title={words.noRecord}>{words.noRecordHint}</EmptyState>
  return <EmptyState title={isFiltered ? words.noneFound : words.none} action={isAnyTime ? undefined : <Button onClick={onAnyTime}>{words.anyTime}</Button>}>{isFiltered ? words.noneFoundHint : words.noneHint}</EmptyState>
}

/** What is done with several studies at once; what is selected stays so while others are looked for (LIST-12, D-18). */
function SelectionBar({ selected, onOpen, onShare, onDownload, onClear }: { readonly selected: ReadonlyMap<string, StudySummary>; readonly onOpen: (studies: readonly string[]) => void; readonly onShare: (studies: readonly StudySummary[]) => void; readonly onDownload: (studies: readonly StudySummary[]) => void; readonly onClear: () => void }) {
  const words = useStudyWords()
  const isTooMany = selected.size > maxStudiesTogether
  return (
    <div className="selection-bar" role="region" aria-label={words.selected(selected.size)}>
      <strong>{words.selected(selected.size)}</strong>
      <Tooltip title={isTooMany ? words.tooMany(maxStudiesTogether) : ''}><Button type="primary" icon={<EyeOutlined aria-hidden />} disabled={isTooMany} onClick={() => { onOpen([...selected.keys()]) }}>{words.viewTogether}</Button></Tooltip>
      {[...selected.values()].every(({ actions }) => actions.includes('share')) && <Button icon={<ShareAltOutlined aria-hidden />} disabled={isTooMany} onClick={() => { onShare([...selected.values()]) }}>{words.shareTogether}</Button>}
      {[...selected.values()].every(({ actions }) => actions.includes('download')) && <Button icon={<DownloadOutlined aria-hidden />} onClick={() => { onDownload([...selected.values()]) }}>{words.downloadTogether}</Button>}
      {isTooMany && <span role="status">{words.tooMany(maxStudiesTogether)}</span>}
      <Button onClick={onClear}>{words.clear}</Button>
    </div>
  )
}

function DeletionForm({ study, onDelete, onClose }: { readonly study: StudySummary; readonly onDelete: (study: StudySummary, reason: string) => Promise<void>; readonly onClose: () => void }) {
  const words = useStudyWords()
  const { language } = useLanguage()
  return (
    <FormDrawer<{ reason: string }> title={words.deletion.title(writtenName(study, language, words))} initialValues={{}} submitText={words.deletion.submit} doneText={words.deletion.done} onClose={onClose} onSubmit={({ reason }) => onDelete(study, reason.trim()).then(() => true)}>
      <p className="hint">{words.deletion.hint}</p>
      <Form.Item name="reason" label={words.deletion.reason} rules={[{ required: true, whitespace: true, message: words.deletion.reasonMissing }]}><Input.TextArea rows={3} maxLength={500} showCount /></Form.Item>
    </FormDrawer>
  )
}
