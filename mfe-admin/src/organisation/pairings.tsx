import { hospitalPairings, teamPairings } from '@isocenter/api-client'
import { pairingStates, type Pairing } from '@isocenter/contracts'
import { FormDrawer, Link, Page, useLanguage, usePages } from '@isocenter/design-system'
import { Button, Card, Form, Input, Tag } from 'antd'
import { useState } from 'react'
import { useAdmin } from '../parts/admin.ts'
import { DataTable, type Column } from '../parts/data-table.tsx'
import { SearchFilter, SelectFilter } from '../parts/filter-fields.tsx'
import { Listing } from '../parts/listing.tsx'
import { useFilters, useRecord } from '../parts/use-filters.ts'
import { useCommonWords } from '../words/common.ts'
import { pairingColours } from './pairing-colours.ts'
import { PairingDrawer } from './pairing-drawer.tsx'
import { useOrganisationWords } from './words.ts'

/** Whom the organisation works with, seen from its own side (ORG-22 to ORG-30). */
export function Pairings() {
  const words = useOrganisationWords()
  const common = useCommonWords()
  const { formats } = useLanguage()
  const { api, organisation } = useAdmin()
  const isTeam = organisation.kind === 'team'
  const filters = useFilters()
  const { record, hrefOf, close } = useRecord()
  const [isInviting, setInviting] = useState(false)
  const state = filters.oneOf('state', pairingStates)
  const search = filters.get('search')
  const pages = usePages(JSON.stringify([state, search]), (cursor, signal) =>
    (isTeam ? teamPairings(api) : hospitalPairings(api)).list({ ...(state && { state }), ...(search !== '' && { search }), ...(cursor !== undefined && { cursor }) }, signal))
  const other = ({ hospital, team }: Pairing) => (isTeam ? hospital : team)
  const columns: Column<Pairing>[] = [
    { key: 'name', title: isTeam ? words.hospital : words.team, isMain: true, cell: (pairing) => <Link className="record-link" href={hrefOf(pairing.pairingId)}>{other(pairing).name}</Link> },
    { key: 'number', title: words.number, isWhole: true, cell: (pairing) => <span className="mono">{other(pairing).number}</span> },
    { key: 'state', title: common.state, cell: ({ state: is }) => <Tag color={pairingColours[is]}>{words.states[is]}</Tag> },
    { key: 'orders', title: words.orders, cell: ({ state: is, takesOrders }) => (is === 'paired' ? takesOrders ? words.ordersTaken : words.ordersRefused : '') },
    { key: 'signature', title: words.signatureState, cell: ({ state: is, isSignatureFixed }) => (is === 'paired' ? isSignatureFixed ? words.fixed : words.notFixed : '') },
    { key: 'requested', title: words.requestedAt, isWhole: true, cell: ({ requestedAt }) => formats.date(requestedAt) },
    { key: 'answered', title: words.answeredAt, isWhole: true, cell: ({ answeredAt }) => answeredAt && formats.date(answeredAt) },
  ]
  const invite = <Button type="primary" onClick={() => { setInviting(true) }}>{words.inviteTeam}</Button>
  return (
    <Page title={words.pairings} intro={isTeam ? words.teamPairingsIntro : words.hospitalPairingsIntro} actions={isTeam ? undefined : <div className="page-actions">{invite}</div>}>
      <Card>
        <div className="filters list-filters">
          <SearchFilter filters={filters} hint={words.searchPairing} />
          <SelectFilter filters={filters} name="state" label={common.state} options={pairingStates.map((value) => ({ value, label: words.states[value] }))} />
        </div>
        <Listing
          pages={pages}
          isFiltered={filters.isFiltered}
          onUnfilter={() => { filters.set({ search: '', state: '' }) }}
          empty={words.noPairings}
          emptyHint={isTeam ? words.noTeamPairingsHint : words.noHospitalPairingsHint}
        >
          {(items) => <DataTable label={words.pairings} items={items} columns={columns} rowKey={({ pairingId }) => pairingId} />}
        </Listing>
      </Card>
      {record !== '' && <PairingDrawer key={record} pairingId={record} isTeam={isTeam} onClose={close} onChanged={pages.reload} />}
      {isInviting && (
        <FormDrawer<{ readonly teamNumber: string }>
          title={words.inviteTeam}
          initialValues={{ teamNumber: '' }}
          submitText={words.send}
          doneText={words.invited}
          onClose={() => { setInviting(false) }}
          problemFields={{ 'no-such-team': 'teamNumber', 'pairing-exists': 'teamNumber' }}
          onSubmit={async ({ teamNumber }) => {
            await hospitalPairings(api).invite(teamNumber.trim())
            pages.reload()
          }}
        >
          <p className="hint">{words.inviteTeamHint}</p>
          <Form.Item name="teamNumber" label={words.teamNumber} rules={[{ required: true, whitespace: true, message: words.missingNumber }]}><Input autoFocus maxLength={40} autoComplete="off" /></Form.Item>
        </FormDrawer>
      )}
    </Page>
  )
}
