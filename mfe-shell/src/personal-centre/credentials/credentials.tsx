import { ownCredentials, session } from '@isocenter/api-client'
import type { Credential } from '@isocenter/contracts'
import { EmptyState, Loaded, Page, useResource } from '@isocenter/design-system'
import { Button, Card } from 'antd'
import { useState } from 'react'
import { useShellWords } from '../../words/index.ts'
import { CredentialCard } from './credential-card.tsx'
import { CredentialForm } from './credential-form.tsx'

const api = ownCredentials(session.api)

/** One's documents, and whether they have been verified (PC-03). */
export function Credentials() {
  const { credentials: words } = useShellWords()
  const list = useResource('credentials', (signal) => api.list(signal))
  const [editing, setEditing] = useState<Credential | 'new'>()
  return (
    <Page title={words.title} intro={words.intro} actions={<Button type="primary" onClick={() => { setEditing('new') }}>{words.add}</Button>}>
      <Loaded resource={list}>{({ items }) => items.length === 0
        ? <Card><EmptyState title={words.none}>{words.noneHint}</EmptyState></Card>
        : items.map((one) => <CredentialCard key={one.credentialId} credential={one} onEdit={() => { setEditing(one) }} onChanged={list.reload} />)}</Loaded>
      {editing !== undefined && <CredentialForm credential={editing === 'new' ? undefined : editing} onClose={() => { setEditing(undefined) }} onChanged={list.reload} />}
    </Page>
  )
}
