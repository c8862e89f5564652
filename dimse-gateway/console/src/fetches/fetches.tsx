import { EmptyState, Link, Loaded, navigate, Page, useAction } from '@isocenter/design-system'
import { Alert, Button, Card } from 'antd'
import { useState } from 'react'
import type { DicomNode } from '../../../src/configuration/nodes.ts'
import type { Configuration } from '../../../src/configuration/schema.ts'
import type { GatewayState } from '../../../src/control/wire/state.ts'
import { request } from '../api/client.ts'
import { useResource } from '../api/use-resource.ts'
import { useConsoleWords } from '../words/index.ts'
import { ArchiveSearchForm, type Asked } from './archive-search-form.tsx'
import { FetchList } from './fetch-list.tsx'
import { FoundStudies } from './found-studies.tsx'

/** Brings studies from another archive here, from where they go the way of everything received. */
export function Fetches() {
  const { places, fetches: words } = useConsoleWords()
  const configuration = useResource<Configuration>('/configuration', ['configuration'])
  return (
    <Page title={places.fetches}>
      <p className="hint page-intro">{words.intro}</p>
      <Loaded resource={configuration}>{(value) => {
        const archives = value.nodes.filter((node) => node.kind === 'dicom')
        return archives.length === 0
          ? <Card><EmptyState title={words.noArchives} action={<Button type="primary" onClick={() => { navigate('/nodes') }}>{words.toNodes}</Button>}>{words.noArchivesHint}</EmptyState></Card>
          : <FromArchives archives={archives} service={value.service} />
      }}</Loaded>
      <FetchList />
    </Page>
  )
}

function FromArchives({ archives, service }: { readonly archives: readonly DicomNode[]; readonly service: Configuration['service'] }) {
  const { fetches: words } = useConsoleWords()
  const [chosen, setChosen] = useState(archives[0]?.id)
  const [asked, setAsked] = useState<Asked & { readonly times: number }>()
  const archive = archives.find(({ id }) => id === chosen) ?? archives[0]
  if (!archive) return null
  return (
    <>
      <Card title={<h2 className="card-title">{words.search}</h2>}>
        <p className="hint">{words.archiveHint(service.aeTitle, String(service.port))}</p>
        <Obstacles archive={archive} service={service} />
        <ArchiveSearchForm archives={archives} archive={archive} onArchive={setChosen} onSearch={(search) => { setAsked((before) => ({ ...search, times: (before?.times ?? 0) + 1 })) }} />
      </Card>
      {/* Asked again is asked anew, also for the same. */}
      {asked && <FoundStudies key={asked.times} asked={asked} />}
    </>
  )
}

/** What would keep studies from coming, or send them back where they come from. */
function Obstacles({ archive, service }: { readonly archive: DicomNode; readonly service: Configuration['service'] }) {
  const { fetches: words } = useConsoleWords()
  const { run, isBusy } = useAction()
  const { value: state } = useResource<GatewayState>('/state', ['state'])
  const aeTitle = archive.calledAETitle
  const isRefused = service.restrictCalling && !service.peers.some((peer) => peer.aeTitle.trim() === aeTitle.trim())
  return (
    <>
      {state && state.service.status !== 'running' && <Alert type="warning" showIcon style={{ marginBottom: 16 }} title={words.notListening} action={<Link href="/service">{words.toService}</Link>} />}
      {isRefused && (
        <Alert
          type="warning" showIcon style={{ marginBottom: 16 }} title={words.refused(aeTitle)}
          action={<Button size="small" loading={isBusy} onClick={() => void run(() => request('POST', '/peers', { body: { aeTitle, port: archive.port } }))}>{words.letIn(aeTitle)}</Button>}
        />
      )}
      {archive.default && <Alert type="info" showIcon style={{ marginBottom: 16 }} title={words.comesBack} action={<Link href="/nodes">{words.toNodes}</Link>} />}
    </>
  )
}
