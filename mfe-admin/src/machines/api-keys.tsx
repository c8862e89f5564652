import { apiKeys } from '@isocenter/api-client'
import { apiKeyStates, type ApiKey, type ApiKeyState, type NewApiKey } from '@isocenter/contracts'
import { Page, useAction, useConfirm, useLanguage, usePages } from '@isocenter/design-system'
import { Button, Card, Tag } from 'antd'
import { useState } from 'react'
import { useAdmin } from '../parts/admin.ts'
import { DataTable, type Column } from '../parts/data-table.tsx'
import { SelectFilter } from '../parts/filter-fields.tsx'
import { Listing } from '../parts/listing.tsx'
import { ShownOnce } from '../parts/shown-once.tsx'
import { changing } from '../parts/use-change.ts'
import { useFilters } from '../parts/use-filters.ts'
import { useCommonWords } from '../words/common.ts'
import { ApiKeyForm, RotationForm } from './api-key-forms.tsx'
import { useMachineWords } from './words.ts'

const colours: Readonly<Record<ApiKeyState, string>> = { active: 'success', expired: 'warning', revoked: 'default' }

/** Keys of programs: what each may do, since when, and when it was last used. */
export function ApiKeys() {
  const words = useMachineWords()
  const common = useCommonWords()
  const { formats } = useLanguage()
  const { api } = useAdmin()
  const filters = useFilters()
  const confirm = useConfirm()
  const { run } = useAction()
  const [edited, setEdited] = useState<ApiKey | 'new'>()
  const [rotating, setRotating] = useState<ApiKey>()
  const [made, setMade] = useState<NewApiKey>()
  const state = filters.oneOf('state', apiKeyStates)
  const pages = usePages(state ?? 'all', (cursor, signal) => apiKeys(api).list({ ...(state && { state }), ...(cursor !== undefined && { cursor }) }, signal))
  const revoke = async ({ apiKeyId, name }: ApiKey) => {
    if (await confirm({ title: words.revokeKeyTitle(name), hint: words.revokeKeyHint, action: words.revoke })) {
      await run(() => changing(() => apiKeys(api).revoke(apiKeyId), pages.reload), { done: words.revoked }).then(pages.reload)
    }
  }
  const columns: Column<ApiKey>[] = [
    {
      key: 'name', title: words.key, isMain: true, cell: ({ apiKeyId, name, state: is, secrets }) => (
        <>
          <span className="state-line"><strong>{name}</strong>{is !== 'active' && <Tag color={colours[is]}>{words.keyStates[is]}</Tag>}</span>
          <span className="hint small block mono">{apiKeyId}</span>
          {secrets.map(({ hint, endsAt }) => <span key={hint} className="hint small block mono">{words.secretOf(hint, formats.moment(endsAt))}</span>)}
        </>
      ),
    },
    { key: 'scopes', title: words.scopes, cell: ({ scopes }) => <span>{scopes.map((scope) => <Tag key={scope} className="mono">{scope.replace('system/', '')}</Tag>)}</span> },
    { key: 'from', title: words.addressesOf, cell: ({ addresses }) => (addresses.length === 0 ? words.anywhere : <span className="mono">{addresses.join(', ')}</span>) },
    { key: 'used', title: words.lastUsed, isWhole: true, cell: ({ lastUsedAt }) => (lastUsedAt === undefined ? words.neverUsed : formats.moment(lastUsedAt)) },
    { key: 'expires', title: words.expiresAt, isWhole: true, cell: ({ expiresAt }) => formats.date(expiresAt) },
    { key: 'by', title: words.createdBy, cell: ({ createdBy }) => createdBy },
    {
      key: 'actions', title: common.actions, isActions: true, cell: (key) => (key.actions.length === 0 ? null : (
        <span className="row-actions">
          {key.actions.includes('edit') && <Button size="small" aria-label={`${common.edit}: ${key.name}`} onClick={() => { setEdited(key) }}>{common.edit}</Button>}
          {key.actions.includes('rotate') && <Button size="small" aria-label={`${words.rotate}: ${key.name}`} onClick={() => { setRotating(key) }}>{words.rotate}</Button>}
          {key.actions.includes('revoke') && <Button size="small" danger aria-label={`${words.revoke}: ${key.name}`} onClick={() => void revoke(key)}>{words.revoke}</Button>}
        </span>
      )),
    },
  ]
  const shown = edited === 'new' || edited === undefined ? undefined : pages.value?.items.find(({ apiKeyId }) => apiKeyId === edited.apiKeyId) ?? edited
  const begun = (key: NewApiKey) => {
    setMade(key)
    pages.reload()
  }
  return (
    <Page title={words.keys} intro={words.keysIntro} actions={<div className="page-actions"><Button type="primary" onClick={() => { setEdited('new') }}>{words.addKey}</Button></div>}>
      <Card>
        <div className="filters list-filters"><SelectFilter filters={filters} name="state" label={common.state} options={apiKeyStates.map((value) => ({ value, label: words.keyStates[value] }))} /></div>
        <Listing
          pages={pages}
          isFiltered={filters.isFiltered}
          onUnfilter={() => { filters.set({ state: '' }) }}
          empty={words.noKeys}
          emptyHint={words.noKeysHint}
        >
          {(items) => <DataTable label={words.keys} items={items} columns={columns} rowKey={({ apiKeyId }) => apiKeyId} />}
        </Listing>
      </Card>
      {edited !== undefined && <ApiKeyForm {...(shown && { apiKey: shown })} onClose={() => { setEdited(undefined) }} onMade={begun} onChanged={pages.reload} />}
      {rotating && <RotationForm apiKey={rotating} onClose={() => { setRotating(undefined) }} onMade={begun} />}
      {made && (
        <ShownOnce
          title={words.keyMade(made.name)}
          hint={words.keyMadeHint}
          secrets={[{ label: words.keyId, value: made.apiKeyId }, { label: words.apiKey, value: made.key }]}
          onClose={() => { setMade(undefined) }}
        />
      )}
    </Page>
  )
}
