import { gateways } from '@isocenter/api-client'
import type { GatewaySummary } from '@isocenter/contracts'
import { Link, Page, useLanguage, useNow, usePages } from '@isocenter/design-system'
import { Card, Tag } from 'antd'
import { useAdmin } from '../parts/admin.ts'
import { DataTable, type Column } from '../parts/data-table.tsx'
import { Listing } from '../parts/listing.tsx'
import { useRecord } from '../parts/use-filters.ts'
import { UploadCodeCard } from '../organisation/upload-code-card.tsx'
import { anew, healthColours } from './gateway-health.ts'
import { GatewayDrawer } from './gateway-drawer.tsx'
import { useMachineWords } from './words.ts'

/** Gateways of the hospital, with what they last said of themselves. */
export function Gateways() {
  const words = useMachineWords()
  const { formats } = useLanguage()
  const { api } = useAdmin()
  const now = useNow()
  const { record, hrefOf, close } = useRecord()
  const pages = usePages('gateways', (cursor, signal) => gateways(api).list(cursor === undefined ? {} : { cursor }, signal), { changes: anew })
  const columns: Column<GatewaySummary>[] = [
    { key: 'name', title: words.gateway, isMain: true, cell: ({ gatewayId, name }) => <Link className="record-link" href={hrefOf(gatewayId)}>{name}</Link> },
    { key: 'health', title: words.health, cell: ({ health }) => <Tag color={healthColours[health]}>{words.healths[health]}</Tag> },
    { key: 'alarms', title: words.alarms, isNumber: true, cell: ({ alarms }) => (alarms > 0 ? <Tag color="error">{formats.number(alarms)}</Tag> : formats.number(0)) },
    { key: 'contact', title: words.lastContact, cell: ({ lastContactAt }) => (lastContactAt === undefined ? words.never : formats.fromNow(lastContactAt, now)) },
    { key: 'waiting', title: words.waiting, isNumber: true, cell: ({ waiting }) => waiting !== undefined && formats.number(waiting) },
    { key: 'failed', title: words.failed, isNumber: true, cell: ({ failed }) => failed !== undefined && formats.number(failed) },
    { key: 'pending', title: words.pending, isNumber: true, cell: ({ pendingCommands }) => formats.number(pendingCommands) },
    { key: 'version', title: words.version, cell: ({ version }) => version },
  ]
  return (
    <Page title={words.gateways} intro={words.gatewaysIntro}>
      <Card>
        <Listing pages={pages} empty={words.noGateways} emptyHint={words.noGatewaysHint}>{(items) => (
          <DataTable label={words.gateways} items={items} columns={columns} rowKey={({ gatewayId }) => gatewayId} />
        )}</Listing>
      </Card>
      <UploadCodeCard />
      {record !== '' && <GatewayDrawer key={record} gatewayId={record} onClose={close} onChanged={pages.reload} />}
    </Page>
  )
}
