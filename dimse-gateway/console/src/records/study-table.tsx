import { CheckOutlined, DeleteOutlined, DownOutlined, ReloadOutlined, RightOutlined } from '@ant-design/icons'
import { dicomDate, EmptyState, navigate, personName, useLanguage, useLocation } from '@isocenter/design-system'
import { Button, Flex, Grid, Table, Tag } from 'antd'
import type { StudyRecord, StudyRecordPage } from '../../../src/control/wire/records.ts'
import { query } from '../api/client.ts'
import { useConsoleWords } from '../words/index.ts'
import { InstanceTable } from './instance-table.tsx'
import { PassingButton } from './passing-button.tsx'
import { SendAgain } from './send-again.tsx'
import { StudyDeliveries } from './study-deliveries.tsx'
import { useDiscard } from './use-discard.ts'
import { useLostSeen } from './use-lost-seen.ts'
import { useRetry } from './use-retry.ts'

/** One row a study, which opens to its instances. */
export function StudyTable({ page, pausedNodeIds, isFiltered, isLoading }: { readonly page: StudyRecordPage; readonly pausedNodeIds: ReadonlySet<string>; readonly isFiltered: boolean; readonly isLoading: boolean }) {
  const { records: words } = useConsoleWords()
  const { formats } = useLanguage()
  const isWide = Grid.useBreakpoint().md ?? false
  return (
    <>
      <Table<StudyRecord>
        dataSource={page.records}
        rowKey="StudyInstanceUID"
        loading={isLoading}
        pagination={false}
        size="middle"
        tableLayout="fixed"
        locale={{ emptyText: isFiltered ? <EmptyState title={words.noMatch}>{words.noMatchHint}</EmptyState> : <EmptyState title={words.none}>{words.noneHint}</EmptyState> }}
        expandable={{
          expandedRowRender: (record) => <InstanceTable StudyInstanceUID={record.StudyInstanceUID} />,
          expandIcon: ({ expanded, onExpand, record }) => (
            <Button type="text" size="small" icon={expanded ? <DownOutlined aria-hidden /> : <RightOutlined aria-hidden />} aria-expanded={expanded} aria-label={expanded ? words.hideInstances : words.showInstances} onClick={(event) => { onExpand(record, event) }} />
          ),
        }}
        columns={[
          { title: words.patient, key: 'patient', ...(isWide && { width: '20%' }), render: (_, record) => <><Patient record={record} />{!isWide && <><Study record={record} /><Received record={record} /><Delivery record={record} pausedNodeIds={pausedNodeIds} /></>}</> },
          { title: words.study, key: 'study', width: '26%', responsive: ['md'], render: (_, record) => <Study record={record} /> },
          { title: words.received, key: 'received', width: '24%', responsive: ['lg'], render: (_, record) => <Received record={record} /> },
          { title: words.delivery, key: 'delivery', responsive: ['md'], render: (_, record) => <Delivery record={record} pausedNodeIds={pausedNodeIds} /> },
        ]}
      />
      <Flex justify="space-between" align="center" wrap gap="small" style={{ padding: '12px 16px' }}>
        <span className="hint">{words.total(formats.number(page.total), page.total === 1)}</span>
        <Pages next={page.next} />
      </Flex>
    </>
  )
}

function Patient({ record: { PatientName, PatientID } }: { readonly record: StudyRecord }) {
  const { records: words } = useConsoleWords()
  const { language } = useLanguage()
  return (
    <>
      <div>{PatientName === undefined ? <span className="hint">{words.noPatientName}</span> : <strong>{personName(PatientName, language)}</strong>}</div>
      <div className="hint">{PatientID ?? words.noPatientID}</div>
    </>
  )
}

function Study({ record }: { readonly record: StudyRecord }) {
  const { records: words } = useConsoleWords()
  return (
    <>
      <div>{record.modalities.map((modality) => <Tag key={modality}>{modality}</Tag>)} {record.StudyDescription}</div>
      <div className="hint">{[dicomDate(record.StudyDate), record.AccessionNumber && words.accession(record.AccessionNumber)].filter(Boolean).join(' · ')}</div>
    </>
  )
}

function Received({ record }: { readonly record: StudyRecord }) {
  const { records: words } = useConsoleWords()
  const { formats } = useLanguage()
  return (
    <>
      <div>{formats.moment(record.lastReceivedAt)} {!record.isComplete && <Tag color="processing">{words.incoming}</Tag>}</div>
      <div className="hint">{formats.list(record.callingAETitles)} · {words.instances(formats.number(record.instances), record.instances === 1)} · {formats.bytes(record.bytes)}</div>
    </>
  )
}

/** How far it is, and what can be done about it. */
function Delivery({ record, pausedNodeIds }: { readonly record: StudyRecord; readonly pausedNodeIds: ReadonlySet<string> }) {
  return (
    <Flex vertical gap={4} align="flex-start">
      <StudyDeliveries record={record} pausedNodeIds={pausedNodeIds} />
      <Flex wrap gap="small"><Retry record={record} /><SendAgain record={record} /></Flex>
      <Stranded record={record} />
      <Lost record={record} />
    </Flex>
  )
}

function Retry({ record }: { readonly record: StudyRecord }) {
  const { records: words } = useConsoleWords()
  const { retry, isBusy } = useRetry()
  if (!record.deliveries.some(({ dead }) => dead > 0)) return null
  return <PassingButton kind="retry" size="small" icon={<ReloadOutlined aria-hidden />} loading={isBusy} onClick={() => void retry({ StudyInstanceUID: record.StudyInstanceUID })}>{words.retryStudy}</PassingButton>
}

/** Instances that go nowhere, which nothing but a person takes away. */
function Stranded({ record: { StudyInstanceUID, stranded = 0 } }: { readonly record: StudyRecord }) {
  const { records: words } = useConsoleWords()
  const { formats } = useLanguage()
  const { discard, isBusy } = useDiscard()
  if (stranded === 0) return null
  return (
    <div>
      <span className="hint">{words.strandedHere(formats.number(stranded), stranded === 1)} </span>
      <PassingButton kind="discard" size="small" danger icon={<DeleteOutlined aria-hidden />} loading={isBusy} onClick={() => void discard({ StudyInstanceUID })}>{words.discard}</PassingButton>
    </div>
  )
}

/** Instances that are lost unless the modality sends them anew. */
function Lost({ record: { StudyInstanceUID, lost = 0 } }: { readonly record: StudyRecord }) {
  const { records: words } = useConsoleWords()
  const { formats } = useLanguage()
  const { markSeen, isBusy } = useLostSeen()
  if (lost === 0) return null
  return (
    <div>
      <span className="hint">{words.lostHere(formats.number(lost), lost === 1)} </span>
      <PassingButton kind="lost" size="small" icon={<CheckOutlined aria-hidden />} loading={isBusy} onClick={() => void markSeen({ StudyInstanceUID })}>{words.lostSeen}</PassingButton>
    </div>
  )
}

/** Forward through the list, and back to its beginning; the browser goes back one page. */
function Pages({ next }: { readonly next: string | undefined }) {
  const { actions } = useConsoleWords()
  const { search } = useLocation()
  const to = (after: string | undefined) => { navigate(`/records${query({ ...Object.fromEntries(search), after })}`) }
  return (
    <Flex gap="small">
      {search.has('after') && <Button onClick={() => { to(undefined) }}>{actions.firstPage}</Button>}
      {next !== undefined && <Button onClick={() => { to(next) }}>{actions.nextPage}</Button>}
    </Flex>
  )
}
