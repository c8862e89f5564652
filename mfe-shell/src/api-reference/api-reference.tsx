import { session } from '@isocenter/api-client'
import { ColourChoice, EmptyState, LanguageChoice, Loaded, useResource, useTitle } from '@isocenter/design-system'
import { Input } from 'antd'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { Brand } from '../frame/brand.tsx'
import { useShellWords } from '../words/index.ts'
import { operationsByTag, type Entry, type OpenApiDocument } from './document.ts'
import { MethodTag } from './method-tag.tsx'
import { OperationDetail } from './operation-detail.tsx'

const subscribe = (listener: () => void) => {
  addEventListener('hashchange', listener)
  return () => { removeEventListener('hashchange', listener) }
}

/** The product API, browsable: what the server says of itself at /api/openapi.json. */
export function ApiReference() {
  const { apiReference: words } = useShellWords()
  useTitle(words.title)
  const document = useResource('openapi', (signal) => session.api.request<OpenApiDocument>('GET', '/openapi.json', { signal, isBackground: true }))
  return (
    <div className="reference">
      <header className="reference-top"><Brand /><span className="frame-tools"><a href="/api/openapi.json">openapi.json</a><LanguageChoice /><ColourChoice /></span></header>
      <Loaded resource={document} rows={10}>{(value) => <Reference document={value} />}</Loaded>
    </div>
  )
}

function Reference({ document }: { readonly document: OpenApiDocument }) {
  const { apiReference: words } = useShellWords()
  const [search, setSearch] = useState('')
  const hash = useSyncExternalStore(subscribe, () => location.hash.slice(1))
  const groups = operationsByTag(document, search)
  const chosen = operationsByTag(document, '').flatMap(([, entries]) => entries).find(({ operationId }) => operationId === hash)
  const title = chosen?.operationId
  useEffect(() => { if (title !== undefined) globalThis.document.getElementById('operation')?.scrollIntoView({ block: 'start' }) }, [title])
  return (
    <div className="reference-columns">
      <nav aria-label={words.operations} className="reference-list">
        <Input.Search aria-label={words.search} placeholder={words.search} allowClear value={search} onChange={({ target }) => { setSearch(target.value) }} />
        {groups.length === 0 && <EmptyState title={words.noneFound} />}
        {groups.map(([tag, entries]) => <Group key={tag} tag={tag} entries={entries} chosen={chosen} isOpen={search !== '' || entries.some(({ operationId }) => operationId === hash)} />)}
      </nav>
      <div className="reference-detail" id="operation">
        <h1>{words.title}</h1>
        {chosen ? <OperationDetail key={chosen.operationId} entry={chosen} document={document} /> : <><p>{document.info.description}</p><p className="hint">{words.choose}</p></>}
      </div>
    </div>
  )
}

function Group({ tag, entries, chosen, isOpen }: { readonly tag: string; readonly entries: readonly Entry[]; readonly chosen: Entry | undefined; readonly isOpen: boolean }) {
  return (
    <details open={isOpen}>
      <summary>{tag} <span className="hint">{entries.length}</span></summary>
      <ul className="quiet-list">{entries.map(({ operationId, method, path, summary }) => (
        <li key={operationId}><a href={`#${operationId}`} aria-current={operationId === chosen?.operationId ? 'true' : undefined}><MethodTag method={method} /><span><span className="mono">{path}</span><span className="hint">{summary}</span></span></a></li>
      ))}</ul>
    </details>
  )
}
