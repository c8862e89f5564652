import { gateways } from '@isocenter/api-client'
import { filmSizeName, gatewayAlarmWords, type Command, type CommandState, type GatewayCommandName, type FilmPrinterDescription, type GatewayDetail, type GatewayState, type UnknownSender } from '@isocenter/contracts'
import { FormDrawer, Loaded, useAction, useConfirm, useLanguage, useNow, useResource } from '@isocenter/design-system'
import { Alert, Button, Drawer, Form, Input, Tag } from 'antd'
import { useState } from 'react'
import { useAdmin } from '../parts/admin.ts'
import { DataTable, type Column } from '../parts/data-table.tsx'
import { Facts } from '../parts/facts.tsx'
import { useCommonWords } from '../words/common.ts'
import { anew, healthColours } from './gateway-health.ts'
import { useMachineWords } from './words.ts'

const commandColours: Readonly<Record<CommandState, string>> = { waiting: 'processing', delivered: 'processing', succeeded: 'success', failed: 'error', expired: 'warning' }
const shownCommands = 20

type Give = (name: GatewayCommandName, given?: Readonly<Record<string, unknown>>) => Promise<void>

/** One gateway: its alarms, what it keeps and sends, who calls it, and what it is told to do. */
export function GatewayDrawer({ gatewayId, onClose, onChanged }: { readonly gatewayId: string; readonly onClose: () => void; readonly onChanged: () => void }) {
  const words = useMachineWords()
  const { api } = useAdmin()
  const { run } = useAction()
  const gateway = useResource(gatewayId, (signal) => gateways(api).find(gatewayId, signal), { changes: anew })
  const give: Give = async (name, given) => {
    // One key for one press of a button: a try that is repeated by the network is still one order.
    const key = crypto.randomUUID()
    await run(() => gateways(api).command(gatewayId, { name, ...(given && { arguments: { ...given } }) }, key), { done: words.ordered })
    gateway.reload()
    onChanged()
  }
  return (
    <Drawer open title={gateway.value?.name ?? words.gateway} size={760} onClose={onClose}>
      <Loaded resource={gateway}>{(value) => {
        const isOpen = value.health !== 'revoked'
        return (
          <>
            <Head gateway={value} onChanged={() => { gateway.reload(); onChanged() }} />
            {value.state ? <State state={value.state} isOpen={isOpen} give={give} /> : <p className="hint drawer-section">{words.noReport}</p>}
            {value.unknownSenders.length > 0 && <Senders senders={value.unknownSenders} isOpen={isOpen} give={give} />}
            <Orders commands={value.commands} />
          </>
        )
      }}</Loaded>
    </Drawer>
  )
}

function Head({ gateway: { gatewayId, name, health, version, enrolledAt, revokedAt, lastContactAt, keyThumbprint }, onChanged }: { readonly gateway: GatewayDetail; readonly onChanged: () => void }) {
  const words = useMachineWords()
  const common = useCommonWords()
  const { formats } = useLanguage()
  const { api } = useAdmin()
  const { run, isBusy } = useAction()
  const confirm = useConfirm()
  const now = useNow()
  const [isRenaming, setRenaming] = useState(false)
  const revoke = async () => {
    if (await confirm({ title: words.revokeTitle(name), hint: words.revokeHint, action: words.revoke })) await run(() => gateways(api).revoke(gatewayId), { done: words.revoked }).then(onChanged)
  }
  return (
    <>
      <Facts of={[
        [words.health, <Tag key="health" color={healthColours[health]}>{words.healths[health]}</Tag>],
        [words.lastContact, lastContactAt === undefined ? words.never : `${formats.fromNow(lastContactAt, now)} (${formats.moment(lastContactAt)})`],
        [words.version, version],
        [words.enrolledAt, formats.moment(enrolledAt)], [words.revokedAt, revokedAt && formats.moment(revokedAt)], [words.keyThumbprint, <span key="key" className="mono small">{keyThumbprint}</span>],
      ]} />
      {health !== 'revoked' && (
        <div className="card-actions">
          <Button onClick={() => { setRenaming(true) }}>{words.rename}</Button>
          <Button danger loading={isBusy} onClick={() => void revoke()}>{words.revoke}</Button>
        </div>
      )}
      {isRenaming && (
        <FormDrawer<{ readonly name: string }>
          title={words.rename}
          initialValues={{ name }}
          doneText={words.renamed}
          onClose={() => { setRenaming(false) }}
          onSubmit={async (values) => { await gateways(api).rename(gatewayId, values.name.trim()); onChanged() }}
        >
          <Form.Item name="name" label={common.name} rules={[{ required: true, whitespace: true, message: common.missingName }]}><Input autoFocus maxLength={100} /></Form.Item>
        </FormDrawer>
      )}
    </>
  )
}

function State({ state: { alarms, service, spool, queue, nodes, printers = [], now: reportedAt }, isOpen, give }: { readonly state: GatewayState; readonly isOpen: boolean; readonly give: Give }) {
  const words = useMachineWords()
  const common = useCommonWords()
  const { language, formats } = useLanguage()
  const now = useNow()
  const confirm = useConfirm()
  const nodeName = (nodeId: string | undefined) => nodes.find(({ id }) => id === nodeId)?.name
  const stop = async () => {
    if (await confirm({ title: words.stopTitle, hint: words.stopHint, action: words.stop })) await give('stopService')
  }
  const columns: Column<GatewayState['nodes'][number]>[] = [
    { key: 'name', title: words.node, isMain: true, cell: ({ name, kind }) => <span className="state-line"><strong>{name}</strong><span className="hint">{words.nodeKinds[kind] ?? kind}</span></span> },
    {
      key: 'status',
      title: common.state,
      cell: ({ status, lastFailure }) => (
        <>
          {words.nodeStatuses[status] ?? status}
          {lastFailure && (
            <span className="hint small block">
              {words.lastFailure}: {lastFailure.text ?? lastFailure.reason}, {formats.fromNow(lastFailure.at, now)}
            </span>
          )}
        </>
      ),
    },
    { key: 'waiting', title: words.waiting, isNumber: true, cell: ({ waiting }) => formats.number(waiting) },
    { key: 'failed', title: words.failed, isNumber: true, cell: ({ failed }) => formats.number(failed) },
    {
      key: 'actions', title: common.actions, isActions: true, cell: ({ id, name, status }) => isOpen && (
        <span className="row-actions">
          <Button size="small" aria-label={`${words.test}: ${name}`} onClick={() => void give('testNode', { nodeId: id })}>{words.test}</Button>
          {status === 'paused'
            ? <Button size="small" aria-label={`${words.resume}: ${name}`} onClick={() => void give('resumeNode', { nodeId: id })}>{words.resume}</Button>
            : <Button size="small" aria-label={`${words.pause}: ${name}`} onClick={() => void give('pauseNode', { nodeId: id })}>{words.pause}</Button>}
        </span>
      ),
    },
  ]
  return (
    <>
      <section className="drawer-section" aria-label={words.alarms}>
        <h3>{words.alarms}</h3>
        {alarms.length === 0
          ? <p className="hint">{words.noAlarms}</p>
          : <div className="checks">{alarms.map(({ code, severity, since, nodeId, count }) => {
            const { title, advice } = gatewayAlarmWords(language, code)
            const more = [
              nodeName(nodeId),
              count !== undefined && words.affected(formats.number(count)),
              since !== undefined && words.since(formats.fromNow(since, now)),
            ]
              .filter((part) => part !== undefined && part !== false)
              .join(' · ')
            return (
              <Alert
                key={`${code} ${nodeId ?? ''}`}
                showIcon
                type={severity === 'error' || severity === 'critical' ? 'error' : severity === 'info' ? 'info' : 'warning'}
                title={title}
                description={<>{advice}{more !== '' && <div className="hint small">{more}</div>}</>}
              />
            )
          })}</div>}
        <p className="hint small">{words.reported(formats.fromNow(reportedAt, now))}</p>
      </section>
      <section className="drawer-section">
        <h3>{words.service}</h3>
        <Facts of={[
          [common.state, <span key="state" className="state-line"><Tag color={service.status === 'running' ? 'success' : 'error'}>{words.serviceStatuses[service.status] ?? service.status}</Tag>{service.reason}</span>],
          [words.listens, <span key="listens" className="mono">{service.aeTitle}:{service.port}{service.tls ? ' (TLS)' : ''}</span>],
          [words.addresses, service.addresses.join(', ')],
          [words.associations, words.associationsOf(formats.number(service.associations), formats.number(service.maxAssociations))],
          [
            words.spool,
            <span key="spool" className="state-line">
              {words.spoolOf(formats.number(spool.objects), formats.bytes(spool.bytes))}
              {spool.refusing && <Tag color="error">{words.refusing}</Tag>}
            </span>,
          ],
          [words.free, formats.bytes(spool.freeBytes)],
          [words.queue, words.waitingOf(formats.number(queue.waiting), queue.waitingBytes === undefined ? '' : formats.bytes(queue.waitingBytes))],
          [words.failed, queue.failed > 0 && formats.number(queue.failed)],
          [words.oldest, queue.oldestWaitingAt && formats.fromNow(queue.oldestWaitingAt, now)],
          [words.today, words.todayOf(formats.number(queue.receivedToday), formats.number(queue.arrivedToday))],
        ]} />
        {isOpen && (
          <div className="card-actions">
            {service.status === 'running' ? <Button danger onClick={() => void stop()}>{words.stop}</Button> : <Button type="primary" onClick={() => void give('startService')}>{words.start}</Button>}
            {queue.failed > 0 && <Button onClick={() => void give('retryDeliveries', {})}>{words.retry}</Button>}
          </div>
        )}
      </section>
      {nodes.length > 0 && <section className="drawer-section"><h3>{words.nodes}</h3><DataTable label={words.nodes} items={nodes} columns={columns} rowKey={({ id }) => id} /></section>}
      {printers.length > 0 && <Printers printers={printers} />}
    </>
  )
}

function Printers({ printers }: { readonly printers: readonly FilmPrinterDescription[] }) {
  const words = useMachineWords()
  const { formats } = useLanguage()
  const columns: Column<FilmPrinterDescription>[] = [
    { key: 'name', title: words.printer, isMain: true, cell: ({ name }) => <strong>{name}</strong> },
    { key: 'colour', title: words.printsIn, cell: ({ colour }) => words.filmColours[colour] },
    { key: 'films', title: words.films, cell: ({ filmSizes }) => formats.list(filmSizes.map(filmSizeName)) },
  ]
  return (
    <section className="drawer-section">
      <h3>{words.printers}</h3>
      <p className="hint">{words.printersHint}</p>
      <DataTable label={words.printers} items={printers} columns={columns} rowKey={({ printerId }) => printerId} />
    </section>
  )
}

function Senders({ senders, isOpen, give }: { readonly senders: readonly UnknownSender[]; readonly isOpen: boolean; readonly give: Give }) {
  const words = useMachineWords()
  const common = useCommonWords()
  const { formats } = useLanguage()
  const now = useNow()
  const columns: Column<UnknownSender>[] = [
    { key: 'calling', title: words.calling, isMain: true, cell: ({ callingAETitle }) => <strong className="mono">{callingAETitle}</strong> },
    { key: 'address', title: words.address, cell: ({ remoteAddress }) => <span className="mono">{remoteAddress}</span> },
    { key: 'seen', title: words.lastSeen, cell: ({ lastSeenAt }) => formats.fromNow(lastSeenAt, now) },
    { key: 'attempts', title: words.attempts, isNumber: true, cell: ({ attempts }) => formats.number(attempts) },
    {
      key: 'actions',
      title: common.actions,
      isActions: true,
      cell: ({ callingAETitle, remoteAddress }) => isOpen && (
        <Button
          size="small"
          aria-label={`${words.letIn}: ${callingAETitle}`}
          onClick={() => void give('addPeer', { peer: { aeTitle: callingAETitle, address: remoteAddress } })}
        >
          {words.letIn}
        </Button>
      ),
    },
  ]
  return (
    <section className="drawer-section">
      <h3>{words.senders}</h3>
      <p className="hint">{words.sendersHint}</p>
      <DataTable
        label={words.senders}
        items={senders}
        columns={columns}
        rowKey={({ callingAETitle, remoteAddress, calledAETitle }) => `${callingAETitle} ${remoteAddress} ${calledAETitle}`}
      />
    </section>
  )
}

function Orders({ commands }: { readonly commands: readonly Command[] }) {
  const words = useMachineWords()
  const common = useCommonWords()
  const { formats } = useLanguage()
  const columns: Column<Command>[] = [
    { key: 'name', title: words.order, isMain: true, cell: ({ name }) => words.commandNames[name] ?? name },
    {
      key: 'state',
      title: common.state,
      cell: ({ state, reason }) => (
        <>
          <Tag color={commandColours[state]}>{words.commandStates[state]}</Tag>
          {reason !== undefined && <span className="hint small block">{reason}</span>}
        </>
      ),
    },
    { key: 'at', title: words.orderedAt, isWhole: true, cell: ({ createdAt }) => formats.moment(createdAt) },
  ]
  return (
    <section className="drawer-section">
      <h3>{words.orders}</h3>
      {commands.length === 0
        ? <p className="hint">{words.noOrders}</p>
        : <DataTable label={words.orders} items={commands.slice(0, shownCommands)} columns={columns} rowKey={({ commandId }) => commandId} />}
    </section>
  )
}
