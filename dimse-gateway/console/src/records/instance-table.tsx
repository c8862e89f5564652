import { ReloadOutlined } from '@ant-design/icons'
import { registeredName } from './registered-name.ts'
import { Loaded, useLanguage } from '@isocenter/design-system'
import { Button, Flex, Table, Tooltip } from 'antd'
import { useState } from 'react'
import type { Delivery, InstanceRecord, InstanceRecordPage } from '../../../src/control/wire/records.ts'
import { query } from '../api/client.ts'
import { useResource } from '../api/use-resource.ts'
import { useFailureText } from '../parts/failure-text.ts'
import { useConsoleWords } from '../words/index.ts'
import { DeliverySymbol } from './study-deliveries.tsx'
import { useRetry } from './use-retry.ts'

const pageSize = 20

/** The instances of one study, each with its way to every node. */
export function InstanceTable({ StudyInstanceUID }: { readonly StudyInstanceUID: string }) {
  const { records: { instanceColumns: columns, ...words }, actions } = useConsoleWords()
  const { formats } = useLanguage()
  const [after, setAfter] = useState<string>()
  const page = useResource<InstanceRecordPage>(`/records/studies/${StudyInstanceUID}/instances${query({ limit: pageSize, after })}`, ['records'])
  const { retry, isBusy } = useRetry()
  return (
    <Loaded resource={page}>{({ records, next }) => (
      <>
        <p className="mono hint" style={{ marginTop: 0 }}>{StudyInstanceUID}</p>
        <Table<InstanceRecord>
          dataSource={records}
          rowKey="id"
          size="small"
          loading={page.isLoading}
          pagination={false}
          tableLayout="fixed"
          columns={[
            { title: columns.number, key: 'number', render: (_, record) => <span className="mono">{record.SOPInstanceUID}</span> },
            { title: columns.class, key: 'class', responsive: ['md'], render: (_, record) => <Tooltip title={record.SOPClassUID}><span>{registeredName(record.SOPClassUID)}</span></Tooltip> },
            { title: columns.syntax, key: 'syntax', responsive: ['xl'], render: (_, record) => registeredName(record.transferSyntaxUID) },
            { title: columns.size, key: 'size', align: 'right', width: 100, responsive: ['md'], render: (_, record) => formats.bytes(record.bytes) },
            { title: columns.kept, key: 'kept', width: 100, responsive: ['lg'], render: (_, record) => (record.isKept ? words.kept : record.isLost === true ? words.wasLost : record.isDiscarded === true ? words.wasDiscarded : words.deleted) },
            { title: columns.deliveries, key: 'deliveries', width: '36%', render: (_, record) => <ul className="quiet-list deliveries">{record.deliveries.map((delivery) => <li key={delivery.nodeId}><InstanceDelivery delivery={delivery} record={record} /></li>)}</ul> },
            { title: <span className="only-read">{actions.retry}</span>, key: 'retry', width: 56, render: (_, record) => record.deliveries.some(({ state }) => state === 'dead') && <Button size="small" icon={<ReloadOutlined aria-hidden />} loading={isBusy} aria-label={`${actions.retry} ${record.SOPInstanceUID}`} onClick={() => void retry({ objectId: record.id })} /> },
          ]}
        />
        {(after !== undefined || next !== undefined) && (
          <Flex gap="small" justify="end" style={{ marginTop: 8 }}>
            {after !== undefined && <Button size="small" onClick={() => { setAfter(undefined) }}>{actions.firstPage}</Button>}
            {next !== undefined && <Button size="small" onClick={() => { setAfter(next) }}>{actions.nextPage}</Button>}
          </Flex>
        )}
      </>
    )}</Loaded>
  )
}

/** Sooner than an hour after it arrived, what comes again does not go there again. */
function isRepeat(deliveredAt: string, cameAgainAt: string): boolean {
  const afterMs = Date.parse(cameAgainAt) - Date.parse(deliveredAt)
  return afterMs >= 0 && afterMs <= 3_600_000
}

function InstanceDelivery({ delivery: { nodeName, state, attempts, deliveredAt, isVerified, lastFailure }, record: { isLost = false, cameAgainAt } }: { readonly delivery: Delivery; readonly record: InstanceRecord }) {
  const { records: words } = useConsoleWords()
  const { formats } = useLanguage()
  const failureText = useFailureText()
  const wasLost = isLost && state === 'cancelled' && lastFailure?.reason === 'objectUnreadable'
  const details = [
    deliveredAt !== undefined && (state === 'delivered' ? formats.moment(deliveredAt) : words.arrivedBefore(formats.moment(deliveredAt))),
    state === 'delivered' && isVerified === true && words.verified,
    state !== 'delivered' && attempts > 0 && words.attempts(formats.number(attempts), attempts === 1),
  ].filter(Boolean)
  return (
    <>
      <DeliverySymbol state={wasLost ? 'dead' : state} /> {nodeName}: {wasLost ? words.lostBeforeArrival : words.states[state]}{details.length > 0 && <span className="hint"> · {details.join(' · ')}</span>}
      {state === 'delivered' && cameAgainAt !== undefined && deliveredAt !== undefined && isRepeat(deliveredAt, cameAgainAt) && <div className="hint">{words.cameAgain(formats.moment(cameAgainAt))}</div>}
      {state !== 'delivered' && !wasLost && lastFailure && <div className="hint">{failureText(lastFailure)}</div>}
    </>
  )
}
