import { ApiOutlined, DeleteOutlined, EditOutlined, PauseOutlined, PlayCircleOutlined } from '@ant-design/icons'
import { useAction, useConfirm, useLanguage, useNow } from '@isocenter/design-system'
import { Alert, Button, Card, Flex, Tag } from 'antd'
import type { Node } from '../../../src/configuration/nodes.ts'
import type { NodeState } from '../../../src/control/wire/state.ts'
import { request } from '../api/client.ts'
import { useFailureText } from '../parts/failure-text.ts'
import { useHoursText } from '../parts/hours-fields.tsx'
import { useConsoleWords } from '../words/index.ts'
import { NodeStateTag } from './node-state-tag.tsx'

interface NodeCardProps {
  readonly node: Node
  /** Not known yet for a node just added. */
  readonly state: NodeState | undefined
  readonly onEdit: () => void
  readonly onTest: () => void
}

/** One node: how it does, what waits for it, and what can be done with it. */
export function NodeCard({ node, state, onEdit, onTest }: NodeCardProps) {
  const { nodes: words, actions } = useConsoleWords()
  const { formats } = useLanguage()
  const failureText = useFailureText()
  const hoursText = useHoursText()
  const now = useNow()
  const { run, isBusy } = useAction()
  const confirm = useConfirm()

  const pause = async () => {
    if (await confirm({ title: words.confirmPause(node.name), hint: words.confirmPauseHint, action: actions.pause })) await run(() => request('POST', `/nodes/${node.id}/pause`))
  }
  const remove = async () => {
    const left = (state?.waiting ?? 0) + (state?.failed ?? 0)
    const hint = left > 0 ? `${words.confirmRemoveWaiting(formats.number(left))} ${words.confirmRemoveHint}` : words.confirmRemoveHint
    if (await confirm({ title: words.confirmRemove(node.name), hint, action: actions.remove })) await run(() => request('DELETE', `/nodes/${node.id}${left > 0 ? '?callOff=true' : ''}`))
  }

  return (
    <Card title={<h2 className="card-title">{node.name} {state && <NodeStateTag node={state} />}</h2>} extra={<Tag>{words.kinds[node.kind]}</Tag>}>
      {state?.status === 'retrying' && state.lastFailure && (
        <Alert
          type="error"
          showIcon
          style={{ marginBottom: 16 }}
          title={failureText(state.lastFailure)}
          description={state.nextAttemptAt !== undefined && words.nextAttempt(formats.fromNow(state.nextAttemptAt, now))}
        />
      )}
      <dl className="facts">
        <dt>{words.target}</dt><dd className="mono">{node.kind === 'dicom' ? `${node.calledAETitle} @ ${node.host}:${node.port}` : node.url}</dd>
        {node.hours && node.hours.length > 0 && <><dt>{words.hours}</dt><dd>{hoursText(node.hours)}</dd></>}
        {state && <><dt>{words.waiting}</dt><dd>{formats.number(state.waiting)}{state.waiting > 0 && state.waitingBytes !== undefined && ` · ${formats.bytes(state.waitingBytes)}`}</dd></>}
        {state && state.failed > 0 && <><dt>{words.failed}</dt><dd>{formats.number(state.failed)}</dd></>}
        {state && <><dt>{words.lastArrival}</dt><dd>{state.lastArrivalAt === undefined ? words.never : formats.fromNow(state.lastArrivalAt, now)}</dd></>}
      </dl>
      <Flex wrap gap="small" style={{ marginTop: 16 }}>
        <Button icon={<ApiOutlined aria-hidden />} onClick={onTest}>{actions.test}</Button>
        {node.paused
          ? <Button type="primary" icon={<PlayCircleOutlined aria-hidden />} loading={isBusy} onClick={() => void run(() => request('POST', `/nodes/${node.id}/resume`))}>{actions.resume}</Button>
          : <Button icon={<PauseOutlined aria-hidden />} loading={isBusy} onClick={() => void pause()}>{actions.pause}</Button>}
        <Button icon={<EditOutlined aria-hidden />} onClick={onEdit}>{actions.edit}</Button>
        <Button danger icon={<DeleteOutlined aria-hidden />} onClick={() => void remove()}>{actions.remove}</Button>
      </Flex>
    </Card>
  )
}
