import { Input, Select } from 'antd'
import { useId } from 'react'
import { useCommonWords } from '../words/common.ts'
import type { Filters } from './use-filters.ts'

/** What is sought for; asked when Enter is pressed or the field is left. */
export function SearchFilter({ filters, hint, name = 'search', label }: { readonly filters: Filters; readonly hint?: string; readonly name?: string; readonly label?: string }) {
  const words = useCommonWords()
  const id = useId()
  const value = filters.get(name)
  return (
    <div className="wide">
      <label htmlFor={id}>{label ?? words.search}</label>
      <Input.Search key={value} id={id} placeholder={hint} defaultValue={value} allowClear maxLength={100} onSearch={(text) => { filters.set({ [name]: text.trim() }) }} />
    </div>
  )
}

export interface Choice { readonly value: string; readonly label: string }

/** One of some, or all. */
export function SelectFilter({ filters, name, label, options, isLoading = false }: {
  readonly filters: Filters
  readonly name: string
  readonly label: string
  readonly options: readonly Choice[]
  readonly isLoading?: boolean
}) {
  const words = useCommonWords()
  const id = useId()
  return (
    <div>
      <label htmlFor={id}>{label}</label>
      <Select
        id={id}
        value={filters.get(name)}
        loading={isLoading}
        showSearch={{ optionFilterProp: 'label' }}
        options={[{ value: '', label: words.all }, ...options]}
        onChange={(value) => { filters.set({ [name]: value }) }}
      />
    </div>
  )
}

/** A day of the calendar, `YYYY-MM-DD`. */
export function DayFilter({ filters, name, label }: { readonly filters: Filters; readonly name: string; readonly label: string }) {
  const id = useId()
  return (
    <div>
      <label htmlFor={id}>{label}</label>
      <Input id={id} type="date" value={filters.get(name)} onChange={({ target }) => { filters.set({ [name]: target.value }) }} />
    </div>
  )
}
