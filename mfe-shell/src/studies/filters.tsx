import { FilterOutlined, SearchOutlined } from '@ant-design/icons'
import { Badge, Button, Input, Popover, Select, Switch, type InputRef } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { furtherFilters, isFiltered, rangeOf, ranges, type FilterName } from './address.ts'
import { useChoices } from './use-choices.ts'
import { useStudyWords } from './words.ts'

interface FiltersProps {
  readonly organisationId: string
  readonly search: URLSearchParams
  readonly onChange: (change: Readonly<Partial<Record<FilterName, string>>>) => void
  readonly onReset: () => void
}

const texts = ['name', 'number', 'patient', 'data', 'uploader'] as const

/** What narrows the list: the usual at hand, the rest behind a button; all of it in the address. */
export function Filters({ organisationId, search, onChange, onReset }: FiltersProps) {
  const words = useStudyWords()
  const { types, tags } = useChoices(organisationId, search)
  const keyword = search.get('keyword') ?? ''
  const [shown, setShown] = useState({ keyword, typed: keyword })
  // Another address, another keyword: going back takes what was typed with it.
  if (shown.keyword !== keyword) setShown({ keyword, typed: keyword })
  const { typed } = shown
  const setTyped = (text: string) => { setShown({ keyword, typed: text }) }
  const field = useRef<InputRef>(null)
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof HTMLElement && event.target.closest('input, textarea, [contenteditable]') !== null
      if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return
      event.preventDefault()
      field.current?.focus({ cursor: 'all' })
    }
    addEventListener('keydown', focus)
    return () => { removeEventListener('keydown', focus) }
  }, [])
  const range = rangeOf(search)
  const further = furtherFilters(search)
  return (
    <div className="study-filters" role="search">
      <Input ref={field} className="study-keyword" prefix={<SearchOutlined aria-hidden />} aria-label={words.keyword} placeholder={words.keywordExample} title={words.keywordKey} value={typed} allowClear maxLength={64}
        onChange={({ target }) => { setTyped(target.value); if (target.value === '') onChange({ keyword: '' }) }} onPressEnter={() => { onChange({ keyword: typed.trim() }) }} />
      <Select className="study-range" aria-label={words.range} value={range} options={ranges.map((value) => ({ value, label: words.ranges[value] }))} onChange={(value) => { onChange({ range: value === 'day' ? '' : value, ...(value !== 'custom' && { from: '', to: '' }) }) }} />
      {range === 'custom' && (
        <span className="date-range">
          <Input type="date" aria-label={`${words.range}: ${words.from}`} value={search.get('from') ?? ''} max={search.get('to') ?? undefined} onChange={({ target }) => { onChange({ from: target.value }) }} />
          <span aria-hidden>–</span>
          <Input type="date" aria-label={`${words.range}: ${words.to}`} value={search.get('to') ?? ''} min={search.get('from') ?? undefined} onChange={({ target }) => { onChange({ to: target.value }) }} />
        </span>
      )}
      <Select className="study-types" mode="multiple" aria-label={words.type} placeholder={words.allTypes} maxTagCount="responsive" allowClear maxCount={20} value={types.chosen} options={types.options} optionLabelProp="value" showSearch={{ optionFilterProp: 'label' }} onChange={(chosen: string[]) => { onChange({ type: chosen.join(',') }) }} />
      {tags.options.length > 0 && (
        <Select className="study-types" mode="multiple" aria-label={words.tags} placeholder={words.allTags} maxTagCount="responsive" allowClear maxCount={20} value={tags.chosen} options={tags.options} showSearch={{ optionFilterProp: 'label' }} onChange={(chosen: string[]) => { onChange({ tag: chosen.join(',') }) }} />
      )}
      <Popover trigger="click" placement="bottomLeft" content={<Further search={search} onChange={onChange} />}>
        <Badge count={further} size="small"><Button icon={<FilterOutlined aria-hidden />} aria-label={words.further(further)}>{words.further(0)}</Button></Badge>
      </Popover>
      {isFiltered(search) && <Button type="link" onClick={onReset}>{words.reset}</Button>}
    </div>
  )
}

function Further({ search, onChange }: Pick<FiltersProps, 'search' | 'onChange'>) {
  const words = useStudyWords()
  const of = (name: FilterName) => search.get(name) ?? ''
  return (
    <form className="further-filters" onSubmit={(event) => {
      event.preventDefault()
      const given = new FormData(event.currentTarget)
      onChange(Object.fromEntries(texts.map((name) => { const value = given.get(name); return [name, typeof value === 'string' ? value.trim() : ''] })))
    }}>
      {texts.map((name) => <label key={name}>{words.fields[name]}<Input name={name} defaultValue={of(name)} maxLength={64} allowClear /></label>)}
      <label>{words.fields.sex}<Select value={of('sex')} aria-label={words.fields.sex} options={[{ value: '', label: words.any }, ...(['M', 'F', 'O', 'none'] as const).map((value) => ({ value: value as string, label: words.sexes[value] }))]} onChange={(sex) => { onChange({ sex }) }} /></label>
      <label>{words.fields.examFrom}<Input type="date" value={of('examFrom')} max={of('examTo')} onChange={({ target }) => { onChange({ examFrom: target.value }) }} /></label>
      <label>{words.fields.examTo}<Input type="date" value={of('examTo')} min={of('examFrom')} onChange={({ target }) => { onChange({ examTo: target.value }) }} /></label>
      <label>{words.fields.state}<Select value={of('state')} aria-label={words.fields.state} options={[{ value: '', label: words.any }, ...(['normal', 'locked'] as const).map((value) => ({ value: value as string, label: words.states[value] }))]} onChange={(state) => { onChange({ state }) }} /></label>
      <label className="further-switch"><Switch size="small" checked={of('marked') === '1'} onChange={(isOn) => { onChange({ marked: isOn ? '1' : '' }) }} aria-label={words.fields.marked} /> {words.fields.marked}</label>
      <Button type="primary" htmlType="submit">{words.apply}</Button>
    </form>
  )
}
