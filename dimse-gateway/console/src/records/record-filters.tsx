import { navigate } from '@isocenter/design-system'
import { Button, Input, Select, Switch } from 'antd'
import { useId, type ReactNode } from 'react'
import type { RecordQuery } from '../../../src/control/wire/records.ts'
import type { NodeState } from '../../../src/control/wire/state.ts'
import { query } from '../api/client.ts'
import { useConsoleWords } from '../words/index.ts'

const names = ['search', 'state', 'modality', 'callingAETitle', 'nodeId', 'goesNowhere', 'isLost', 'from', 'until'] as const
/** As the address holds them; `from` and `until` are days of this browser's time zone. */
export type Filters = Readonly<Partial<Record<(typeof names)[number], string>>>

export function filtersOf(search: URLSearchParams): Filters {
  return Object.fromEntries(names.flatMap((name) => {
    const value = search.get(name) ?? ''
    return value === '' ? [] : [[name, value]]
  }))
}

/** The question to the gateway that filters stand for: both days are meant whole. */
export function queryOf({ from, until, ...same }: Filters): Readonly<Record<string, string>> {
  const start = from === undefined ? undefined : midnight(from, 0)
  const end = until === undefined ? undefined : midnight(until, 1)
  return { ...same, ...(start !== undefined && { receivedFrom: start }), ...(end !== undefined && { receivedBefore: end }) }
}

function midnight(day: string, daysLater: number): string | undefined {
  const [year = Number.NaN, month = Number.NaN, date = Number.NaN] = day.split('-').map(Number)
  const moment = new Date(year, month - 1, date + daysLater)
  return Number.isNaN(moment.getTime()) ? undefined : moment.toISOString()
}

const states = ['waiting', 'sending', 'delivered', 'dead', 'cancelled'] as const satisfies readonly NonNullable<RecordQuery['state']>[]

/** Narrows the list; each change is a place of its own, which the browser's back button leaves. */
export function RecordFilters({ filters, nodes }: { readonly filters: Filters; readonly nodes: readonly NodeState[] }) {
  const { records: words, actions } = useConsoleWords()
  const set = (name: keyof Filters, value: string | undefined) => { navigate(`/records${query({ ...filters, [name]: value?.trim() })}`) }
  return (
    <search className="filters" aria-label={words.filters}>
      <Field label={words.search} isWide>{(id) => (
        <Input.Search key={filters.search} id={id} defaultValue={filters.search} allowClear maxLength={100} onSearch={(value) => { set('search', value) }} />
      )}</Field>
      <Field label={words.state}>{(id) => (
        <Select id={id} value={filters.state ?? ''} onChange={(value) => { set('state', value) }} options={[{ value: '', label: words.allStates }, ...states.map((value) => ({ value: value as string, label: words.states[value] }))]} />
      )}</Field>
      <Field label={words.node}>{(id) => (
        <Select id={id} value={filters.nodeId ?? ''} onChange={(value) => { set('nodeId', value) }} options={[{ value: '', label: words.allNodes }, ...nodes.map((node) => ({ value: node.id, label: node.name }))]} />
      )}</Field>
      <TextFilter label={words.sender} value={filters.callingAETitle} onChange={(value) => { set('callingAETitle', value) }} />
      <TextFilter label={words.modality} value={filters.modality} onChange={(value) => { set('modality', value.toUpperCase()) }} />
      <Field label={words.from}>{(id) => <Input id={id} type="date" value={filters.from ?? ''} max={filters.until} onChange={({ target }) => { set('from', target.value) }} />}</Field>
      <Field label={words.until}>{(id) => <Input id={id} type="date" value={filters.until ?? ''} min={filters.from} onChange={({ target }) => { set('until', target.value) }} />}</Field>
      <Field label={words.nowhereAlone}>{(id) => <div><Switch id={id} checked={filters.goesNowhere === 'true'} onChange={(isOn) => { set('goesNowhere', isOn ? 'true' : undefined) }} /></div>}</Field>
      <Field label={words.lostAlone}>{(id) => <div><Switch id={id} checked={filters.isLost === 'true'} onChange={(isOn) => { set('isLost', isOn ? 'true' : undefined) }} /></div>}</Field>
      {Object.keys(filters).length > 0 && <div><Button onClick={() => { navigate('/records') }}>{actions.clear}</Button></div>}
    </search>
  )
}

/** Counts when the field is left or Enter is pressed, not with each letter. */
function TextFilter({ label, value, onChange }: { readonly label: string; readonly value: string | undefined; readonly onChange: (value: string) => void }) {
  return (
    <Field label={label}>{(id) => (
      <Input
        key={value} id={id} defaultValue={value} maxLength={16} allowClear spellCheck={false}
        onPressEnter={({ currentTarget }) => { onChange(currentTarget.value) }}
        onBlur={({ target }) => { if (target.value !== (value ?? '')) onChange(target.value) }}
        onClear={() => { if (value !== undefined) onChange('') }}
      />
    )}</Field>
  )
}

function Field({ label, isWide = false, children }: { readonly label: string; readonly isWide?: boolean; readonly children: (id: string) => ReactNode }) {
  const id = useId()
  return <div className={isWide ? 'wide' : ''}><label htmlFor={id}>{label}</label>{children(id)}</div>
}
