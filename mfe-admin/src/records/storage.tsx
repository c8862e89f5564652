import { maintenance } from '@isocenter/api-client'
import type { ConsortiumStorage, StorageDay, StorageUse } from '@isocenter/contracts'
import { EmptyState, Loaded, Page, useLanguage, useResource } from '@isocenter/design-system'
import { Card } from 'antd'
import { useAdmin } from '../parts/admin.ts'
import { DataTable, type Column } from '../parts/data-table.tsx'
import { DayFilter } from '../parts/filter-fields.tsx'
import { useFilters } from '../parts/use-filters.ts'
import { useRecordWords } from './words.ts'

interface Figures { readonly bytes: number; readonly deletedBytes: number; readonly instances: number }
interface Shown {
  readonly now: Figures & { readonly countedAt?: string | undefined }
  readonly days: readonly StorageDay[]
  readonly hospitals?: ConsortiumStorage['hospitals']
  readonly consortium?: StorageUse['consortium']
}

/** What is stored: of the organisation, or of a consortium with each hospital it is billed for (ADM-03). */
export function Storage() {
  const words = useRecordWords()
  const { formats } = useLanguage()
  const { api, may, organisation } = useAdmin()
  const filters = useFilters()
  const day = (name: string) => (/^\d{4}-\d{2}-\d{2}$/.test(filters.get(name)) ? filters.get(name) : '')
  const query = { ...(day('from') !== '' && { from: day('from') }), ...(day('to') !== '' && { to: day('to') }) }
  const isOfConsortium = organisation.kind === 'consortium' && may('admin.consortium')
  const use = useResource<Shown>(JSON.stringify(query), (signal) => (isOfConsortium ? maintenance(api).consortiumStorage(query, signal) : maintenance(api).storage(query, signal)))
  const hospitalColumns: Column<ConsortiumStorage['hospitals'][number]>[] = [
    { key: 'name', title: words.organisation, isMain: true, cell: ({ name }) => <strong>{name}</strong> },
    { key: 'bytes', title: words.stored, isNumber: true, cell: ({ bytes }) => formats.bytes(bytes) },
    { key: 'deleted', title: words.restorable, isNumber: true, cell: ({ deletedBytes }) => formats.bytes(deletedBytes) },
    { key: 'instances', title: words.instances, isNumber: true, cell: ({ instances }) => formats.number(instances) },
  ]
  return (
    <Page title={words.storage} intro={words.storageIntro}>
      <Loaded resource={use}>{({ now, days, hospitals, consortium }) => (
        <>
          <Card>
            <dl className="figures">
              <div><dt>{words.stored}</dt><dd>{formats.bytes(now.bytes)}</dd></div>
              <div><dt>{words.imagesNow}</dt><dd>{formats.number(now.instances)}</dd></div>
              <div><dt>{words.restorable}</dt><dd>{formats.bytes(now.deletedBytes)}</dd></div>
            </dl>
            {now.countedAt !== undefined && <p className="hint small last">{words.countedAt(formats.moment(now.countedAt))}</p>}
          </Card>
          {consortium && (
            <Card title={<h2 className="card-title">{consortium.name}</h2>}>
              <p className="hint">{words.consortiumHint(formats.number(consortium.hospitals))}</p>
              <dl className="figures">
                <div><dt>{words.stored}</dt><dd>{formats.bytes(consortium.bytes)}</dd></div>
                <div><dt>{words.imagesNow}</dt><dd>{formats.number(consortium.instances)}</dd></div>
                <div><dt>{words.restorable}</dt><dd>{formats.bytes(consortium.deletedBytes)}</dd></div>
              </dl>
            </Card>
          )}
          {hospitals && (
            <Card title={<h2 className="card-title">{words.byHospital}</h2>}>
              <DataTable label={words.byHospital} items={hospitals} columns={hospitalColumns} rowKey={({ organisationId }) => organisationId} />
            </Card>
          )}
          <Card title={<h2 className="card-title">{words.daysTitle}</h2>}>
            <div className="filters list-filters">
              <DayFilter filters={filters} name="from" label={words.from} />
              <DayFilter filters={filters} name="to" label={words.to} />
            </div>
            {days.length === 0 ? <EmptyState title={words.noDays} /> : <Days days={days} />}
          </Card>
        </>
      )}</Loaded>
    </Page>
  )
}

/** The newest first, each with its share of the most that was stored. */
function Days({ days }: { readonly days: readonly StorageDay[] }) {
  const words = useRecordWords()
  const { formats } = useLanguage()
  const most = Math.max(1, ...days.map(({ bytes }) => bytes))
  const columns: Column<StorageDay>[] = [
    { key: 'day', title: words.day, isMain: true, cell: ({ day }) => <time dateTime={day} className="no-wrap">{day}</time> },
    {
      key: 'stored',
      title: words.stored,
      cell: ({ bytes }) => (
        <span className="bar-line">
          <meter className="bar" min={0} max={most} value={bytes} aria-label={words.stored} />
          <span className="no-wrap">{formats.bytes(bytes)}</span>
        </span>
      ),
    },
    { key: 'arrived', title: words.arrived, isNumber: true, cell: ({ arrivedBytes, arrivedInstances }) => `${formats.bytes(arrivedBytes)} (${formats.number(arrivedInstances)})` },
    { key: 'removed', title: words.removedBytes, isNumber: true, cell: ({ removedBytes }) => formats.bytes(removedBytes) },
    { key: 'restorable', title: words.restorable, isNumber: true, cell: ({ deletedBytes }) => formats.bytes(deletedBytes) },
  ]
  return <DataTable label={words.daysTitle} items={[...days].sort((one, other) => (one.day < other.day ? 1 : -1))} columns={columns} rowKey={({ day }) => day} />
}
