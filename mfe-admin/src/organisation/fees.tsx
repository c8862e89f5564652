import { teamPairings } from '@isocenter/api-client'
import type { DoctorFee, DoctorFeeRequest } from '@isocenter/contracts'
import { FormDrawer, Loaded, useResource } from '@isocenter/design-system'
import { Button, Form, Input, Select } from 'antd'
import { useState } from 'react'
import { useAdmin } from '../parts/admin.ts'
import { DataTable, type Column } from '../parts/data-table.tsx'
import { MemberSelect } from '../parts/member-select.tsx'
import { useColleagues } from '../parts/use-colleagues.ts'
import { useOrganisationWords } from './words.ts'

/** Types a device of the five basic kinds makes, and those met beside them; others can be typed. */
const deviceTypes = ['CT', 'MR', 'DR', 'DX', 'US', 'CR', 'MG', 'PT', 'NM', 'XA', 'RF', 'ES', 'ECG'] as const

const today = (): string => {
  const now = new Date()
  return `${String(now.getFullYear())}-${String(now.getMonth() + 1).padStart(2, '0')}-${String(now.getDate()).padStart(2, '0')}`
}

/** What the doctors of the team ask of one hospital (ORG-29). */
export function Fees({ pairingId, maySet }: { readonly pairingId: string; readonly maySet: boolean }) {
  const words = useOrganisationWords()
  const { api } = useAdmin()
  const [isSetting, setSetting] = useState(false)
  const fees = useResource(`fees ${pairingId}`, (signal) => teamPairings(api).fees(pairingId, signal))
  const columns: Column<DoctorFee>[] = [
    { key: 'doctor', title: words.doctor, isMain: true, cell: ({ doctor }) => <strong>{doctor.name}</strong> },
    { key: 'type', title: words.examType, cell: ({ examType }) => examType },
    { key: 'from', title: words.validFrom, cell: ({ validFrom }) => validFrom },
    { key: 'amount', title: words.amount, isNumber: true, cell: ({ amount, currency, unit }) => (amount === undefined ? words.notServed : `${amount} ${currency} / ${words.units[unit] ?? unit}`) },
  ]
  return (
    <section className="drawer-section">
      <h3>{words.fees}</h3>
      <p className="hint">{words.feesHint}</p>
      <Loaded resource={fees}>{({ items }) => (
        items.length === 0
          ? <p className="hint">{words.noFees}</p>
          : (
            <DataTable
              label={words.fees}
              items={items}
              columns={columns}
              rowKey={({ doctor, examType, validFrom }) => `${doctor.membershipId} ${examType} ${validFrom}`}
            />
          )
      )}</Loaded>
      {maySet && <div className="card-actions"><Button onClick={() => { setSetting(true) }}>{words.addFee}</Button></div>}
      {isSetting && <FeeForm pairingId={pairingId} currency={fees.value?.items[0]?.currency ?? 'CNY'} onClose={() => { setSetting(false) }} onSet={fees.reload} />}
    </section>
  )
}

function FeeForm({ pairingId, currency, onClose, onSet }: { readonly pairingId: string; readonly currency: string; readonly onClose: () => void; readonly onSet: () => void }) {
  const words = useOrganisationWords()
  const { api } = useAdmin()
  const colleagues = useColleagues()
  return (
    <FormDrawer<DoctorFeeRequest>
      title={words.addFee} initialValues={{ validFrom: today(), currency, unit: 'study' }} doneText={words.feeSet} onClose={onClose} problemFields={{ 'invalid-fee': 'validFrom', 'no-such-member': 'doctorId' }}
      onSubmit={async ({ amount = '', ...values }) => {
        await teamPairings(api).setFee(pairingId, { ...values, ...(amount !== '' && { amount }) })
        onSet()
      }}
    >
      <Form.Item name="doctorId" label={words.doctor} rules={[{ required: true, message: words.missingDoctor }]}><MemberSelect known={[]} search={colleagues} /></Form.Item>
      <Form.Item name="examType" label={words.examType} rules={[{ required: true, message: words.wrongType }]}><Select showSearch options={deviceTypes.map((value) => ({ value, label: value }))} /></Form.Item>
      <Form.Item name="amount" label={words.amount} extra={words.amountHint} rules={[{ pattern: /^\d{1,10}(\.\d{1,2})?$/, message: words.wrongAmount }]}><Input inputMode="decimal" maxLength={13} /></Form.Item>
      <Form.Item name="currency" label={words.currency} rules={[{ required: true, pattern: /^[A-Z]{3}$/, message: words.wrongCurrency }]}><Input maxLength={3} /></Form.Item>
      <Form.Item name="unit" label={words.unit}><Select options={(['study', 'part'] as const).map((value) => ({ value, label: words.units[value] ?? value }))} /></Form.Item>
      <Form.Item name="validFrom" label={words.validFrom} rules={[{ required: true, message: words.missingDay }]}><Input type="date" min={today()} /></Form.Item>
    </FormDrawer>
  )
}
