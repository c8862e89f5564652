import { maintenance } from '@isocenter/api-client'
import { deletedKeptDays, deletedStates, type DeletedState, type DeletedStudy } from '@isocenter/contracts'
import { dicomDate, Page, personName, useLanguage, usePages } from '@isocenter/design-system'
import { Button, Card, Tag } from 'antd'
import { useState } from 'react'
import { useAdmin } from '../parts/admin.ts'
import { AskReason } from '../parts/ask-reason.tsx'
import { DataTable, type Column } from '../parts/data-table.tsx'
import { SearchFilter, SelectFilter } from '../parts/filter-fields.tsx'
import { Listing } from '../parts/listing.tsx'
import { changing } from '../parts/use-change.ts'
import { useFilters } from '../parts/use-filters.ts'
import { useCommonWords } from '../words/common.ts'
import { useRecordWords } from './words.ts'

export const deletedColours: Readonly<Record<DeletedState, string>> = { deleted: 'warning', restoring: 'processing', restored: 'success', purging: 'processing', purged: 'default' }

/** What was deleted and can be brought back (ADM-21). */
export function DeletedStudies() {
  const words = useRecordWords()
  const common = useCommonWords()
  const { formats, language } = useLanguage()
  const { api } = useAdmin()
  const filters = useFilters()
  const [restoring, setRestoring] = useState<DeletedStudy>()
  const state = filters.oneOf('state', deletedStates)
  const search = filters.get('search')
  const pages = usePages(JSON.stringify([state, search]), (cursor, signal) =>
    maintenance(api).deletedStudies({ ...(state && { state }), ...(search !== '' && { search }), ...(cursor !== undefined && { cursor }) }, signal))
  const nameOf = ({ PatientName }: DeletedStudy) => (PatientName === undefined || PatientName === '' ? words.unnamed : personName(PatientName, language))
  const columns: Column<DeletedStudy>[] = [
    {
      key: 'study', title: words.patient, isMain: true, cell: (study) => (
        <>
          <span className="state-line">
            <strong>{nameOf(study)}</strong>
            {study.ModalitiesInStudy.map((modality) => <Tag key={modality}>{modality}</Tag>)}
            {study.isHeldApart && <Tag>{words.heldApart}</Tag>}
            {study.SOPInstanceUID !== undefined
              ? <Tag>{words.partInstance}</Tag>
              : study.SeriesInstanceUID !== undefined && <Tag>{words.partSeries}</Tag>}
          </span>
          <span className="hint small block">{[study.PatientID, dicomDate(study.StudyDate), study.StudyDescription, study.AccessionNumber].filter((part) => part !== undefined && part !== '').join(' · ')}</span>
          {study.reason !== undefined && <span className="small block">{words.reason}: {study.reason}</span>}
          {study.notRestored !== undefined && study.notRestored > 0 && <span className="hint small block">{words.notRestored(formats.number(study.notRestored))}</span>}
        </>
      ),
    },
    { key: 'state', title: common.state, cell: ({ state: is, isPurgeRequested }) => <><Tag color={deletedColours[is]}>{words.deletedStates[is]}</Tag>{isPurgeRequested && <Tag color="error">{words.purgeAsked}</Tag>}</> },
    { key: 'instances', title: words.instances, isNumber: true, cell: ({ instances }) => formats.number(instances) },
    { key: 'size', title: words.size, isNumber: true, cell: ({ bytes }) => formats.bytes(bytes) },
    { key: 'deleted', title: words.deletedAt, cell: ({ deletedAt, deletedBy }) => <>{formats.moment(deletedAt)}{deletedBy.name !== undefined && <span className="hint small block">{deletedBy.name}</span>}</> },
    { key: 'kept', title: words.keptUntil, cell: ({ keptUntil, state: is }) => (is === 'deleted' ? keptUntil === undefined ? words.keptOn : formats.date(keptUntil) : '') },
    {
      key: 'actions',
      title: common.actions,
      isActions: true,
      cell: (study) => study.actions.includes('restore') && (
        <Button size="small" aria-label={`${words.restore}: ${nameOf(study)}`} onClick={() => { setRestoring(study) }}>{words.restore}</Button>
      ),
    },
  ]
  return (
    <Page title={words.deleted} intro={words.deletedIntro(formats.number(deletedKeptDays))}>
      <Card>
        <div className="filters list-filters">
          <SearchFilter filters={filters} hint={words.deletedSearchHint} />
          <SelectFilter filters={filters} name="state" label={common.state} options={deletedStates.map((value) => ({ value, label: words.deletedStates[value] }))} />
        </div>
        <Listing pages={pages} isFiltered={filters.isFiltered} onUnfilter={() => { filters.set({ search: '', state: '' }) }} empty={words.noDeleted}>
          {(items) => <DataTable label={words.deleted} items={items} columns={columns} rowKey={({ deletedStudyId }) => deletedStudyId} />}
        </Listing>
      </Card>
      {restoring && (
        <AskReason
          title={`${words.restoreTitle}: ${nameOf(restoring)}`} hint={words.restoreHint} action={words.restore} done={words.restored} onClose={() => { setRestoring(undefined) }}
          onSubmit={(reason) => changing(() => maintenance(api).restore(restoring.deletedStudyId, reason), pages.reload).then(pages.reload)}
        />
      )}
    </Page>
  )
}
