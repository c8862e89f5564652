import { CheckCircleOutlined, ClockCircleOutlined, ExclamationCircleOutlined, PauseCircleOutlined, SyncOutlined } from '@ant-design/icons'
import { Tag } from 'antd'
import type { NodeState } from '../../../src/control/wire/state.ts'
import { useConsoleWords } from '../words/index.ts'

const looks = {
  idle: { color: 'success', icon: <CheckCircleOutlined aria-hidden /> },
  sending: { color: 'processing', icon: <SyncOutlined spin aria-hidden /> },
  retrying: { color: 'error', icon: <ExclamationCircleOutlined aria-hidden /> },
  outsideHours: { color: 'default', icon: <ClockCircleOutlined aria-hidden /> },
  paused: { color: 'warning', icon: <PauseCircleOutlined aria-hidden /> },
} as const

export function NodeStateTag({ node: { status } }: { readonly node: NodeState }) {
  const { nodes } = useConsoleWords()
  return <Tag {...looks[status]}>{nodes.statuses[status]}</Tag>
}
