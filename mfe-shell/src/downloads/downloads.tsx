import type { Download } from '@isocenter/contracts'
import { EmptyState, Loaded, Page, useLanguage, useLocation } from '@isocenter/design-system'
import { Button, Progress, Tag } from 'antd'
import { NotFound } from '../not-found/not-found.tsx'
import { Records } from '../parts/records.tsx'
import { useMembership } from '../session/use-session.ts'
import { useDownloads, type DownloadList } from './use-downloads.ts'
import { useDownloadWords } from './words.ts'
import './downloads.css'

const colours = { waiting: 'default', making: 'processing', ready: 'success', failed: 'error', outdated: 'warning' } as const

/** Own downloads in the organisation of the address: how far they are, and what may be done with them (DL-01, DL-04). */
export function Downloads() {
  const membership = useMembership()
  return membership ? <List key={membership.organisation.organisationId} organisationId={membership.organisation.organisationId} /> : <NotFound />
}

function List({ organisationId }: { readonly organisationId: string }) {
  const words = useDownloadWords()
  const { formats } = useLanguage()
  const { search } = useLocation()
  const list = useDownloads(organisationId)
  const { pages } = list
  return (
    <Page title={words.list} {...(pages.value && { intro: words.listIntro(formats.bytes(pages.value.keptBytes), formats.bytes(pages.value.quotaBytes)) })}>
      <Loaded resource={pages}>{({ items }) => (items.length === 0 ? <EmptyState title={words.none}>{words.noneHint}</EmptyState> : (
        <>
          <Records<Download>
            items={items} keyOf={({ downloadId }) => downloadId} nameOf={({ fileName }) => fileName} sought={search.get('record') ?? undefined} scroll={{ x: 950 }}
            columns={[
              { title: words.columns.file, width: 200, render: (_, { fileName, createdAt }) => <><span className="download-name">{fileName}</span><div className="hint">{words.asked(formats.moment(createdAt))}</div></> },
              { title: words.columns.state, width: 150, render: (_, download) => <State download={download} /> },
              { title: words.columns.content, render: (_, download) => <Content download={download} /> },
              { title: words.columns.size, width: 96, align: 'end', render: (_, { byteLength }) => byteLength !== undefined && formats.bytes(byteLength) },
              { title: words.columns.until, width: 130, render: (_, { expiresAt }) => formats.moment(expiresAt) },
              { title: words.columns.actions, width: 220, fixed: 'right', render: (_, download) => <Buttons download={download} list={list} /> },
            ]}
            card={(download) => (
              <>
                <strong className="download-name">{download.fileName}</strong>
                <State download={download} />
                <span className="hint"><Content download={download} /></span>
                <span className="hint">{words.columns.until} {formats.moment(download.expiresAt)}</span>
                <Buttons download={download} list={list} />
              </>
            )}
          />
          {pages.hasMore && <p><Button onClick={pages.more}>{words.more}</Button></p>}
        </>
      ))}</Loaded>
    </Page>
  )
}

function State({ download: { state, failure, doneBytes, byteLength } }: { readonly download: Download }) {
  const words = useDownloadWords()
  const { formats } = useLanguage()
  const written = byteLength === undefined ? words.progressOnly(formats.bytes(doneBytes)) : words.progress(formats.bytes(doneBytes), formats.bytes(byteLength))
  return (
    <div>
      <Tag color={colours[state]}>{words.states[state]}</Tag>
      {state === 'making' && (
        <>
          {byteLength !== undefined && <Progress className="download-progress" size="small" percent={Math.min(99, Math.floor((doneBytes / Math.max(1, byteLength)) * 100))} aria-label={words.states.making} />}
          <div className="hint">{written}</div>
        </>
      )}
      {state === 'failed' && failure !== undefined && <div className="hint">{words.failures[failure]}</div>}
      {state === 'outdated' && <div className="hint">{words.outdatedHint}</div>}
    </div>
  )
}

function Content({ download: { kind, studies = 0, instances = 0, leftOut = 0, isAnonymised, fetches } }: { readonly download: Download }) {
  const words = useDownloadWords()
  const { formats } = useLanguage()
  const parts = [...(kind === 'list' ? [words.spreadsheet] : [words.content(studies, formats.number(instances)), isAnonymised === true ? words.anonymised : words.identified]), ...(fetches > 0 ? [words.fetched(fetches)] : [])]
  return <>{parts.join(' · ')}{leftOut > 0 && <div className="hint">{words.leftOut(formats.number(leftOut))}</div>}</>
}

function Buttons({ download, list: { action, fetch, retry, remove } }: { readonly download: Download; readonly list: DownloadList }) {
  const words = useDownloadWords()
  const { actions, fileName, state } = download
  const removal = state === 'waiting' || state === 'making' ? words.cancel : words.remove
  return (
    <div className="download-buttons">
      {actions.includes('fetch') && <Button type="primary" size="small" disabled={action.isBusy} aria-label={words.fileOf(words.fetch, fileName)} onClick={() => void fetch(download)}>{words.fetch}</Button>}
      {actions.includes('retry') && <Button size="small" disabled={action.isBusy} aria-label={words.fileOf(words.retry, fileName)} onClick={() => void retry(download)}>{words.retry}</Button>}
      {actions.includes('remove') && <Button size="small" disabled={action.isBusy} aria-label={words.fileOf(removal, fileName)} onClick={() => void remove(download)}>{removal}</Button>}
    </div>
  )
}
