import type { AuditEntry } from '@isocenter/contracts'
import { Select } from 'antd'
import { useShellWords } from '../words/index.ts'

/** The filter by user: those who occur in what is shown, and the one chosen (WB-08). */
export function PersonFilter({ accountId, entries, onChange }: { readonly accountId: string; readonly entries: readonly AuditEntry[]; readonly onChange: (accountId: string) => void }) {
  const { home: words } = useShellWords()
  const people = new Map(entries.filter(({ actor }) => actor.kind === 'account').map(({ actor }) => [actor.id, actor.name ?? actor.id]))
  if (accountId !== '' && !people.has(accountId)) people.set(accountId, words.chosenPerson)
  return <Select className="log-person" aria-label={words.person} value={accountId} showSearch={{ optionFilterProp: 'label' }} options={[{ value: '', label: words.everybody }, ...[...people].map(([value, label]) => ({ value, label }))]} onChange={onChange} />
}
