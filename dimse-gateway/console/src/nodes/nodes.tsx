import { PlusOutlined } from '@ant-design/icons'
import { EmptyState, Loaded, Page } from '@isocenter/design-system'
import { Button, Card } from 'antd'
import { useState } from 'react'
import type { Node } from '../../../src/configuration/nodes.ts'
import type { Configuration } from '../../../src/configuration/schema.ts'
import type { GatewayState } from '../../../src/control/wire/state.ts'
import { useResource } from '../api/use-resource.ts'
import { useConsoleWords } from '../words/index.ts'
import { NodeCard } from './node-card.tsx'
import { NodeForm } from './node-form.tsx'
import { NodeTestDialog } from './node-test.tsx'

/** Where objects are forwarded to. */
export function Nodes() {
  const words = useConsoleWords()
  const configuration = useResource<Configuration>('/configuration', ['configuration'])
  const state = useResource<GatewayState>('/state', ['state', 'configuration'])
  const [edited, setEdited] = useState<Node | 'new'>()
  const [tested, setTested] = useState<Node>()
  const add = <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => { setEdited('new') }}>{words.nodes.add}</Button>
  return (
    <Page title={words.places.nodes} actions={add}>
      <Loaded resource={configuration}>{({ nodes }) => (
        nodes.length === 0
          ? <Card><EmptyState title={words.nodes.none} action={add}>{words.nodes.noneHint}</EmptyState></Card>
          : <>{nodes.map((node) => (
            <NodeCard key={node.id} node={node} state={state.value?.nodes.find(({ id }) => id === node.id)} onEdit={() => { setEdited(node) }} onTest={() => { setTested(node) }} />
          ))}</>
      )}</Loaded>
      {edited !== undefined && <NodeForm node={edited === 'new' ? undefined : edited} hasCloud={state.value?.cloud !== undefined} onClose={() => { setEdited(undefined) }} />}
      {tested && <NodeTestDialog node={tested} onClose={() => { setTested(undefined) }} />}
    </Page>
  )
}
