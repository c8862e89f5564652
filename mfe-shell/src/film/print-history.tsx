import { filmDocumentPath } from '@isocenter/api-client'
import type { PrintJob } from '@isocenter/contracts'
import { EmptyState, Loaded, useLanguage } from '@isocenter/design-system'
import { Alert, Button, Tag } from 'antd'
import { Records } from '../parts/records.tsx'
import { outcomeLines } from './outcome-text.ts'
import { usePrintJobs, type PrintJobs } from './use-print-jobs.ts'
import { useFilmWords } from './words.ts'
import './film.css'

const colours = { waiting: 'default', printing: 'processing', printed: 'success', failed: 'error', expired: 'warning', cancelled: 'default' } as const

interface HistoryProps {
  readonly organisationId: string
  /** Only what shows this study. */
  readonly study?: string | undefined
  /** A job to find again. */
  readonly sought?: string | undefined
  /** Where the study was named, shows all. */
  readonly onAll?: (() => void) | undefined
  /** Beside other things: one under another. */
  readonly isNarrow?: boolean
}

/** What was printed, by whom, on what, and what became of it (FILM-03, FILM-06). */
export function PrintHistory({ organisationId, study, sought, onAll, isNarrow = false }: HistoryProps) {
  const words = useFilmWords()
  const { formats } = useLanguage()
  const list = usePrintJobs(organisationId, study)
  const { jobs } = list
  const images = (job: PrintJob) => words.content(job.images, job.sheets, job.settings.copies)
  const layout = ({ settings: { columns, rows } }: PrintJob) => `${String(columns)} × ${String(rows)}`
  return (
    <div className="film-history">
      {study !== undefined && onAll && <Alert type="info" showIcon title={words.ofStudy} action={<Button size="small" onClick={onAll}>{words.showAll}</Button>} />}
      <Loaded resource={jobs}>{({ items }) => (items.length === 0 ? <EmptyState title={words.noJobs}>{words.noJobsHint}</EmptyState> : (
        <>
          <Records<PrintJob>
            items={items} keyOf={({ jobId }) => jobId} nameOf={({ createdAt }) => words.jobAt(formats.moment(createdAt))} sought={sought} isNarrow={isNarrow}
            columns={[
              { title: words.columnsOfJobs.when, render: (_, { createdAt, createdBy }) => <>{formats.moment(createdAt)}<div className="hint">{createdBy.name ?? words.somebody}</div></> },
              { title: words.columnsOfJobs.what, render: (_, job) => <>{images(job)} · {layout(job)}<div className="hint"><Destination job={job} /></div></> },
              { title: words.columnsOfJobs.state, render: (_, job) => <State job={job} /> },
              { title: words.columnsOfJobs.actions, render: (_, job) => <Buttons organisationId={organisationId} job={job} list={list} /> },
            ]}
            card={(job) => (
              <>
                <strong>{formats.moment(job.createdAt)}</strong>
                <State job={job} />
                <span className="hint">{job.createdBy.name ?? words.somebody} · {images(job)} · {layout(job)}</span>
                <span className="hint"><Destination job={job} /></span>
                <Buttons organisationId={organisationId} job={job} list={list} />
              </>
            )}
          />
          {jobs.hasMore && <p><Button onClick={jobs.more}>{words.more}</Button></p>}
        </>
      ))}</Loaded>
    </div>
  )
}

function Destination({ job: { printer } }: { readonly job: PrintJob }) {
  const words = useFilmWords()
  return printer ? words.printerOf(printer.printerName, printer.gatewayName) : words.document
}

function State({ job }: { readonly job: PrintJob }) {
  const words = useFilmWords()
  const { language } = useLanguage()
  return (
    <div>
      <Tag color={colours[job.state]}>{job.printer === undefined && job.state === 'printed' ? words.documentReady : words.states[job.state]}</Tag>
      {outcomeLines(job, words, language).map((line) => <div key={line} className="hint film-outcome">{line}</div>)}
    </div>
  )
}

function Buttons({ organisationId, job, list: { action, cancel, repeat } }: { readonly organisationId: string; readonly job: PrintJob; readonly list: PrintJobs }) {
  const words = useFilmWords()
  const { formats } = useLanguage()
  const label = (text: string) => words.actionAt(text, formats.moment(job.createdAt))
  return (
    <div className="film-buttons">
      {job.actions.includes('fetch') && <Button size="small" href={filmDocumentPath(organisationId, job.jobId)} target="_blank" rel="noopener" aria-label={label(words.openDocument)}>{words.openDocument}</Button>}
      {job.actions.includes('repeat') && <Button size="small" disabled={action.isBusy} aria-label={label(words.repeat)} onClick={() => void repeat(job)}>{words.repeat}</Button>}
      {job.actions.includes('cancel') && <Button size="small" danger disabled={action.isBusy} aria-label={label(words.cancel)} onClick={() => void cancel(job)}>{words.cancel}</Button>}
    </div>
  )
}
