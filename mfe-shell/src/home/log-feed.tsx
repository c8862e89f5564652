import { auditLogs, session } from '@isocenter/api-client'
import { homeLogDays, type AuditEntry } from '@isocenter/contracts'
import { EmptyState, Loaded, navigate, useLanguage, useLocation, usePages } from '@isocenter/design-system'
import { Button, Card, Input, Segmented, Tag } from 'antd'
import { useShellWords } from '../words/index.ts'
import { LogEntryDrawer } from './log-entry-drawer.tsx'
import { PersonFilter } from './person-filter.tsx'
import { useState } from 'react'
import { actionWords } from './action-words.ts'
import { feedOf, isReading } from './feed.ts'
import { placeOfEntry } from './place-of-entry.ts'

const day = /^\d{4}-\d{2}-\d{2}$/

/** The operation log of an organisation, with its filters in the address (WB-07 to WB-09). Who may not see those of others gets own entries alone. */
export function LogFeed({ organisationId, mayFilterPeople }: { readonly organisationId: string; readonly mayFilterPeople: boolean }) {
  const { home: words } = useShellWords()
  const { search, path } = useLocation()
  const [shown, setShown] = useState<AuditEntry>()
  const days = homeLogDays.find((one) => String(one) === search.get('days'))
  const from = search.get('from') ?? ''
  const to = search.get('to') ?? ''
  const keyword = search.get('keyword') ?? ''
  const accountId = search.get('person') ?? ''
  const isCustom = search.get('days') === 'custom'
  const filter = {
    ...(isCustom ? { ...(day.test(from) && { from: startOf(from) }), ...(day.test(to) && { to: endOf(to) }) } : { days: days ?? homeLogDays[0] }),
    ...(keyword !== '' && { keyword }), ...(accountId !== '' && { accountId }),
  }
  const pages = usePages(`${organisationId} ${JSON.stringify(filter)}`, (cursor, signal) => auditLogs(session.api.of(organisationId)).home({ ...filter, ...(cursor !== undefined && { cursor }) }, signal))
  const go = (change: Readonly<Record<string, string>>) => {
    const next = new URLSearchParams(search)
    for (const [name, value] of Object.entries(change)) if (value === '') next.delete(name); else next.set(name, value)
    navigate(`${path}${next.size > 0 ? `?${next.toString()}` : ''}`, { replace: true })
  }
  return (
    <Card title={<h2 className="card-title">{words.log}</h2>}>
      <div className="log-filters">
        <Segmented aria-label={words.period} value={isCustom ? 'custom' : String(days ?? homeLogDays[0])} options={[...homeLogDays.map((value) => ({ value: String(value), label: words.days(value) })), { value: 'custom', label: words.custom }]} onChange={(value) => { go({ days: value, ...(value !== 'custom' && { from: '', to: '' }) }) }} />
        {isCustom && <span className="date-range"><Input type="date" aria-label={words.from} value={from} max={to} onChange={({ target }) => { go({ from: target.value }) }} /><span aria-hidden>–</span><Input type="date" aria-label={words.to} value={to} min={from} onChange={({ target }) => { go({ to: target.value }) }} /></span>}
        <Input.Search className="log-search" aria-label={words.keyword} placeholder={words.keyword} defaultValue={keyword} allowClear maxLength={100} onSearch={(value) => { go({ keyword: value.trim() }) }} />
        {mayFilterPeople && <PersonFilter accountId={accountId} entries={pages.value?.items ?? []} onChange={(person) => { go({ person }) }} />}
      </div>
      <Loaded resource={pages}>{({ items, seesOthers }) => (
        <>
          {!seesOthers && <p className="hint">{words.ownOnly}</p>}
          {items.length === 0 ? <EmptyState title={words.none}>{words.noneHint}</EmptyState> : <ul className="quiet-list log">{feedOf(items).map((entry) => <LogRow key={entry.entryId} entry={entry} organisationId={organisationId} onShow={() => { setShown(entry) }} />)}</ul>}
          {pages.hasMore && <Button block loading={pages.isLoading} onClick={pages.more}>{words.more}</Button>}
        </>
      )}</Loaded>
      {shown && <LogEntryDrawer entry={shown} onClose={() => { setShown(undefined) }} />}
    </Card>
  )
}

/** A day of the calendar as the reader of this page counts it. */
const startOf = (date: string): string => new Date(`${date}T00:00:00`).toISOString()
function endOf(date: string): string {
  const end = new Date(`${date}T00:00:00`)
  end.setDate(end.getDate() + 1)
  return end.toISOString()
}

/** A click opens the page concerned; where the record is gone or has no page, the entry itself (WB-09). */
function LogRow({ entry, organisationId, onShow }: { readonly entry: AuditEntry; readonly organisationId: string; readonly onShow: () => void }) {
  const { home: words } = useShellWords()
  const { formats, language } = useLanguage()
  const { actor, action, outcome, occurredAt, occurrences } = entry
  const open = () => {
    const place = placeOfEntry(entry, organisationId)
    if (place === undefined) onShow()
    else navigate(place)
  }
  return (
    <li>
      <button type="button" className="log-row" onClick={open}>
        <time dateTime={occurredAt} className="hint">{formats.moment(occurredAt)}</time>
        <span><strong>{actor.name ?? words.actors[actor.kind] ?? actor.kind}</strong> {actionWords(language)[action] ?? action}{occurrences > 1 && !isReading(entry) && ` ×${formats.number(occurrences)}`}{' '}{outcome !== 'success' && <Tag color={outcome === 'refused' ? 'warning' : 'error'}>{words.outcomes[outcome]}</Tag>}</span>
      </button>
    </li>
  )
}
