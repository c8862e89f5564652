import { EmptyState, Loaded, useAction, useLanguage } from '@isocenter/design-system'
import { Alert, Button, Card, Flex, Grid, Table, Tag } from 'antd'
import { useState } from 'react'
import type { ArchiveSearch, ArchiveStudy, FetchesAdded, WantedStudy } from '../../../src/control/wire/fetches.ts'
import { query, request } from '../api/client.ts'
import { useResource } from '../api/use-resource.ts'
import { useConsoleWords } from '../words/index.ts'
import type { Asked } from './archive-search-form.tsx'
import { StudyWords } from './study-words.tsx'
import { useAdded } from './use-added.ts'

/** What the archive has of a filter, to choose from. */
export function FoundStudies({ asked: { nodeId, filter } }: { readonly asked: Asked }) {
  const { fetches: words } = useConsoleWords()
  const found = useResource<ArchiveSearch>(`/nodes/${nodeId}/studies${query(filter)}`, [])
  return (
    <Card title={<h2 className="card-title">{words.found}</h2>}>
      <Loaded resource={found}>{({ studies, hasMore }) => (
        <>
          {hasMore && <Alert type="info" showIcon style={{ marginBottom: 16 }} title={words.hasMore} />}
          {studies.length === 0 ? <EmptyState title={words.nothingFound}>{words.nothingFoundHint}</EmptyState> : <Choice nodeId={nodeId} studies={studies} />}
        </>
      )}</Loaded>
    </Card>
  )
}

function Choice({ nodeId, studies }: { readonly nodeId: string; readonly studies: readonly ArchiveStudy[] }) {
  const { fetches: words } = useConsoleWords()
  const { formats } = useLanguage()
  const { run, isBusy } = useAction()
  const tellAdded = useAdded()
  const isWide = Grid.useBreakpoint().md ?? false
  const [chosen, setChosen] = useState<readonly ArchiveStudy[]>([])
  const fetchChosen = () => run(async () => {
    const added = await request<FetchesAdded>('POST', '/fetches', { body: { nodeId, studies: chosen.map(wanted) } })
    setChosen([])
    tellAdded(added)
  })
  const count = (study: ArchiveStudy) => <Instances study={study} />
  return (
    <>
      <Table<ArchiveStudy>
        dataSource={studies}
        rowKey="StudyInstanceUID"
        pagination={studies.length > 20 && { pageSize: 20, showSizeChanger: false, simple: true }}
        size="middle"
        rowSelection={{
          selectedRowKeys: chosen.map(({ StudyInstanceUID }) => StudyInstanceUID), preserveSelectedRowKeys: true,
          onChange: (_keys, rows) => { setChosen(rows) },
          getCheckboxProps: ({ PatientName, StudyDate, StudyInstanceUID }) => ({ 'aria-label': words.choose([PatientName, StudyDate].filter(Boolean).join(' ') || StudyInstanceUID) }),
        }}
        columns={[
          { title: words.study, key: 'study', render: (_, study) => <StudyWords study={study}>{!isWide && <div><Modalities study={study} /> {count(study)}</div>}</StudyWords> },
          { title: words.modalities, key: 'modalities', responsive: ['md'], render: (_, study) => <Modalities study={study} /> },
          { title: words.accessionNumber, dataIndex: 'AccessionNumber', responsive: ['lg'] },
          { title: words.instances, key: 'instances', responsive: ['md'], render: (_, study) => count(study) },
        ]}
      />
      <div style={{ marginTop: 16 }}>
        <Button type="primary" disabled={chosen.length === 0} loading={isBusy} onClick={() => void fetchChosen()}>{chosen.length === 0 ? words.fetchNone : words.fetchChosen(formats.number(chosen.length), chosen.length === 1)}</Button>
      </div>
    </>
  )
}

const Modalities = ({ study }: { readonly study: ArchiveStudy }) => <Flex wrap gap={4} style={{ display: 'inline-flex' }}>{study.ModalitiesInStudy.map((modality) => <Tag key={modality}>{modality}</Tag>)}</Flex>

/** How many the archive says there are, and how much of that is here. */
function Instances({ study: { NumberOfStudyRelatedInstances: all, received } }: { readonly study: ArchiveStudy }) {
  const { fetches: words } = useConsoleWords()
  const { formats } = useLanguage()
  return <>{all !== undefined && formats.number(all)} {received > 0 && <Tag color={all === undefined || received < all ? 'warning' : 'success'}>{words.received(formats.number(received))}</Tag>}</>
}

const wanted = ({ StudyInstanceUID, PatientName, PatientID, StudyDate, StudyDescription }: ArchiveStudy): WantedStudy => ({
  StudyInstanceUID, ...(PatientName && { PatientName }), ...(PatientID && { PatientID }), ...(StudyDate && { StudyDate }), ...(StudyDescription && { StudyDescription }),
})
