import { ReloadOutlined } from '@ant-design/icons'
import { EmptyState, Loaded, useAction, useConfirm, useLanguage } from '@isocenter/design-system'
import { Button, Card, Grid, Progress, Table, Tag } from 'antd'
import type { FetchedStudy, FetchesAdded } from '../../../src/control/wire/fetches.ts'
import { request } from '../api/client.ts'
import { useResource } from '../api/use-resource.ts'
import { useConsoleWords } from '../words/index.ts'
import { StudyWords } from './study-words.tsx'
import { useAdded } from './use-added.ts'

const shown = 500
const colours = { waiting: 'default', moving: 'processing', done: 'success', failed: 'error', cancelled: 'default' } as const

/** What is being fetched, was fetched, and waits. */
export function FetchList() {
  const { fetches: words } = useConsoleWords()
  const fetches = useResource<readonly FetchedStudy[]>(`/fetches?limit=${shown}`, ['fetches'])
  const hasWaiting = fetches.value?.some(({ state }) => state === 'waiting') ?? false
  return (
    <Card title={<h2 className="card-title">{words.list}</h2>} extra={hasWaiting && <CallOff />}>
      <Loaded resource={fetches}>{(value) => (value.length === 0 ? <EmptyState title={words.nothingYet} /> : <FetchTable studies={value} />)}</Loaded>
    </Card>
  )
}

function CallOff() {
  const { fetches: words } = useConsoleWords()
  const { run, isBusy } = useAction()
  const confirm = useConfirm()
  const callOff = async () => {
    if (await confirm({ title: words.confirmCallOff, hint: words.confirmCallOffHint, action: words.callOff })) await run(() => request('DELETE', '/fetches'))
  }
  return <Button danger size="small" loading={isBusy} onClick={() => void callOff()}>{words.callOff}</Button>
}

function FetchTable({ studies }: { readonly studies: readonly FetchedStudy[] }) {
  const { fetches: words } = useConsoleWords()
  const { formats } = useLanguage()
  const isWide = Grid.useBreakpoint().md ?? false
  return (
    <Table<FetchedStudy>
      dataSource={studies}
      rowKey="id"
      pagination={studies.length > 20 && { pageSize: 20, showSizeChanger: false, simple: true }}
      size="middle"
      columns={[
        { title: words.study, key: 'study', render: (_, study) => <StudyWords study={study}>{!isWide && <Standing study={study} />}</StudyWords> },
        { title: words.archive, dataIndex: 'nodeName', responsive: ['lg'] },
        { title: words.asked, dataIndex: 'askedAt', responsive: ['lg'], render: (at: string) => formats.moment(at) },
        { title: words.state, key: 'state', responsive: ['md'], width: '38%', render: (_, study) => <Standing study={study} /> },
      ]}
    />
  )
}

/** How far one study is, and why no further. */
function Standing({ study }: { readonly study: FetchedStudy }) {
  const { fetches: words, records } = useConsoleWords()
  const { formats } = useLanguage()
  const { state, completed, failed, remaining = 0, attempts, reason } = study
  const all = completed + failed + remaining
  return (
    <>
      <div>
        <Tag color={colours[state]}>{state === 'waiting' && attempts > 0 ? words.waitsAgain : words.states[state]}</Tag>{' '}
        {completed > 0 && <span>{words.sent(formats.number(completed), formats.number(all))}</span>}
        {attempts > 1 && <span className="hint"> · {records.attempts(formats.number(attempts), false)}</span>}
      </div>
      {state === 'moving' && all > 0 && <Progress percent={Math.floor((completed / all) * 100)} size="small" aria-label={words.progress} />}
      {reason !== undefined && <div className="hint">{reason}</div>}
      {(state === 'failed' || state === 'cancelled') && <Again study={study} />}
    </>
  )
}

function Again({ study: { nodeId, StudyInstanceUID, PatientName, PatientID, StudyDate, StudyDescription } }: { readonly study: FetchedStudy }) {
  const { actions } = useConsoleWords()
  const { run, isBusy } = useAction()
  const tellAdded = useAdded()
  const again = () => run(async () => { tellAdded(await request<FetchesAdded>('POST', '/fetches', { body: { nodeId, studies: [{ StudyInstanceUID, PatientName, PatientID, StudyDate, StudyDescription }] } })) })
  return <div style={{ marginTop: 4 }}><Button size="small" icon={<ReloadOutlined aria-hidden />} loading={isBusy} onClick={() => void again()}>{actions.retry}</Button></div>
}
