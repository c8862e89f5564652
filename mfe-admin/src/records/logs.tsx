import { auditLogs } from '@isocenter/api-client'
import { auditActionWords, auditGroups, auditOutcomes, studyLogKinds, type AuditEntry, type AuditFilter, type AuditGroup, type StudyLogEntry, type StudyLogFilter } from '@isocenter/contracts'
import { Page, useAction, useLanguage, usePages, useResource } from '@isocenter/design-system'
import { Button, Card, Drawer, Tabs, Tag } from 'antd'
import { useState } from 'react'
import { useAdmin } from '../parts/admin.ts'
import { DataTable, type Column } from '../parts/data-table.tsx'
import { between } from '../parts/days.ts'
import { download } from '../parts/download.ts'
import { Facts } from '../parts/facts.tsx'
import { DayFilter, SearchFilter, SelectFilter } from '../parts/filter-fields.tsx'
import { Listing } from '../parts/listing.tsx'
import { useFilters, type Filters } from '../parts/use-filters.ts'
import { useCommonWords } from '../words/common.ts'
import { useRecordWords } from './words.ts'

const outcomeColours = { success: 'success', refused: 'warning', failed: 'error' } as const
const cleared = { from: '', to: '', group: '', outcome: '', keyword: '', person: '', personName: '', study: '', patient: '', kind: '' }

/** The audit trail, what people did, and what studies did (ADM-17, ADM-18, ADM-20). */
export function Logs() {
  const words = useRecordWords()
  const { may } = useAdmin()
  const filters = useFilters()
  const open = (['entries', 'users', 'studies'] as const).filter((tab) => (tab === 'entries' ? may('log.view_all') : may('admin.audit')))
  const tab = filters.oneOf('tab', open) ?? open[0]
  return (
    <Page title={words.logs} intro={words.logsIntro}>
      <Card className="tab-card">
        <Tabs
          activeKey={tab ?? ''}
          destroyOnHidden
          onChange={(key) => { filters.set({ ...cleared, tab: key }) }}
          items={open.map((key) => ({
            key,
            label: words.tabs[key],
            children: key === 'studies' ? <StudyLog filters={filters} /> : <AuditLog key={key} filters={filters} of={key} />,
          }))}
        />
      </Card>
      {may('admin.audit') && <Seal />}
    </Page>
  )
}

function AuditLog({ filters, of }: { readonly filters: Filters; readonly of: 'entries' | 'users' }) {
  const words = useRecordWords()
  const common = useCommonWords()
  const { formats, language } = useLanguage()
  const { api, may, organisation } = useAdmin()
  const { run, isBusy } = useAction()
  const [shown, setShown] = useState<AuditEntry>()
  const group = filters.oneOf('group', auditGroups)
  const outcome = filters.oneOf('outcome', auditOutcomes)
  const [keyword, person, study, patient] = [filters.get('keyword'), filters.get('person'), filters.get('study'), filters.get('patient')]
  const filter: AuditFilter = {
    ...between(filters.get('from'), filters.get('to')), ...(group && { group: [group] as AuditGroup[] }), ...(outcome && { outcome }), ...(keyword !== '' && { keyword }),
    ...(/^[0-9a-f-]{36}$/.test(person) && { accountId: person }), ...(/^[0-9.]{1,64}$/.test(study) && { StudyInstanceUID: study }), ...(patient !== '' && { PatientID: patient }),
  }
  const logs = auditLogs(api)
  const pages = usePages(`${of} ${JSON.stringify(filter)}`, (cursor, signal) => (of === 'users' ? logs.users : logs.search)({ ...filter, ...(cursor !== undefined && { cursor }) }, signal))
  const save = (format: 'csv' | 'xlsx') => run(async () => {
    download(await logs.export({ ...filter, format, language }), `${organisation.number}-log-${new Date().toISOString().slice(0, 10)}.${format}`)
  }, { done: words.exported })
  const columns: Column<AuditEntry>[] = [
    { key: 'at', title: words.at, cell: ({ occurredAt }) => <time dateTime={occurredAt} className="no-wrap">{formats.moment(occurredAt)}</time> },
    {
      key: 'what', title: words.what, isMain: true, cell: (entry) => (
        <span className="state-line">
          {entry.actor.kind === 'account'
            ? (
              <Button
                type="link"
                className="inline-link"
                aria-label={words.onlyPerson(entry.actor.name ?? entry.actor.id)}
                onClick={() => { filters.set({ person: entry.actor.id, personName: entry.actor.name ?? '' }) }}
              >
                {entry.actor.name ?? words.actors['account']}
              </Button>
            )
            : <strong>{entry.actor.name ?? words.actors[entry.actor.kind] ?? entry.actor.kind}</strong>}
          {(auditActionWords[language] as Readonly<Record<string, string>>)[entry.action] ?? entry.action}{entry.occurrences > 1 && ` ×${formats.number(entry.occurrences)}`}
          {entry.outcome !== 'success' && <Tag color={outcomeColours[entry.outcome]}>{words.outcomes[entry.outcome]}</Tag>}
        </span>
      ),
    },
    { key: 'patient', title: words.patient, cell: ({ PatientID }) => PatientID },
    { key: 'address', title: words.address, cell: ({ address }) => address && <span className="mono">{address}</span> },
    {
      key: 'actions',
      title: common.actions,
      isActions: true,
      cell: (entry) => (
        <Button size="small" aria-label={`${words.detail}: ${formats.moment(entry.occurredAt)}`} onClick={() => { setShown(entry) }}>
          {words.detail}
        </Button>
      ),
    },
  ]
  return (
    <>
      <div className="filters list-filters">
        <DayFilter filters={filters} name="from" label={words.from} />
        <DayFilter filters={filters} name="to" label={words.to} />
        {of === 'entries' && <SelectFilter filters={filters} name="group" label={words.area} options={auditGroups.map((value) => ({ value, label: words.groups[value] }))} />}
        <SelectFilter filters={filters} name="outcome" label={words.outcome} options={auditOutcomes.map((value) => ({ value, label: words.outcomes[value] }))} />
        <SearchFilter filters={filters} name="keyword" label={words.keyword} hint={words.keywordHint} />
        <SearchFilter filters={filters} name="patient" label={words.PatientID} />
        <SearchFilter filters={filters} name="study" label={words.StudyInstanceUID} />
      </div>
      <div className="list-tools">
        {person !== ''
          ? (
            <Tag
              closable={{ 'aria-label': common.unfilter }}
              onClose={(event) => { event.preventDefault(); filters.set({ person: '', personName: '' }) }}
            >
              {words.onlyPerson(filters.get('personName') === '' ? words.actors['account'] ?? '' : filters.get('personName'))}
            </Tag>
          )
          : <span />}
        {may('log.view_all') && of === 'entries' && (
          <span className="row-actions">
            <Button loading={isBusy} onClick={() => void save('csv')}>{words.exportCsv}</Button>
            <Button loading={isBusy} onClick={() => void save('xlsx')}>{words.exportXlsx}</Button>
          </span>
        )}
      </div>
      <Listing
        pages={pages}
        isFiltered={filters.isFiltered}
        onUnfilter={() => { filters.set(cleared) }}
        empty={words.noEntries}
        emptyHint={words.noEntriesHint}
      >
        {(items) => <DataTable label={words.tabs[of] ?? words.logs} items={items} columns={columns} rowKey={({ entryId }) => entryId} />}
      </Listing>
      {shown && <EntryDrawer entry={shown} onClose={() => { setShown(undefined) }} />}
    </>
  )
}

function EntryDrawer({ entry, onClose }: { readonly entry: AuditEntry; readonly onClose: () => void }) {
  const words = useRecordWords()
  const { formats, language } = useLanguage()
  const { actor, action, outcome, occurredAt, occurrences, address, userAgent, StudyInstanceUID, PatientID, detail, entryId } = entry
  return (
    <Drawer open title={words.entry} size={560} onClose={onClose}>
      <Facts of={[
        [words.at, formats.moment(occurredAt)], [words.who, actor.name ?? words.actors[actor.kind] ?? actor.kind], [words.what, (auditActionWords[language] as Readonly<Record<string, string>>)[action] ?? action],
        [words.outcome, <Tag key="outcome" color={outcomeColours[outcome]}>{words.outcomes[outcome]}</Tag>],
        [words.times, occurrences > 1 && formats.number(occurrences)],
        [words.address, address && <span key="address" className="mono">{address}</span>],
        [words.device, userAgent],
        [words.PatientID, PatientID],
        [words.StudyInstanceUID, StudyInstanceUID && <span key="study" className="mono">{StudyInstanceUID}</span>],
        [words.entry, <span key="entry" className="mono">{entryId} · {action} · {actor.kind}:{actor.id}</span>],
      ]} />
      {Object.keys(detail).length > 0 && (
        <section className="drawer-section">
          <h3>{words.detail}</h3>
          <dl className="facts">
            {Object.entries(detail).map(([name, value]) => (
              <div key={name} className="fact">
                <dt className="mono small">{name}</dt>
                <dd className="mono small">{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </Drawer>
  )
}

function StudyLog({ filters }: { readonly filters: Filters }) {
  const words = useRecordWords()
  const { formats } = useLanguage()
  const { api } = useAdmin()
  const kind = filters.oneOf('kind', studyLogKinds)
  const [study, patient] = [filters.get('study'), filters.get('patient')]
  const filter: StudyLogFilter = {
    ...between(filters.get('from'), filters.get('to')),
    ...(kind && { kind: [kind] }),
    ...(/^[0-9.]{1,64}$/.test(study) && { StudyInstanceUID: study }),
    ...(patient !== '' && { PatientID: patient }),
  }
  const pages = usePages(`studies ${JSON.stringify(filter)}`, (cursor, signal) => auditLogs(api).studies({ ...filter, ...(cursor !== undefined && { cursor }) }, signal))
  const columns: Column<StudyLogEntry>[] = [
    { key: 'at', title: words.at, cell: ({ occurredAt }) => <time dateTime={occurredAt} className="no-wrap">{formats.moment(occurredAt)}</time> },
    {
      key: 'kind',
      title: words.kind,
      isMain: true,
      cell: ({ kind: is, outcome }) => (
        <span className="state-line">
          <strong>{words.studyKinds[is]}</strong>
          {outcome !== 'success' && <Tag color={outcomeColours[outcome]}>{words.outcomes[outcome]}</Tag>}
        </span>
      ),
    },
    { key: 'patient', title: words.patient, cell: ({ PatientID }) => PatientID },
    { key: 'study', title: words.study, cell: ({ StudyInstanceUID }) => StudyInstanceUID && <span className="mono small">{StudyInstanceUID}</span> },
    { key: 'instances', title: words.instances, isNumber: true, cell: ({ instances }) => formats.number(instances) },
    { key: 'size', title: words.size, isNumber: true, cell: ({ bytes }) => bytes !== undefined && formats.bytes(bytes) },
    { key: 'who', title: words.who, cell: ({ actor }) => actor.name ?? words.actors[actor.kind] ?? actor.kind },
    { key: 'reason', title: words.reason, cell: ({ reason }) => reason },
  ]
  return (
    <>
      <div className="filters list-filters">
        <DayFilter filters={filters} name="from" label={words.from} />
        <DayFilter filters={filters} name="to" label={words.to} />
        <SelectFilter filters={filters} name="kind" label={words.kind} options={studyLogKinds.map((value) => ({ value, label: words.studyKinds[value] }))} />
        <SearchFilter filters={filters} name="patient" label={words.PatientID} />
        <SearchFilter filters={filters} name="study" label={words.StudyInstanceUID} />
      </div>
      <Listing
        pages={pages}
        isFiltered={filters.isFiltered}
        onUnfilter={() => { filters.set(cleared) }}
        empty={words.noEntries}
        emptyHint={words.noEntriesHint}
      >
        {(items) => <DataTable label={words.tabs['studies'] ?? words.logs} items={items} columns={columns} rowKey={({ entryId }) => entryId} />}
      </Listing>
    </>
  )
}

/** How far the trail is sealed: what a copy kept elsewhere is compared with. */
function Seal() {
  const words = useRecordWords()
  const { formats } = useLanguage()
  const { api } = useAdmin()
  const { value } = useResource('seal', (signal) => auditLogs(api).head(signal))
  if (!value) return null
  const { seal, sealedAt, keptDays } = value
  const sealed = seal > 0 && sealedAt !== undefined ? words.sealed(formats.number(seal), formats.moment(sealedAt)) : words.notSealed
  const kept = keptDays === undefined ? words.keptForever : words.kept(formats.number(keptDays))
  return (
    <p className="hint small">
      {sealed} {kept}
      {value.hash !== '' && <><br />{words.copyHash}: <span className="mono">{value.hash}</span></>}
    </p>
  )
}
