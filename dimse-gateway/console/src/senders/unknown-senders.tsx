import { EmptyState, Loaded, useAction, useLanguage, useNow } from '@isocenter/design-system'
import { Button, Card, Table, Tag } from 'antd'
import type { UnknownSender } from '../../../src/control/wire/records.ts'
import { request } from '../api/client.ts'
import { useResource } from '../api/use-resource.ts'
import { useConsoleWords } from '../words/index.ts'

/** Who sent and is not on the list; one click lets them in. */
export function UnknownSenders() {
  const { senders, actions } = useConsoleWords()
  const { formats } = useLanguage()
  const now = useNow()
  const list = useResource<readonly UnknownSender[]>('/unknown-senders', ['senders'])
  const { run, isBusy } = useAction()
  const add = ({ callingAETitle, remoteAddress }: UnknownSender) =>
    run(() => request('POST', '/peers', { body: { aeTitle: callingAETitle, address: remoteAddress } }), { done: senders.added(callingAETitle) })
  const hasSome = (list.value?.length ?? 0) > 0

  return (
    <Card
      title={<h2 className="card-title">{senders.unknown}</h2>}
      extra={hasSome && <Button size="small" onClick={() => void run(() => request('DELETE', '/unknown-senders'))}>{senders.forget}</Button>}
    >
      <p className="hint">{senders.unknownHint}</p>
      <Loaded resource={list}>{(value) => (
        <Table<UnknownSender>
          dataSource={[...value]}
          rowKey={({ callingAETitle, remoteAddress }) => `${callingAETitle} ${remoteAddress}`}
          pagination={false}
          size="middle"
          locale={{ emptyText: <EmptyState title={senders.noUnknown} /> }}
          columns={[
            { title: senders.aeTitle, dataIndex: 'callingAETitle', render: (aeTitle: string) => <span className="mono">{aeTitle}</span> },
            { title: senders.address, dataIndex: 'remoteAddress', render: (address: string) => <span className="mono">{address}</span> },
            { title: senders.calledAs, dataIndex: 'calledAETitle', responsive: ['lg'], render: (aeTitle: string) => <span className="mono">{aeTitle}</span> },
            { title: senders.attempts, dataIndex: 'attempts', align: 'right', responsive: ['md'], render: (attempts: number) => formats.number(attempts) },
            { title: senders.lastSeen, dataIndex: 'lastSeenAt', responsive: ['md'], render: (at: string) => formats.fromNow(at, now) },
            {
              title: senders.result, key: 'result', responsive: ['md'], render: (_, { wasRefused, refusedServices }) => (
                <>
                  <Tag color={wasRefused ? 'error' : 'default'}>{wasRefused ? senders.refused : senders.accepted}</Tag>
                  {refusedServices.map((service) => <Tag key={service} color="error">{senders.refusedService(senders.services[service])}</Tag>)}
                </>
              ),
            },
            { title: <span className="only-read">{actions.add}</span>, key: 'add', align: 'right', render: (_, sender) => <Button size="small" loading={isBusy} aria-label={`${actions.add} ${sender.callingAETitle}`} onClick={() => void add(sender)}>{actions.add}</Button> },
          ]}
        />
      )}</Loaded>
    </Card>
  )
}
