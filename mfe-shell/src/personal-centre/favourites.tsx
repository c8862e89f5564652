import { favourites, session } from '@isocenter/api-client'
import type { Favourite } from '@isocenter/contracts'
import { EmptyState, Link, Loaded, navigate, Page, personName, useAction, useLanguage, useLocation, useResource } from '@isocenter/design-system'
import { Button, Card, Input, Select, Tag } from 'antd'
import { useSignedIn } from '../session/use-session.ts'
import { useShellWords } from '../words/index.ts'

/** Studies one has marked, in one organisation at a time (PC-10). What is sought for stands in the address. */
export function Favourites() {
  const { favourites: words } = useShellWords()
  const { search } = useLocation()
  const memberships = (useSignedIn()?.memberships ?? []).filter(({ permissions }) => permissions.includes('study.view'))
  const chosen = memberships.find(({ organisation }) => organisation.organisationId === search.get('organisation')) ?? memberships.find(({ isAtWork }) => isAtWork) ?? memberships[0]
  const text = search.get('search') ?? ''
  const organisationId = chosen?.organisation.organisationId
  const api = organisationId === undefined ? undefined : favourites(session.api.of(organisationId))
  const list = useResource(api && `${organisationId ?? ''} ${text}`, (signal) => (api === undefined ? Promise.resolve({ items: [] }) : api.list({ ...(text !== '' && { search: text }) }, signal)))
  const go = (change: Readonly<Record<string, string>>) => {
    const next = new URLSearchParams(search)
    for (const [name, value] of Object.entries(change)) if (value === '') next.delete(name); else next.set(name, value)
    navigate(`/me/favourites${next.size > 0 ? `?${next.toString()}` : ''}`, { replace: true })
  }
  return (
    <Page title={words.title}>
      <Card>
        {chosen === undefined || api === undefined ? <EmptyState title={words.nowhere} /> : (
          <>
            <div className="filters list-filters">
              <Select aria-label={words.organisation} value={chosen.organisation.organisationId} options={memberships.map(({ organisation }) => ({ value: organisation.organisationId, label: organisation.name }))} onChange={(organisation: string) => { go({ organisation }) }} />
              <Input.Search className="wide" aria-label={words.search} placeholder={words.searchHint} defaultValue={text} allowClear maxLength={100} onSearch={(value) => { go({ search: value.trim() }) }} />
            </div>
            <Loaded resource={list}>{({ items }) => items.length === 0
              ? <EmptyState title={text === '' ? words.none : words.noneFound}>{words.noneHint}</EmptyState>
              : <ul className="rows">{items.map((one) => <FavouriteRow key={one.StudyInstanceUID} favourite={one} organisationId={organisationId} onRemove={() => api.removeStudy(one.StudyInstanceUID)} onChanged={list.reload} />)}</ul>}</Loaded>
          </>
        )}
      </Card>
    </Page>
  )
}

function FavouriteRow({ favourite: { StudyInstanceUID, study, isGone, favouritedAt }, organisationId, onRemove, onChanged }: { readonly favourite: Favourite; readonly organisationId: string | undefined; readonly onRemove: () => Promise<unknown>; readonly onChanged: () => void }) {
  const { favourites: words } = useShellWords()
  const { language, formats } = useLanguage()
  const { run, isBusy } = useAction()
  const name = study?.PatientName === undefined ? words.unnamed : personName(study.PatientName, language)
  const remove = async () => {
    await run(onRemove, { done: words.removed })
    onChanged()
  }
  return (
    <li>
      <span>
        <strong>{isGone ? words.gone : organisationId === undefined ? name : <Link href={`/o/${organisationId}/studies?record=${StudyInstanceUID}`}>{name}</Link>}</strong> {study?.ModalitiesInStudy.map((modality) => <Tag key={modality}>{modality}</Tag>)}<br />
        <span className="hint">{[study?.PatientID, study?.StudyDate, study?.StudyDescription].filter((part) => part !== undefined && part !== '').join(' · ')}{study && ' · '}{words.since(formats.moment(favouritedAt))}</span>
      </span>
      <Button loading={isBusy} onClick={() => void remove()} aria-label={`${words.remove}: ${name}`}>{words.remove}</Button>
    </li>
  )
}
