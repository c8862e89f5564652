import { EmptyState, Loaded, Page, useAction, useConfirm, useLanguage } from '@isocenter/design-system'
import { Button, Card, Table, Tag } from 'antd'
import type { CommitmentRecord, PerformedStepRecord } from '../../../src/control/wire/procedures.ts'
import { request } from '../api/client.ts'
import { useResource } from '../api/use-resource.ts'
import { useConsoleWords } from '../words/index.ts'

/** What modalities told of their procedure steps, and asked to be committed to. */
export function Procedures() {
  const { places } = useConsoleWords()
  return <Page title={places.procedures}><PerformedSteps /><Commitments /></Page>
}

const stepColours = { waiting: 'warning', sent: 'success', refused: 'error' } as const

function PerformedSteps() {
  const { procedures: words } = useConsoleWords()
  const { formats } = useLanguage()
  const steps = useResource<readonly PerformedStepRecord[]>('/performed-steps', ['performedSteps'])
  return (
    <Card title={<h2 className="card-title">{words.steps}</h2>}>
      <p className="hint">{words.stepsHint}</p>
      <Loaded resource={steps}>{(value) => (
        <Table<PerformedStepRecord>
          dataSource={[...value]}
          rowKey="id"
          pagination={false}
          size="middle"
          locale={{ emptyText: <EmptyState title={words.noSteps} /> }}
          columns={[
            { title: words.modality, dataIndex: 'callingAETitle', render: (aeTitle: string) => <span className="mono">{aeTitle}</span> },
            { title: words.received, dataIndex: 'receivedAt', render: (at: string) => formats.moment(at) },
            { title: words.message, key: 'message', responsive: ['md'], render: (_, { operation, PerformedProcedureStepStatus }) => <>{words.operations[operation]} <span className="mono">{PerformedProcedureStepStatus}</span></> },
            { title: words.toServer, key: 'state', render: (_, { id, state, reason, needsPerson }) => (
              <>
                <Tag color={needsPerson ? 'error' : stepColours[state]}>{words.stepStates[state]}</Tag>
                <Reason code={needsPerson && state === 'waiting' ? 'otherOrganisation' : reason} />
                {needsPerson && <SeenButton path="/performed-steps/seen" id={id} isGivenUp={state === 'waiting'} />}
              </>
            ) },
          ]}
        />
      )}</Loaded>
    </Card>
  )
}

const commitmentColours = { verifying: 'processing', reporting: 'warning', reported: 'success', unreported: 'error' } as const

function Commitments() {
  const { procedures: words } = useConsoleWords()
  const { formats } = useLanguage()
  const commitments = useResource<readonly CommitmentRecord[]>('/commitments', ['commitments'])
  return (
    <Card title={<h2 className="card-title">{words.commitments}</h2>}>
      <p className="hint">{words.commitmentsHint}</p>
      <Loaded resource={commitments}>{(value) => (
        <Table<CommitmentRecord>
          dataSource={[...value]}
          rowKey="id"
          pagination={false}
          size="middle"
          locale={{ emptyText: <EmptyState title={words.noCommitments} /> }}
          columns={[
            { title: words.modality, dataIndex: 'callingAETitle', render: (aeTitle: string) => <span className="mono">{aeTitle}</span> },
            { title: words.requested, dataIndex: 'requestedAt', render: (at: string) => formats.moment(at) },
            { title: words.result, key: 'result', responsive: ['md'], render: (_, { instances, committed, failed }) => (committed === undefined || failed === undefined ? words.asked(formats.number(instances)) : words.outcome(formats.number(committed), formats.number(failed))) },
            { title: words.answer, key: 'state', render: (_, { id, state, reason, needsPerson }) => (
              <>
                <Tag color={commitmentColours[state]}>{words.commitmentStates[state]}</Tag>
                <Reason code={reason} />
                {needsPerson && <SeenButton path="/commitments/seen" id={id} />}
              </>
            ) },
          ]}
        />
      )}</Loaded>
    </Card>
  )
}

/** Why, in the user's language where it is a word of ours; else as the server says it. */
function Reason({ code }: { readonly code: string | undefined }) {
  const { procedures: { reasons } } = useConsoleWords()
  if (code === undefined) return null
  return <div className="hint">{Object.hasOwn(reasons, code) ? reasons[code as keyof typeof reasons] : code}</div>
}

/** For what nobody else is told of. One that still waited is given up by that, which is asked first. */
function SeenButton({ path, id, isGivenUp = false }: { readonly path: string; readonly id: number; readonly isGivenUp?: boolean }) {
  const { procedures: words } = useConsoleWords()
  const { run, isBusy } = useAction()
  const confirm = useConfirm()
  const acknowledge = async () => {
    if (isGivenUp && !await confirm({ title: words.confirmGiveUp, hint: words.confirmGiveUpHint, action: words.markSeen })) return
    await run(() => request('POST', path, { body: { ids: [id] } }))
  }
  return <Button size="small" loading={isBusy} onClick={() => void acknowledge()}>{words.markSeen}</Button>
}
