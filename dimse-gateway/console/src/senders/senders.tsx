import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { EmptyState, Loaded, Page, useAction, useConfirm } from '@isocenter/design-system'
import { Alert, Button, Card, Table } from 'antd'
import { useState } from 'react'
import type { Configuration, Peer, Service } from '../../../src/configuration/schema.ts'
import { query, request } from '../api/client.ts'
import { editConfiguration } from '../api/edit-configuration.ts'
import { useResource } from '../api/use-resource.ts'
import { InstantSwitch } from '../parts/instant-switch.tsx'
import { useConsoleWords } from '../words/index.ts'
import { PeerForm } from './peer-form.tsx'
import { UnknownSenders } from './unknown-senders.tsx'

/** Who may send, and who tried. */
export function Senders() {
  const words = useConsoleWords()
  const configuration = useResource<Configuration>('/configuration', ['configuration'])
  const [isAdding, setAdding] = useState(false)
  return (
    <Page title={words.places.senders} actions={<Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => { setAdding(true) }}>{words.senders.addTitle}</Button>}>
      <Loaded resource={configuration}>{({ service }) => <AcceptList service={service} />}</Loaded>
      <UnknownSenders />
      {isAdding && <PeerForm onClose={() => { setAdding(false) }} />}
    </Page>
  )
}

function AcceptList({ service: { peers, restrictCalling: isRestricted, openServices } }: { readonly service: Service }) {
  const words = useConsoleWords()
  const { senders, actions, saved } = words
  const { run, isBusy } = useAction()
  const confirm = useConfirm()

  const restrict = async (restrictCalling: boolean) => {
    if (restrictCalling && !await confirm({ title: senders.confirmRestrict, hint: senders.confirmRestrictHint(String(peers.length)), action: senders.restrict })) return
    await run(() => editConfiguration(({ service }) => ({ service: { ...service, restrictCalling } })), { done: saved })
  }
  const open = async (isOpen: boolean) => {
    if (isOpen && !await confirm({ title: senders.confirmOpen, hint: senders.confirmOpenHint, action: senders.openServices })) return
    await run(() => editConfiguration(({ service }) => ({ service: { ...service, openServices: isOpen } })), { done: saved })
  }
  const remove = async ({ aeTitle, address }: Peer) => {
    if (!await confirm({ title: senders.confirmRemove(aeTitle), hint: senders.confirmRemoveHint, action: actions.remove })) return
    await run(() => request('DELETE', `/peers${query({ aeTitle, address })}`))
  }

  return (
    <Card title={<h2 className="card-title">{senders.acceptList}</h2>}>
      <InstantSwitch label={senders.restrict} hint={senders.restrictHint} isOn={isRestricted} isBusy={isBusy} onChange={(isOn) => void restrict(isOn)} />
      <InstantSwitch label={senders.openServices} hint={senders.openServicesHint} isOn={openServices} isBusy={isBusy} onChange={(isOn) => void open(isOn)} />
      {openServices && <Alert type="warning" showIcon title={senders.servicesAreOpen} style={{ marginBottom: 16 }} />}
      <Table<Peer>
        dataSource={[...peers]}
        rowKey={({ aeTitle, address = '' }) => `${aeTitle} ${address}`}
        pagination={false}
        size="middle"
        locale={{ emptyText: <EmptyState title={senders.noPeers}>{senders.noPeersHint}</EmptyState> }}
        columns={[
          { title: senders.aeTitle, dataIndex: 'aeTitle', render: (aeTitle: string) => <span className="mono">{aeTitle}</span> },
          { title: senders.address, key: 'address', render: (_, { address, port }) => (address === undefined ? <span className="hint">{senders.anyAddress}</span> : <span className="mono">{address}{port !== undefined && ` : ${port}`}</span>) },
          { title: senders.note, dataIndex: 'note', responsive: ['md'] },
          { title: <span className="only-read">{actions.remove}</span>, key: 'remove', align: 'right', width: 60, render: (_, peer) => <Button type="text" danger icon={<DeleteOutlined aria-hidden />} aria-label={`${actions.remove} ${peer.aeTitle}`} onClick={() => void remove(peer)} /> },
        ]}
      />
    </Card>
  )
}
